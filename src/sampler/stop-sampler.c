/* stop-sampler.c: captures every thread of a target, stopping only those that run
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernel counts how often a thread was put on a CPU. Read while the thread
 * stands still, this count says later whether it has run since; read again
 * at the stop, whether it ran or waited for a CPU when it was asked.
 *
 * Between the stop and the release of a thread nothing is done but to read its
 * registers, its stack and its count. All else, and all of the client's, is done after.
 */

#include "config.h"

#include "sampler/stop-sampler.h"

#include <string.h>

#include "base/clock.h"
#include "sampler/stop-times.h"
#include "target/memory.h"
#include "target/tracee.h"

/* How many sleepers are looked at in a tick. A look costs 1 µs, and a thread long asleep need not be
 * looked at every time.
 */
#define N_SLEEPER_LOOKS 64

#define LIST_INTERVAL_NS (100 * G_GUINT64_CONSTANT (1000000))
#define COUNT_INTERVAL_NS (5 * G_GUINT64_CONSTANT (1000000))

/* How much of a sleeper's stack says whether the registers of its last stop are still its own. */
#define DIGEST_BYTES 512

typedef struct
{
  SondeSampledThread *thread;
  SondeCapture        capture;
  SondeThreadRuns     runs;
  guint64             stopped_ns; /* when it was let go */
} Held;

struct _SondeStopSampler
{
  pid_t                     pid;
  gboolean                  is_child;
  const SondeSamplerClient *client;     /* borrowed */
  gpointer                  data;       /* borrowed */

  GPtrArray                *threads;    /* owns SondeSampledThread, in order of first sight */
  GHashTable               *by_tid;     /* tid → SondeSampledThread */
  GPtrArray                *asked;      /* of threads, borrowed */
  GArray                   *held;       /* of Held: captured and let go, not given to the client yet */
  guint                     n_held;     /* how many of them are in use; the others keep their memory */
  SondeCapture              quiet;      /* of the sleeper under way */
  guint                     sleeper_at; /* where the next tick's looks at sleepers begin */

  guint64                   tick;
  guint64                   now_ns;
  guint64                   period_ns;
  guint64                   n_skipped;
  guint64                   listed_ns;
  guint64                   counted_ns;
  SondeStopTimes            stop_times;
};

static void
free_thread (gpointer data)
{
  SondeSampledThread *thread = data;

  sonde_thread_close (&thread->thread);
  g_free (thread);
}

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
  self->threads = g_ptr_array_new_with_free_func (free_thread);
  self->by_tid = g_hash_table_new (NULL, NULL);
  self->asked = g_ptr_array_new ();
  self->held = g_array_new (FALSE, TRUE, sizeof (Held));
  g_array_set_clear_func (self->held, clear_held);

  return self;
}

static void
add_thread (SondeStopSampler *self,
            pid_t             tid)
{
  SondeSampledThread *thread = g_new0 (SondeSampledThread, 1);

  sonde_thread_open (&thread->thread, self->pid, tid);
  sonde_thread_read_name (&thread->thread, thread->name);
  thread->want_bytes = SONDE_CAPTURE_BYTES_MIN;
  thread->tick = self->tick - 1;
  thread->time_ns = self->now_ns - MIN (self->period_ns, self->now_ns);

  g_ptr_array_add (self->threads, thread);
  g_hash_table_insert (self->by_tid, GINT_TO_POINTER (tid), thread);
  self->client->thread_appeared (thread, self->data);
}

static void
end_thread (SondeStopSampler   *self,
            SondeSampledThread *thread)
{
  self->client->thread_ended (thread, self->data);
  g_ptr_array_remove_fast (self->asked, thread);
  g_hash_table_remove (self->by_tid, GINT_TO_POINTER (thread->thread.tid));
  g_ptr_array_remove (self->threads, thread);
}

static void
list_threads (SondeStopSampler *self)
{
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  g_autoptr(GHashTable) alive = g_hash_table_new (NULL, NULL);

  sonde_threads_list (self->pid, tids);
  self->listed_ns = self->now_ns;

  for (guint i = 0; i < tids->len; i++)
    g_hash_table_add (alive, GINT_TO_POINTER (g_array_index (tids, pid_t, i)));

  for (guint i = self->threads->len; i-- > 0;)
    {
      SondeSampledThread *thread = g_ptr_array_index (self->threads, i);

      if (!thread->is_asked && !g_hash_table_contains (alive, GINT_TO_POINTER (thread->thread.tid)))
        end_thread (self, thread);
    }

  for (guint i = 0; i < tids->len; i++)
    if (!g_hash_table_contains (self->by_tid, GINT_TO_POINTER (g_array_index (tids, pid_t, i))))
      add_thread (self, g_array_index (tids, pid_t, i));
}

