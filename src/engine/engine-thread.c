/* engine-thread.c: the worker's side of the mailbox
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/engine-private.h"

#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"

#define PUBLISH_INTERVAL_NS (SONDE_NS_PER_SECOND / 20)

/* A snapshot of 100,000 functions takes 4 ms, in which no sample is taken: no more than 2 % of
 * the time is spent on snapshots.
 */
#define PUBLISH_COST_FACTOR 50

/* How long a turn may wait for its due time before orders are looked for. */
#define TURN_NS (20 * G_GUINT64_CONSTANT (1000000))

/* How long the folded text of a finished session waits for names. */
#define NAMES_TIMEOUT_US (30 * G_USEC_PER_SEC)

typedef struct
{
  gboolean      has_settings;
  gboolean      has_reset;
  gboolean      has_stop;
  gboolean      has_quit;
  gboolean      has_suspend;
  gboolean      has_folded;
  gboolean      with_threads;
  SondeSettings settings;
} Orders;

gboolean
sonde_engine_has_orders (const SondeEngine *self)
{
  return self->has_settings || self->has_reset || self->has_stop || self->has_quit ||
         self->has_suspend || self->has_folded;
}

static gboolean
has_urgent_orders (const SondeEngine *self)
{
  return self->has_stop || self->has_quit || self->has_suspend;
}

/* Whether orders are left for later: most take as long as all functions need, and a thread that was
 * asked to stop may stand still all the while. Under the lock.
 */
static gboolean
puts_off (SondeEngine *self)
{
  return self->is_sampling && !has_urgent_orders (self) &&
         !sonde_worker_has_time (self->worker, self->ordered_ns, sonde_clock_now_ns ());
}

/* Takes what has been ordered; waits for an order first if there is nothing else to do. */
static void
take_orders (SondeEngine *self,
             gint64       wait_until_us,
             Orders      *orders)
{
  *orders = (Orders) { 0 };
  g_mutex_lock (&self->lock);

  while (!sonde_engine_has_orders (self) && wait_until_us > 0 &&
         g_cond_wait_until (&self->order_cond, &self->lock, wait_until_us))
    ;

  if (!sonde_engine_has_orders (self) || puts_off (self))
    {
      g_mutex_unlock (&self->lock);
      return;
    }

  *orders = (Orders) {
    .has_settings = self->has_settings,
    .has_reset = self->has_reset,
    .has_stop = self->has_stop,
    .has_quit = self->has_quit,
    .has_suspend = self->has_suspend,
    .has_folded = self->has_folded,
    .with_threads = self->with_threads,
  };
  if (orders->has_settings)
    sonde_settings_copy (&orders->settings, &self->settings);
  if (orders->has_suspend)
    {
      self->is_suspending = TRUE;
      self->has_resumed = FALSE;
    }
  self->has_settings = FALSE;
  self->has_reset = FALSE;
  self->has_stop = FALSE;
  self->has_suspend = FALSE;
  self->has_folded = FALSE;

  g_mutex_unlock (&self->lock);
}

static void
publish (SondeEngine   *self,
         SondeSnapshot *snapshot)
{
  SondeSnapshot *unread;

  g_mutex_lock (&self->lock);
  unread = self->snapshot;
  self->snapshot = snapshot;
  g_cond_signal (&self->answer_cond);
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&unread, sonde_snapshot_unref);
}

static void
answer_folded (SondeEngine *self,
               char        *folded)
{
  g_mutex_lock (&self->lock);
  g_free (self->folded);
  self->folded = folded;
  g_cond_signal (&self->answer_cond);
  g_mutex_unlock (&self->lock);
}

/* Does what was ordered; gives whether there was anything that changes the figures. */
static gboolean
obey (SondeEngine *self,
      Orders      *orders)
{
  SondeWorker *worker = self->worker;
  gboolean changes = orders->has_settings || orders->has_reset || orders->has_stop;

  if (orders->has_settings)
    {
      sonde_worker_set_settings (worker, &orders->settings);
      sonde_settings_clear (&orders->settings);
    }

  if (orders->has_reset)
    sonde_worker_reset (worker);

  if (orders->has_stop && self->is_sampling)
    {
      sonde_worker_finish (worker, SONDE_END_STOPPED);
      self->is_sampling = FALSE;
    }

  if (orders->has_folded)
    {
      changes |= sonde_worker_update_names (worker, self->is_sampling ? 0 : NAMES_TIMEOUT_US);
      answer_folded (self, sonde_worker_dup_folded (worker, orders->with_threads));
    }

  return changes;
}

/* After the thread has let go of all: whether the client, which may not wait for that for long, has
 * had it go on by now.
 */
static gboolean
goes_on (SondeEngine *self)
{
  gboolean has_resumed;

  g_mutex_lock (&self->lock);
  has_resumed = self->has_resumed;
  self->is_suspending = FALSE;
  self->has_resumed = FALSE;
  self->is_ending = !has_resumed;
  g_mutex_unlock (&self->lock);

  return has_resumed;
}

/* Turns until told to quit, or to suspend. While sampling a turn is a tick; afterwards it waits for
 * orders or names.
 */
