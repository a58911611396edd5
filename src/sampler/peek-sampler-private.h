/* peek-sampler-private.h: what the parts of the peek sampler share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * peek-sampler.c is what the worker calls. peek-look.c is the tick, and runs on preempters.
 */

#pragma once

#include "python/locks.h"
#include "sampler/pacer.h"
#include "sampler/peek-batch.h"
#include "sampler/peek-sampler.h"
#include "sampler/relay.h"

G_BEGIN_DECLS

typedef struct
{
  SondePeekedThread  base;       /* the worker's, once the thread has appeared */

  SondePythonThread *python;     /* borrowed; NULL once it is no more */
  SondeThread        thread;
  guint64            tick;       /* up to which its samples are counted */
  guint64            time_ns;    /* the same as a time */
  guint64            miss_tick;  /* in which it was missed last, and how often */
  guint              n_misses;
  gboolean           is_known;   /* the batch has, or the client, its stack */
  gboolean           is_stale;   /* and it may have changed */
  guint64            still_count; /* how often it had run when that was read */
  SondeThreadStatus  status;
  int                cpu;        /* where it was seen last */
  guint64            asked_ns;   /* when its state was last asked for */
  SondeThreadRuns    runs;
  gboolean           has_runs;
  SondeAddress       futex;      /* what it waits for, as far as is known; 0 for nothing */
  guint64            futex_ran_ns; /* how long it had run when that was seen */
  gboolean           had_lock;   /* when it was last counted */
  guint64            waited_ns;  /* for a CPU, and not counted as READY yet */
  guint64            held_ns;    /* for how long we had its CPU since then */
} PeekThread;

struct _SondePeekSampler
{
  pid_t                  pid;
  SondePython           *python;  /* borrowed */
  SondePythonTasks      *tasks;   /* borrowed; NULL to leave them out */
  const SondePeekClient *client;  /* borrowed */
  gpointer               data;

  SondeRelay            *relay;   /* owned; NULL before the first rate */
  SondePeekBatch         taken;   /* the worker's, under way to the client */
  GPtrArray             *seen;    /* owns PeekThread: those that have appeared; the worker's */
  guint64                listed_ns; /* the worker's */

  /* Under the lock */
  GMutex                 lock;
  SondePeekBatch         batch;
  GPtrArray             *threads; /* of PeekThread: those that have not ended */
  gboolean               needs_list;
  guint                  next_state;
  guint64                tick;
  guint64                now_ns;
  guint64                period_ns;
  guint64                all_ns;    /* when more than a lock was last read */
  guint64                locks_ns;  /* and that of all interpreters, where there are several */
  gboolean               is_in_tick;
  int                    cpu;       /* of the stage under way */
  SondeCodeStack         codes;     /* what was read last, and as functions */
  SondePeekStack         stack;

  /* The stages' own */
  SondePacer             pacer;
  guint64                n_missed;  /* ticks for which the lock could not be had */
};

/* peek-look.c: one stage of a tick, on @cpu; a SondeRelayRun. */
SondeStage sonde_peek_look_run            (SondeRelay       *relay,
                                           int               cpu,
                                           gpointer          data);

/* peek-thread.c, all under the lock */

/* Takes in the threads that @self->python lists. */
void       sonde_peek_thread_add_new      (SondePeekSampler *self);
/* Ends the thread at @index of @self->threads. */
void       sonde_peek_thread_end          (SondePeekSampler *self,
                                           guint             index);

/* How often it ran, and for how long it waited for a CPU: but for when we had it. FALSE if it has
 * ended.
 */
gboolean   sonde_peek_thread_update_runs  (PeekThread       *thread);
/* What it sleeps for. FALSE if it does not sleep. */
gboolean   sonde_peek_thread_update_wait  (PeekThread       *thread);
/* Whether it runs, of one that is not to be read. FALSE if it has ended. */
gboolean   sonde_peek_thread_update_state (SondePeekSampler *self,
                                           PeekThread       *thread);

/* Count its samples up to this tick: with @self->stack, if there is room for that; with its last
 * one; or as lost.
 */
gboolean   sonde_peek_thread_count        (SondePeekSampler *self,
                                           PeekThread       *thread);
void       sonde_peek_thread_repeat       (SondePeekSampler *self,
                                           PeekThread       *thread);
void       sonde_peek_thread_lose         (SondePeekSampler *self,
                                           PeekThread       *thread,
                                           SondeLoss         loss);
/* Ticks in which nobody looked are nobody's, or threads that are read would count for less than
 * those that are counted again.
 */
void       sonde_peek_thread_skip_all     (SondePeekSampler *self,
                                           guint64           n_skipped);

G_END_DECLS
