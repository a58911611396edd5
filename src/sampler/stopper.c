/* stopper.c: captures a thread that runs, by holding it still for a moment
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the stop and the release of a thread nothing is done but to read its
 * registers, its stack and its count. All else, and all of the client's, is done
 * once every thread that stood still runs again.
 */

#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "sampler/stop-sampler-private.h"
#include "target/tracee.h"

/* A request is lost now and then when the thread is in the middle of an exec(). */
#define ASK_AGAIN_NS (10 * G_GUINT64_CONSTANT (1000000))
#define LET_GO_POLL_NS 50000

/* The thread has ended, or only looks so to one who may not ask: /proc knows. */
static void
lose_or_end (SondeStopSampler   *self,
             SondeSampledThread *thread,
             SondeLoss           loss)
{
  SondeThreadState state;

  if (sonde_thread_read_state (&thread->thread, &state))
    sonde_stop_sampler_lose (self, thread, loss);
  else
    sonde_stop_sampler_end_thread (self, thread);
}

void
sonde_stop_sampler_ask (SondeStopSampler      *self,
                        SondeSampledThread    *thread,
                        SondeThreadState       state,
                        const SondeThreadRuns *runs)
{
  SondeTraceeOutcome outcome;

  sonde_undertaker_enter (self->undertaker);
  outcome = sonde_tracee_ask (thread->thread.tid);
  sonde_undertaker_leave (self->undertaker);

  switch (outcome)
    {
    case SONDE_TRACEE_PENDING:
      thread->is_asked = TRUE;
      thread->asked_state = state;
      thread->asked_runs = *runs;
      thread->asked_ns = sonde_clock_now_ns ();
      thread->asked_since_ns = thread->asked_ns;
      thread->asked_again_ns = thread->asked_ns;
      g_ptr_array_add (self->asked, thread);
      break;

    case SONDE_TRACEE_OK:
    case SONDE_TRACEE_GONE:
      lose_or_end (self, thread, SONDE_LOSS_GONE);
      break;

    case SONDE_TRACEE_REFUSED:
    default:
      lose_or_end (self, thread, SONDE_LOSS_BUSY);
      break;
    }
}

/* The one place where a thread is held: from its stop to its release nothing may wait. */
static gboolean
take_held (SondeStopSampler   *self,
           SondeSampledThread *thread,
           int                 signal)
{
  pid_t tid = thread->thread.tid;
  Held *held = &g_array_index (self->held, Held, self->n_held);
  gboolean is_read;
  gboolean is_counted;

  is_read = sonde_tracee_read_registers (tid, held->capture.registers);
  if (is_read)
    sonde_stop_sampler_copy_stack (self, thread, &held->capture);
  is_counted = sonde_thread_read_runs (&thread->thread, &held->runs);
  sonde_tracee_release (tid, signal);

  sonde_stop_times_add (&self->stop_times, sonde_clock_now_ns () - thread->asked_ns);
  held->thread = thread;
  held->capture.known = SONDE_REGISTERS_ALL;

  return is_read && is_counted && held->capture.stack.length > 0;
}

/* Memory for a capture of @thread, got before it is looked whether it stands still. */
static void
ensure_room (SondeStopSampler   *self,
             SondeSampledThread *thread)
{
  if (self->n_held == self->held->len)
    g_array_set_size (self->held, self->held->len + 1);

  sonde_stop_sampler_ensure_room (thread, &g_array_index (self->held, Held, self->n_held).capture);
}

static void
remember_stop (SondeSampledThread *thread,
               const Held         *held)
{
  memcpy (thread->kept, held->capture.registers, sizeof thread->kept);
  thread->kept_length = MIN (held->capture.stack.length, SONDE_KEPT_BYTES);
  memcpy (thread->kept_bytes, held->capture.stack.bytes, thread->kept_length);
}

/* What the thread did since it was asked, and for how many of @n_ticks its stack stands. */
static guint64
judge_wait (SondeStopSampler *self,
            const Held       *held,
            guint64           n_ticks,
            SondeThreadState *state)
{
  const SondeSampledThread *thread = held->thread;
  const SondeThreadRuns *asked = &thread->asked_runs;
  guint64 accounted_ns;
  guint64 n_held_up;

  *state = thread->asked_state;
  if (*state != SONDE_THREAD_STATE_RUNNING)
    return n_ticks;

  /* It was on a CPU when asked, and left it for us. */
  if (held->runs.count == asked->count)
    return 1;

  /* While it neither ran nor waited for a CPU the kernel held it up: in a page fault, say. */
  *state = SONDE_THREAD_STATE_READY;
  accounted_ns = held->runs.waited_ns - asked->waited_ns + held->runs.ran_ns - asked->ran_ns;
  n_held_up = (thread->asked_ns - MIN (thread->asked_since_ns + accounted_ns, thread->asked_ns)) /
              self->period_ns;

  return n_ticks - MIN (n_held_up, n_ticks - 1);
}

