/* stop-judge.c: what a thread that was stopped did from when it was asked, and its samples
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "sampler/stop-sampler-private.h"

/* How long a thread is taken for one that makes system calls, after it was found in one; how long
 * its CPU is of interest after it was found there; and how long we think that it stays there.
 */
#define CALLING_NS SONDE_NS_PER_SECOND
#define WANTED_NS (50 * G_GUINT64_CONSTANT (1000000))
#define CPU_INTERVAL_NS (20 * G_GUINT64_CONSTANT (1000000))

/* How long the worker sleeps at most before it looks again whether a thread stands still. */
#define POLL_NS_MAX 100000

/* From when the kernel takes a CPU for us to when we know what time it is. */
#define WAKE_NS 10000
/* How much later a thread may have its CPU back than it was last seen not to stand still; and how
 * long one runs at most that was woken just to be stopped.
 */
#define STOP_NS 4000
#define HARDLY_NS 10000

/**
 * Judgement:
 * @state: that of the thread when it was asked
 * @n_first: ticks in @state
 * @n_ready: ticks in which it waited for a CPU then
 * @n_held_up: ticks in which the kernel had it wait
 * @n_late: ticks that its stack does not stand for
 *
 * What a thread did from when it was asked until it stood still.
 */
typedef struct
{
  SondeThreadState state;
  guint64          n_first;
  guint64          n_ready;
  guint64          n_held_up;
  guint64          n_late;
} Judgement;

static void
remember_stop (SondeSampledThread *thread,
               const Held         *held)
{
  memcpy (thread->kept, held->capture.registers, sizeof thread->kept);
  thread->kept_length = MIN (held->capture.stack.length, SONDE_KEPT_BYTES);
  memcpy (thread->kept_bytes, held->capture.stack.bytes, thread->kept_length);
}

/* Whether @thread can have slept since this was last asked of it. Costs some 20 µs. */
static gboolean
may_have_slept (SondeSampledThread *thread)
{
  gboolean had_sleeps = thread->has_sleeps;
  guint64 n_before = thread->n_sleeps + thread->n_stops;

  thread->has_sleeps = sonde_thread_read_sleeps (&thread->thread, &thread->n_sleeps);
  thread->n_stops = 0;

  return !had_sleeps || !thread->has_sleeps || thread->n_sleeps > n_before;
}

/* What a thread was doing when our turn began, that has waited for a CPU in between. If we took the
 * CPU from it, it has waited since then. If it has waited longer, it did so when we came; if
 * less, and has hardly run, it slept then and was woken since.
 */
static SondeThreadState
judge_state (const Held *held)
{
  SondeSampledThread *thread = held->thread;
  guint64 waited_ns = held->runs.waited_ns - thread->asked_runs.waited_ns;
  guint64 ran_ns = held->runs.ran_ns - thread->asked_runs.ran_ns;
  guint64 since_ns = thread->asked_ns - MIN (waited_ns, thread->asked_ns);
  guint64 stopped_ns = MIN (held->seen_ns, thread->asked_ns + POLL_NS_MAX);

  /* In so long a turn we have lost our own CPU, rather than taken one. */
  if (thread->asked_since_ns - thread->turn.first_ns > SONDE_TURN_NS_MAX ||
      waited_ns > stopped_ns - thread->turn.first_ns + WAKE_NS)
    return SONDE_THREAD_STATE_READY;

  /* It had been woken by the time it was asked, or it would have been found asleep. But one that we
   * took the CPU from a little later than we know looks the same.
   */
  if (since_ns > thread->turn.last_ns + STOP_NS && since_ns <= thread->asked_since_ns &&
      ran_ns < HARDLY_NS && may_have_slept (thread))
    return SONDE_THREAD_STATE_SLEEPING;

  return SONDE_THREAD_STATE_RUNNING;
}

