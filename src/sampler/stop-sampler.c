/* stop-sampler.c: captures every thread of a target, stopping only those that run
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernel counts how often a thread was put on a CPU. Read while the thread stands still, this
 * count says later whether it has run since; read again at the stop, whether it ran or waited for
 * a CPU when it was asked.
 */

#include "config.h"

#include "sampler/stop-sampler.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "sampler/other-stack.h"
#include "sampler/stop-sampler-private.h"
#include "target/memory.h"

/* How much may be spent on looks at sleepers in a tick. A look costs 1 µs, and a thread long asleep
 * need not be looked at every time: its turn comes less often than that of one that slept just now.
 */
#define SLEEPER_BUDGET 192
#define COST_OF_SLEEPER 3
#define COST_OF_LONG_SLEEPER 8
#define LONG_NS SONDE_NS_PER_SECOND
/* Of threads that do not stop. */
#define N_STUCK_A_TICK 32

/* How many captures may wait for the client before no new thread is looked at. */
#define N_CAPTURES_MAX 64

/* A thread that woke this short a time ago is looked at with those that run; so many of them. */
#define RESTLESS_NS (20 * G_GUINT64_CONSTANT (1000000))
#define N_RESTLESS 8

/* How long the end waits for threads that were asked, all together. */
#define LET_GO_NS SONDE_NS_PER_SECOND

/* Of so many threads that run it is asked where; a look costs 3 µs. */
#define N_PLACES_MAX 64

static void
clear_held (gpointer data)
{
  Held *held = data;

  sonde_capture_clear (&held->capture);
}

/**
 * sonde_stop_sampler_new:
 * @pid: a process
 * @is_child: whether it is our own child, whose exit status is somebody's to wait for
 * @client: (transfer none): outlives the sampler
 * @data: for @client
 *
 * Returns: (transfer full): a sampler that knows of no thread yet
 */
SondeStopSampler *
sonde_stop_sampler_new (pid_t                     pid,
                        gboolean                  is_child,
                        const SondeSamplerClient *client,
                        gpointer                  data)
{
  SondeStopSampler *self = g_new0 (SondeStopSampler, 1);

  self->pid = pid;
  self->is_child = is_child;
  self->client = client;
  self->data = data;
  self->last_fd = sonde_threads_open_last ();
  self->undertaker = sonde_undertaker_new (pid);
  self->holders = sonde_holders_new ();
  self->threads = g_ptr_array_new_with_free_func (sonde_stop_sampler_free_thread);
  self->by_tid = g_hash_table_new (NULL, NULL);
  self->asked = g_ptr_array_new ();
  self->late = g_array_new (FALSE, FALSE, sizeof (pid_t));
  self->held = g_array_new (FALSE, TRUE, sizeof (Held));
  g_array_set_clear_func (self->held, clear_held);

  return self;
}

/**
 * sonde_stop_sampler_set_python:
 * @self: a sampler
 * @python: (nullable): the Python of the process, whose frames captures shall hold from now on;
 *   it must stay until another is set
 *
 * A thread that sleeps on is captured once more where there was no Python before: its last capture
 * has no frames of it.
 */
void
sonde_stop_sampler_set_python (SondeStopSampler *self,
                               SondePython      *python)
{
  g_return_if_fail (self != NULL);

  if (self->python == NULL && python != NULL)
    sonde_stop_sampler_forget (self);
  self->python = python;
}

void
sonde_stop_sampler_mark_counted (SondeStopSampler   *self,
                                 SondeSampledThread *thread)
{
  thread->tick = self->tick;
  thread->time_ns = self->now_ns;
}

void
sonde_stop_sampler_lose (SondeStopSampler   *self,
                         SondeSampledThread *thread,
                         SondeLoss           loss)
{
  self->client->lost (thread, loss, self->tick - thread->tick, self->data);
  sonde_stop_sampler_mark_counted (self, thread);
}

static gboolean
give_next (SondeStopSampler *self)
{
  const Held *held;

  if (self->n_given == self->n_held)
    return FALSE;

  held = &g_array_index (self->held, Held, self->n_given);
  self->n_given++;
  sonde_stop_sampler_name_new (self, held->thread);
  if (held->is_asleep)
    sonde_stop_sampler_give_sleeper (self, held);
  else
    sonde_stop_sampler_give_stopped (self, held);

  if (self->n_given == self->n_held)
    self->n_given = self->n_held = 0;

  return TRUE;
}

