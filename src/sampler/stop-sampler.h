/* stop-sampler.h: captures every thread of a target, stopping only those that run
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sched.h>

#include "base/capture.h"
#include "base/losses.h"
#include "python/python.h"
#include "sampler/holders.h"
#include "target/thread.h"

G_BEGIN_DECLS

/* How much of a sleeper's stack says whether the registers of its last stop are still its own. */
#define SONDE_KEPT_BYTES 512

/**
 * SondeSampledThread:
 * @thread: its files
 * @name: any bytes
 * @data: for the client, who sets it in thread_appeared
 * @want_bytes: how much stack to copy; the client raises it, up to %SONDE_CAPTURE_BYTES_MAX
 * @want_outer: where another piece of stack shall be copied from; the client sets it; 0 for none
 * @want_outer_bytes: how much of that, as for @want_bytes
 * @follow_frames: whether frame pointers tell better where that is; the client sets it
 *
 * A thread of the target, from its first sight to its end. The rest is the sampler's.
 */
typedef struct
{
  SondeThread      thread;
  char             name[SONDE_THREAD_NAME_BYTES];
  gpointer         data;
  gsize            want_bytes;
  SondeAddress     want_outer;
  gsize            want_outer_bytes;
  gboolean         follow_frames;

  /*< private >*/
  guint            n_named;    /* captures with which its name was read */
  guint64          tick;       /* up to which its samples are counted */
  guint64          time_ns;    /* the same as a time */
  guint64          list_tick;  /* the last one that began with a list with it */
  gboolean         has_runs;   /* @state and @runs are of an earlier capture */
  gboolean         is_known;   /* and nothing has come up that makes it worthless */
  SondeThreadState state;
  SondeThreadRuns  runs;
  guint64          woke_ns;    /* when it was last found to have run */
  gboolean         is_asked;   /* asked to stop, and on its way */
  gboolean         is_stuck;   /* asked, and counted since without a stop; @runs are of then */
  SondeThreadState asked_state; /* asleep, or RUNNING where READY is not told from it yet */
  SondeThreadRuns  asked_runs;
  guint64          asked_since_ns;
  guint64          asked_again_ns;
  guint64          asked_ns;   /* latest time that it was seen not to stand still */
  SondeTurn        turn;       /* in which it was asked */
  guint64          due_ns;     /* of the tick in which it was asked */
  guint64          let_go_ns;  /* after its last capture */
  guint64          alone_ns;   /* for how long it is not to be stopped after that; mostly 0 */
  gboolean         has_sleeps; /* @n_sleeps is known */
  guint64          n_sleeps;   /* of sonde_thread_read_sleeps(), when that was last read */
  guint64          n_stops;    /* of ours since then */
  guint64          called_ns;  /* when it was last found in a system call; 0 for never */
  int              cpu;        /* where it ran at @cpu_ns */
  guint64          cpu_ns;
  guint8           kept_bytes[SONDE_KEPT_BYTES]; /* of the stack that @kept belongs to */
  gsize            kept_length;
  guint64          kept[SONDE_N_REGISTERS]; /* of the last stop */
} SondeSampledThread;

/**
 * SondeTick:
 * @turn_ns: since when the caller has had a CPU, without sleeping in between
 * @now_ns: the time, of sonde_clock_now_ns()
 * @due_ns: when this tick was due; 0 if it is the only one
 * @next_ns: when the next one will be; 0 if there will be none
 * @n_skipped: how many ticks have passed since the last look without one
 * @period_ns: the time between two ticks
 */
typedef struct
{
  guint64 turn_ns;
  guint64 now_ns;
  guint64 due_ns;
  guint64 next_ns;
  guint64 n_skipped;
  guint64 period_ns;
} SondeTick;

/**
 * SondeSamplerClient:
 * @thread_appeared: a new thread
 * @thread_renamed: its name is another
 * @thread_ended: it will not be heard of again
 * @captured: @n_ticks samples with a new stack, that stand for @ns; the thread runs again. Others
 *   may stand still meanwhile, so nothing may be waited for. With
 *   @is_final FALSE the client may return FALSE to have the thread captured with all
 *   registers; nothing is counted then. Else TRUE
 * @repeated: @n_ticks samples with the same stack as the last
 * @lost: @n_ticks samples that could not be taken; also of a thread that ended before it appeared
 *
 * What a sampler calls, with no thread held. All pointers are borrowed for the call.
 */
