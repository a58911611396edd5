/* engine.c: one session: a worker thread and its mailbox
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client leaves orders and takes the newest snapshot; the worker takes the orders at its
 * next turn. Both sides hold the lock only to move a pointer.
 */

#include "config.h"

#include "engine/engine.h"

#include <sys/prctl.h>

#include "base/clock.h"
#include "engine/worker.h"

#define PUBLISH_INTERVAL_NS (SONDE_NS_PER_SECOND / 20)

/* A snapshot of 100,000 functions takes 4 ms, in which no sample is taken: no more than 2 % of
 * the time is spent on snapshots.
 */
#define PUBLISH_COST_FACTOR 50

/* How long a turn may wait for its due time before orders are looked for. */
#define TURN_NS (20 * G_GUINT64_CONSTANT (1000000))

/* How long the folded text of a finished session waits for names. */
#define NAMES_TIMEOUT_US (30 * G_USEC_PER_SEC)

struct _SondeEngine
{
  GThread       *thread;       /* NULL while it is suspended */
  pid_t          pid;          /* to attach to; 0 to launch */
  SondeLaunch    launch;       /* owned copy */

  GMutex         lock;
  GCond          order_cond;   /* for the worker: there are orders */
  GCond          answer_cond;  /* for the client: there is an answer */

  /* Orders, under the lock */
  SondeSettings  settings;
  gboolean       has_settings;
  gboolean       has_reset;
  gboolean       has_stop;
  gboolean       has_quit;
  gboolean       has_suspend;
  gboolean       has_folded;
  gboolean       with_threads;
  guint64        ordered_ns;   /* when the first of them was given */

  /* Answers, under the lock */
  SondeSnapshot *snapshot;     /* owned; NULL once taken */
  char          *folded;       /* owned */
  gboolean       has_failed;   /* there will be no other answer */

  /* The thread's; while there is none, the client's */
  SondeWorker   *worker;       /* owned; NULL before it has attached, and if it has failed */
  gboolean       is_sampling;
  gboolean       is_suspended; /* the thread ends, and another one goes on */
};

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

static gboolean
has_orders (const SondeEngine *self)
{
  return self->has_settings || self->has_reset || self->has_stop || self->has_quit ||
         self->has_suspend || self->has_folded;
}

/* Under the lock. */
static void
order (SondeEngine *self,
       gboolean    *what)
{
  if (!has_orders (self))
    self->ordered_ns = sonde_clock_now_ns ();
  *what = TRUE;
  g_cond_signal (&self->order_cond);
}

static void
give_order (SondeEngine *self,
            gboolean    *what)
{
  g_mutex_lock (&self->lock);
  order (self, what);
  g_mutex_unlock (&self->lock);
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

  while (!has_orders (self) && wait_until_us > 0 &&
         g_cond_wait_until (&self->order_cond, &self->lock, wait_until_us))
    ;

  if (!has_orders (self) || puts_off (self))
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
      sonde_worker_update_names (worker, self->is_sampling ? 0 : NAMES_TIMEOUT_US);
      answer_folded (self, sonde_worker_dup_folded (worker, orders->with_threads));
    }

  return changes;
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
      if (self->is_suspended || orders.has_quit)
        return;

      if (self->is_sampling)
        self->is_sampling = sonde_worker_run_turn (worker, sonde_clock_now_ns () + TURN_NS);
      else
        sonde_worker_let_late_go (worker);

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

