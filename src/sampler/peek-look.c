/* peek-look.c: how the peek sampler looks at one thread
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A thread that is not on a CPU stands still, and what it has in memory with it. It was not on one
 * from the first to the last of these readings if both counts are the same:
 *
 *   count of its timeslices (schedstat) · where it is · its frames · count of its timeslices
 *
 * and where it is is our CPU, on which we run. If it is another one the tick goes on there, where
 * we run in its place (peek-tick.c). Tried with a program that counts all the time: 0 of 90,000
 * looks were wrong, and of those without that test up to a third.
 *
 * Where threads share a lock only the one that holds it can change its frames. Those of another are
 * as they were if no other thread has taken the lock, which its switch number says.
 */

#include "config.h"

#include <sched.h>

#include "sampler/peek-sampler-private.h"

/* A collection and a thread take longer than this, and each would be another piece of each read. */
#define ALL_INTERVAL_NS G_GUINT64_CONSTANT (200000)

/* How often a stack is read when its thread seems to run another task afterwards. */
#define TASK_TRIES 3

void
sonde_peek_look_mark_stale (SondePeekSampler       *self,
                            SondePythonInterpreter *interpreter)
{
  if (!interpreter->has_switched)
    return;

  interpreter->has_switched = FALSE;
  for (guint i = 0; i < self->threads->len; i++)
    {
      PeekThread *other = g_ptr_array_index (self->threads, i);

      if (other->python->interpreter->gil.address != interpreter->gil.address)
        continue;

      other->is_stale = TRUE;
      other->python->interpreter->gil = interpreter->gil;
    }
}

void
sonde_peek_look_at_lock (SondePeekSampler       *self,
                         SondePythonInterpreter *interpreter)
{
  if (!sonde_python_read_lock (self->python, interpreter))
    interpreter->has_switched = TRUE;

  sonde_peek_look_mark_stale (self, interpreter);
}

/* With what awaits the task that it runs, if that is asked for. */
static SondePythonRead
read_frames (SondePeekSampler       *self,
             PeekThread             *thread,
             const SondeMemoryPiece *pieces,
             guint                   n_pieces)
{
  for (guint i = 0; i < TASK_TRIES; i++)
    {
      SondePythonRunning running;
      SondePythonRead read;

      if (self->tasks != NULL)
        sonde_python_tasks_read_running (self->tasks, thread->python, &running);

      read = sonde_python_read_thread (self->python, thread->python, pieces, n_pieces,
                                       &self->codes);
      if (read != SONDE_PYTHON_READ_OK || self->tasks == NULL ||
          sonde_python_tasks_extend (self->tasks, thread->python, &running, &self->codes))
        return read;
    }

  return SONDE_PYTHON_READ_TORN;
}

/* The frames of @thread as functions, with @pieces. */
static SondePythonRead
read_stack (SondePeekSampler       *self,
            PeekThread             *thread,
            const SondeMemoryPiece *pieces,
            guint                   n_pieces)
{
  SondePythonRead read = read_frames (self, thread, pieces, n_pieces);

  if (read != SONDE_PYTHON_READ_OK)
    return read;

  self->stack.is_truncated = self->codes.is_truncated;

  return self->client->resolve (&self->codes, self->stack.functions, &self->stack.depth, self->data)
         ? SONDE_PYTHON_READ_OK : SONDE_PYTHON_READ_TORN;
}

static SondeLoss
get_loss (SondePythonRead read)
{
  switch (read)
    {
    case SONDE_PYTHON_READ_GONE:
      return SONDE_LOSS_GONE;

    case SONDE_PYTHON_READ_TORN:
      return SONDE_LOSS_TORN;

    case SONDE_PYTHON_READ_UNREADABLE:
    case SONDE_PYTHON_READ_OK:
    default:
      return SONDE_LOSS_UNREADABLE;
    }
}

/* Counts what was read of @thread, which stood still. */
static void
count_read (SondePeekSampler *self,
            PeekThread       *thread,
            SondePythonRead   read)
{
  thread->is_known = FALSE;
  thread->is_stale = FALSE;
  thread->still_count = thread->runs.count;
  if (read == SONDE_PYTHON_READ_OK)
    {
      thread->is_known = sonde_peek_thread_count (self, thread);
      return;
    }

  sonde_peek_thread_lose (self, thread, get_loss (read));
  self->needs_list |= read != SONDE_PYTHON_READ_TORN;
}

gboolean
sonde_peek_look_needs_standing (const PeekThread *thread)
{
  return sonde_peek_thread_holds_lock (thread) ||
         !thread->python->interpreter->gil.is_enabled || thread->python->outer != NULL;
}

/* Whether @thread is off its CPU at this moment, since that is ours. */
static SondePeekLook
look_whether_off_cpu (SondePeekSampler *self,
                      PeekThread       *thread)
{
  SondeThreadPlace place;

  if (!sonde_thread_read_place (&thread->thread, &place))
    return SONDE_PEEK_LOOK_ENDED;

  thread->cpu = place.cpu;
  thread->status.state = place.state;
  thread->has_wait = FALSE;

  return place.cpu == self->cpu && sched_getcpu () == self->cpu ? SONDE_PEEK_LOOK_COUNTED
                                                                : SONDE_PEEK_LOOK_ELSEWHERE;
}