static void
give_to_client (SondeStopSampler *self,
                const Held       *held)
{
  SondeSampledThread *thread = held->thread;
  guint64 n_ticks = MAX (self->tick - thread->tick, 1);
  guint64 ns = self->now_ns - thread->time_ns;
  SondeThreadState state;
  guint64 n_judged = judge_wait (self, held, n_ticks, &state);
  guint64 judged_ns = ns / n_ticks * n_judged;

  remember_stop (thread, held);
  thread->is_known = TRUE;
  thread->state = state;
  thread->runs = held->runs;
  sonde_stop_sampler_mark_counted (self, thread);
  self->client->captured (thread, &held->capture, state, n_judged, judged_ns, TRUE, self->data);

  if (n_judged == n_ticks)
    return;

  if (state == SONDE_THREAD_STATE_RUNNING)
    self->client->lost (thread, SONDE_LOSS_LATE, n_ticks - n_judged, self->data);
  else
    self->client->repeated (thread, SONDE_THREAD_STATE_IO, n_ticks - n_judged, ns - judged_ns,
                            self->data);
}

void
sonde_stop_sampler_release_strays (SondeStopSampler *self)
{
  g_autoptr(GArray) expected = g_array_new (FALSE, FALSE, sizeof (pid_t));

  for (guint i = 0; i < self->asked->len; i++)
    {
      const SondeSampledThread *thread = g_ptr_array_index (self->asked, i);

      g_array_append_val (expected, thread->thread.tid);
    }

  sonde_tracee_release_strays (expected);
}

static void
bury (SondeStopSampler *self,
      pid_t             tid)
{
  if (!self->is_child || tid != self->pid)
    sonde_tracee_bury (tid);
}

static void
end_asked (SondeStopSampler   *self,
           SondeSampledThread *thread)
{
  bury (self, thread->thread.tid);
  self->client->lost (thread, SONDE_LOSS_GONE, 1, self->data);
  sonde_stop_sampler_end_thread (self, thread);
  sonde_stop_sampler_release_strays (self);
}

static void
wait_on (SondeSampledThread *thread)
{
  thread->asked_ns = sonde_clock_now_ns ();
  if (thread->asked_ns - thread->asked_again_ns < ASK_AGAIN_NS)
    return;

  thread->asked_again_ns = thread->asked_ns;
  sonde_tracee_ask_again (thread->thread.tid);
}

gboolean
sonde_stop_sampler_collect (SondeStopSampler *self)
{
  gboolean found = FALSE;

  g_return_val_if_fail (self != NULL, FALSE);

  /* First let go of all that stand still, then do what takes time. */
  self->n_held = 0;
  for (guint i = self->asked->len; i-- > 0;)
    {
      SondeSampledThread *thread = g_ptr_array_index (self->asked, i);
      SondeTraceeOutcome outcome;
      int signal = 0;

      ensure_room (self, thread);
      outcome = sonde_tracee_poll (thread->thread.tid, &signal);
      if (outcome == SONDE_TRACEE_PENDING)
        {
          wait_on (thread);
          continue;
        }

      found = TRUE;
      thread->is_asked = FALSE;
      g_ptr_array_remove_index_fast (self->asked, i);
      if (outcome != SONDE_TRACEE_OK)
        end_asked (self, thread);
      else if (take_held (self, thread, signal))
        self->n_held++;
      else
        sonde_stop_sampler_lose (self, thread, SONDE_LOSS_UNREADABLE);
    }

  for (guint i = 0; i < self->n_held; i++)
    give_to_client (self, &g_array_index (self->held, Held, i));

  return found;
}

void
sonde_stop_sampler_let_go (SondeStopSampler   *self,
                           SondeSampledThread *thread,
                           guint64             give_up_ns)
{
  pid_t tid = thread->thread.tid;
  SondeTraceeOutcome outcome;
  int signal = 0;

  while ((outcome = sonde_tracee_poll (tid, &signal)) == SONDE_TRACEE_PENDING &&
         sonde_clock_now_ns () < give_up_ns)
    {
      wait_on (thread);
      sonde_clock_sleep_until (sonde_clock_now_ns () + LET_GO_POLL_NS);
    }

  if (outcome == SONDE_TRACEE_OK)
    sonde_tracee_release (tid, signal);
  else if (outcome == SONDE_TRACEE_GONE)
    bury (self, tid);

  /* Else it sleeps where nothing can wake it. Our thread ends some time, and the kernel lets go of
   * all that it traces then (kernel/ptrace.c, exit_ptrace).
   */
}