/* Attaches to the target, or launches it. FALSE if that fails, which is published. */
static gboolean
begin (SondeEngine *self)
{
  SondeObstacle obstacle;
  SondeSettings settings = { 0 };
  SondeTarget *target;

  if (self->pid != 0)
    target = sonde_target_new_attach (self->pid, &obstacle);
  else
    target = sonde_target_new_launch ((const char *const *) self->launch.argv,
                                      (const char *const *) self->launch.envp,
                                      self->launch.directory, self->launch.output_fd,
                                      self->launch.null_input, &obstacle);

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

static gpointer
run_worker_thread (gpointer data)
{
  SondeEngine *self = data;
  gboolean is_first = self->worker == NULL;

  if (is_first && !begin (self))
    return NULL;

  /* Sleeps of some 10 µs would last 50 µs longer with the usual slack. Not before a launch: its
   * child would inherit it.
   */
  prctl (PR_SET_TIMERSLACK, 1UL);
  if (!is_first)
    sonde_worker_resume (self->worker);
  run_session (self);
  if (!self->is_suspended)
    g_clear_pointer (&self->worker, sonde_worker_free);

  return NULL;
}

static void
start_thread (SondeEngine *self)
{
  self->thread = g_thread_new ("sonde-worker", run_worker_thread, self);
}

static SondeEngine *
new_engine (const SondeSettings *settings)
{
  SondeEngine *self = g_new0 (SondeEngine, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->order_cond);
  g_cond_init (&self->answer_cond);
  sonde_settings_copy (&self->settings, settings);

  return self;
}

SondeEngine *
sonde_engine_new_attach (pid_t                pid,
                         const SondeSettings *settings)
{
  SondeEngine *self;

  g_return_val_if_fail (pid > 0, NULL);
  g_return_val_if_fail (settings != NULL, NULL);

  self = new_engine (settings);
  self->pid = pid;
  start_thread (self);

  return self;
}

SondeEngine *
sonde_engine_new_launch (const SondeLaunch   *launch,
                         const SondeSettings *settings)
{
  SondeEngine *self;

  g_return_val_if_fail (launch != NULL && launch->argv != NULL && launch->argv[0] != NULL, NULL);
  g_return_val_if_fail (settings != NULL, NULL);

  self = new_engine (settings);
  self->launch = *launch;
  self->launch.argv = g_strdupv (launch->argv);
  self->launch.envp = g_strdupv (launch->envp);
  self->launch.directory = g_strdup (launch->directory);
  start_thread (self);

  return self;
}

void
sonde_engine_free (SondeEngine *self)
{
  if (self == NULL)
    return;

  give_order (self, &self->has_quit);
  g_clear_pointer (&self->thread, g_thread_join);

  g_clear_pointer (&self->worker, sonde_worker_free);
  g_clear_pointer (&self->snapshot, sonde_snapshot_unref);
  g_free (self->folded);
  g_strfreev (self->launch.argv);
  g_strfreev (self->launch.envp);
  g_free (self->launch.directory);
  sonde_settings_clear (&self->settings);
  g_cond_clear (&self->answer_cond);
  g_cond_clear (&self->order_cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
sonde_engine_set_settings (SondeEngine         *self,
                           const SondeSettings *settings)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (settings != NULL);

  g_mutex_lock (&self->lock);
  sonde_settings_copy (&self->settings, settings);
  order (self, &self->has_settings);
  g_mutex_unlock (&self->lock);
}


void
sonde_engine_reset (SondeEngine *self)
{
  g_return_if_fail (self != NULL);

  give_order (self, &self->has_reset);
}

void
sonde_engine_stop (SondeEngine *self)
{
  g_return_if_fail (self != NULL);

  give_order (self, &self->has_stop);
}

/* When the thread ends that traces them, the kernel lets go of all threads of the target, also of
 * those that have been asked to stop and could not hear of it (kernel/ptrace.c, exit_ptrace).
 */
void
sonde_engine_suspend (SondeEngine *self)
{
  g_return_if_fail (self != NULL);

  if (self->thread == NULL)
    return;

  give_order (self, &self->has_suspend);
  g_clear_pointer (&self->thread, g_thread_join);
}

void
sonde_engine_resume (SondeEngine *self)
{
  g_return_if_fail (self != NULL);

  if (self->thread == NULL && self->worker != NULL)
    start_thread (self);
}

SondeSnapshot *
sonde_engine_take_snapshot (SondeEngine *self)
{
  return sonde_engine_wait_snapshot (self, 0);
}

SondeSnapshot *
sonde_engine_wait_snapshot (SondeEngine *self,
                            gint64       timeout_us)
{
  gint64 until_us = g_get_monotonic_time () + timeout_us;
  SondeSnapshot *snapshot;

  g_return_val_if_fail (self != NULL, NULL);

  g_mutex_lock (&self->lock);
  while (self->snapshot == NULL && timeout_us > 0 &&
         g_cond_wait_until (&self->answer_cond, &self->lock, until_us))
    ;
  snapshot = g_steal_pointer (&self->snapshot);
  g_mutex_unlock (&self->lock);

  return snapshot;
}

char *
sonde_engine_dup_folded (SondeEngine *self,
                         gboolean     with_threads)
{
  char *folded;

  g_return_val_if_fail (self != NULL, NULL);

  g_mutex_lock (&self->lock);
  self->with_threads = with_threads;
  order (self, &self->has_folded);
  while (self->folded == NULL && !self->has_failed)
    g_cond_wait (&self->answer_cond, &self->lock);
  folded = self->folded != NULL ? g_steal_pointer (&self->folded) : g_strdup ("");
  g_mutex_unlock (&self->lock);

  return folded;
}