/* Reads the frames of a thread that has to stand still for it, with the lock. */
static SondePeekLook
read_standing (SondePeekSampler *self,
               PeekThread       *thread)
{
  SondePythonInterpreter *interpreter = thread->python->interpreter;
  gboolean with_all = self->now_ns - self->all_ns >= ALL_INTERVAL_NS;
  SondeMemoryPiece pieces[SONDE_PYTHON_LOCK_PIECES];
  SondePythonLockWords words = { 0 };
  guint n_pieces = sonde_python_get_lock_pieces (self->python, interpreter, with_all, &words,
                                                 pieces);
  SondeThreadRuns after;
  SondePythonRead read;
  SondePeekLook look = look_whether_off_cpu (self, thread);

  if (look != SONDE_PEEK_LOOK_COUNTED)
    return look;

  read = read_stack (self, thread, pieces, n_pieces);
  if (!sonde_thread_read_runs (&thread->thread, &after))
    return SONDE_PEEK_LOOK_ENDED;
  if (after.count != thread->runs.count || sched_getcpu () != self->cpu)
    return SONDE_PEEK_LOOK_MISSED;

  /* Of a stack that is torn the words are whole. */
  if (read == SONDE_PYTHON_READ_OK || read == SONDE_PYTHON_READ_TORN)
    {
      if (with_all)
        self->all_ns = self->now_ns;
      sonde_python_take_lock (self->python, interpreter, with_all, &words);
      sonde_peek_look_mark_stale (self, interpreter);
    }
  else
    {
      sonde_peek_look_at_lock (self, interpreter);
    }
  /* One that has given the lock to another sleeps on it, or for something else. */
  if (thread->status.state != SONDE_THREAD_STATE_RUNNING && !sonde_peek_thread_holds_lock (thread))
    sonde_peek_thread_update_wait (thread);
  count_read (self, thread, read);

  return SONDE_PEEK_LOOK_COUNTED;
}

static SondePeekLook
look_at_standing (SondePeekSampler *self,
                  PeekThread       *thread)
{
  SondePythonInterpreter *interpreter = thread->python->interpreter;

  if (!sonde_peek_thread_update_runs (thread))
    return SONDE_PEEK_LOOK_ENDED;

  if (!thread->is_known || thread->runs.count != thread->still_count)
    return read_standing (self, thread);

  /* It has not run since it was read. Other threads may have. */
  if (interpreter->gil.is_enabled)
    sonde_peek_look_at_lock (self, interpreter);
  thread->is_stale = FALSE;
  sonde_peek_thread_repeat (self, thread);

  return SONDE_PEEK_LOOK_COUNTED;
}

/* Whether @thread, whose state was asked for just now, has slept since its frames were read. */
static gboolean
has_slept_on (const PeekThread *thread)
{
  return thread->is_known && thread->has_wait && thread->runs.count == thread->still_count;
}

/* Reads the frames of a thread without the lock, which are as they were if nobody has taken it
 * meanwhile; or if it was somebody else, since this one sleeps. Where sixteen threads hand the lock
 * on all the time, that is most of them, and to ask costs a third of what reading does.
 */
static SondePeekLook
look_at_unlocked (SondePeekSampler *self,
                  PeekThread       *thread)
{
  SondePythonInterpreter *interpreter = thread->python->interpreter;
  SondePythonRead read;
  gboolean may_differ;

  sonde_peek_look_mark_stale (self, interpreter);
  may_differ = thread->is_stale || !thread->is_known;
  if ((may_differ || thread->asked_tick == self->tick) &&
      !sonde_peek_thread_update_state (self, thread))
    return SONDE_PEEK_LOOK_ENDED;

  if (!may_differ || has_slept_on (thread))
    {
      thread->is_stale = FALSE;
      sonde_peek_thread_repeat (self, thread);
      return SONDE_PEEK_LOOK_COUNTED;
    }

  read = read_stack (self, thread, NULL, 0);
  if (!sonde_python_read_lock (self->python, interpreter) || interpreter->has_switched)
    {
      interpreter->has_switched = TRUE;
      sonde_peek_look_mark_stale (self, interpreter);
      return SONDE_PEEK_LOOK_MISSED;
    }

  count_read (self, thread, read);
  /* Of one that runs, how often it has run says nothing of what was read. */
  if (!thread->has_wait)
    thread->still_count = 0;

  return SONDE_PEEK_LOOK_COUNTED;
}

SondePeekLook
sonde_peek_look_at (SondePeekSampler *self,
                    PeekThread       *thread)
{
  return sonde_peek_look_needs_standing (thread) ? look_at_standing (self, thread)
                                                 : look_at_unlocked (self, thread);
}