typedef struct
{
  void     (*thread_appeared) (SondeSampledThread *thread,
                               gpointer            data);
  void     (*thread_renamed)  (SondeSampledThread *thread,
                               gpointer            data);
  void     (*thread_ended)    (SondeSampledThread *thread,
                               gpointer            data);
  gboolean (*captured)        (SondeSampledThread *thread,
                               const SondeCapture *capture,
                               SondeThreadState    state,
                               guint64             n_ticks,
                               guint64             ns,
                               gboolean            is_final,
                               gpointer            data);
  void     (*repeated)        (SondeSampledThread *thread,
                               SondeThreadState    state,
                               guint64             n_ticks,
                               guint64             ns,
                               gpointer            data);
  void     (*lost)            (SondeSampledThread *thread,
                               SondeLoss           loss,
                               guint64             n_ticks,
                               gpointer            data);
} SondeSamplerClient;

/**
 * SondeStopSampler:
 *
 * At each tick gives one sample for each thread of a process:
 * - one that has not run since its last capture is counted again, untouched;
 * - one that sleeps is captured where it sleeps, untouched, so that no system call is interrupted;
 * - one that runs, or could, is asked to stop, captured and let go. If it waits for a CPU, it
 *   stops as soon as it gets one; its stack was the same all the while, and it stands for all
 *   ticks since.
 *
 * Life: sonde_stop_sampler_new() → (look() at each due time, then collect() until has_asked() is
 * FALSE or the next is due, and in between proceed() until that is FALSE) → finish() →
 * sonde_stop_sampler_free().
 *
 * Threads: worker only, and always the same thread, since ptrace() is bound to it.
 */
typedef struct _SondeStopSampler SondeStopSampler;

SondeStopSampler *sonde_stop_sampler_new        (pid_t                     pid,
                                                 gboolean                  is_child,
                                                 const SondeSamplerClient *client,
                                                 gpointer                  data);
void              sonde_stop_sampler_set_python (SondeStopSampler         *self,
                                                 SondePython              *python);
void              sonde_stop_sampler_free       (SondeStopSampler         *self);

void              sonde_stop_sampler_look       (SondeStopSampler         *self,
                                                 const SondeTick          *tick);
/* Captures the threads that stand still by now and lets them go; gives whether there were any. */
gboolean          sonde_stop_sampler_collect    (SondeStopSampler         *self);
/* Does one piece of what is left to do in this tick, and takes longer than a poll: gives a capture
 * to the client, looks at a sleeper, lists the threads. Gives whether there was any.
 */
gboolean          sonde_stop_sampler_proceed    (SondeStopSampler         *self);
/* Whether a thread may stand still at any moment; not one that no stop reaches where it waits. */
gboolean          sonde_stop_sampler_has_asked  (SondeStopSampler         *self);
/* No more looks: lets go of the threads that were asked, and ends all. Figures can still be
 * read. Waits for a second at most; a thread that sleeps on where nothing can wake it is late.
 */
void              sonde_stop_sampler_finish     (SondeStopSampler         *self);
/* Lets go of the late ones that stand still by now: to be called now and then for as long as the
 * calling thread lives, since they stand still until then.
 */
void              sonde_stop_sampler_let_late_go (SondeStopSampler        *self);

/* The process has become a new program: nothing that is known of its threads holds. */
void              sonde_stop_sampler_forget     (SondeStopSampler         *self);

/* Adds the CPUs to @cpus on which threads of the process ran a moment ago. FALSE if one of them has
 * real-time priority: the kernel moves it to whichever CPU it can have for itself.
 */
gboolean          sonde_stop_sampler_add_cpus   (SondeStopSampler         *self,
                                                 cpu_set_t                *cpus);
gboolean          sonde_stop_sampler_is_stopped (SondeStopSampler         *self);
/* Time that threads were held still: the sum, and the share @share (0–1) of all stops was no
 * longer than this.
 */
guint64           sonde_stop_sampler_get_stopped_ns       (SondeStopSampler *self);
guint64           sonde_stop_sampler_get_stopped_quantile (SondeStopSampler *self,
                                                           double            share);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeStopSampler, sonde_stop_sampler_free)

G_END_DECLS
