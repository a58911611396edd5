/* proc.h: the files of /proc that tell about one process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/types.h"

G_BEGIN_DECLS

#define SONDE_PROC_ROOT "/proc"

/* All of these take the open directory /proc (tests have their own), and leave errno when they
 * fail. Threads: any.
 */

/* Opens the /proc at @path; -1 if it cannot be. */
int      sonde_proc_open      (const char *path);


/* Reads the file @name of @pid into @buffer and closes it with a zero byte; what is longer is cut.
 * The length, or -1. A @pid of 0 is the calling process, by its name "self".
 */
gssize   sonde_proc_read      (int         root_fd,
                               pid_t       pid,
                               const char *name,
                               char       *buffer,
                               gsize       size);

/* The same for what a link says. */
gssize   sonde_proc_read_link (int         root_fd,
                               pid_t       pid,
                               const char *name,
                               char       *buffer,
                               gsize       size);

/* Opens the file @name of @pid for reading (an owned descriptor), or -1. */
int      sonde_proc_open_file (int         root_fd,
                               pid_t       pid,
                               const char *name);

/**
 * SondeProcStat:
 * @state: the kernel's letter: R, S, D, Z, T, …
 * @name: as the kernel has it, any bytes but zero
 * @parent: who is told of its end
 * @kernel: whether it is a thread of the kernel
 * @cpu_ticks: processor time of all its threads so far
 * @children_ticks: of processes that it started, that have ended and that it has waited for, and of
 *   theirs
 * @thread_count: its threads
 * @start_ticks: when it began, since boot
 * @memory_bytes: memory it has in RAM
 * @stack_start: where its first stack begins; another one after an exec. 0 if we may not know
 * @is_loading: it is in the middle of an exec, and @stack_start will move once more
 *
 * What `stat` says.
 */
typedef struct
{
  char         state;
  char         name[64];
  pid_t        parent;
  gboolean     kernel;
  guint64      cpu_ticks;
  guint64      children_ticks;
  guint        thread_count;
  guint64      start_ticks;
  guint64      memory_bytes;
  SondeAddress stack_start;
  gboolean     is_loading;
} SondeProcStat;

/* Whether only the first thread of a process has ended, whose state is that of the process. */
static inline gboolean
sonde_proc_stat_lacks_leader (const SondeProcStat *stat)
{
  return (stat->state == 'Z' || stat->state == 'X') && stat->thread_count > 1;
}

/* FALSE if @text has not the kernel's form. */
gboolean sonde_proc_parse_stat   (const char      *text,
                                  SondeProcStat   *stat);
/* FALSE if it cannot be read, or has not the kernel's form (errno is EINVAL then). */
gboolean sonde_proc_read_stat    (int              root_fd,
                                  pid_t            pid,
                                  SondeProcStat   *stat);

/**
 * SondeProcStatus:
 * @uids: real, effective, saved
 * @gids: real, effective, saved
 * @tracer: the task that traces it; 0 for none
 * @effective_capabilities: a bit each
 *
 * What `status` says of its rights.
 */
typedef struct
{
  uid_t   uids[3];
  gid_t   gids[3];
  pid_t   tracer;
  guint64 effective_capabilities;
} SondeProcStatus;

gboolean sonde_proc_parse_status (const char      *text,
                                  SondeProcStatus *status);
gboolean sonde_proc_read_status  (int              root_fd,
                                  pid_t            pid,
                                  SondeProcStatus *status);

G_END_DECLS
