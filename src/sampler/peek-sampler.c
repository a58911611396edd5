/* peek-sampler.c: reads the Python frames of threads that stand still by themselves
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ticks are taken on the CPUs of the target (peek-tick.c), where every microsecond is the
 * target's. What can be done elsewhere is done here: counting, and looking for threads that have
 * gone. A batch goes from there to here, under a lock that the worker never holds
 * for long; a tick that finds it taken does not wait, and is late.
 */

#include "config.h"

#include <sched.h>

#include "base/clock.h"
#include "sampler/peek-sampler-private.h"

#define LIST_INTERVAL_NS (100 * G_GUINT64_CONSTANT (1000000))

#define COLLECT_INTERVAL_NS (40 * G_GUINT64_CONSTANT (1000000))
/* At first: it may not do. */
#define COLLECT_FIRST_NS (2 * G_GUINT64_CONSTANT (1000000))
#define N_COLLECT_FIRST 5

/* How far ahead ticks are announced, but not more than so many: the worker may be late. */
#define ANNOUNCE_NS (100 * G_GUINT64_CONSTANT (1000000))
#define N_ANNOUNCED_MAX 128

#define HOLD_POLL_NS 20000
#define STAGE_NS_MAX (100 * G_GUINT64_CONSTANT (1000000))

/* How late a tick may be that is still to come. */
#define STOPPED_NS SONDE_NS_PER_SECOND

static void
free_thread (gpointer data)
{
  PeekThread *thread = data;

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
  self->threads = g_ptr_array_new ();
  self->seen = g_ptr_array_new_with_free_func (free_thread);
  g_mutex_init (&self->lock);
  sonde_peek_batch_init (&self->batch);
  sonde_peek_batch_init (&self->taken);

  return self;
}

static void
give_record (SondePeekSampler      *self,
             const SondePeekRecord *record)
{
  PeekThread *thread = record->thread;

  switch (record->kind)
    {
    case SONDE_PEEK_APPEARED:
      g_ptr_array_add (self->seen, thread);
      self->client->thread_appeared (&thread->base, self->data);
      break;

    case SONDE_PEEK_ENDED:
      self->client->thread_ended (&thread->base, self->data);
      g_ptr_array_remove (self->seen, thread);
      break;

    case SONDE_PEEK_STACK:
      self->client->peeked (&thread->base, sonde_peek_batch_get_functions (&self->taken, record),
                            record->depth, record->is_truncated, record->status, record->n_ticks,
                            record->ns, self->data);
      break;

    case SONDE_PEEK_SAME:
      self->client->repeated (&thread->base, record->status, record->n_ticks, record->ns,
                              self->data);
      break;

    case SONDE_PEEK_LOST:
    default:
      self->client->lost (record->loss, record->n_ticks, self->data);
      break;
    }
}

static void
give_batch (SondePeekSampler *self)
{
  for (guint i = 0; i < self->taken.ticks->len; i++)
    self->client->ticked (g_array_index (self->taken.ticks, guint64, i), self->data);
  for (guint i = 0; i < self->taken.records->len; i++)
    give_record (self, &g_array_index (self->taken.records, SondePeekRecord, i));
  if (self->taken.n_late > 0)
    self->client->lost (SONDE_LOSS_LATE, self->taken.n_late, self->data);

  sonde_peek_batch_reset (&self->taken);
}

/* The stages have ended, or hold the lock no more. */
static void
swap_batches (SondePeekSampler *self)
{
  SondePeekBatch batch = self->batch;

  self->batch = self->taken;
  self->taken = batch;
}

/* Threads that have no thread state any more are those whose state nobody names. Under the lock. */
static void
list_threads (SondePeekSampler *self)
{
  for (guint i = 0; i < self->threads->len; i++)
    ((PeekThread *) g_ptr_array_index (self->threads, i))->python = NULL;

  if (sonde_python_refresh (self->python))
    sonde_python_read_locks (self->python);
  sonde_peek_thread_add_new (self);
}

static void
end_relay (SondePeekSampler *self)
{
  if (self->relay == NULL)
    return;

  self->relays_cpu_ns += sonde_relay_get_cpu_ns (self->relay);
  g_clear_pointer (&self->relay, sonde_relay_free);
}

void
sonde_peek_sampler_free (SondePeekSampler *self)
{
  if (self == NULL)
    return;

  end_relay (self);
  while (self->threads->len > 0)
    sonde_peek_thread_end (self, self->threads->len - 1);
  swap_batches (self);
  give_batch (self);

  sonde_peek_batch_clear (&self->batch);
  sonde_peek_batch_clear (&self->taken);
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->seen);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static guint
get_n_announced (const SondePeekSampler *self)
{
  return (guint) CLAMP ((double) ANNOUNCE_NS * self->rate_hz / (double) SONDE_NS_PER_SECOND + 2.0,
                        2.0, (double) N_ANNOUNCED_MAX);
}

/* At least the next tick, however far that is. */
static void
announce_ticks (SondePeekSampler *self)
{
  guint64 now_ns = sonde_clock_now_ns ();
  SondePacer *pacer = &self->announced;

  if (pacer->due_ns <= now_ns)
    sonde_pacer_advance (pacer, now_ns);
  while ((pacer->due_ns < now_ns + ANNOUNCE_NS || self->announced_ns <= now_ns) &&
         sonde_relay_announce (self->relay, pacer->due_ns))
    {
      self->announced_ns = pacer->due_ns;
      sonde_pacer_advance (pacer, pacer->due_ns);
    }
}

