/* stop-threads.c: which threads the stop sampler knows of
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/clock.h"
#include "sampler/stop-sampler-private.h"

#define LIST_INTERVAL_NS (100 * G_GUINT64_CONSTANT (1000000))
/* Where the kernel does not tell whether there are new ones. */
#define BLIND_INTERVAL_NS (5 * G_GUINT64_CONSTANT (1000000))
/* At ticks they are listed for 4 % of the time at most. */
#define LIST_COST_FACTOR 25
/* And hardly where that takes longer than this and a thread is asked. */
#define LIST_WITH_ASKED_NS 100000
/* How much longer that may wait while a thread is asked. */
#define PATIENCE_NS (100 * G_GUINT64_CONSTANT (1000000))

#define NAMES_A_LIST 32
#define N_NAMED 3

void
sonde_stop_sampler_free_thread (gpointer data)
{
  SondeSampledThread *thread = data;

  sonde_thread_close (&thread->thread);
  g_free (thread);
}

/* A thread that was there when this tick began has a sample in it: many that live for a fraction of
 * a millisecond would else be missing without a word. The first thread of a process that has ended
 * is listed until the parent takes note.
 */
static void
lose_ended (SondeStopSampler   *self,
            SondeSampledThread *thread)
{
  if (thread->list_tick == self->tick && thread->tick < self->tick &&
      thread->thread.tid != self->pid)
    self->client->lost (thread, SONDE_LOSS_GONE, 1, self->data);
}

static void
add_thread (SondeStopSampler *self,
            pid_t             tid,
            guint64           tick)
{
  SondeSampledThread *thread = g_new0 (SondeSampledThread, 1);
  SondeThreadState state;

  sonde_thread_open (&thread->thread, self->pid, tid);
  thread->tick = tick;
  thread->list_tick = self->tick;

  if (!sonde_thread_read_state (&thread->thread, &state) && !thread->thread.is_starved)
    {
      lose_ended (self, thread);
      sonde_stop_sampler_free_thread (thread);
      return;
    }

  sonde_thread_read_name (&thread->thread, thread->name);
  thread->want_bytes = SONDE_CAPTURE_BYTES_MIN;
  thread->want_outer_bytes = SONDE_CAPTURE_BYTES_MIN;
  thread->cpu = -1;
  thread->time_ns = self->now_ns - MIN ((self->tick - tick) * self->period_ns, self->now_ns);

  g_ptr_array_add (self->threads, thread);
  g_hash_table_insert (self->by_tid, GINT_TO_POINTER (tid), thread);
  self->client->thread_appeared (thread, self->data);
}

void
sonde_stop_sampler_end_thread (SondeStopSampler   *self,
                               SondeSampledThread *thread)
{
  self->client->thread_ended (thread, self->data);
  g_ptr_array_remove_fast (self->asked, thread);
  g_hash_table_remove (self->by_tid, GINT_TO_POINTER (thread->thread.tid));
  g_ptr_array_remove (self->threads, thread);
}

void
sonde_stop_sampler_end_or_lose (SondeStopSampler   *self,
                                SondeSampledThread *thread)
{
  if (thread->thread.is_starved)
    {
      sonde_stop_sampler_lose (self, thread, SONDE_LOSS_UNREADABLE);
      return;
    }

  lose_ended (self, thread);
  sonde_stop_sampler_end_thread (self, thread);
}

static void
update_name (SondeStopSampler   *self,
             SondeSampledThread *thread)
{
  char name[SONDE_THREAD_NAME_BYTES];

  sonde_thread_read_name (&thread->thread, name);
  if (name[0] == '\0' || g_str_equal (name, thread->name))
    return;

  g_strlcpy (thread->name, name, sizeof thread->name);
  self->client->thread_renamed (thread, self->data);
}

/* A new thread has the name of its parent until it sets its own, mostly at its very beginning: it
 * is read once more with each of its first captures.
 */
