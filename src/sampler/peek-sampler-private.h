/* peek-sampler-private.h: what the parts of the peek sampler share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * peek-sampler.c is what the worker calls. peek-tick.c is a tick, and runs on preempters:
 * peek-look.c looks at one thread, and peek-thread.c knows what was seen of it.
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
  guint              place;      /* of its last record in the batch */
  guint64            seen_tick;  /* in which it was last looked at, and how often in vain */
  guint              n_misses;
  gboolean           is_known;   /* the batch has, or the client, its stack */
  gboolean           is_stale;   /* and it may have changed */
  guint64            still_count; /* how often it had run when that was read; 0: it ran on */
  SondeThreadStatus  status;
  int                cpu;        /* where it was seen last */
  guint64            asked_tick; /* the last tick in which its state is to be asked for */
  guint64            woken_tick; /* and in which it may be asked whether it was woken */
  gboolean           is_woken;   /* it slept, and waits for a CPU since */
  guint64            ran_at_ns;  /* when it was last found to have run */
  SondeThreadRuns    runs;
  gboolean           has_runs;
  gboolean           has_wait;   /* what it sleeps for is known */
  SondeAddress       futex;      /* what it waits for, as far as is known; 0 for nothing */
  guint64            futex_ran_ns; /* how long it had run when that was seen */
  gboolean           had_lock;   /* when it was last counted */
  guint64            waited_ns;  /* for a CPU, and not counted as READY yet */
  guint64            held_ns;    /* for how long we had its CPU since its runs were read */
} PeekThread;

struct _SondePeekSampler
{
  pid_t                  pid;
  SondePython           *python;  /* borrowed */
  SondePythonTasks      *tasks;   /* borrowed; NULL to leave them out */
  const SondePeekClient *client;  /* borrowed */
  gpointer               data;

  double                 rate_hz;
  SondeRelay            *relay;   /* owned; NULL before the first rate */
  guint64                relays_cpu_ns; /* of those that are no more */
  gboolean               is_unbound; /* it was, so a new one is to take its place */
  SondePacer             announced; /* due times that are announced to it, up to this one */
  guint64                started_ns; /* when the relay did */
  guint64                announced_ns; /* and the last of them; 0 for none */
  guint                  n_collected; /* times, since it began */
  guint64                collected_ns; /* when it was last, or it began; the worker's */
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
  guint64                stages_ns; /* what the stages of this tick have taken */
  gboolean               has_new;   /* threads in this tick */
  int                    cpu;       /* of the stage under way, and the CPU time of its thread */
  guint64                stage_cpu_ns;
  SondeCodeStack         codes;     /* what was read last, and as functions */
  SondePeekStack         stack;

  /* The stages' own */
  SondePacer             pacer;
  guint64                n_missed;  /* ticks for which the lock could not be had */
};

/* peek-tick.c: one stage of a tick, on @cpu; a SondeRelayRun. */
SondeStage sonde_peek_tick_run            (SondeRelay       *relay,
                                           int               cpu,
                                           gpointer          data);

/* peek-look.c, all under the lock */

/**
 * SondePeekLook:
 * @SONDE_PEEK_LOOK_COUNTED: a sample is counted, or lost with a reason
 * @SONDE_PEEK_LOOK_ELSEWHERE: it has to be looked at on another CPU
 * @SONDE_PEEK_LOOK_MISSED: it has run meanwhile
 * @SONDE_PEEK_LOOK_ENDED: it is no more
 */
typedef enum
{
  SONDE_PEEK_LOOK_COUNTED,
  SONDE_PEEK_LOOK_ELSEWHERE,
  SONDE_PEEK_LOOK_MISSED,
  SONDE_PEEK_LOOK_ENDED,
} SondePeekLook;

/* Whether @thread has to stand still to be read: it has the lock, or there is none, or more than
 * one would have to be looked at.
 */
gboolean      sonde_peek_look_needs_standing (const PeekThread *thread);
SondePeekLook sonde_peek_look_at          (SondePeekSampler *self,
                                           PeekThread       *thread);
/* Reads the lock by itself. */
void          sonde_peek_look_at_lock     (SondePeekSampler *self,
                                           SondePythonInterpreter *interpreter);
/* If others than the thread that held the lock have run, all that share it are read again. */
void          sonde_peek_look_mark_stale  (SondePeekSampler *self,
                                           SondePythonInterpreter *interpreter);

/* peek-thread.c, all under the lock */

/* Takes in the threads that @self->python lists, and ends those that have no thread state of it. */
void       sonde_peek_thread_add_new      (SondePeekSampler *self);
/* Ends the thread at @index of @self->threads. */
void       sonde_peek_thread_end          (SondePeekSampler *self,
                                           guint             index);
gboolean   sonde_peek_thread_holds_lock   (const PeekThread *thread);

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
