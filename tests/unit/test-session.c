/* test-session.c: a session as the desktop program holds it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The process looked for does not exist, so that nothing need be attached to.
 */

#include "config.h"

#include <gio/gio.h>

#include "model/session.h"

/* More than the kernel ever gives. */
#define NO_PID 0x7ffffffe

static gboolean
on_deadline_cb (gpointer user_data)
{
  g_error ("no snapshot came in time");

  return G_SOURCE_REMOVE;
}

/* Runs the main loop until the session has failed, as it must. */
static SondeSession *
make_failed_session (void)
{
  SondeSession *session = sonde_session_new_attach (NO_PID, 0);
  guint deadline = g_timeout_add_seconds (30, on_deadline_cb, NULL);

  while (sonde_session_get_snapshot (session) == NULL ||
         sonde_session_get_snapshot (session)->state != SONDE_SESSION_FAILED)
    g_main_context_iteration (NULL, TRUE);

  g_source_remove (deadline);

  return session;
}

static void
test_session_obstacle (void)
{
  SondeSession *session = make_failed_session ();

  g_assert_cmpint (sonde_session_get_snapshot (session)->obstacle.kind, ==, SONDE_OBSTACLE_GONE);
  g_assert_false (sonde_session_reset (session));

  g_assert_finalize_object (session);
}

static void
test_session_free_at_once (void)
{
  SondeSession *session = sonde_session_new_attach (NO_PID, 0);

  g_assert_null (sonde_session_get_snapshot (session));
  g_assert_finalize_object (session);
}

static void
test_session_settings (void)
{
  SondeSession *session = sonde_session_new_attach (NO_PID, 0);

  sonde_session_set_mode (session, SONDE_MODE_WALL);
  sonde_session_set_frames (session, SONDE_FRAMES_BOTH);
  sonde_session_set_scope (session, 7);
  sonde_session_set_sort (session, SONDE_COLUMN_FILE, FALSE);
  sonde_session_set_rate_hz (session, 20000.0);
  sonde_session_set_paused (session, TRUE);
  sonde_session_set_interval_ms (session, SONDE_INTERVAL_MS_MAX);

  g_assert_cmpint (sonde_session_get_query (session)->mode, ==, SONDE_MODE_WALL);
  g_assert_cmpint (sonde_session_get_query (session)->frames, ==, SONDE_FRAMES_BOTH);
  g_assert_cmpint (sonde_session_get_query (session)->scope_tid, ==, 7);
  g_assert_cmpint (sonde_session_get_query (session)->column, ==, SONDE_COLUMN_FILE);
  g_assert_false (sonde_session_get_query (session)->descending);
  g_assert_cmpfloat (sonde_session_get_rate_hz (session), ==, 20000.0);
  g_assert_true (sonde_session_get_paused (session));
  g_assert_cmpuint (sonde_session_get_interval_ms (session), ==, SONDE_INTERVAL_MS_MAX);

  g_assert_finalize_object (session);
}

static void
test_session_filter (void)
{
  SondeSession *session = sonde_session_new_attach (NO_PID, 0);

  g_assert_true (sonde_session_set_filter (session, "dict"));
  g_assert_true (sonde_session_set_filter (session, "/^dict(Find|Add)$/"));
  g_assert_false (sonde_session_set_filter (session, "/^dict("));
  g_assert_cmpstr (sonde_session_get_query (session)->filter, ==, "/^dict(");
  g_assert_true (sonde_session_set_filter (session, ""));

  g_assert_finalize_object (session);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/session/obstacle", test_session_obstacle);
  g_test_add_func ("/model/session/free-at-once", test_session_free_at_once);
  g_test_add_func ("/model/session/settings", test_session_settings);
  g_test_add_func ("/model/session/filter", test_session_filter);

  return g_test_run ();
}
