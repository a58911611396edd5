/* peek-thread.c: what the peek sampler knows of each thread, and how its samples are counted
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/clock.h"
#include "sampler/peek-sampler-private.h"

/* A thread that waits for the lock wakes every 5 ms to ask for it. It does not run longer than this
 * for that, so it wants the lock still.
 */
#define ASKING_NS 100000

/* Who has not run for so long sleeps for longer than it waits for a CPU. */
#define RESTLESS_NS (20 * G_GUINT64_CONSTANT (1000000))

/* A thread may have ended without a word to its Python: then its thread state stays. */
static void
add_thread (SondePeekSampler  *self,
            SondePythonThread *python)
{
  PeekThread *thread = g_new0 (PeekThread, 1);
  const SondePeekRecord record = { .kind = SONDE_PEEK_APPEARED, .thread = thread };

  sonde_thread_open (&thread->thread, self->pid, python->tid);
  if (!sonde_peek_thread_update_state (self, thread))
    {
      sonde_thread_close (&thread->thread);
      g_free (thread);
      return;
    }

  thread->base.tid = python->tid;
  thread->python = python;
  sonde_thread_read_name (&thread->thread, thread->base.name);
  /* In a tick it is looked at in this one, else in the next. */
  thread->tick = self->tick - (self->is_in_tick ? 1 : 0);
  thread->time_ns = self->is_in_tick ? self->now_ns - self->period_ns : sonde_clock_now_ns ();
  python->data = thread;
  g_ptr_array_add (self->threads, thread);
  sonde_peek_batch_add (&self->batch, &record, NULL, &thread->place);
}

void
sonde_peek_thread_end (SondePeekSampler *self,
                            guint             index)
{
  PeekThread *thread = g_ptr_array_index (self->threads, index);
  const SondePeekRecord record = { .kind = SONDE_PEEK_ENDED, .thread = thread };

  if (thread->python != NULL)
    thread->python->data = NULL;
  g_ptr_array_remove_index (self->threads, index);
  sonde_peek_batch_add (&self->batch, &record, NULL, &thread->place);
}

/* The one that goes on with another thread state, since it entered or left an interpreter inside
 * another; NULL if it is a new one.
 */
static PeekThread *
find_same_thread (SondePeekSampler        *self,
                  const SondePythonThread *python)
{
  for (guint i = 0; i < self->threads->len; i++)
    {
      PeekThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->base.tid == python->tid &&
          (thread->python == NULL || thread->python->is_outer))
        return thread;
    }

  return NULL;
}

static void
take_thread_state (SondePeekSampler  *self,
                   SondePythonThread *python)
{
  PeekThread *thread = python->data != NULL ? python->data : find_same_thread (self, python);

  if (thread == NULL)
    {
      add_thread (self, python);
      return;
    }

  if (python->data == NULL)
    thread->is_known = FALSE;
  thread->python = python;
  python->data = thread;
}

/* Another thread runs the interpreter of this state by now. */
static void
leave_other_thread (SondePythonThread *python)
{
  PeekThread *thread = python->data;

  if (thread == NULL || thread->base.tid == python->tid)
    return;

  if (thread->python == python)
    thread->python = NULL;
  python->data = NULL;
}

/* An outer thread state is read with the one inside of it, and goes when that one does: none of
 * ours may hold it.
 */
static void
leave_thread_state (SondePeekSampler  *self,
                    SondePythonThread *python)
{
  PeekThread *thread = python->data;
  guint index;

  if (thread != NULL && thread->python == python &&
      g_ptr_array_find (self->threads, thread, &index))
    sonde_peek_thread_end (self, index);
  python->data = NULL;
}