/* The first look is made where we are, and goes on where the target is. */
static void
start_relay (SondePeekSampler *self)
{
  guint64 now_ns = sonde_clock_now_ns ();

  if (self->relay != NULL)
    {
      end_relay (self);
      if (self->pacer.due_ns <= now_ns)
        self->n_missed += 1 + sonde_pacer_advance (&self->pacer, now_ns);
    }
  self->is_in_tick = FALSE;
  self->is_unbound = FALSE;
  self->cpu = -1;
  sonde_pacer_init (&self->pacer, self->rate_hz, now_ns, (guint32) now_ns ^ (guint32) self->pid);
  self->started_ns = now_ns;
  self->collected_ns = now_ns;
  self->announced = self->pacer;
  self->announced_ns = 0;
  self->relay = sonde_relay_new (sched_getcpu (), get_n_announced (self), sonde_peek_tick_run,
                                 self);
  announce_ticks (self);
}

void
sonde_peek_sampler_set_rate (SondePeekSampler *self,
                             double            rate_hz)
{
  g_return_if_fail (self != NULL);

  self->rate_hz = rate_hz;
  end_relay (self);
  if (self->threads->len == 0)
    list_threads (self);
  start_relay (self);
}

static void
update_name (SondePeekSampler *self,
             PeekThread       *thread)
{
  char name[SONDE_THREAD_NAME_BYTES];

  sonde_thread_read_name (&thread->thread, name);
  if (name[0] == '\0' || g_str_equal (name, thread->base.name))
    return;

  g_strlcpy (thread->base.name, name, sizeof thread->base.name);
  self->client->thread_renamed (&thread->base, self->data);
}

/* Whether a thread may have a CPU that we cannot take from it: those with a real-time priority come
 * before all others, and none of ours is higher. Also reads the names again.
 */
static gboolean
look_at_threads (SondePeekSampler *self)
{
  gboolean is_outranked = FALSE;

  for (guint i = 0; i < self->seen->len; i++)
    {
      PeekThread *thread = g_ptr_array_index (self->seen, i);

      update_name (self, thread);
      is_outranked |= sonde_thread_read_priority (thread->base.tid) > 0;
    }

  return is_outranked;
}

guint64
sonde_peek_sampler_get_due_ns (const SondePeekSampler *self)
{
  guint64 announced_ns = (guint64) ((double) (get_n_announced (self) / 2) *
                                    (double) SONDE_NS_PER_SECOND / self->rate_hz);

  return self->collected_ns + (self->n_collected < N_COLLECT_FIRST
                               ? COLLECT_FIRST_NS : MIN (COLLECT_INTERVAL_NS, announced_ns));
}

/* The next tick is not taken: whose turn it is has lost its CPU for good while it waited for it. */
static gboolean
has_stopped (const SondePeekSampler *self,
             guint64                 now_ns)
{
  guint64 since_ns = MAX (self->now_ns, self->started_ns);

  return now_ns > since_ns + STOPPED_NS + 2 * (guint64) self->announced.period_ns;
}

SondeHindrance
sonde_peek_sampler_collect (SondePeekSampler *self)
{
  guint64 now_ns = sonde_clock_now_ns ();
  gboolean lists;

  g_return_val_if_fail (self != NULL, SONDE_HINDRANCE_NONE);

  sonde_peek_sampler_hold (self);
  lists = self->needs_list || now_ns - self->listed_ns >= LIST_INTERVAL_NS;
  self->needs_list = FALSE;
  if (lists)
    list_threads (self);
  swap_batches (self);
  self->is_unbound |= has_stopped (self, now_ns);
  sonde_peek_sampler_release (self);

  give_batch (self);
  self->n_collected++;
  self->collected_ns = now_ns;
  if (self->is_unbound)
    start_relay (self);
  else
    announce_ticks (self);
  if (sonde_relay_has_failed (self->relay))
    return SONDE_HINDRANCE_CPUS;
  if (!lists)
    return SONDE_HINDRANCE_NONE;

  self->listed_ns = now_ns;

  return look_at_threads (self) ? SONDE_HINDRANCE_PRIORITY : SONDE_HINDRANCE_NONE;
}

/* A stage takes some µs. One that does not end has lost its CPU to a program of higher priority. */
void
sonde_peek_sampler_hold (SondePeekSampler *self)
{
  guint64 give_up_ns = sonde_clock_now_ns () + STAGE_NS_MAX;

  while (!g_mutex_trylock (&self->lock))
    {
      sonde_clock_sleep_until (sonde_clock_now_ns () + HOLD_POLL_NS);
      if (sonde_clock_now_ns () < give_up_ns || self->relay == NULL)
        continue;

      sonde_relay_unbind (self->relay);
      self->is_unbound = TRUE;
      g_mutex_lock (&self->lock);
      return;
    }
}

void
sonde_peek_sampler_release (SondePeekSampler *self)
{
  g_mutex_unlock (&self->lock);
}

void
sonde_peek_sampler_add_cpus (SondePeekSampler *self,
                             cpu_set_t        *cpus)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (cpus != NULL);

  sonde_peek_sampler_hold (self);
  for (guint i = 0; i < self->threads->len; i++)
    {
      const PeekThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->status.state == SONDE_THREAD_STATE_RUNNING && thread->cpu >= 0 &&
          thread->cpu < CPU_SETSIZE)
        CPU_SET (thread->cpu, cpus);
    }
  sonde_peek_sampler_release (self);
}

guint64
sonde_peek_sampler_get_cpu_ns (SondePeekSampler *self)
{
  return self->relays_cpu_ns + (self->relay != NULL ? sonde_relay_get_cpu_ns (self->relay) : 0);
}