void
sonde_stop_sampler_name_new (SondeStopSampler   *self,
                             SondeSampledThread *thread)
{
  if (thread->n_named >= N_NAMED)
    return;

  thread->n_named++;
  update_name (self, thread);
}

/* It may set another at any time. A few at a time: of a thousand threads each has its turn every
 * three seconds, of thirty each time.
 */
static void
read_names_again (SondeStopSampler *self)
{
  for (guint i = 0; i < MIN (self->threads->len, NAMES_A_LIST); i++)
    {
      self->next_name = (self->next_name + 1) % self->threads->len;
      update_name (self, g_ptr_array_index (self->threads, self->next_name));
    }
}

/* What it takes to list them hangs on how many they are. */
static gboolean
read_list (SondeStopSampler *self,
           GArray           *tids)
{
  guint64 cpu_ns = sonde_clock_thread_cpu_ns ();
  gboolean is_read = sonde_threads_list (self->pid, tids);

  self->list_ns = sonde_cost_add (&self->list_cost, sonde_clock_thread_cpu_ns () - cpu_ns);
  self->listed_ns = self->now_ns;

  return is_read;
}

/* The samples of new ones are due after @tick. */
static void
list_threads (SondeStopSampler *self,
              guint64           tick)
{
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  g_autoptr(GHashTable) alive = g_hash_table_new (NULL, NULL);

  if (!read_list (self, tids))
    return;

  for (guint i = 0; i < tids->len; i++)
    g_hash_table_add (alive, GINT_TO_POINTER (g_array_index (tids, pid_t, i)));

  for (guint i = self->threads->len; i-- > 0;)
    {
      SondeSampledThread *thread = g_ptr_array_index (self->threads, i);

      if (g_hash_table_contains (alive, GINT_TO_POINTER (thread->thread.tid)))
        thread->list_tick = self->tick;
      else if (!thread->is_asked)
        sonde_stop_sampler_end_thread (self, thread);
    }

  for (guint i = 0; i < tids->len; i++)
    if (!g_hash_table_contains (self->by_tid, GINT_TO_POINTER (g_array_index (tids, pid_t, i))))
      add_thread (self, g_array_index (tids, pid_t, i), tick);
}

/* That takes a while, and a thread that loses its CPU in it has not been woken. */
static void
list_at_tick (SondeStopSampler *self)
{
  list_threads (self, self->tick - 1);
  self->turn.last_ns = sonde_clock_now_ns ();
}

/* One that lives for a millisecond is found by who looks for it at the tick, or not at all. */
void
sonde_stop_sampler_list_new (SondeStopSampler *self)
{
  guint64 rest_ns = LIST_COST_FACTOR * self->list_ns;
  pid_t last_id = 0;

  if (self->listed_ns == 0)
    {
      sonde_threads_read_last (self->last_fd, &self->last_id);
      list_at_tick (self);
      return;
    }

  if (self->asked->len > 0 && self->list_ns > LIST_WITH_ASKED_NS)
    rest_ns = MAX (rest_ns, LIST_INTERVAL_NS);
  if (self->now_ns - self->listed_ns < rest_ns)
    return;

  if (!sonde_threads_read_last (self->last_fd, &last_id))
    {
      if (self->now_ns - self->listed_ns >= BLIND_INTERVAL_NS)
        list_at_tick (self);
      return;
    }

  if (last_id == self->last_id)
    return;

  self->last_id = last_id;
  list_at_tick (self);
}

gboolean
sonde_stop_sampler_list_again (SondeStopSampler *self)
{
  guint64 patience_ns = self->asked->len > 0 ? PATIENCE_NS : 0;

  if (self->now_ns - self->listed_again_ns < LIST_INTERVAL_NS + patience_ns)
    return FALSE;

  self->listed_again_ns = self->now_ns;
  list_threads (self, self->tick);
  read_names_again (self);

  return TRUE;
}
