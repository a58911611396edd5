/* engine.c: one session: a worker thread and its mailbox
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client leaves orders and takes the newest snapshot; the worker takes the orders at its
 * next turn. Both sides hold the lock only to move a pointer. The client waits for the worker only
 * where it asks for that: a worker may be reading a file that never comes to its end.
 */

#include "config.h"

#include "engine/engine-private.h"

#include <fcntl.h>

#include "base/clock.h"

/* How long the target's threads are waited for, before Sonde stands still. */
#define SUSPEND_TIMEOUT_US (2 * G_USEC_PER_SEC)

/* How many engines there are, those included that nobody has any more. */
static struct
{
  GMutex lock;
  GCond  changed;
  guint  n_engines;
} all;

/* Under the lock. */
static void
order (SondeEngine *self,
       gboolean    *what)
{
  if (!sonde_engine_has_orders (self))
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

static SondeEngine *
new_engine (const SondeSettings *settings)
{
  SondeEngine *self = g_new0 (SondeEngine, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->order_cond);
  g_cond_init (&self->answer_cond);
  sonde_settings_copy (&self->settings, settings);
  self->n_users = 1;
  self->launch.output_fd = -1;

  g_mutex_lock (&all.lock);
  all.n_engines++;
  g_mutex_unlock (&all.lock);

  return self;
}

SondeEngine *
sonde_engine_new_attach (pid_t                pid,
                         guint64              start_ticks,
                         const SondeSettings *settings)
{
  SondeEngine *self;

  g_return_val_if_fail (pid > 0, NULL);
  g_return_val_if_fail (settings != NULL, NULL);

  self = new_engine (settings);
  self->pid = pid;
  self->start_ticks = start_ticks;
  sonde_engine_start (self);

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
  if (launch->output_fd >= 0)
    self->launch.output_fd = fcntl (launch->output_fd, F_DUPFD_CLOEXEC, 0);
  sonde_engine_start (self);

  return self;
}

static void
destroy (SondeEngine *self)
{
  g_clear_pointer (&self->snapshot, sonde_snapshot_unref);
  g_free (self->folded);
  g_strfreev (self->launch.argv);
  g_strfreev (self->launch.envp);
  g_free (self->launch.directory);
  sonde_settings_clear (&self->settings);
  g_cond_clear (&self->answer_cond);
  g_cond_clear (&self->order_cond);
  g_mutex_clear (&self->lock);
  sonde_engine_close_output (self);
  g_free (self);

  g_mutex_lock (&all.lock);
  all.n_engines--;
  g_cond_broadcast (&all.changed);
  g_mutex_unlock (&all.lock);
}

void
sonde_engine_leave (SondeEngine *self)
{
  if (g_atomic_int_dec_and_test (&self->n_users))
    destroy (self);
}

void
sonde_engine_free (SondeEngine *self)
{
  if (self == NULL)
    return;

  give_order (self, &self->has_quit);
  if (self->thread == NULL && self->worker != NULL)
    sonde_engine_start (self);
  g_clear_pointer (&self->thread, g_thread_unref);
  sonde_engine_leave (self);
}

gboolean
sonde_engines_wait (gint64 timeout_us)
{
  gint64 until_us = g_get_monotonic_time () + timeout_us;
  gboolean in_time = TRUE;

  g_mutex_lock (&all.lock);
  while (in_time && all.n_engines > 0)
    in_time = g_cond_wait_until (&all.changed, &all.lock, until_us);
  in_time = all.n_engines == 0;
  g_mutex_unlock (&all.lock);

  return in_time;
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
  gint64 until_us = g_get_monotonic_time () + SUSPEND_TIMEOUT_US;
  gboolean in_time = TRUE;

  g_return_if_fail (self != NULL);

  if (self->thread == NULL)
    return;

  g_mutex_lock (&self->lock);
  order (self, &self->has_suspend);
  while (self->is_running && in_time)
    in_time = g_cond_wait_until (&self->answer_cond, &self->lock, until_us);
  in_time = !self->is_running;
  g_mutex_unlock (&self->lock);

  if (in_time)
    g_clear_pointer (&self->thread, g_thread_join);
}

/* The thread may be there still, if it did not hear of the order in time. */
void
sonde_engine_resume (SondeEngine *self)
{
  gboolean is_over;

  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  is_over = !self->is_running || self->is_ending;
  self->has_suspend = FALSE;
  self->has_resumed = self->is_suspending;
  g_mutex_unlock (&self->lock);

  if (is_over)
    g_clear_pointer (&self->thread, g_thread_join);
  if (self->thread == NULL && self->worker != NULL)
    sonde_engine_start (self);
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

  /* There was none to go on with. */
  if (self->thread == NULL && self->worker != NULL)
    return sonde_worker_dup_folded (self->worker, with_threads);

  g_mutex_lock (&self->lock);
  self->with_threads = with_threads;
  order (self, &self->has_folded);
  while (self->folded == NULL && !self->has_failed)
    g_cond_wait (&self->answer_cond, &self->lock);
  folded = self->folded != NULL ? g_steal_pointer (&self->folded) : g_strdup ("");
  g_mutex_unlock (&self->lock);

  return folded;
}