void
sonde_peek_thread_add_new (SondePeekSampler *self)
{
  for (guint i = 0; i < sonde_python_get_count (self->python); i++)
    leave_other_thread (sonde_python_get_thread (self->python, i));

  for (guint i = 0; i < sonde_python_get_count (self->python); i++)
    {
      SondePythonThread *python = sonde_python_get_thread (self->python, i);

      if (!python->is_outer)
        take_thread_state (self, python);
    }

  for (guint i = 0; i < sonde_python_get_count (self->python); i++)
    {
      SondePythonThread *python = sonde_python_get_thread (self->python, i);

      if (python->is_outer)
        leave_thread_state (self, python);
    }

  for (guint i = self->threads->len; i-- > 0;)
    if (((PeekThread *) g_ptr_array_index (self->threads, i))->python == NULL)
      sonde_peek_thread_end (self, i);
}

gboolean
sonde_peek_thread_holds_lock (const PeekThread *thread)
{
  return thread->python->interpreter->gil.holder == thread->python->state;
}

gboolean
sonde_peek_thread_update_runs (PeekThread *thread)
{
  SondeThreadRuns runs;
  guint64 waited_ns;

  if (!sonde_thread_read_runs (&thread->thread, &runs))
    return FALSE;

  /* One that has not run since the last look waited for others all the while, not for us; and what
   * is known of its wait may still grow, where it goes from one CPU's queue to another's.
   */
  if (thread->has_runs && runs.count == thread->runs.count)
    {
      runs.waited_ns = thread->runs.waited_ns;
    }
  else if (thread->has_runs)
    {
      waited_ns = runs.waited_ns - MIN (thread->runs.waited_ns, runs.waited_ns);
      thread->waited_ns += waited_ns - MIN (waited_ns, thread->held_ns);
    }

  thread->held_ns = 0;

  thread->runs = runs;
  thread->has_runs = TRUE;

  return TRUE;
}

gboolean
sonde_peek_thread_update_wait (PeekThread *thread)
{
  SondeThreadWait wait;

  if (!sonde_thread_read_wait (&thread->thread, &wait) || !wait.asleep)
    return FALSE;

  thread->futex = wait.call == SONDE_CALL_FUTEX ? wait.arguments[0] : 0;
  thread->futex_ran_ns = thread->runs.ran_ns;
  thread->has_wait = TRUE;

  return TRUE;
}

/* Whether a thread that has slept since it was last asked may have been woken since: it waits for a
 * CPU then, and the kernel counts that only when it has one. FALSE if it has ended.
 */
static gboolean
update_sleeper (SondePeekSampler *self,
                PeekThread       *thread)
{
  SondeThreadPlace place;

  if (thread->woken_tick != self->tick || self->now_ns - thread->ran_at_ns >= RESTLESS_NS)
    return TRUE;

  if (!sonde_thread_read_place (&thread->thread, &place))
    return FALSE;

  if (place.state != SONDE_THREAD_STATE_RUNNING)
    return TRUE;

  thread->cpu = place.cpu;
  thread->status.state = place.state;
  thread->has_wait = FALSE;
  thread->is_woken = TRUE;

  return TRUE;
}

gboolean
sonde_peek_thread_update_state (SondePeekSampler *self,
                                PeekThread       *thread)
{
  gboolean was_active = sonde_thread_state_is_active (thread->status.state);
  guint64 count = thread->runs.count;
  SondeThreadPlace place;

  if (!sonde_peek_thread_update_runs (thread))
    return FALSE;

  if (thread->runs.count == count && !was_active && thread->has_wait)
    return update_sleeper (self, thread);

  /* It cannot have gone to sleep again without having run. */
  if (thread->runs.count == count && thread->is_woken)
    {
      thread->ran_at_ns = self->now_ns;
      return TRUE;
    }

  thread->is_woken = FALSE;
  thread->ran_at_ns = self->now_ns;
  if (!sonde_thread_read_place (&thread->thread, &place))
    return FALSE;

  thread->cpu = place.cpu;
  thread->status.state = place.state;
  thread->has_wait = FALSE;
  if (place.state != SONDE_THREAD_STATE_RUNNING && !sonde_peek_thread_update_wait (thread))
    thread->status.state = SONDE_THREAD_STATE_RUNNING;

  return TRUE;
}

/* For how much of the time a thread waited for a CPU the kernel says only afterwards: as many of
 * its samples are READY.
 */