static void
run_session (SondeEngine *self)
{
  SondeWorker *worker = self->worker;
  gboolean was_sampling = self->is_sampling;
  guint64 publish_ns = 0;

  for (;;)
    {
      guint64 now_ns, cpu_ns;
      gboolean changed;
      Orders orders;

      take_orders (self, self->is_sampling ? 0 : g_get_monotonic_time () + G_USEC_PER_SEC / 10,
                   &orders);
      changed = obey (self, &orders);
      self->is_suspended = orders.has_suspend && !orders.has_quit;
      if (self->is_suspended)
        sonde_worker_suspend (worker);
      if (self->is_suspended && goes_on (self))
        {
          self->is_suspended = FALSE;
          sonde_worker_resume (worker);
        }
      if (self->is_suspended || orders.has_quit)
        return;

      if (self->is_sampling)
        self->is_sampling = sonde_worker_run_turn (worker, sonde_clock_now_ns () + TURN_NS);
      else
        changed |= sonde_worker_look_after (worker);

      now_ns = sonde_clock_now_ns ();
      cpu_ns = sonde_clock_thread_cpu_ns ();
      if (changed)
        publish_ns = MIN (publish_ns, now_ns);
      if (!sonde_worker_has_time (worker, publish_ns, now_ns) && self->is_sampling == was_sampling)
        continue;

      changed |= sonde_worker_update_names (worker, 0);
      if (self->is_sampling || was_sampling || changed)
        publish (self, sonde_worker_make_snapshot (worker));
      was_sampling = self->is_sampling;
      publish_ns = now_ns + MAX (PUBLISH_INTERVAL_NS,
                                 PUBLISH_COST_FACTOR * (sonde_clock_thread_cpu_ns () - cpu_ns));
    }
}

static void
publish_failure (SondeEngine         *self,
                 const SondeObstacle *obstacle)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  SondeSnapshot *snapshot;

  g_mutex_lock (&self->lock);
  snapshot = sonde_snapshot_new (functions, &self->settings.query);
  g_mutex_unlock (&self->lock);
  snapshot->serial = 1;
  snapshot->state = SONDE_SESSION_FAILED;
  snapshot->obstacle = *obstacle;
  snapshot->pid = obstacle->pid;
  publish (self, snapshot);

  g_mutex_lock (&self->lock);
  self->has_failed = TRUE;
  g_cond_signal (&self->answer_cond);
  g_mutex_unlock (&self->lock);
}

void
sonde_engine_close_output (SondeEngine *self)
{
  if (self->launch.output_fd >= 0)
    close (self->launch.output_fd);
  self->launch.output_fd = -1;
}

/* Attaches to the target, or launches it. FALSE if that fails, which is published. */
static gboolean
begin (SondeEngine *self)
{
  SondeObstacle obstacle;
  SondeSettings settings = { 0 };
  SondeTarget *target;

  if (self->pid != 0)
    target = sonde_target_new_attach (self->pid, self->start_ticks, &obstacle);
  else
    target = sonde_target_new_launch ((const char *const *) self->launch.argv,
                                      (const char *const *) self->launch.envp,
                                      self->launch.directory, self->launch.output_fd,
                                      self->launch.null_input, &obstacle);
  sonde_engine_close_output (self);

  if (target == NULL)
    {
      publish_failure (self, &obstacle);
      return FALSE;
    }

  g_mutex_lock (&self->lock);
  sonde_settings_copy (&settings, &self->settings);
  self->has_settings = FALSE;
  g_mutex_unlock (&self->lock);

  self->worker = sonde_worker_new (target, &settings);
  self->is_sampling = TRUE;
  sonde_settings_clear (&settings);

  return TRUE;
}

/* Of what the thread had, only a suspended session is left. */
static void
end_thread (SondeEngine *self)
{
  if (!self->is_suspended)
    g_clear_pointer (&self->worker, sonde_worker_free);

  g_mutex_lock (&self->lock);
  self->is_running = FALSE;
  g_cond_broadcast (&self->answer_cond);
  g_mutex_unlock (&self->lock);

  sonde_engine_leave (self);
}

static gpointer
run_worker_thread (gpointer data)
{
  SondeEngine *self = data;
  gboolean is_first = self->worker == NULL;

  if (is_first && !begin (self))
    {
      end_thread (self);
      return NULL;
    }

  /* Sleeps of some 10 µs would last 50 µs longer with the usual slack. Not before a launch: its
   * child would inherit it.
   */
  prctl (PR_SET_TIMERSLACK, 1UL);
  if (!is_first)
    sonde_worker_resume (self->worker);
  run_session (self);
  end_thread (self);

  return NULL;
}

/* Where there can be no more threads: a session fails, or ends where it is. The client has its
 * worker then.
 */
static void
go_without_thread (SondeEngine *self)
{
  const SondeObstacle obstacle = { .kind = SONDE_OBSTACLE_FAILED, .pid = self->pid,
                                   .code = EAGAIN };

  if (self->worker == NULL)
    publish_failure (self, &obstacle);
  else if (self->has_quit)
    self->is_suspended = FALSE;
  else
    {
      if (self->is_sampling)
        sonde_worker_finish (self->worker, SONDE_END_STOPPED);
      self->is_sampling = FALSE;
      publish (self, sonde_worker_make_snapshot (self->worker));
    }

  end_thread (self);
}

void
sonde_engine_start (SondeEngine *self)
{
  g_atomic_int_inc (&self->n_users);
  self->is_running = TRUE;
  self->is_ending = FALSE;
  self->thread = g_thread_try_new ("sonde-worker", run_worker_thread, self, NULL);
  if (self->thread == NULL)
    go_without_thread (self);
}
