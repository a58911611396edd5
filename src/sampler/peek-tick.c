/* peek-tick.c: one tick of the peek sampler, on the CPUs of its target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tick is a stage on each CPU on which a thread is that has to stand still to be read, as a rule
 * on one.
 */

#include "config.h"

#include "base/clock.h"
#include "sampler/peek-sampler-private.h"

/* How often what goes on in other interpreters is looked at than those whose threads are read. */
#define OTHERS_INTERVAL_NS G_GUINT64_CONSTANT (200000)

/* How many threads are asked for their state, in turn. */
#define STATES_A_MS 16
#define STATES_A_TICK_MIN 4
#define STATES_A_TICK_MAX 64
/* And how many of those, if they sleep, whether they were woken, which takes 3 µs. */
#define WOKEN_A_TICK 4
#define NS_PER_MS G_GUINT64_CONSTANT (1000000)

/* How often a thread is missed in a tick before its sample is lost. */
#define MISSES_MAX 3

/* When a tick goes on that found the lock taken. */
#define RETRY_NS 100000

/* For how long the target is left alone after a tick, in terms of what its stages took. */
#define REST_FACTOR 1

/* Whose look was in vain. The sample is lost if that was often; the lock, which would have been
 * read with it, is read by itself.
 */
static void
miss (SondePeekSampler *self,
      PeekThread       *thread)
{
  if (++thread->n_misses < MISSES_MAX)
    return;

  sonde_peek_thread_lose (self, thread, SONDE_LOSS_TORN);
  sonde_peek_look_at_lock (self, thread->python->interpreter);
}

/* The next thread may have its thread state. */
static void
end_thread (SondePeekSampler *self,
            guint             index)
{
  PeekThread *thread = g_ptr_array_index (self->threads, index);

  sonde_peek_look_at_lock (self, thread->python->interpreter);
  sonde_python_drop_thread (self->python, g_steal_pointer (&thread->python));
  sonde_peek_thread_end (self, index);
}

/* Looks at @thread, if it may be here: on another CPU it is looked at when the tick goes on there.
 * FALSE if it has ended.
 */
static gboolean
look_at_thread (SondePeekSampler *self,
                PeekThread       *thread)
{
  gboolean is_first = thread->seen_tick != self->tick;
  SondePeekLook look;

  if (!is_first && thread->cpu != self->cpu && sonde_peek_look_needs_standing (thread))
    return TRUE;

  if (is_first)
    thread->n_misses = 0;
  thread->seen_tick = self->tick;
  look = sonde_peek_look_at (self, thread);
  if (look == SONDE_PEEK_LOOK_MISSED || (look == SONDE_PEEK_LOOK_ELSEWHERE && !is_first))
    miss (self, thread);

  return look != SONDE_PEEK_LOOK_ENDED;
}

/* Looks at all that are not counted yet, and could be here. Gives how many are left. */
static guint
look_at_all (SondePeekSampler *self,
             gboolean          only_holders)
{
  guint n_left = 0;

  for (guint i = self->threads->len; i-- > 0;)
    {
      PeekThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->tick == self->tick || (only_holders && !sonde_peek_thread_holds_lock (thread)))
        continue;

      if (!look_at_thread (self, thread))
        end_thread (self, i);
      else
        n_left += thread->tick != self->tick;
    }

  return n_left;
}

static gboolean
is_any_holder_known (SondePeekSampler *self)
{
  for (guint i = 0; i < self->threads->len; i++)
    if (sonde_peek_thread_holds_lock (g_ptr_array_index (self->threads, i)))
      return TRUE;

  return FALSE;
}

/* Where the thread that holds the lock is not known, no read tells whether another has run; nor
 * what goes on in other interpreters than those whose threads are read.
 */
static void
read_locks_if_unheld (SondePeekSampler *self)
{
  gboolean is_held = FALSE;

  if (sonde_python_count_interpreters (self->python) > 1 &&
      self->now_ns - self->locks_ns >= OTHERS_INTERVAL_NS)
    {
      sonde_python_read_locks (self->python);
      self->locks_ns = self->now_ns;
    }

  if (is_any_holder_known (self))
    return;

  sonde_python_read_locks (self->python);
  for (guint i = 0; i < self->threads->len; i++)
    {
      const PeekThread *thread = g_ptr_array_index (self->threads, i);

      sonde_peek_look_mark_stale (self, thread->python->interpreter);
      is_held |= thread->python->interpreter->gil.is_held;
    }

  /* By a thread whose state is not listed yet. */
  self->needs_list |= is_held && !is_any_holder_known (self);
}

/* The state of a thread without the lock is what it is in this tick, of a few in turn; of the
 * others what it was when they had theirs. To ask when something has changed, and to hold what was
 * found then, would find those awake too often that have just given the lock to another.
 */
static void
choose_asked (SondePeekSampler *self)
{
  guint n_most = (guint) (STATES_A_MS * self->period_ns / NS_PER_MS);
  guint n = MIN (self->threads->len, CLAMP (n_most, STATES_A_TICK_MIN, STATES_A_TICK_MAX));

  for (guint i = 0; i < n; i++)
    {
      PeekThread *thread;

      self->next_state = (self->next_state + 1) % self->threads->len;
      thread = g_ptr_array_index (self->threads, self->next_state);
      thread->asked_tick = self->tick;
      if (i < WOKEN_A_TICK)
        thread->woken_tick = self->tick;
    }
}