static void
give_all (SondeStopSampler *self)
{
  while (give_next (self))
    sonde_stop_sampler_collect (self);
}

Held *
sonde_stop_sampler_ensure_held (SondeStopSampler         *self,
                                const SondeSampledThread *thread)
{
  SondeCapture *capture;

  if (self->n_held == self->held->len)
    g_array_set_size (self->held, self->held->len + 1);

  capture = &g_array_index (self->held, Held, self->n_held).capture;
  if (self->python == NULL)
    g_clear_pointer (&capture->codes, g_free);
  else if (capture->codes == NULL)
    capture->codes = g_new0 (SondeCodeStack, 1);

  sonde_stack_piece_ensure (&capture->stack, thread->want_bytes);
  if (thread->want_outer != 0 || thread->follow_frames)
    sonde_stack_piece_ensure (&capture->outer, thread->want_outer_bytes);

  return &g_array_index (self->held, Held, self->n_held);
}

static void
copy_codes (SondeStopSampler *self,
            SondeCapture     *capture)
{
  if (sonde_python_read_tid (self->python, capture->tid, capture->codes) == SONDE_PYTHON_READ_OK)
    return;

  capture->codes->depth = 0;
  capture->codes->is_truncated = TRUE;
}

/* Another stack that the frames go on on: the one that they lead to, or else the last one. */
static void
copy_outer (const SondeSampledThread *thread,
            SondeCapture             *capture)
{
  const SondeAddress starts[] = {
    thread->follow_frames ? sonde_other_stack_find (capture) : 0, thread->want_outer,
  };
  gsize length = MIN (thread->want_outer_bytes, capture->outer.capacity);

  capture->outer.length = 0;
  for (guint i = 0; i < G_N_ELEMENTS (starts) && capture->outer.length == 0; i++)
    if (starts[i] != 0)
      {
        capture->outer.start = starts[i];
        capture->outer.length = sonde_memory_read (capture->tid, starts[i], capture->outer.bytes,
                                                   length);
      }
}

void
sonde_stop_sampler_copy_stack (SondeStopSampler   *self,
                               SondeSampledThread *thread,
                               SondeCapture       *capture)
{
  /* The memory is read by way of the thread: that of the first one is gone once it has ended. */
  capture->tid = thread->thread.tid;
  capture->stack.start = thread->follow_frames ? sonde_other_stack_find_start (capture)
                                               : capture->registers[SONDE_REGISTER_SP];
  capture->stack.length = sonde_memory_read (capture->tid, capture->stack.start,
                                             capture->stack.bytes, thread->want_bytes);

  copy_outer (thread, capture);

  capture->futex = 0;
  if (self->python != NULL)
    copy_codes (self, capture);
}

/* A thread that was looked at before has run since, some ticks of which nobody saw. */
static void
count_unseen (SondeStopSampler      *self,
              SondeSampledThread    *thread,
              const SondeThreadRuns *runs)
{
  guint64 n_ticks = self->tick - thread->tick - 1;
  guint64 active_ns;
  guint64 n_active;
  guint64 ns;

  if (n_ticks == 0)
    return;

  /* When it ran is not known, but for how long is: the rest of the time it slept on. */
  active_ns = runs->ran_ns - thread->runs.ran_ns + runs->waited_ns - thread->runs.waited_ns;
  n_active = MIN (n_ticks, (active_ns + self->period_ns - 1) / self->period_ns);
  if (!thread->has_runs || sonde_thread_state_is_active (thread->state))
    n_active = n_ticks;

  if (n_active < n_ticks)
    {
      ns = (n_ticks - n_active) * self->period_ns;
      ns = MIN (ns, self->now_ns - thread->time_ns);
      self->client->repeated (thread, thread->state, n_ticks - n_active, ns, self->data);
      thread->time_ns += ns;
    }

  if (n_active > 0)
    self->client->lost (thread, n_ticks > self->n_skipped ? SONDE_LOSS_UNSEEN : SONDE_LOSS_LATE,
                        n_active, self->data);

  thread->tick = self->tick - 1;
}

/* Of a thread that has not run since its last capture. One that was asleep then may have been woken
 * since, and wait for a CPU; the kernel tells of that wait only when it is over. One that slept a
 * short time ago is asked.
 */
