/* watch.c: a main loop around one session
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/watch.h"

#include <signal.h>

#include <glib-unix.h>

/* How often the mailbox is looked into; the worker fills it ten times a second. Each look wakes a
 * CPU, so it is done often only while somebody waits for an answer: for the first snapshot, and for
 * the last one.
 */
#define LOOK_INTERVAL_MS 100
#define WAIT_INTERVAL_MS 10

struct _SondeWatch
{
  /* Owned */
  GMainLoop      *loop;
  SondeSnapshot  *snapshot;
  guint           sources[3];
  SondeJobControl *job;
  guint           look_source;
  guint           deadline_source;
  guint           names_source;

  /* Borrowed */
  SondeEngine    *engine;
  SondeWatchFunc  on_snapshot;
  gpointer        data;
  SondeJobFunc    on_suspend;
  SondeJobFunc    on_resume;

  double          duration_s;
  guint           names_timeout_s;
  gboolean        is_waiting;
  gboolean        is_stopping;
};

static gboolean on_look_cb (gpointer data);

static void
look_often (SondeWatch *self,
            gboolean    is_waiting)
{
  if (self->look_source != 0 && self->is_waiting == is_waiting)
    return;

  g_clear_handle_id (&self->look_source, g_source_remove);
  self->is_waiting = is_waiting;
  self->look_source = g_timeout_add (is_waiting ? WAIT_INTERVAL_MS : LOOK_INTERVAL_MS, on_look_cb,
                                     self);
}

static gboolean
on_signal_cb (gpointer data)
{
  sonde_watch_stop (data);

  /* Kept: some senders signal twice, and a recording must be written even so. */
  return G_SOURCE_CONTINUE;
}

static void
on_suspend_cb (gpointer data)
{
  SondeWatch *self = data;

  sonde_engine_suspend (self->engine);
  if (self->on_suspend != NULL)
    self->on_suspend (self->data);
}

static void
on_resume_cb (gpointer data)
{
  SondeWatch *self = data;

  /* The session does not count the time in between: the next snapshot says how much is left. */
  g_clear_handle_id (&self->deadline_source, g_source_remove);
  if (self->on_resume != NULL)
    self->on_resume (self->data);
  sonde_engine_resume (self->engine);
}

static gboolean
on_deadline_cb (gpointer data)
{
  SondeWatch *self = data;

  self->deadline_source = 0;
  sonde_watch_stop (self);

  return G_SOURCE_REMOVE;
}

/* The duration counts from the first sample, not from the start of the program. */
static void
start_deadline (SondeWatch *self)
{
  double left_s = self->duration_s - (double) self->snapshot->elapsed_ns / 1e9;

  if (self->duration_s <= 0 || self->deadline_source != 0)
    return;

  /* g_timeout_add() counts milliseconds in 32 bits: 49 days. */
  left_s = CLAMP (left_s, 0, 4e6);
  self->deadline_source = g_timeout_add ((guint) (left_s * 1000), on_deadline_cb, self);
}

static gboolean
on_names_time_cb (gpointer data)
{
  SondeWatch *self = data;

  self->names_source = 0;
  g_main_loop_quit (self->loop);

  return G_SOURCE_REMOVE;
}

/* The session is over; names may come later. */
static void
finish (SondeWatch *self)
{
  if (!self->snapshot->is_naming || self->names_timeout_s == 0)
    g_main_loop_quit (self->loop);
  else if (self->names_source == 0)
    self->names_source = g_timeout_add_seconds (self->names_timeout_s, on_names_time_cb, self);
}

static gboolean
on_look_cb (gpointer data)
{
  SondeWatch *self = data;
  SondeSnapshot *snapshot = sonde_engine_take_snapshot (self->engine);

  if (snapshot == NULL)
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->snapshot, sonde_snapshot_unref);
  self->snapshot = snapshot;

  switch (snapshot->state)
    {
    case SONDE_SESSION_STARTING:
      break;
    case SONDE_SESSION_SAMPLING:
      look_often (self, self->is_stopping);
      start_deadline (self);
      if (self->on_snapshot != NULL)
        self->on_snapshot (snapshot, self->data);
      break;
    case SONDE_SESSION_FINISHED:
      finish (self);
      break;
    case SONDE_SESSION_FAILED:
      g_main_loop_quit (self->loop);
      break;
    default:
      g_assert_not_reached ();
    }

  return G_SOURCE_CONTINUE;
}

SondeWatch *
sonde_watch_new (SondeEngine *engine,
                 double       duration_s)
{
  SondeWatch *self;

  g_return_val_if_fail (engine != NULL, NULL);

  self = g_new0 (SondeWatch, 1);
  self->engine = engine;
  self->duration_s = duration_s;
  self->loop = g_main_loop_new (NULL, FALSE);
  self->sources[0] = g_unix_signal_add (SIGINT, on_signal_cb, self);
  self->sources[1] = g_unix_signal_add (SIGTERM, on_signal_cb, self);
  self->sources[2] = g_unix_signal_add (SIGHUP, on_signal_cb, self);
  self->job = sonde_job_control_new (on_suspend_cb, on_resume_cb, self);
  look_often (self, TRUE);

  return self;
}

void
sonde_watch_set_job_funcs (SondeWatch   *self,
                           SondeJobFunc  on_suspend,
                           SondeJobFunc  on_resume)
{
  g_return_if_fail (self != NULL);

  self->on_suspend = on_suspend;
  self->on_resume = on_resume;
}

void
sonde_watch_set_names_timeout (SondeWatch *self,
                               guint       timeout_s)
{
  g_return_if_fail (self != NULL);

  self->names_timeout_s = timeout_s;
}

void
sonde_watch_free (SondeWatch *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->sources); i++)
    g_clear_handle_id (&self->sources[i], g_source_remove);

  g_clear_pointer (&self->job, sonde_job_control_free);
  g_clear_handle_id (&self->look_source, g_source_remove);
  g_clear_handle_id (&self->deadline_source, g_source_remove);
  g_clear_handle_id (&self->names_source, g_source_remove);
  g_clear_pointer (&self->snapshot, sonde_snapshot_unref);
  g_main_loop_unref (self->loop);
  g_free (self);
}

SondeSnapshot *
sonde_watch_run (SondeWatch     *self,
                 SondeWatchFunc  on_snapshot,
                 gpointer        data)
{
  g_return_val_if_fail (self != NULL, NULL);

  self->on_snapshot = on_snapshot;
  self->data = data;
  g_main_loop_run (self->loop);

  /* Nobody would hear of a signal any more, and no thread of the target is held. */
  g_clear_pointer (&self->job, sonde_job_control_free);

  return g_steal_pointer (&self->snapshot);
}

void
sonde_watch_stop (SondeWatch *self)
{
  g_return_if_fail (self != NULL);

  self->is_stopping = TRUE;
  look_often (self, TRUE);
  sonde_engine_stop (self->engine);
}