/* The CPU of a thread that is not counted yet, the holder's first: the others hang on it. */
static int
find_next_cpu (SondePeekSampler *self)
{
  int cpu = -1;

  for (guint i = 0; i < self->threads->len; i++)
    {
      const PeekThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->tick == self->tick)
        continue;
      if (sonde_peek_thread_holds_lock (thread))
        return thread->cpu;
      cpu = thread->cpu;
    }

  return cpu;
}

static void
begin_tick (SondePeekSampler *self,
            guint64           now_ns)
{
  guint64 n_skipped = self->n_missed + sonde_pacer_advance (&self->pacer, now_ns);

  self->n_missed = 0;
  self->is_in_tick = TRUE;
  self->has_new = FALSE;
  self->stages_ns = 0;
  self->tick += 1 + n_skipped;
  self->now_ns = now_ns;
  self->period_ns = (guint64) self->pacer.period_ns;
  g_array_append_val (self->batch.ticks, now_ns);
  sonde_peek_thread_skip_all (self, n_skipped);
  choose_asked (self);
  read_locks_if_unheld (self);
}

/* Gives the CPU on which others are to be looked at; ours if none are left. */
static int
look (SondePeekSampler *self)
{
  int cpu = self->cpu;

  while (cpu == self->cpu)
    {
      guint n_left = look_at_all (self, TRUE);

      /* Whether the others have to be read is not known before. */
      if (n_left == 0)
        n_left = look_at_all (self, FALSE);
      if (n_left == 0)
        break;

      cpu = find_next_cpu (self);
    }

  return cpu;
}

/* What is ours in the waits that the kernel has counted since the last stage: the threads that
 * could have run here waited while this one did, from when it was woken to when it slept again.
 */
static void
take_held_time (SondePeekSampler *self,
                int               cpu)
{
  guint64 cpu_ns = sonde_clock_thread_cpu_ns ();
  guint64 ns = cpu == self->cpu ? cpu_ns - MIN (self->stage_cpu_ns, cpu_ns) : 0;

  self->cpu = cpu;
  self->stage_cpu_ns = cpu_ns;
  for (guint i = 0; i < self->threads->len; i++)
    {
      PeekThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->cpu == cpu && thread->status.state == SONDE_THREAD_STATE_RUNNING)
        thread->held_ns += ns;
    }
}

/* Threads that have come since the last tick are looked at in this one. Gives whether there are. */
static gboolean
take_new_threads (SondePeekSampler *self)
{
  if (self->has_new || !sonde_python_refresh_new (self->python))
    return FALSE;

  self->has_new = TRUE;
  sonde_peek_thread_add_new (self);

  return TRUE;
}

static void
end_tick (SondePeekSampler *self)
{
  /* Those that are still left could not be reached. */
  for (guint i = 0; i < self->threads->len; i++)
    {
      PeekThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->tick != self->tick)
        sonde_peek_thread_lose (self, thread, SONDE_LOSS_TORN);
    }

  self->is_in_tick = FALSE;
}

/* When the next tick is due, at @now_ns: where a tick takes long (very deep stacks, very many
 * threads) those that are due meanwhile are late, so that the target has its CPU too. That a
 * preempter waited for its CPU between two stages took nothing from the target.
 */
static guint64
find_next_due (SondePeekSampler *self,
               guint64           now_ns)
{
  guint64 rested_ns = now_ns + REST_FACTOR * self->stages_ns;

  if (self->pacer.due_ns < rested_ns)
    self->n_missed += 1 + sonde_pacer_advance (&self->pacer, rested_ns);

  return self->pacer.due_ns;
}

SondeStage
sonde_peek_tick_run (SondeRelay *relay,
                     int         cpu,
                     gpointer    data)
{
  SondePeekSampler *self = data;
  SondeStage next = { .cpu = cpu };
  guint64 start_ns = sonde_clock_now_ns ();
  gboolean is_over;
  guint64 now_ns;

  /* Where the worker has it, to wait would keep the target waiting too. */
  if (!g_mutex_trylock (&self->lock))
    {
      if (!self->is_in_tick)
        self->n_missed += 1 + sonde_pacer_advance (&self->pacer, start_ns);
      next.due_ns = self->is_in_tick ? start_ns + RETRY_NS : self->pacer.due_ns;
      return next;
    }

  take_held_time (self, cpu);
  if (!self->is_in_tick)
    begin_tick (self, start_ns);
  next.cpu = look (self);
  if (next.cpu == cpu && take_new_threads (self))
    next.cpu = look (self);
  is_over = next.cpu == cpu || next.cpu < 0 || sonde_relay_has_failed (relay);
  if (is_over)
    end_tick (self);

  now_ns = sonde_clock_now_ns ();
  self->stages_ns += now_ns - start_ns;
  if (is_over)
    next = (SondeStage) { .cpu = cpu, .due_ns = find_next_due (self, now_ns) };

  g_mutex_unlock (&self->lock);

  return next;
}