static void
list_threads_if_changed (SondeStopSampler *self)
{
  if (self->now_ns - self->listed_ns >= LIST_INTERVAL_NS)
    {
      self->counted_ns = self->now_ns;
      list_threads (self);
    }
  else if (self->now_ns - self->counted_ns >= COUNT_INTERVAL_NS)
    {
      self->counted_ns = self->now_ns;
      if (sonde_threads_count (self->pid) != self->threads->len)
        list_threads (self);
    }
}

/* Counts nothing, but lets the next samples begin here. */
static void
mark_counted (SondeStopSampler   *self,
              SondeSampledThread *thread)
{
  thread->tick = self->tick;
  thread->time_ns = self->now_ns;
}

static void
lose (SondeStopSampler   *self,
      SondeSampledThread *thread,
      SondeLoss           loss)
{
  self->client->lost (thread, loss, self->tick - thread->tick, self->data);
  mark_counted (self, thread);
}

/* The thread has ended, or only looks so to one who may not ask: /proc knows. */
static void
lose_or_end (SondeStopSampler   *self,
             SondeSampledThread *thread,
             SondeLoss           loss)
{
  SondeThreadState state;

  if (sonde_thread_read_state (&thread->thread, &state))
    lose (self, thread, loss);
  else
    end_thread (self, thread);
}

