/* peek-sampler.c: reads the Python frames of every thread, and stops none
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What costs is the system call, so a tick makes as few as it can: one for the thread that holds
 * the lock, with the lock itself in the same call. Whether threads run or sleep is asked of /proc,
 * a thousand times a second and no more: in between they are taken to go on as they were.
 */

#include "config.h"

#include "sampler/peek-sampler.h"

#include <string.h>

#define LIST_INTERVAL_NS (100 * G_GUINT64_CONSTANT (1000000))
#define STATE_INTERVAL_NS G_GUINT64_CONSTANT (950000)

/* A collection and a thread take longer than this, and each would be another piece of each read. */
#define ALL_INTERVAL_NS G_GUINT64_CONSTANT (200000)

#define RUNS_INTERVAL_NS (10 * G_GUINT64_CONSTANT (1000000))

/* How often a stack is read when its thread runs another task afterwards. */
#define TASK_TRIES 3

/* How many threads are asked for their state in a tick, in turn. */
#define STATES_A_TICK 64

typedef struct
{
  SondePeekedThread  base;
  SondePythonThread *python;    /* borrowed; NULL once it is no more */
  SondeThread        thread;
  guint64            tick;      /* up to which its samples are counted */
  guint64            time_ns;   /* the same as a time */
  gboolean           is_known;  /* the client has its stack */
  gboolean           is_stale;  /* and it may have changed */
  SondeThreadStatus  status;
  guint64            asked_ns;  /* when its state was last asked for */
  SondeThreadRuns    runs;
  guint64            runs_ns;   /* when these were read; 0 before the first time */
  SondeAddress       futex;     /* what it sleeps on; 0 if it does not */
  guint64            waited_ns; /* for a CPU, and not counted as READY yet */
} Thread;

struct _SondePeekSampler
{
  pid_t                  pid;
  SondePython           *python;  /* borrowed */
  SondePythonTasks      *tasks;   /* borrowed; NULL to leave them out */
  const SondePeekClient *client;  /* borrowed */
  gpointer               data;

  GPtrArray             *threads; /* owns Thread */
  guint                  next_state;
  guint64                tick;
  guint64                now_ns;
  guint64                period_ns;
  guint64                listed_ns;
  guint64                all_ns;    /* when more than a lock was last read */
  guint64                locks_ns;  /* and that of all interpreters, where there are several */
  SondeCodeStack         stack;
};

static void
free_thread (gpointer data)
{
  Thread *thread = data;

  sonde_thread_close (&thread->thread);
  g_free (thread);
}

SondePeekSampler *
sonde_peek_sampler_new (pid_t                  pid,
                        SondePython           *python,
                        SondePythonTasks      *tasks,
                        const SondePeekClient *client,
                        gpointer               data)
{
  SondePeekSampler *self = g_new0 (SondePeekSampler, 1);

  self->pid = pid;
  self->python = python;
  self->tasks = tasks;
  self->client = client;
  self->data = data;
  self->threads = g_ptr_array_new_with_free_func (free_thread);

  return self;
}

static void
end_thread (SondePeekSampler *self,
            guint             index)
{
  Thread *thread = g_ptr_array_index (self->threads, index);

  self->client->thread_ended (&thread->base, self->data);
  if (thread->python != NULL)
    thread->python->data = NULL;
  g_ptr_array_remove_index_fast (self->threads, index);
}

void
sonde_peek_sampler_free (SondePeekSampler *self)
{
  if (self == NULL)
    return;

  while (self->threads->len > 0)
    end_thread (self, self->threads->len - 1);
  g_ptr_array_unref (self->threads);
  g_free (self);
}

static void
add_thread (SondePeekSampler  *self,
            SondePythonThread *python)
{
  Thread *thread = g_new0 (Thread, 1);

  thread->base.tid = python->tid;
  thread->python = python;
  sonde_thread_open (&thread->thread, self->pid, python->tid);
  sonde_thread_read_name (&thread->thread, thread->base.name);
  thread->tick = self->tick - 1;
  thread->time_ns = self->now_ns - MIN (self->period_ns, self->now_ns);
  thread->is_stale = TRUE;
  python->data = thread;
  g_ptr_array_add (self->threads, thread);
  self->client->thread_appeared (&thread->base, self->data);
}

