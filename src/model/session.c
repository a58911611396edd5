/* session.c: one process being watched, as the desktop program holds it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/session.h"

#include "aggregate/filter.h"

#define ROW_GROWTH 2

/* How long to wait for the first sample of the thread that is looked at, of frames that were not
 * looked at before.
 */
#define SCOPE_GRACE_US G_USEC_PER_SEC

struct _SondeSession
{
  GObject            parent_instance;

  /* Owned */
  SondeEngine       *engine;
  SondeFunctionList *functions;
  SondeThreadList   *threads;
  SondeSettings      settings;
  SondeSnapshot     *snapshot;

  guint              interval_ms;
  guint              tick_source;
  gint64             frames_us;      /* since when these frames are shown */
  gboolean           is_scope_seen;  /* the thread looked at has been seen with them */
};

G_DEFINE_FINAL_TYPE (SondeSession, sonde_session, G_TYPE_OBJECT)

enum
{
  SCOPE_GONE,
  UPDATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static gboolean
on_timeout_cb (gpointer user_data)
{
  sonde_session_tick (user_data);

  return G_SOURCE_CONTINUE;
}

static void
start_ticking (SondeSession *self)
{
  g_clear_handle_id (&self->tick_source, g_source_remove);
  self->tick_source = g_timeout_add (self->interval_ms, on_timeout_cb, self);
  g_source_set_name_by_id (self->tick_source, "SondeSession tick");
}

static void
send_settings (SondeSession *self)
{
  sonde_engine_set_settings (self->engine, &self->settings);
}

static void
sonde_session_dispose (GObject *object)
{
  SondeSession *self = SONDE_SESSION (object);

  g_clear_handle_id (&self->tick_source, g_source_remove);
  g_clear_pointer (&self->engine, sonde_engine_free);
  g_clear_pointer (&self->snapshot, sonde_snapshot_unref);
  g_clear_object (&self->functions);
  g_clear_object (&self->threads);

  G_OBJECT_CLASS (sonde_session_parent_class)->dispose (object);
}

static void
sonde_session_finalize (GObject *object)
{
  SondeSession *self = SONDE_SESSION (object);

  sonde_settings_clear (&self->settings);

  G_OBJECT_CLASS (sonde_session_parent_class)->finalize (object);
}

static void
sonde_session_class_init (SondeSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sonde_session_dispose;
  object_class->finalize = sonde_session_finalize;

  /**
   * SondeSession::scope-gone:
   *
   * @has_ended: %FALSE if it has no samples with the frames that are shown now
   *
   * The thread that was looked at has ended and is not told apart any more: after a reset, or
   * because there are too many of its kind; or it runs no Python. The scope is all threads now.
   */
  signals[SCOPE_GONE] = g_signal_new ("scope-gone", SONDE_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);

  /**
   * SondeSession::updated:
   *
   * A new snapshot is there, and the lists are like it.
   */
  signals[UPDATED] = g_signal_new ("updated", SONDE_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
sonde_session_init (SondeSession *self)
{
  self->functions = sonde_function_list_new ();
  self->threads = sonde_thread_list_new ();
  self->interval_ms = SONDE_INTERVAL_MS_DEFAULT;
  sonde_settings_init (&self->settings);
}

SondeSession *
sonde_session_new_attach (pid_t   pid,
                          guint64 start_ticks)
{
  SondeSession *self = g_object_new (SONDE_TYPE_SESSION, NULL);

  self->engine = sonde_engine_new_attach (pid, start_ticks, &self->settings);
  start_ticking (self);

  return self;
}

SondeSession *
sonde_session_new_launch (const SondeLaunch *launch)
{
  SondeSession *self;

  g_return_val_if_fail (launch != NULL, NULL);

  self = g_object_new (SONDE_TYPE_SESSION, NULL);
  self->engine = sonde_engine_new_launch (launch, &self->settings);
  start_ticking (self);

  return self;
}

void
sonde_session_wait_for_all (gint64 timeout_us)
{
  sonde_engines_wait (timeout_us);
}

SondeSnapshot *
sonde_session_get_snapshot (SondeSession *self)
{
  g_return_val_if_fail (SONDE_IS_SESSION (self), NULL);

  return self->snapshot;
}

SondeFunctionList *
sonde_session_get_functions (SondeSession *self)
{
  g_return_val_if_fail (SONDE_IS_SESSION (self), NULL);

  return self->functions;
}

SondeThreadList *
sonde_session_get_threads (SondeSession *self)
{
  g_return_val_if_fail (SONDE_IS_SESSION (self), NULL);

  return self->threads;
}

const SondeQuery *
sonde_session_get_query (SondeSession *self)
{
  g_return_val_if_fail (SONDE_IS_SESSION (self), NULL);

  return &self->settings.query;
}

/* Looks at all threads if the one that was looked at is not there any more. */
static void
check_scope (SondeSession *self)
{
  pid_t tid = self->settings.query.scope_tid;
  gboolean was_seen = self->is_scope_seen;

  if (tid == 0 || self->snapshot->query.scope_tid != tid)
    return;

  self->is_scope_seen = sonde_thread_list_find (self->threads, tid) != NULL;
  if (self->is_scope_seen || (self->snapshot->state == SONDE_SESSION_SAMPLING && !was_seen &&
                              g_get_monotonic_time () - self->frames_us < SCOPE_GRACE_US))
    return;

  sonde_session_set_scope (self, 0);
  g_signal_emit (self, signals[SCOPE_GONE], 0, was_seen);
}

/* Other frames are shown than before; what is known of the threads is another thing, too. */
static void
notice_frames (SondeSession        *self,
               const SondeSnapshot *snapshot)
{
  if (self->snapshot != NULL && self->snapshot->frames == snapshot->frames)
    return;

  self->frames_us = g_get_monotonic_time ();
  self->is_scope_seen = FALSE;
}

void
sonde_session_tick (SondeSession *self)
{
  SondeSnapshot *snapshot;

  g_return_if_fail (SONDE_IS_SESSION (self));

  snapshot = sonde_engine_take_snapshot (self->engine);
  if (snapshot == NULL)
    return;

  notice_frames (self, snapshot);
  g_clear_pointer (&self->snapshot, sonde_snapshot_unref);
  self->snapshot = snapshot;
  sonde_function_list_update (self->functions, snapshot, g_get_monotonic_time ());
  sonde_thread_list_update (self->threads, snapshot);

  if (snapshot->state >= SONDE_SESSION_SAMPLING && snapshot->state != SONDE_SESSION_FAILED)
    check_scope (self);

  g_signal_emit (self, signals[UPDATED], 0);
}

void
sonde_session_suspend (SondeSession *self)
{
  g_return_if_fail (SONDE_IS_SESSION (self));

  sonde_engine_suspend (self->engine);
}

void
sonde_session_resume (SondeSession *self)
{
  g_return_if_fail (SONDE_IS_SESSION (self));

  sonde_engine_resume (self->engine);
}

gboolean
sonde_session_get_paused (SondeSession *self)
{
  g_return_val_if_fail (SONDE_IS_SESSION (self), FALSE);

  return self->settings.frozen;
}

void
sonde_session_set_paused (SondeSession *self,
                          gboolean      paused)
{
  g_return_if_fail (SONDE_IS_SESSION (self));

  if (self->settings.frozen == paused)
    return;

  self->settings.frozen = paused;
  send_settings (self);
}

guint
sonde_session_get_interval_ms (SondeSession *self)
{
  g_return_val_if_fail (SONDE_IS_SESSION (self), 0);

  return self->interval_ms;
}

void
sonde_session_set_interval_ms (SondeSession *self,
                               guint         interval_ms)
{
  g_return_if_fail (SONDE_IS_SESSION (self));
  g_return_if_fail (interval_ms >= SONDE_INTERVAL_MS_MIN && interval_ms <= SONDE_INTERVAL_MS_MAX);

  if (self->interval_ms == interval_ms)
    return;

  self->interval_ms = interval_ms;
  start_ticking (self);
}

double
sonde_session_get_rate_hz (SondeSession *self)
{
  g_return_val_if_fail (SONDE_IS_SESSION (self), 0.0);

  return self->settings.rate_hz;
}

void
sonde_session_set_rate_hz (SondeSession *self,
                           double        rate_hz)
{
  g_return_if_fail (SONDE_IS_SESSION (self));
  g_return_if_fail (rate_hz >= SONDE_RATE_HZ_MIN && rate_hz <= SONDE_RATE_HZ_MAX);

  if (self->settings.rate_hz == rate_hz)
    return;

  self->settings.rate_hz = rate_hz;
  send_settings (self);
}

void
sonde_session_set_mode (SondeSession *self,
                        SondeMode     mode)
{
  g_return_if_fail (SONDE_IS_SESSION (self));

  if (self->settings.query.mode == mode)
    return;

  self->settings.query.mode = mode;
  send_settings (self);
}

void
sonde_session_set_frames (SondeSession *self,
                          SondeFrames   frames)
{
  g_return_if_fail (SONDE_IS_SESSION (self));

  if (self->settings.query.frames == frames)
    return;

  self->settings.query.frames = frames;
  send_settings (self);
}

void
sonde_session_set_with_tasks (SondeSession *self,
                              gboolean      with_tasks)
{
  g_return_if_fail (SONDE_IS_SESSION (self));

  if (self->settings.with_tasks == with_tasks)
    return;

  self->settings.with_tasks = with_tasks;
  send_settings (self);
}

void
sonde_session_set_scope (SondeSession *self,
                         pid_t         tid)
{
  g_return_if_fail (SONDE_IS_SESSION (self));

  if (self->settings.query.scope_tid == tid)
    return;

  self->settings.query.scope_tid = tid;
  self->is_scope_seen = sonde_thread_list_find (self->threads, tid) != NULL;
  send_settings (self);
}

void
sonde_session_set_sort (SondeSession *self,
                        SondeColumn   column,
                        gboolean      descending)
{
  SondeQuery *query;

  g_return_if_fail (SONDE_IS_SESSION (self));

  query = &self->settings.query;
  if (query->column == column && query->descending == descending)
    return;

  query->column = column;
  query->descending = descending;
  send_settings (self);
}

gboolean
sonde_session_set_filter (SondeSession *self,
                          const char   *filter)
{
  g_autoptr(SondeFilter) compiled = NULL;

  g_return_val_if_fail (SONDE_IS_SESSION (self), FALSE);
  g_return_val_if_fail (filter != NULL, FALSE);

  if (g_strcmp0 (self->settings.query.filter, filter) != 0)
    {
      g_free (self->settings.query.filter);
      self->settings.query.filter = g_strdup (filter);
      send_settings (self);
    }

  compiled = sonde_filter_new (filter);

  return sonde_filter_is_valid (compiled);
}

void
sonde_session_set_kept (SondeSession *self,
                        guint32       function_id)
{
  g_return_if_fail (SONDE_IS_SESSION (self));

  if (self->settings.query.keep_id == function_id)
    return;

  self->settings.query.keep_id = function_id;
  send_settings (self);
}

void
sonde_session_grow (SondeSession *self)
{
  SondeQuery *query;

  g_return_if_fail (SONDE_IS_SESSION (self));

  query = &self->settings.query;
  if (self->snapshot == NULL || self->snapshot->query.row_limit != query->row_limit ||
      self->snapshot->n_rows >= self->snapshot->matching_count)
    return;

  query->row_limit *= ROW_GROWTH;
  send_settings (self);
}

gboolean
sonde_session_reset (SondeSession *self)
{
  g_return_val_if_fail (SONDE_IS_SESSION (self), FALSE);

  if (self->snapshot != NULL && self->snapshot->state >= SONDE_SESSION_FINISHED)
    return FALSE;

  sonde_engine_reset (self->engine);

  return TRUE;
}

void
sonde_session_stop (SondeSession *self)
{
  g_return_if_fail (SONDE_IS_SESSION (self));

  sonde_engine_stop (self->engine);
}
