/* stopper.c: captures a thread that runs, by holding it still for a moment
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the stop and the release of a thread nothing is done but to read its
 * registers, its stack and its count. All else, and all of the client's, is done
 * once every thread that stood still runs again, and in pieces: after each it is
 * looked whether another one stands still by now.
 */

#include "config.h"

#include "base/clock.h"
#include "sampler/stop-sampler-private.h"
#include "target/tracee.h"

/* A request is lost now and then when the thread is in the middle of an exec(). */
#define ASK_AGAIN_NS (10 * G_GUINT64_CONSTANT (1000000))
#define LET_GO_POLL_NS 50000

/* How many captures may wait for the client. */
#define N_HELD_MAX 256

/* For how long a thread is let be whose call had to begin again, at first, and at most. */
#define ALONE_NS (10 * G_GUINT64_CONSTANT (1000000))
#define ALONE_NS_MAX (100 * SONDE_NS_PER_SECOND)

/* The thread has ended, or only looks so to one who may not ask: /proc knows. */
static void
lose_or_end (SondeStopSampler   *self,
             SondeSampledThread *thread,
             SondeLoss           loss)
{
  SondeThreadState state;

  if (sonde_thread_read_state (&thread->thread, &state) || thread->thread.is_starved)
    sonde_stop_sampler_lose (self, thread, loss);
  else
    sonde_stop_sampler_end_or_lose (self, thread);
}

void
sonde_stop_sampler_ask (SondeStopSampler      *self,
                        SondeSampledThread    *thread,
                        SondeThreadState       state,
                        const SondeThreadRuns *runs)
{
  SondeTraceeOutcome outcome;

  if (self->now_ns < thread->let_go_ns + thread->alone_ns)
    {
      sonde_stop_sampler_lose (self, thread, SONDE_LOSS_UNSEEN);
      return;
    }

  /* Without one an exec() might wait for us for ever. */
  if (self->undertaker == NULL)
    self->undertaker = sonde_undertaker_new (self->pid);
  if (self->undertaker == NULL)
    {
      sonde_stop_sampler_lose (self, thread, SONDE_LOSS_UNREADABLE);
      return;
    }

  sonde_undertaker_enter (self->undertaker);
  outcome = sonde_tracee_ask (thread->thread.tid);
  sonde_undertaker_leave (self->undertaker);

  switch (outcome)
    {
    case SONDE_TRACEE_PENDING:
      thread->is_asked = TRUE;
      thread->is_stuck = FALSE;
      thread->asked_state = state;
      thread->asked_runs = *runs;
      thread->asked_ns = sonde_clock_now_ns ();
      thread->asked_since_ns = thread->asked_ns;
      thread->asked_again_ns = thread->asked_ns;
      thread->turn = self->turn;
      thread->due_ns = self->due_ns;
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
           Held               *held,
           int                 signal)
{
  pid_t tid = thread->thread.tid;
  gboolean is_read;
  gboolean is_counted;
  gint64 call = -1;

  held->seen_ns = sonde_clock_now_ns ();
  is_read = sonde_tracee_read_registers (tid, held->capture.registers, &call);
  held->capture.known = SONDE_REGISTERS_ALL;
  if (is_read)
    sonde_stop_sampler_copy_stack (self, thread, &held->capture);
  is_counted = sonde_thread_read_runs (&thread->thread, &held->runs);
  if (sonde_tracee_release (tid, signal))
    thread->alone_ns = CLAMP (2 * thread->alone_ns, ALONE_NS, ALONE_NS_MAX);
  else
    thread->alone_ns = 0;

  thread->let_go_ns = sonde_clock_now_ns ();
  thread->n_stops++;
  sonde_stop_times_add (&self->stop_times, thread->let_go_ns - thread->asked_ns);
  held->thread = thread;
  held->is_asleep = FALSE;
  held->in_call = call >= 0;
  if (call == SONDE_CALL_FUTEX)
    held->capture.futex = held->capture.registers[SONDE_REGISTER_ARGUMENT];

  return is_read && is_counted && held->capture.stack.length > 0;
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
  self->client->lost (thread, SONDE_LOSS_GONE, MAX (self->tick - thread->tick, 1), self->data);
  sonde_stop_sampler_end_thread (self, thread);
  sonde_stop_sampler_release_strays (self);
}

static void
wait_on (SondeStopSampler   *self,
         SondeSampledThread *thread)
{
  sonde_stop_sampler_add_late_holder (self, thread);
  thread->asked_ns = sonde_clock_now_ns ();
  if (thread->asked_ns - thread->asked_again_ns < ASK_AGAIN_NS)
    return;

  thread->asked_again_ns = thread->asked_ns;
  sonde_tracee_ask_again (thread->thread.tid);
}

/* Threads come to their stops faster than their stacks are taken in. */
static void
let_go_unseen (SondeStopSampler   *self,
               SondeSampledThread *thread,
               int                 signal)
{
  sonde_tracee_release (thread->thread.tid, signal);
  thread->let_go_ns = sonde_clock_now_ns ();
  thread->n_stops++;
  sonde_stop_sampler_lose (self, thread, SONDE_LOSS_LATE);
}

gboolean
sonde_stop_sampler_collect (SondeStopSampler *self)
{
  gboolean found = FALSE;

  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = self->asked->len; i-- > 0;)
    {
      SondeSampledThread *thread = g_ptr_array_index (self->asked, i);
      Held *held = sonde_stop_sampler_ensure_held (self, thread);
      SondeTraceeOutcome outcome;
      int signal = 0;

      outcome = sonde_tracee_poll (thread->thread.tid, &signal);
      if (outcome == SONDE_TRACEE_PENDING)
        {
          wait_on (self, thread);
          continue;
        }

      found = TRUE;
      thread->is_asked = FALSE;
      g_ptr_array_remove_index_fast (self->asked, i);
      if (outcome != SONDE_TRACEE_OK)
        end_asked (self, thread);
      else if (self->n_held >= N_HELD_MAX)
        let_go_unseen (self, thread, signal);
      else if (take_held (self, thread, held, signal))
        self->n_held++;
      else
        sonde_stop_sampler_lose (self, thread, SONDE_LOSS_UNREADABLE);
    }

  return found;
}