/* For how many of @n_ticks its stack stands, and in what state it was. */
static Judgement
judge_wait (SondeStopSampler *self,
            const Held       *held,
            guint64           n_ticks)
{
  const SondeSampledThread *thread = held->thread;
  const SondeThreadRuns *asked = &thread->asked_runs;
  guint64 accounted_ns;
  guint64 n_held_up;

  if (thread->asked_state != SONDE_THREAD_STATE_RUNNING)
    return (Judgement) { .state = thread->asked_state, .n_first = n_ticks };

  /* It was on a CPU when asked, and left it for us. */
  if (held->runs.count == asked->count)
    return (Judgement) { .state = SONDE_THREAD_STATE_RUNNING, .n_first = 1, .n_late = n_ticks - 1 };

  /* While it neither ran nor waited for a CPU the kernel held it up: in a page fault, say. */
  accounted_ns = held->runs.waited_ns - asked->waited_ns + held->runs.ran_ns - asked->ran_ns;
  n_held_up = (thread->asked_ns - MIN (thread->asked_since_ns + accounted_ns, thread->asked_ns)) /
              self->period_ns;
  n_held_up = MIN (n_held_up, n_ticks - 1);

  return (Judgement) { .state = judge_state (held), .n_first = 1,
                       .n_ready = n_ticks - 1 - n_held_up, .n_held_up = n_held_up };
}

/* What runs on the CPU of a thread that makes system calls is to be displaced before it is asked,
 * for some time. One that makes none is found where it is anyway, and is spared that. One that was
 * stopped without having been displaced is on another CPU than we thought.
 */
static void
want_cpu (SondeStopSampler *self,
          const Held       *held)
{
  SondeSampledThread *thread = held->thread;
  SondeThreadPlace place;

  if (held->in_call)
    thread->called_ns = self->now_ns;
  else if (self->now_ns - thread->called_ns >= CALLING_NS)
    return;

  if (held->runs.count == thread->asked_runs.count ||
      self->now_ns - thread->cpu_ns >= CPU_INTERVAL_NS)
    {
      thread->cpu = sonde_thread_read_place (&thread->thread, &place) ? place.cpu : -1;
      thread->cpu_ns = self->now_ns;
    }

  sonde_holders_want (self->holders, thread->cpu,
                      self->now_ns + MAX (WANTED_NS, 2 * self->period_ns));
}

static void
repeat (SondeStopSampler   *self,
        SondeSampledThread *thread,
        SondeThreadState    state,
        guint64             n_ticks,
        guint64             tick_ns)
{
  if (n_ticks > 0)
    self->client->repeated (thread, state, n_ticks, n_ticks * tick_ns, self->data);
}

/* A holder that comes once nobody waits for it mostly comes while the thread is asked, and the
 * thread's wait for a CPU is of our making then.
 */
void
sonde_stop_sampler_add_late_holder (SondeStopSampler   *self,
                                    SondeSampledThread *thread)
{
  sonde_holders_add_late (self->holders, thread->cpu, thread->due_ns, &thread->turn);
}

void
sonde_stop_sampler_give_stopped (SondeStopSampler *self,
                                 const Held       *held)
{
  SondeSampledThread *thread = held->thread;
  guint64 n_ticks = self->tick - thread->tick;
  guint64 tick_ns = (self->now_ns - thread->time_ns) / MAX (n_ticks, 1);
  Judgement judgement;

  sonde_stop_sampler_add_late_holder (self, thread);
  judgement = judge_wait (self, held, MAX (n_ticks, 1));
  /* It was counted where it lay, in this very tick, before it came to its stop. */
  judgement.n_first = MIN (judgement.n_first, n_ticks);
  remember_stop (thread, held);
  if (judgement.state == SONDE_THREAD_STATE_RUNNING)
    want_cpu (self, held);
  thread->is_known = thread->has_runs = TRUE;
  thread->state = thread->asked_state;
  thread->runs = held->runs;
  sonde_stop_sampler_mark_counted (self, thread);
  self->client->captured (thread, &held->capture, judgement.state, judgement.n_first,
                          judgement.n_first * tick_ns, TRUE, self->data);
  repeat (self, thread, SONDE_THREAD_STATE_READY, judgement.n_ready, tick_ns);
  repeat (self, thread, SONDE_THREAD_STATE_IO, judgement.n_held_up, tick_ns);
  if (judgement.n_late > 0)
    self->client->lost (thread, SONDE_LOSS_LATE, judgement.n_late, self->data);
}