/* Asks a thread that was in @state, and had run @runs, to stop. May end it. */
static void
ask (SondeStopSampler      *self,
     SondeSampledThread    *thread,
     SondeThreadState       state,
     const SondeThreadRuns *runs)
{
  switch (sonde_tracee_ask (thread->thread.tid))
    {
    case SONDE_TRACEE_PENDING:
      thread->is_asked = TRUE;
      thread->asked_state = state;
      thread->asked_runs = *runs;
      thread->asked_ns = sonde_clock_now_ns ();
      thread->asked_since_ns = thread->asked_ns;
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

static guint64
digest_stack (const SondeCapture *capture)
{
  guint64 digest = G_GUINT64_CONSTANT (14695981039346656037);
  gsize length = MIN (capture->length, DIGEST_BYTES);

  /* FNV-1a (Fowler, Noll, Vo). */
  for (gsize i = 0; i < length; i++)
    digest = (digest ^ capture->bytes[i]) * G_GUINT64_CONSTANT (1099511628211);

  return digest;
}

static void
copy_stack (SondeStopSampler   *self,
            SondeSampledThread *thread,
            SondeCapture       *capture)
{
  capture->tid = thread->thread.tid;
  capture->length = sonde_memory_read (self->pid, capture->registers[SONDE_REGISTER_SP],
                                       capture->bytes, thread->want_bytes);
}

/* Whether the kernel ends this system call with EINTR when its thread is made to stop, handler or
 * not, so that the program would see us (signal(7), "Interruption of system calls and
 * library functions by stop signals"; sockets, where they have a timeout).
 */
static gboolean
is_interruptible_call (gint64 call)
{
  static const gint64 calls[] = {
    42, 43, 44, 45, 46, 47, 288, 299, 307, /* connect, accept, send…, recv… */
    65, 220,                               /* semop, semtimedop */
    128,                                   /* rt_sigtimedwait */
    208, 333,                              /* io_getevents, io_pgetevents */
    232, 281, 441,                         /* epoll_wait, epoll_pwait, epoll_pwait2 */
  };

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    if (calls[i] == call)
      return TRUE;

  return FALSE;
}

/* Fills self->quiet with a thread that waits as @wait says. */
static gboolean
capture_quietly (SondeStopSampler      *self,
                 SondeSampledThread    *thread,
                 const SondeThreadWait *wait)
{
  SondeCapture *capture = &self->quiet;

  sonde_capture_ensure (capture, thread->want_bytes);
  capture->registers[SONDE_REGISTER_SP] = wait->sp;
  capture->registers[SONDE_REGISTER_PC] = wait->pc;
  capture->known = SONDE_REGISTERS_PC_SP;
  copy_stack (self, thread, capture);
  if (capture->length == 0)
    return FALSE;

  /* It still waits where we stopped it once: then it has the registers it had. */
  if (thread->kept[SONDE_REGISTER_SP] == wait->sp && thread->kept[SONDE_REGISTER_PC] == wait->pc &&
      thread->kept_digest == digest_stack (capture))
    {
      memcpy (capture->registers, thread->kept, sizeof thread->kept);
      capture->known = SONDE_REGISTERS_ALL;
    }

  return TRUE;
}

static void
take_sleeper (SondeStopSampler      *self,
              SondeSampledThread    *thread,
              const SondeThreadRuns *runs,
              const SondeThreadWait *wait)
{
  guint64 n_ticks = self->tick - thread->tick;
  guint64 ns = self->now_ns - thread->time_ns;
  SondeThreadRuns after;
  SondeThreadState state;

  if (!sonde_thread_read_state (&thread->thread, &state))
    {
      end_thread (self, thread);
      return;
    }

  if (!capture_quietly (self, thread, wait))
    {
      lose (self, thread, SONDE_LOSS_UNREADABLE);
      return;
    }

  /* It woke while it was read: the copy may be of two moments. */
  if (!sonde_thread_read_runs (&thread->thread, &after) || after.count != runs->count)
    {
      ask (self, thread, SONDE_THREAD_STATE_RUNNING, runs);
      return;
    }

  if (state == SONDE_THREAD_STATE_RUNNING)
    state = SONDE_THREAD_STATE_SLEEPING;

  if (!self->client->captured (thread, &self->quiet, state, n_ticks, ns,
                               is_interruptible_call (wait->call), self->data))
    {
      ask (self, thread, state, runs);
      return;
    }

  thread->is_known = TRUE;
  thread->state = state;
  thread->runs = *runs;
  mark_counted (self, thread);
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
  if (!thread->is_known || sonde_thread_state_is_active (thread->state))
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

/* One thread at one tick. May end the thread. */
static void
look_at (SondeStopSampler   *self,
         SondeSampledThread *thread)
{
  SondeThreadRuns runs;
  SondeThreadWait wait;

  if (!sonde_thread_read_runs (&thread->thread, &runs))
    {
      end_thread (self, thread);
      return;
    }

  if (thread->is_known && runs.count == thread->runs.count)
    {
      /* Let go after its last capture, it has waited for a CPU ever since. */
      if (thread->state == SONDE_THREAD_STATE_RUNNING)
        thread->state = SONDE_THREAD_STATE_READY;

      self->client->repeated (thread, thread->state, self->tick - thread->tick,
                              self->now_ns - thread->time_ns, self->data);
      mark_counted (self, thread);
    }
  else if (!sonde_thread_read_wait (&thread->thread, &wait))
    {
      end_thread (self, thread);
      return;
    }
  else
    {
      count_unseen (self, thread, &runs);
      if (wait.asleep && wait.sp != 0)
        {
          take_sleeper (self, thread, &runs, &wait);
          return;
        }

      ask (self, thread, SONDE_THREAD_STATE_RUNNING, &runs);
    }
}

static gboolean
is_asleep (const SondeSampledThread *thread)
{
  return thread->is_known && !sonde_thread_state_is_active (thread->state);
}

/**
 * sonde_stop_sampler_look:
 * @self: a sampler
 * @now_ns: the time, of sonde_clock_now_ns()
 * @n_skipped: how many ticks have passed since the last look without one
 * @period_ns: the time between two ticks
 *
 * Looks at every thread that is awake, and at some of the sleepers, in turn.
 */
void
sonde_stop_sampler_look (SondeStopSampler *self,
                         guint64           now_ns,
                         guint64           n_skipped,
                         guint64           period_ns)
{
  guint n_looks = 0;
  guint first;

  g_return_if_fail (self != NULL);

  self->tick += 1 + n_skipped;
  self->n_skipped = n_skipped;
  self->now_ns = now_ns;
  self->period_ns = period_ns;
  list_threads_if_changed (self);

  first = self->threads->len > 0 ? self->sleeper_at % self->threads->len : 0;

  /* Backwards, since a look may end the thread; the sleepers' turn goes round all the same. */
  for (guint i = self->threads->len; i-- > 0;)
    {
      guint at = (i + first) % self->threads->len;
      SondeSampledThread *thread = g_ptr_array_index (self->threads, at);

      if (thread->is_asked || thread->tick == self->tick)
        continue;

      if (is_asleep (thread) && ++n_looks > N_SLEEPER_LOOKS)
        continue;

      look_at (self, thread);
    }

  self->sleeper_at += self->threads->len - MIN (N_SLEEPER_LOOKS, self->threads->len);
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
    copy_stack (self, thread, &held->capture);
  is_counted = sonde_thread_read_runs (&thread->thread, &held->runs);
  sonde_tracee_release (tid, signal);

  held->stopped_ns = sonde_clock_now_ns ();
  sonde_stop_times_add (&self->stop_times, held->stopped_ns - thread->asked_ns);
  held->thread = thread;
  held->capture.known = SONDE_REGISTERS_ALL;

  return is_read && is_counted && held->capture.length > 0;
}

/* Memory for a capture of @thread, got before it is looked whether it stands still. */
static void
ensure_room (SondeStopSampler   *self,
             SondeSampledThread *thread)
{
  if (self->n_held == self->held->len)
    g_array_set_size (self->held, self->held->len + 1);

  sonde_capture_ensure (&g_array_index (self->held, Held, self->n_held).capture,
                        thread->want_bytes);
}

static void
remember_stop (SondeSampledThread *thread,
               const Held         *held)
{
  memcpy (thread->kept, held->capture.registers, sizeof thread->kept);
  thread->kept_digest = digest_stack (&held->capture);
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

  /* What was neither run nor waited for a CPU, the kernel held it up: in a page fault, say. */
  *state = SONDE_THREAD_STATE_READY;
  accounted_ns = held->runs.waited_ns - asked->waited_ns + held->runs.ran_ns - asked->ran_ns;
  n_held_up = (held->stopped_ns - MIN (thread->asked_since_ns + accounted_ns, held->stopped_ns)) /
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
  guint64 judged_ns = ns * n_judged / n_ticks;

  remember_stop (thread, held);
  thread->is_known = TRUE;
  thread->state = state;
  thread->runs = held->runs;
  mark_counted (self, thread);
  self->client->captured (thread, &held->capture, state, n_judged, judged_ns, TRUE, self->data);

  if (n_judged == n_ticks)
    return;

  if (state == SONDE_THREAD_STATE_RUNNING)
    self->client->lost (thread, SONDE_LOSS_LATE, n_ticks - n_judged, self->data);
  else
    self->client->repeated (thread, SONDE_THREAD_STATE_IO, n_ticks - n_judged, ns - judged_ns,
                            self->data);
}

static void
release_strays (SondeStopSampler *self)
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
end_asked (SondeStopSampler   *self,
           SondeSampledThread *thread)
{
  if (!self->is_child || thread->thread.tid != self->pid)
    sonde_tracee_bury (thread->thread.tid);

  self->client->lost (thread, SONDE_LOSS_GONE, 1, self->data);
  end_thread (self, thread);
  release_strays (self);
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
          thread->asked_ns = sonde_clock_now_ns ();
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
        lose (self, thread, SONDE_LOSS_UNREADABLE);
    }

  for (guint i = 0; i < self->n_held; i++)
    give_to_client (self, &g_array_index (self->held, Held, i));

  return found;
}

gboolean
sonde_stop_sampler_has_asked (SondeStopSampler *self)
{
  return self->asked->len > 0;
}

void
sonde_stop_sampler_forget (SondeStopSampler *self)
{
  g_return_if_fail (self != NULL);

  for (guint i = 0; i < self->threads->len; i++)
    {
      SondeSampledThread *thread = g_ptr_array_index (self->threads, i);

      thread->is_known = FALSE;
      memset (thread->kept, 0, sizeof thread->kept);
    }

  self->listed_ns = 0;
}

guint
sonde_stop_sampler_get_count (SondeStopSampler *self)
{
  return self->threads->len;
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

/* Lets go of a thread that was asked and has not stopped yet, whenever it does. */
static void
await_and_release (pid_t tid)
{
  guint64 give_up_ns = sonde_clock_now_ns () + SONDE_NS_PER_SECOND;
  int signal = 0;

  while (sonde_clock_now_ns () < give_up_ns)
    {
      SondeTraceeOutcome outcome = sonde_tracee_poll (tid, &signal);

      if (outcome == SONDE_TRACEE_OK)
        sonde_tracee_release (tid, signal);
      if (outcome != SONDE_TRACEE_PENDING)
        return;

      sonde_clock_sleep_until (sonde_clock_now_ns () + 50000);
    }

  /* It sleeps where nothing can wake it. Our thread ends next, and the kernel
   * lets go of all that it traces then (kernel/ptrace.c, exit_ptrace).
   */
}

void
sonde_stop_sampler_free (SondeStopSampler *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->asked->len; i++)
    {
      const SondeSampledThread *thread = g_ptr_array_index (self->asked, i);

      await_and_release (thread->thread.tid);
    }

  for (guint i = 0; i < self->threads->len; i++)
    self->client->thread_ended (g_ptr_array_index (self->threads, i), self->data);

  g_ptr_array_unref (self->asked);
  g_ptr_array_unref (self->threads);
  g_hash_table_unref (self->by_tid);
  g_array_unref (self->held);
  sonde_capture_clear (&self->quiet);
  g_free (self);
}
