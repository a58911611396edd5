/* peek-sampler.h: reads the Python frames of every thread, and stops none
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

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
 * @thread_appeared: a new thread
 * @thread_renamed: its name is another
 * @thread_ended: it will not be heard of again
 * @peeked: @n_ticks samples with a new stack, that stand for @ns; gives whether it could be named,
 *   or it is to be read again and not repeated
 * @repeated: @n_ticks samples with the same stack as the last
 * @lost: @n_ticks samples that could not be taken
 *
 * What a sampler calls. All pointers are borrowed for the call.
 */
typedef struct
{
  void     (*thread_appeared) (SondePeekedThread    *thread,
                               gpointer              data);
  void     (*thread_renamed)  (SondePeekedThread    *thread,
                               gpointer              data);
  void     (*thread_ended)    (SondePeekedThread    *thread,
                               gpointer              data);
  gboolean (*peeked)          (SondePeekedThread    *thread,
                               const SondeCodeStack *stack,
                               SondeThreadStatus     status,
                               guint64               n_ticks,
                               guint64               ns,
                               gpointer              data);
  void     (*repeated)        (SondePeekedThread    *thread,
                               SondeThreadStatus     status,
                               guint64               n_ticks,
                               guint64               ns,
                               gpointer              data);
  void     (*lost)            (SondePeekedThread    *thread,
                               SondeLoss             loss,
                               guint64               n_ticks,
                               gpointer              data);
} SondePeekClient;

/**
 * SondePeekSampler:
 *
 * At each tick gives one sample for each thread of a process that runs Python, from its memory
 * alone. Of the threads that share a lock only the one that holds it, and those that held it since
 * the last tick, can have another stack: the others are counted again, unread.
 *
 * Life: sonde_peek_sampler_new() → sonde_peek_sampler_look() at each tick →
 * sonde_peek_sampler_free().
 *
 * Threads: worker only.
 */
typedef struct _SondePeekSampler SondePeekSampler;

/* @python, @tasks and @client outlive the sampler. With @tasks (nullable) those that await what
 * runs are on its stack.
 */
SondePeekSampler *sonde_peek_sampler_new    (pid_t                  pid,
                                             SondePython           *python,
                                             SondePythonTasks      *tasks,
                                             const SondePeekClient *client,
                                             gpointer               data);
void              sonde_peek_sampler_free   (SondePeekSampler      *self);

/* As sonde_stop_sampler_look(). FALSE if there is no interpreter any more. */
gboolean          sonde_peek_sampler_look   (SondePeekSampler      *self,
                                             guint64                now_ns,
                                             guint64                n_skipped,
                                             guint64                period_ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePeekSampler, sonde_peek_sampler_free)

G_END_DECLS
