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
           int                 signal)
{
  pid_t tid = thread->thread.tid;
  Held *held = &g_array_index (self->held, Held, self->n_held);
  gboolean is_read;
  gboolean is_counted;
  gint64 call = -1;

  held->seen_ns = sonde_clock_now_ns ();
  is_read = sonde_tracee_read_registers (tid, held->capture.registers, &call);
  if (is_read)
    sonde_stop_sampler_copy_stack (self, thread, &held->capture);
  is_counted = sonde_thread_read_runs (&thread->thread, &held->runs);
  sonde_tracee_release (tid, signal);

  thread->let_go_ns = sonde_clock_now_ns ();
  thread->n_stops++;
  sonde_stop_times_add (&self->stop_times, thread->let_go_ns - thread->asked_ns);
  held->thread = thread;
  held->in_call = call >= 0;
  held->capture.known = SONDE_REGISTERS_ALL;
  if (call == SONDE_CALL_FUTEX)
    held->capture.futex = held->capture.registers[SONDE_REGISTER_ARGUMENT];

  return is_read && is_counted && held->capture.stack.length > 0;
}

/* Memory for a capture of @thread, got before it is looked whether it stands still. */
static void
ensure_room (SondeStopSampler   *self,
             SondeSampledThread *thread)
{
  if (self->n_held == self->held->len)
    g_array_set_size (self->held, self->held->len + 1);

  sonde_stop_sampler_ensure_room (self, thread,
                                  &g_array_index (self->held, Held, self->n_held).capture);
}

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
static void
add_late_holder (SondeStopSampler   *self,
                 SondeSampledThread *thread)
{
  sonde_holders_add_late (self->holders, thread->cpu, thread->due_ns, &thread->turn);
}

static void
give_to_client (SondeStopSampler *self,
                const Held       *held)
{
  SondeSampledThread *thread = held->thread;
  guint64 n_ticks = MAX (self->tick - thread->tick, 1);
  guint64 tick_ns = (self->now_ns - thread->time_ns) / n_ticks;
  Judgement judgement;

  add_late_holder (self, thread);
  judgement = judge_wait (self, held, n_ticks);
  remember_stop (thread, held);
  if (judgement.state == SONDE_THREAD_STATE_RUNNING)
    want_cpu (self, held);
  thread->is_known = TRUE;
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
wait_on (SondeStopSampler   *self,
         SondeSampledThread *thread)
{
  add_late_holder (self, thread);
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
          wait_on (self, thread);
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