static SondeThreadState
find_state (SondeStopSampler   *self,
            SondeSampledThread *thread)
{
  SondeThreadState state;

  /* Let go after its last capture, it has waited for a CPU ever since; if not for ours, which we
   * have had all the while, for one that others have.
   */
  if (thread->state == SONDE_THREAD_STATE_RUNNING && thread->let_go_ns < self->turn.first_ns)
    thread->state = SONDE_THREAD_STATE_READY;

  if (sonde_thread_state_is_active (thread->state) ||
      self->now_ns - thread->woke_ns >= RESTLESS_NS ||
      !sonde_thread_read_state (&thread->thread, &state) || state != SONDE_THREAD_STATE_RUNNING)
    return thread->state;

  thread->woke_ns = self->now_ns;

  return SONDE_THREAD_STATE_READY;
}

/* One thread at one tick. May end the thread. */
static void
look_at (SondeStopSampler   *self,
         SondeSampledThread *thread)
{
  SondeThreadRuns runs;
  SondeThreadWait wait;

  if (!sonde_thread_read_runs (&thread->thread, &runs))
    {
      sonde_stop_sampler_end_or_lose (self, thread);
      return;
    }

  if (thread->is_known && runs.count == thread->runs.count)
    {
      self->client->repeated (thread, find_state (self, thread), self->tick - thread->tick,
                              self->now_ns - thread->time_ns, self->data);
      sonde_stop_sampler_mark_counted (self, thread);
    }
  else if (!sonde_thread_read_wait (&thread->thread, &wait))
    {
      sonde_stop_sampler_end_or_lose (self, thread);
      return;
    }
  else
    {
      count_unseen (self, thread, &runs);
      if (wait.asleep && wait.sp != 0)
        sonde_stop_sampler_take_sleeper (self, thread, &runs, &wait);
      else
        sonde_stop_sampler_ask (self, thread, SONDE_THREAD_STATE_RUNNING, &runs);
    }
}

static gboolean
is_asleep (const SondeSampledThread *thread)
{
  return thread->is_known && !sonde_thread_state_is_active (thread->state);
}

/* A look at a sleeper, in terms of the budget. Of a thread that has just come it must be taken. */
static gint
get_cost (SondeStopSampler         *self,
          const SondeSampledThread *thread)
{
  if (!thread->has_runs)
    return 0;

  return self->now_ns - thread->woke_ns > LONG_NS ? COST_OF_LONG_SLEEPER : COST_OF_SLEEPER;
}

/* In turn, as many as the budget is for. FALSE if none is left. */
static gboolean
look_at_next_sleeper (SondeStopSampler *self)
{
  while (self->n_sleepers > 0 && self->sleeper_budget > 0 && self->threads->len > 0)
    {
      SondeSampledThread *thread;

      /* Backwards, since a look may end the thread. */
      self->n_sleepers--;
      self->sleeper_at = MIN (self->sleeper_at, self->threads->len);
      self->sleeper_at = (self->sleeper_at > 0 ? self->sleeper_at : self->threads->len) - 1;
      thread = g_ptr_array_index (self->threads, self->sleeper_at);
      if ((thread->is_known && !is_asleep (thread)) || thread->is_asked ||
          thread->tick == self->tick)
        continue;

      self->sleeper_budget -= get_cost (self, thread);
      look_at (self, thread);
      return TRUE;
    }

  return FALSE;
}

/* While the CPUs are held: only those that may run on one of them. One that slept at the last tick,
 * and had run since the one before, is likely to run.
 */
static void
look_at_awake (SondeStopSampler *self)
{
  guint n_restless = N_RESTLESS;

  for (guint i = self->threads->len; i-- > 0;)
    {
      SondeSampledThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->is_asked || (!thread->is_known && self->n_held >= N_CAPTURES_MAX))
        continue;

      if (!is_asleep (thread))
        look_at (self, thread);
      else if (n_restless > 0 && self->now_ns - thread->woke_ns < RESTLESS_NS)
        {
          n_restless--;
          look_at (self, thread);
        }
    }
}

/**
 * sonde_stop_sampler_look:
 * @self: a sampler
 * @tick: the times of this tick
 *
 * Looks at every thread that is awake. What else there is to do in a tick is left to proceed().
 */
