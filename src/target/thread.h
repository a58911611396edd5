/* thread.h: one thread of a target as /proc shows it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/types.h"

G_BEGIN_DECLS

/**
 * SondeThreadRuns:
 * @ran_ns: CPU time; while the thread is on a CPU it grows only at the kernel's ticks
 * @waited_ns: time it could have run and had no CPU
 * @count: how often it was put on a CPU. Unchanged means that it has not run since
 *
 * `/proc/PID/task/TID/schedstat` (Documentation/scheduler/sched-stats.rst).
 */
typedef struct
{
  guint64 ran_ns;
  guint64 waited_ns;
  guint64 count;
} SondeThreadRuns;

/* Of x86_64 (arch/x86/entry/syscalls/syscall_64.tbl); its first argument is what is waited on. */
#define SONDE_CALL_FUTEX 202
#define SONDE_N_CALL_ARGUMENTS 6

/**
 * SondeThreadWait:
 * @asleep: whether it is off the CPU and waits for something; if not the other fields are 0
 * @call: the number of the system call it waits in; -1 for none
 * @arguments: those of that call, as they are in its registers; 0 with none
 * @sp: its stack pointer in user space
 * @pc: where it will go on in user space
 *
 * `/proc/PID/task/TID/syscall` (fs/proc/base.c, proc_pid_syscall).
 */
typedef struct
{
  gboolean     asleep;
  gint64       call;
  guint64      arguments[SONDE_N_CALL_ARGUMENTS];
  SondeAddress sp;
  SondeAddress pc;
} SondeThreadWait;

/**
 * SondeThreadPlace:
 * @state: by the kernel's letter ("R", "S", "D", "T", "t", …)
 * @cpu: the CPU that it runs on, or ran on last
 * @is_realtime: whether it has its CPU before all ordinary threads
 *
 * `/proc/PID/task/TID/stat`, fields 3, 39 and 41 (Documentation/filesystems/proc.rst).
 */
typedef struct
{
  SondeThreadState state;
  int              cpu;
  gboolean         is_realtime;
} SondeThreadPlace;

/**
 * SondeThread:
 *
 * Keeps the files of one thread open, so that a look costs one pread() of about 1 µs. Every
 * read gives FALSE once the thread has ended, or while we have no descriptor or memory left, which
 * @is_starved tells.
 *
 * Life: sonde_thread_open() → reads → sonde_thread_close().
 *
 * Threads: one at a time.
 */
typedef struct
{
  pid_t    pid;
  pid_t    tid;
  int      schedstat_fd; /* owned; -1 if it could not be kept open */
  int      syscall_fd;   /* owned; the same */
  int      stat_fd;      /* owned; the same */
  gboolean is_starved;
} SondeThread;

void     sonde_thread_open       (SondeThread      *self,
                                  pid_t             pid,
                                  pid_t             tid);
void     sonde_thread_close      (SondeThread      *self);

gboolean sonde_thread_read_runs  (SondeThread      *self,
                                  SondeThreadRuns  *runs);
gboolean sonde_thread_read_wait  (SondeThread      *self,
                                  SondeThreadWait  *wait);
/* FALSE for a zombie too. */
gboolean sonde_thread_read_place (SondeThread      *self,
                                  SondeThreadPlace *place);
/* The same without the CPU. */
gboolean sonde_thread_read_state (SondeThread      *self,
                                  SondeThreadState *state);
/* How often it left its CPU to wait for something; FALSE once it has ended. A stop by its tracer
 * counts too (kernel/sched/core.c, __schedule(); kernel/signal.c, ptrace_stop()).
 */
gboolean sonde_thread_read_sleeps (SondeThread     *self,
                                  guint64          *count);
/* Its real-time priority, 1 to 99; 0 of an ordinary thread (sched(7)). */
#define SONDE_THREAD_PRIORITY_DEADLINE 100
int      sonde_thread_read_priority (pid_t          tid);
/* Its name, any bytes, cut at the kernel's length; "" if it has ended. */
void     sonde_thread_read_name  (SondeThread      *self,
                                  char              name[SONDE_THREAD_NAME_BYTES]);

/* The id that the thread @tid of @pid has in its own namespace, as in a container. */
pid_t    sonde_thread_read_inner_id (pid_t         pid,
                                  pid_t             tid);

/* Whether @pid has a thread @tid. Costs less than 1 µs. */
gboolean sonde_thread_exists     (pid_t             pid,
                                  pid_t             tid);

/* Appends the ids of all threads of @pid to @tids (of pid_t), in the kernel's order; FALSE if it
 * is gone, or we have no descriptor or memory left.
 */
gboolean sonde_threads_list      (pid_t             pid,
                                  GArray           *tids);
/* Opens what sonde_threads_read_last() reads: an owned descriptor, or -1. */
int      sonde_threads_open_last (void);
/* The id that the machine, or the container we are in, gave to a new thread last. As long as that
 * stays the same no process has new threads (kernel/pid.c, alloc_pid(); kernel/pid_namespace.c).
 * FALSE if it cannot be read. Costs 2 µs.
 */
gboolean sonde_threads_read_last (int               fd,
                                  pid_t            *last);
/* The id of a thread of @pid that has not ended: @pid itself as a rule. The first thread may end
 * while others go on; its maps, memory, root and executable are theirs, but gone from under its own
 * id. Where all have ended it is @pid.
 */
pid_t    sonde_threads_find_living (pid_t           pid);
/* The other thread that it was last, or @pid if there was none or that is gone: allocates nothing
 * and opens nothing.
 */
pid_t    sonde_threads_get_last_living (pid_t       pid);

G_END_DECLS