/* Whether @thread is not ours any more. */
static gboolean
let_go (SondeStopSampler   *self,
        SondeSampledThread *thread)
{
  pid_t tid = thread->thread.tid;
  int signal = 0;

  switch (sonde_tracee_poll (tid, &signal))
    {
    case SONDE_TRACEE_PENDING:
      wait_on (self, thread);
      return FALSE;

    case SONDE_TRACEE_OK:
      sonde_tracee_release (tid, signal);
      return TRUE;

    case SONDE_TRACEE_GONE:
      bury (self, tid);
      return TRUE;

    case SONDE_TRACEE_REFUSED:
    default:
      g_array_append_val (self->late, tid);
      return TRUE;
    }
}

/* Each as soon as it stands still, whatever the others do. */
void
sonde_stop_sampler_let_all_go (SondeStopSampler *self,
                               guint64           give_up_ns)
{
  for (;;)
    {
      for (guint i = self->asked->len; i-- > 0;)
        if (let_go (self, g_ptr_array_index (self->asked, i)))
          g_ptr_array_remove_index_fast (self->asked, i);

      if (self->asked->len == 0 || sonde_clock_now_ns () >= give_up_ns)
        break;

      sonde_clock_sleep_until (sonde_clock_now_ns () + LET_GO_POLL_NS);
    }

  for (guint i = 0; i < self->asked->len; i++)
    {
      const SondeSampledThread *thread = g_ptr_array_index (self->asked, i);

      g_array_append_val (self->late, thread->thread.tid);
    }
  g_ptr_array_set_size (self->asked, 0);
}

static gboolean
is_asked (SondeStopSampler *self,
          pid_t             tid)
{
  const SondeSampledThread *thread = g_hash_table_lookup (self->by_tid, GINT_TO_POINTER (tid));

  return thread != NULL && thread->is_asked;
}

/* Whether @tid is not ours any more. */
static gboolean
let_late_go (SondeStopSampler *self,
             pid_t            *tid)
{
  int signal = 0;

  switch (sonde_tracee_poll (*tid, &signal))
    {
    case SONDE_TRACEE_PENDING:
      sonde_tracee_ask_again (*tid);
      return FALSE;

    case SONDE_TRACEE_OK:
      sonde_tracee_release (*tid, signal);
      return TRUE;

    case SONDE_TRACEE_GONE:
    case SONDE_TRACEE_REFUSED:
    default:
      bury (self, *tid);
      if (*tid == self->pid)
        return TRUE;

      /* Or an exec() has given it the id of its process. */
      *tid = self->pid;
      return FALSE;
    }
}

/* When our thread ends, the kernel lets go of all that it traces (kernel/ptrace.c, exit_ptrace),
 * but that may be hours away.
 */
void
sonde_stop_sampler_let_late_go (SondeStopSampler *self)
{
  g_return_if_fail (self != NULL);

  for (guint i = self->late->len; i-- > 0;)
    {
      pid_t *tid = &g_array_index (self->late, pid_t, i);

      if (!is_asked (self, *tid) && let_late_go (self, tid))
        g_array_remove_index_fast (self->late, i);
    }
}