void
sonde_stop_sampler_look (SondeStopSampler *self,
                         const SondeTick  *tick)
{
  guint64 turn_ns;

  g_return_if_fail (self != NULL);
  g_return_if_fail (tick != NULL);

  give_all (self);
  self->tick += 1 + tick->n_skipped;
  self->n_skipped = tick->n_skipped;
  self->now_ns = tick->now_ns;
  self->due_ns = tick->due_ns;
  self->period_ns = tick->period_ns;

  turn_ns = tick->now_ns - tick->turn_ns > SONDE_TURN_NS_MAX ? tick->now_ns : tick->turn_ns;
  self->turn = (SondeTurn) { .first_ns = turn_ns, .last_ns = turn_ns };
  sonde_stop_sampler_list_new (self);

  sonde_holders_gather (self->holders, tick->due_ns, &self->turn);
  look_at_awake (self);
  sonde_holders_aim (self->holders, tick->next_ns);
  sonde_holders_release (self->holders);

  self->n_sleepers = self->threads->len;
  self->sleeper_budget = SLEEPER_BUDGET;
  self->n_stuck = MIN (self->asked->len, N_STUCK_A_TICK);
}

gboolean
sonde_stop_sampler_proceed (SondeStopSampler *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return give_next (self) || look_at_next_sleeper (self) ||
         sonde_stop_sampler_look_at_next_stuck (self) || sonde_stop_sampler_list_again (self);
}

gboolean
sonde_stop_sampler_has_asked (SondeStopSampler *self)
{
  for (guint i = 0; i < self->asked->len; i++)
    if (!((const SondeSampledThread *) g_ptr_array_index (self->asked, i))->is_stuck)
      return TRUE;

  return FALSE;
}

void
sonde_stop_sampler_forget (SondeStopSampler *self)
{
  g_return_if_fail (self != NULL);

  give_all (self);
  for (guint i = 0; i < self->threads->len; i++)
    {
      SondeSampledThread *thread = g_ptr_array_index (self->threads, i);

      thread->is_known = FALSE;
      memset (thread->kept, 0, sizeof thread->kept);
    }

  self->listed_ns = 0;
}

gboolean
sonde_stop_sampler_add_cpus (SondeStopSampler *self,
                             cpu_set_t        *cpus)
{
  guint n_left = N_PLACES_MAX;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (cpus != NULL, FALSE);

  for (guint i = 0; i < self->threads->len && n_left > 0; i++)
    {
      SondeSampledThread *thread = g_ptr_array_index (self->threads, i);
      SondeThreadPlace place;

      if (is_asleep (thread))
        continue;

      n_left--;
      if (!sonde_thread_read_place (&thread->thread, &place))
        continue;

      if (place.is_realtime)
        return FALSE;
      if (place.cpu >= 0 && place.cpu < CPU_SETSIZE)
        CPU_SET (place.cpu, cpus);
    }

  return TRUE;
}

/* Whether the whole process is held still by a stop signal or a debugger. */
gboolean
sonde_stop_sampler_is_stopped (SondeStopSampler *self)
{
  for (guint i = 0; i < self->threads->len; i++)
    {
      const SondeSampledThread *thread = g_ptr_array_index (self->threads, i);

      if (!thread->is_known || thread->state != SONDE_THREAD_STATE_STOPPED)
        return FALSE;
    }

  return self->threads->len > 0;
}

guint64
sonde_stop_sampler_get_stopped_ns (SondeStopSampler *self)
{
  return self->stop_times.sum_ns;
}

guint64
sonde_stop_sampler_get_stopped_quantile (SondeStopSampler *self,
                                         double            share)
{
  return sonde_stop_times_get_quantile (&self->stop_times, share);
}

void
sonde_stop_sampler_finish (SondeStopSampler *self)
{
  g_return_if_fail (self != NULL);

  give_all (self);
  sonde_stop_sampler_let_all_go (self, sonde_clock_now_ns () + LET_GO_NS);
  self->n_held = self->n_given = 0;
  for (guint i = 0; i < self->threads->len; i++)
    self->client->thread_ended (g_ptr_array_index (self->threads, i), self->data);
  g_hash_table_remove_all (self->by_tid);
  g_ptr_array_set_size (self->threads, 0);
}

void
sonde_stop_sampler_free (SondeStopSampler *self)
{
  if (self == NULL)
    return;

  sonde_stop_sampler_finish (self);
  if (self->last_fd >= 0)
    close (self->last_fd);
  g_clear_pointer (&self->holders, sonde_holders_free);
  g_clear_pointer (&self->undertaker, sonde_undertaker_free);
  g_ptr_array_unref (self->asked);
  g_array_unref (self->late);
  g_ptr_array_unref (self->threads);
  g_hash_table_unref (self->by_tid);
  g_array_unref (self->held);
  g_free (self);
}
