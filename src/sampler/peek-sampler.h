/* peek-sampler.h: reads the Python frames of threads that stand still by themselves
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sched.h>

#include "base/functions.h"
#include "base/losses.h"
#include "python/python.h"
#include "python/tasks.h"
#include "target/thread.h"

G_BEGIN_DECLS

/**
 * SondePeekedThread:
 * @tid: the kernel's id
 * @name: any bytes
 * @data: for the client, who sets it in thread_appeared
 *
 * A thread that runs Python, from its first sight to its end.
 */
typedef struct
{
  pid_t    tid;
  char     name[SONDE_THREAD_NAME_BYTES];
  gpointer data;
} SondePeekedThread;

/**
 * SondePeekClient:
 * @ticked: a look at all threads was due at @now_ns
 * @thread_appeared: a new thread
 * @thread_renamed: its name is another
 * @thread_ended: it will not be heard of again
 * @peeked: @n_ticks samples with a new stack, that stand for @ns
 * @repeated: @n_ticks samples with the same stack as the last
 * @lost: @n_ticks samples that could not be taken
 * @resolve: puts the functions of the frames of a thread into @functions, which has room for one
 *   more than @codes has frames; FALSE if one is no function. A function that is thrown away may
 *   give way to another at the same place, so this is asked while the thread stands still, on a
 *   thread of the sampler's; see hold()
 *
 * What a sampler calls: all but @resolve in collect() and free(). All pointers are borrowed for the
 * call.
 */
typedef struct
{
  void     (*ticked)          (guint64               now_ns,
                               gpointer              data);
  void     (*thread_appeared) (SondePeekedThread    *thread,
                               gpointer              data);
  void     (*thread_renamed)  (SondePeekedThread    *thread,
                               gpointer              data);
  void     (*thread_ended)    (SondePeekedThread    *thread,
                               gpointer              data);
  void     (*peeked)          (SondePeekedThread    *thread,
                               const SondeFunction *const *functions,
                               guint                 depth,
                               gboolean              is_truncated,
                               SondeThreadStatus     status,
                               guint64               n_ticks,
                               guint64               ns,
                               gpointer              data);
  void     (*repeated)        (SondePeekedThread    *thread,
                               SondeThreadStatus     status,
                               guint64               n_ticks,
                               guint64               ns,
                               gpointer              data);
  void     (*lost)            (SondeLoss             loss,
                               guint64               n_ticks,
                               gpointer              data);
  gboolean (*resolve)         (const SondeCodeStack *codes,
                               const SondeFunction **functions,
                               guint                *depth,
                               gpointer              data);
} SondePeekClient;

/**
 * SondePeekSampler:
 *
 * At each tick gives one sample for each thread of a process that runs Python, from its memory
 * alone. It stops no thread: it reads those that stand still, and takes the CPU from one that does
 * not for as long as that takes, some 10 µs. Of the threads that share a lock only the one that
 * holds it, and those that held it since the last tick, can have another stack: the others are
 * counted again, unread.
 *
 * It samples on threads of its own; what they found waits until collect() is called.
 *
 * Life: sonde_peek_sampler_new() → set_rate() → collect() at each get_due_ns() →
 * sonde_peek_sampler_free().
 *
 * Threads: worker only.
 */
typedef struct _SondePeekSampler SondePeekSampler;

/* @python, @tasks and @client outlive the sampler. It uses the first two, and calls resolve(), on
 * threads of its own: who else does calls hold() first. With @tasks (nullable) those that await
 * what runs are on its stack.
 */
SondePeekSampler *sonde_peek_sampler_new      (pid_t                  pid,
                                               SondePython           *python,
                                               SondePythonTasks      *tasks,
                                               const SondePeekClient *client,
                                               gpointer               data);
void              sonde_peek_sampler_free     (SondePeekSampler      *self);

void              sonde_peek_sampler_set_rate (SondePeekSampler      *self,
                                               double                 rate_hz);
/* Gives to the client what was found since the last call, and looks for threads that came and went.
 * Anything but NONE says why this target has to be stopped instead.
 */
SondeHindrance    sonde_peek_sampler_collect  (SondePeekSampler      *self);

/* When the next collect() is to be, in ns of sonde_clock_now_ns(). */
guint64           sonde_peek_sampler_get_due_ns (const SondePeekSampler *self);

/* From here to release() no tick is taken: those that are due are late. */
void              sonde_peek_sampler_hold     (SondePeekSampler      *self);
void              sonde_peek_sampler_release  (SondePeekSampler      *self);

/* Adds the CPUs to @cpus on which its threads ran a moment ago. */
void              sonde_peek_sampler_add_cpus   (SondePeekSampler    *self,
                                                 cpu_set_t           *cpus);
/* CPU time of its own threads. */
guint64           sonde_peek_sampler_get_cpu_ns (SondePeekSampler    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePeekSampler, sonde_peek_sampler_free)

G_END_DECLS
