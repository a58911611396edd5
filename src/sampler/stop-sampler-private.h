/* stop-sampler-private.h: what the parts of the sampler share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stop-threads.c knows the threads, and stop-sampler.c decides what is done with each; sleeper.c
 * captures those that sleep, and stopper.c stops those that run, of which stop-judge.c tells what
 * they did meanwhile.
 */

#pragma once

#include "base/cost.h"
#include "sampler/stop-sampler.h"
#include "sampler/stop-times.h"
#include "sampler/undertaker.h"

G_BEGIN_DECLS

/* After this long a turn we have had no CPU for some part of it. */
#define SONDE_TURN_NS_MAX 500000

/**
 * Held:
 * @thread: whose capture it is
 * @runs: what it had run then
 * @is_asleep: it was captured where it sleeps; the fields of stopped ones are not set then, and the
 *   last four are not set for those
 *
 * A capture that was not given to the client yet. Its thread runs again, or was never held.
 */
typedef struct
{
  SondeSampledThread *thread;
  SondeCapture        capture;
  SondeThreadRuns     runs;
  gboolean            is_asleep;

  guint64             seen_ns; /* when it was found to stand still */
  gboolean            in_call; /* on its way out of a system call */

  SondeThreadState    state;
  guint64             n_ticks;
  guint64             ns;
  gboolean            is_final; /* it may not be stopped for its other registers */
} Held;

struct _SondeStopSampler
{
  pid_t                     pid;
  gboolean                  is_child;
  const SondeSamplerClient *client;     /* borrowed */
  gpointer                  data;       /* borrowed */
  SondePython              *python;     /* borrowed; NULL where there is none */

  SondeUndertaker          *undertaker; /* owned; NULL while there can be no more threads */
  SondeHolders             *holders;    /* owned */
  GPtrArray                *threads;    /* owns SondeSampledThread, in order of first sight */
  GHashTable               *by_tid;     /* tid → SondeSampledThread */
  GPtrArray                *asked;      /* of threads, borrowed */
  GArray                   *late;       /* of pid_t: asked, and still on their way at finish() */
  GArray                   *held;       /* of Held */
  guint                     n_held;     /* those in use; the others keep memory */
  guint                     n_given;    /* those of them that the client has */
  guint                     sleeper_at; /* where the next look at a sleeper begins */
  guint                     n_sleepers; /* that may still be looked at in this tick */
  gint                      sleeper_budget; /* for them */
  guint                     n_stuck;    /* asked ones that may still be looked at in this tick */
  guint                     stuck_at;   /* index of the one that was looked at last */

  guint64                   tick;
  SondeTurn                 turn;
  guint64                   now_ns;
  guint64                   due_ns;
  guint64                   period_ns;
  guint64                   n_skipped;
  guint64                   listed_ns;  /* 0 if the threads have to be listed at the next look */
  guint64                   listed_again_ns;
  SondeCost                 list_cost;
  guint64                   list_ns;    /* what that says */
  int                       last_fd;    /* owned: of sonde_threads_open_last() */
  pid_t                     last_id;    /* when the threads were listed last */
  guint                     next_name; /* index of the thread whose name was read last */
  SondeStopTimes            stop_times;
};

/* stop-sampler.c */

/* Counts nothing, but lets the thread's next samples begin here. */
void    sonde_stop_sampler_mark_counted (SondeStopSampler      *self,
                                         SondeSampledThread    *thread);
void    sonde_stop_sampler_lose         (SondeStopSampler      *self,
                                         SondeSampledThread    *thread,
                                         SondeLoss              loss);

/* Gets the memory for the capture that is next: all of it before the thread is looked at. It counts
 * once n_held is raised.
 */
Held   *sonde_stop_sampler_ensure_held  (SondeStopSampler      *self,
                                         const SondeSampledThread *thread);
/* Copies the stack above the stack pointer of @capture, and the Python frames. */
void    sonde_stop_sampler_copy_stack   (SondeStopSampler      *self,
                                         SondeSampledThread    *thread,
                                         SondeCapture          *capture);

/* stop-threads.c */

/* A #GDestroyNotify. */
void    sonde_stop_sampler_free_thread  (gpointer               data);
void    sonde_stop_sampler_end_thread   (SondeStopSampler      *self,
                                         SondeSampledThread    *thread);
/* After a read of it failed: it has ended, or we only lack a descriptor. */
void    sonde_stop_sampler_end_or_lose  (SondeStopSampler      *self,
                                         SondeSampledThread    *thread);
/* Before a capture of @thread is given to the client. */
void    sonde_stop_sampler_name_new     (SondeStopSampler      *self,
                                         SondeSampledThread    *thread);
/* At a tick: lists them if there may be new ones, and that takes little of the time. */
void    sonde_stop_sampler_list_new     (SondeStopSampler      *self);
/* Between two ticks: lists them in any case, now and then; gives whether it did anything. That
 * takes long where there are many, and can wait while one is asked.
 */
gboolean sonde_stop_sampler_list_again  (SondeStopSampler      *self);

/* sleeper.c */

/* Captures a thread that waits as @wait says, and had run @runs. May end it. */
void    sonde_stop_sampler_take_sleeper (SondeStopSampler      *self,
                                         SondeSampledThread    *thread,
                                         const SondeThreadRuns *runs,
                                         const SondeThreadWait *wait);
/* Gives the client the samples of one that sleeps; or asks it to stop, where that says so. */
void    sonde_stop_sampler_give_sleeper (SondeStopSampler      *self,
                                         const Held            *held);

/* Counts one thread that was asked long ago and waits where no stop reaches it; gives whether one
 * was looked at.
 */
gboolean sonde_stop_sampler_look_at_next_stuck (SondeStopSampler *self);

/* stopper.c */

/* Asks a thread that was in @state, and had run @runs, to stop. May end it. */
void    sonde_stop_sampler_ask          (SondeStopSampler      *self,
                                         SondeSampledThread    *thread,
                                         SondeThreadState       state,
                                         const SondeThreadRuns *runs);
/* Lets go of threads that stand still for us under an id that we did not ask. */
void    sonde_stop_sampler_release_strays (SondeStopSampler    *self);
/* Lets go of all threads that were asked. Those that do not stop before @give_up_ns are late. */
void    sonde_stop_sampler_let_all_go   (SondeStopSampler      *self,
                                         guint64                give_up_ns);

/* stop-judge.c */

/* Gives the client the samples of a thread that was stopped. */
void    sonde_stop_sampler_give_stopped (SondeStopSampler      *self,
                                         const Held            *held);
/* A holder may have come since @thread was asked. */
void    sonde_stop_sampler_add_late_holder (SondeStopSampler   *self,
                                            SondeSampledThread *thread);

G_END_DECLS