static SondeThreadState
judge_state (PeekThread *thread,
             guint64     ns)
{
  if (thread->status.state != SONDE_THREAD_STATE_RUNNING)
    return thread->status.state;

  if (thread->waited_ns < ns)
    return SONDE_THREAD_STATE_RUNNING;

  thread->waited_ns -= ns;

  return SONDE_THREAD_STATE_READY;
}

/* The lock of a thread that had it is with another, and the thread waits for a CPU, ours: so it was
 * made to give the lock up, and asks for it again as soon as it runs.
 */
static gboolean
has_lost_lock (SondePeekSampler *self,
               const PeekThread *thread)
{
  const SondePythonGil *gil = &thread->python->interpreter->gil;

  return thread->had_lock && gil->is_held && gil->holder != thread->python->state &&
         thread->cpu == self->cpu && thread->status.state == SONDE_THREAD_STATE_RUNNING;
}

/* Who waits for the lock sleeps on it. It also waits while it wakes to ask for it, and until it has
 * a CPU for that.
 */
static SondeGil
judge_gil (SondePeekSampler *self,
           PeekThread       *thread)
{
  SondeGil gil;

  if (has_lost_lock (self, thread))
    {
      thread->futex = thread->python->interpreter->gil.address;
      thread->futex_ran_ns = thread->runs.ran_ns;
    }
  else if (thread->runs.ran_ns - thread->futex_ran_ns > ASKING_NS)
    {
      thread->futex = 0;
    }

  gil = sonde_python_judge_gil (self->python, thread->python, thread->futex);
  thread->had_lock = gil == SONDE_GIL_HAS;
  if (thread->had_lock)
    thread->futex = 0;

  return gil;
}

/* Counts the samples of @thread up to this tick. */
static gboolean
count (SondePeekSampler     *self,
       PeekThread           *thread,
       SondePeekRecord      *record,
       const SondePeekStack *stack)
{
  record->thread = thread;
  record->n_ticks = self->tick - thread->tick;
  record->ns = self->now_ns - MIN (thread->time_ns, self->now_ns);
  thread->tick = self->tick;
  thread->time_ns = self->now_ns;

  thread->status.gil = judge_gil (self, thread);
  thread->status.is_collecting =
    sonde_python_is_collecting (thread->python, thread->status.gil,
                                sonde_thread_state_is_active (thread->status.state));
  record->status = thread->status;
  record->status.state = judge_state (thread, record->ns / MAX (record->n_ticks, 1));

  return sonde_peek_batch_add (&self->batch, record, stack, &thread->place);
}

gboolean
sonde_peek_thread_count (SondePeekSampler *self,
                         PeekThread       *thread)
{
  SondePeekRecord record = { .kind = SONDE_PEEK_STACK };

  return count (self, thread, &record, &self->stack);
}

void
sonde_peek_thread_repeat (SondePeekSampler *self,
                          PeekThread       *thread)
{
  SondePeekRecord record = { .kind = SONDE_PEEK_SAME };

  count (self, thread, &record, NULL);
}

void
sonde_peek_thread_lose (SondePeekSampler *self,
                        PeekThread       *thread,
                        SondeLoss         loss)
{
  SondePeekRecord record = { .kind = SONDE_PEEK_LOST, .loss = loss };

  count (self, thread, &record, NULL);
}

void
sonde_peek_thread_skip_all (SondePeekSampler *self,
                            guint64           n_skipped)
{
  for (guint i = 0; n_skipped > 0 && i < self->threads->len; i++)
    {
      PeekThread *thread = g_ptr_array_index (self->threads, i);
      SondePeekRecord record = { .kind = SONDE_PEEK_LOST, .thread = thread,
                                 .loss = SONDE_LOSS_LATE };

      record.n_ticks = MIN (n_skipped, self->tick - 1 - thread->tick);
      thread->tick += record.n_ticks;
      sonde_peek_batch_add (&self->batch, &record, NULL, &thread->place);
    }
}