static void
update_name (SondePeekSampler *self,
             Thread           *thread)
{
  char name[SONDE_THREAD_NAME_BYTES];

  sonde_thread_read_name (&thread->thread, name);
  if (name[0] == '\0' || g_str_equal (name, thread->base.name))
    return;

  g_strlcpy (thread->base.name, name, sizeof thread->base.name);
  self->client->thread_renamed (&thread->base, self->data);
}

/* The one that goes on with another thread state, since it entered or left an interpreter inside
 * another; NULL if it is a new one.
 */
static Thread *
find_same_thread (SondePeekSampler        *self,
                  const SondePythonThread *python)
{
  for (guint i = 0; i < self->threads->len; i++)
    {
      Thread *thread = g_ptr_array_index (self->threads, i);

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
  Thread *thread = python->data != NULL ? python->data : find_same_thread (self, python);

  if (thread == NULL)
    {
      add_thread (self, python);
      return;
    }

  thread->is_stale |= python->data == NULL;
  thread->python = python;
  python->data = thread;
}

/* An outer thread state is read with the one inside of it, and goes when that one does: none of
 * ours may hold it.
 */
static void
leave_thread_state (SondePeekSampler  *self,
                    SondePythonThread *python)
{
  Thread *thread = python->data;
  guint index;

  if (thread != NULL && thread->python == python &&
      g_ptr_array_find (self->threads, thread, &index))
    end_thread (self, index);
  python->data = NULL;
}

static void
add_new_threads (SondePeekSampler *self)
{
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
}

static void
end_forgotten (SondePeekSampler *self)
{
  for (guint i = self->threads->len; i-- > 0;)
    {
      Thread *thread = g_ptr_array_index (self->threads, i);

      if (thread->python == NULL)
        end_thread (self, i);
      else
        update_name (self, thread);
    }
}

/* Threads that have no thread state any more are those whose state nobody names. */
static gboolean
list_threads (SondePeekSampler *self)
{
  self->listed_ns = self->now_ns;
  for (guint i = 0; i < self->threads->len; i++)
    ((Thread *) g_ptr_array_index (self->threads, i))->python = NULL;

  if (!sonde_python_refresh (self->python))
    {
      /* The interpreter was taken down, or the program became another one. */
      end_forgotten (self);
      return FALSE;
    }

  add_new_threads (self);
  end_forgotten (self);
  sonde_python_read_locks (self->python);

  return TRUE;
}

/* How often it ran, and for how long it waited for a CPU. FALSE if it has ended. */
static gboolean
update_runs (SondePeekSampler *self,
             Thread           *thread)
{
  SondeThreadRuns runs;

  if (!sonde_thread_read_runs (&thread->thread, &runs))
    return FALSE;

  if (thread->runs_ns != 0)
    thread->waited_ns += runs.waited_ns - MIN (thread->runs.waited_ns, runs.waited_ns);
  thread->runs = runs;
  thread->runs_ns = self->now_ns;

  return TRUE;
}

/* Asks /proc whether @thread runs. FALSE if it has ended. */
static gboolean
update_state (SondePeekSampler *self,
              Thread           *thread)
{
  SondeThreadState *state = &thread->status.state;
  gboolean was_active = sonde_thread_state_is_active (*state);
  guint64 count = thread->runs.count;
  SondeThreadWait wait;

  thread->asked_ns = self->now_ns;

  /* While it runs, how long it waits can be asked less often than whether it does. */
  if ((!was_active || self->now_ns - thread->runs_ns >= RUNS_INTERVAL_NS) &&
      !update_runs (self, thread))
    return FALSE;

  /* It sleeps on. */
  if (!was_active && thread->runs.count == count)
    return TRUE;

  if (!sonde_thread_read_wait (&thread->thread, &wait))
    return FALSE;

  thread->futex = wait.asleep && wait.call == SONDE_CALL_FUTEX ? wait.argument : 0;
  if (!wait.asleep)
    *state = SONDE_THREAD_STATE_RUNNING;
  else if (!update_runs (self, thread) || !sonde_thread_read_state (&thread->thread, state))
    return FALSE;
  else if (*state == SONDE_THREAD_STATE_RUNNING)
    *state = SONDE_THREAD_STATE_SLEEPING;

  return TRUE;
}

static void
update_states (SondePeekSampler *self)
{
  guint n = MIN (self->threads->len, STATES_A_TICK);

  for (guint i = 0; i < n && self->threads->len > 0; i++)
    {
      Thread *thread;

      self->next_state = (self->next_state + 1) % self->threads->len;
      thread = g_ptr_array_index (self->threads, self->next_state);
      if (self->now_ns - thread->asked_ns < STATE_INTERVAL_NS || update_state (self, thread))
        continue;

      /* The next thread may have its thread state. */
      sonde_python_drop_thread (self->python, g_steal_pointer (&thread->python));
      end_thread (self, self->next_state);
    }
}

/* For how much of the time a thread waited for a CPU the kernel says only afterwards: as many of
 * its samples are READY.
 */
static SondeThreadState
judge_state (Thread  *thread,
             guint64  ns)
{
  if (thread->status.state != SONDE_THREAD_STATE_RUNNING)
    return thread->status.state;

  if (thread->waited_ns < ns)
    return SONDE_THREAD_STATE_RUNNING;

  thread->waited_ns -= ns;

  return SONDE_THREAD_STATE_READY;
}

/* How much a sample of @thread stands for, which is counted from now on. */
static guint64
take_time (SondePeekSampler *self,
           Thread           *thread,
           guint64          *n_ticks)
{
  guint64 ns = self->now_ns - thread->time_ns;

  *n_ticks = self->tick - thread->tick;
  thread->tick = self->tick;
  thread->time_ns = self->now_ns;
  thread->status.gil = sonde_python_judge_gil (self->python, thread->python, thread->futex);
  thread->status.is_collecting =
    sonde_python_is_collecting (thread->python, thread->status.gil,
                                sonde_thread_state_is_active (thread->status.state));

  return ns;
}

static void
repeat (SondePeekSampler *self,
        Thread           *thread)
{
  guint64 n_ticks;
  guint64 ns = take_time (self, thread, &n_ticks);
  SondeThreadStatus status = thread->status;

  status.state = judge_state (thread, ns / MAX (n_ticks, 1));
  self->client->repeated (&thread->base, status, n_ticks, ns, self->data);
}

static void
lose (SondePeekSampler *self,
      Thread           *thread,
      SondeLoss         loss)
{
  guint64 n_ticks;

  take_time (self, thread, &n_ticks);
  self->client->lost (&thread->base, loss, n_ticks, self->data);
}

/* Ticks in which nobody looked are nobody's, or threads that are read would count for less than
 * those that are counted again.
 */
static void
skip_ticks (SondePeekSampler *self,
            guint64           n_skipped)
{
  for (guint i = 0; i < self->threads->len; i++)
    {
      Thread *thread = g_ptr_array_index (self->threads, i);
      guint64 n = MIN (n_skipped, self->tick - 1 - thread->tick);

      thread->tick += n;
      self->client->lost (&thread->base, SONDE_LOSS_LATE, n, self->data);
    }
}

/* Others than the thread that held the lock have run: all that share it are to be read again. */
static void
mark_stale (SondePeekSampler       *self,
            SondePythonInterpreter *interpreter)
{
  if (!interpreter->has_switched)
    return;

  interpreter->has_switched = FALSE;
  for (guint i = 0; i < self->threads->len; i++)
    {
      Thread *other = g_ptr_array_index (self->threads, i);

      if (other->python->interpreter->gil.address != interpreter->gil.address)
        continue;

      other->is_stale = TRUE;
      other->python->interpreter->gil = interpreter->gil;
    }
}

static SondePythonRead
read_stack (SondePeekSampler       *self,
            Thread                 *thread,
            const SondeMemoryPiece *pieces,
            guint                   n_pieces)
{
  for (guint i = 0; i < TASK_TRIES; i++)
    {
      SondePythonRunning running;
      SondePythonRead read;

      if (self->tasks != NULL)
        sonde_python_tasks_read_running (self->tasks, thread->python, &running);

      read = sonde_python_read_running (self->python, thread->python, pieces, n_pieces,
                                        &self->stack);
      if (read != SONDE_PYTHON_READ_OK || self->tasks == NULL ||
          sonde_python_tasks_extend (self->tasks, thread->python, &running, &self->stack))
        return read;
    }

  return SONDE_PYTHON_READ_TORN;
}

static void
read_thread (SondePeekSampler *self,
             Thread           *thread)
{
  SondePythonInterpreter *interpreter = thread->python->interpreter;
  gboolean with_all = self->now_ns - self->all_ns >= ALL_INTERVAL_NS;
  SondeMemoryPiece pieces[SONDE_PYTHON_LOCK_PIECES];
  SondePythonLockWords words = { 0 };
  guint n_pieces = sonde_python_get_lock_pieces (self->python, interpreter, with_all, &words,
                                                 pieces);
  SondePythonRead read;
  SondeThreadStatus status;
  guint64 n_ticks;
  guint64 ns;

  read = read_stack (self, thread, pieces, n_pieces);
  if (read == SONDE_PYTHON_READ_TORN)
    {
      lose (self, thread, SONDE_LOSS_TORN);
      return;
    }

  if (read != SONDE_PYTHON_READ_OK)
    {
      lose (self, thread, read == SONDE_PYTHON_READ_GONE ? SONDE_LOSS_GONE : SONDE_LOSS_UNREADABLE);
      self->listed_ns = 0;
      return;
    }

  if (with_all)
    self->all_ns = self->now_ns;
  sonde_python_take_lock (self->python, interpreter, with_all, &words);
  mark_stale (self, interpreter);
  ns = take_time (self, thread, &n_ticks);
  status = thread->status;
  status.state = judge_state (thread, ns / MAX (n_ticks, 1));
  /* Of the other interpreters' locks nothing is read with it. */
  thread->is_stale = !interpreter->gil.is_enabled || thread->python->outer != NULL;
  thread->is_known = self->client->peeked (&thread->base, &self->stack, status, n_ticks, ns,
                                           self->data);
}

static gboolean
holds_lock (const Thread *thread)
{
  return thread->python->interpreter->gil.holder == thread->python->state;
}

/* Where the thread that held the lock last has ended, no read tells whether another has run; nor
 * what goes on in other interpreters than those whose threads are read.
 */
static void
read_locks_if_unheld (SondePeekSampler *self)
{
  if (sonde_python_count_interpreters (self->python) > 1 &&
      self->now_ns - self->locks_ns >= ALL_INTERVAL_NS)
    {
      sonde_python_read_locks (self->python);
      self->locks_ns = self->now_ns;
    }

  for (guint i = 0; i < self->threads->len; i++)
    if (holds_lock (g_ptr_array_index (self->threads, i)))
      return;

  sonde_python_read_locks (self->python);
  for (guint i = 0; i < self->threads->len; i++)
    {
      const Thread *thread = g_ptr_array_index (self->threads, i);

      mark_stale (self, thread->python->interpreter);
    }
}

/* The thread that holds the lock first: what is read with it says whether another has run. Gives
 * whether there are new threads.
 */
static gboolean
read_threads (SondePeekSampler *self)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < self->threads->len; i++)
      {
        Thread *thread = g_ptr_array_index (self->threads, i);

        if (thread->tick == self->tick || (pass == 0 && !holds_lock (thread)))
          continue;

        if (pass == 0 || thread->is_stale || !thread->is_known || holds_lock (thread))
          read_thread (self, thread);
        else
          repeat (self, thread);
      }

  return sonde_python_has_new_threads (self->python);
}

gboolean
sonde_peek_sampler_look (SondePeekSampler *self,
                         guint64           now_ns,
                         guint64           n_skipped,
                         guint64           period_ns)
{
  g_return_val_if_fail (self != NULL, FALSE);

  self->tick += 1 + n_skipped;
  self->now_ns = now_ns;
  self->period_ns = period_ns;

  if (now_ns - self->listed_ns >= LIST_INTERVAL_NS && !list_threads (self))
    return FALSE;

  if (n_skipped > 0)
    skip_ticks (self, n_skipped);
  update_states (self);
  read_locks_if_unheld (self);
  if (!read_threads (self))
    return TRUE;

  sonde_python_refresh_new (self->python);
  add_new_threads (self);
  read_threads (self);

  return TRUE;
}
