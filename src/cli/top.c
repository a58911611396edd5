/* top.c: sonde-cli top
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/commands.h"

#include <signal.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "cli/output.h"
#include "cli/pick.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/watch.h"

#define REDRAW_INTERVAL_US (G_USEC_PER_SEC / 2)
#define KEY_INTERVAL_MS 50
#define ONCE_DURATION_S 2

/* How long one table waits for the names of its functions. A table on a terminal has had them. */
#define ONCE_NAMES_TIMEOUT_S 5

/* How long the engine may take for another view of what it has. */
#define WAITS_TIMEOUT_US (2 * G_USEC_PER_SEC)

/* Functions in a table that no window limits. */
#define PLAIN_ROW_COUNT 40

/* The most that a window is given; few have more lines. */
#define WINDOW_ROW_COUNT 300

typedef struct
{
  /* Owned */
  SondeTerminal *terminal; /* NULL if standard output is none */
  SondeSnapshot *newest;   /* what is drawn when the window changes */
  GError        *error;

  /* Borrowed */
  SondeWatch    *watch;

  gint64         drawn_us; /* when, g_get_monotonic_time() */
} View;

static void
view_draw (View *self)
{
  g_autofree char *text = NULL;
  guint columns = 0;
  guint lines = 0;
  gboolean done;

  if (self->newest == NULL || self->error != NULL)
    return;

  if (self->terminal != NULL)
    sonde_terminal_get_size (self->terminal, &columns, &lines);

  text = sonde_table_dup_text (self->newest, columns, lines);
  done = self->terminal != NULL ? sonde_terminal_draw (self->terminal, text, &self->error)
                                : sonde_output_print (text, &self->error);
  self->drawn_us = g_get_monotonic_time ();

  /* Nobody can see the rest. */
  if (!done)
    sonde_watch_stop (self->watch);
}

static void
on_snapshot_cb (SondeSnapshot *snapshot,
                gpointer       data)
{
  View *self = data;

  g_clear_pointer (&self->newest, sonde_snapshot_unref);
  self->newest = sonde_snapshot_ref (snapshot);

  if (g_get_monotonic_time () - self->drawn_us >= REDRAW_INTERVAL_US)
    view_draw (self);
}

static gboolean
on_window_cb (gpointer data)
{
  view_draw (data);

  return G_SOURCE_CONTINUE;
}

static gboolean
on_key_time_cb (gpointer data)
{
  View *self = data;

  if (sonde_terminal_take_key (self->terminal, 'q'))
    sonde_watch_stop (self->watch);

  return G_SOURCE_CONTINUE;
}

/* Ctrl+Z would leave the shell with our screen. */
static void
on_suspend_cb (gpointer data)
{
  View *self = data;

  sonde_terminal_leave (self->terminal);
}

static void
on_resume_cb (gpointer data)
{
  View *self = data;

  sonde_terminal_enter (self->terminal);
}

/* Runs the session to its end, drawing; returns its last snapshot. */
static SondeSnapshot *
run_live (SondeWatch  *watch,
          GError     **error)
{
  View view = { .watch = watch, .terminal = sonde_terminal_new () };
  SondeSnapshot *last;
  guint window_source = 0;
  guint key_source = 0;

  if (view.terminal != NULL)
    {
      sonde_watch_set_job_funcs (watch, on_suspend_cb, on_resume_cb);
      window_source = g_unix_signal_add (SIGWINCH, on_window_cb, &view);
      key_source = g_timeout_add (KEY_INTERVAL_MS, on_key_time_cb, &view);
    }

  last = sonde_watch_run (watch, on_snapshot_cb, &view);

  g_clear_handle_id (&window_source, g_source_remove);
  g_clear_handle_id (&key_source, g_source_remove);
  g_clear_pointer (&view.newest, sonde_snapshot_unref);
  g_clear_pointer (&view.terminal, sonde_terminal_free);
  if (view.error != NULL)
    g_propagate_error (error, view.error);

  return last;
}

static void
init_settings (SondeSettings      *settings,
               const SondeOptions *options)
{
  sonde_settings_init (settings);
  settings->rate_hz = options->rate_hz;
  settings->query.mode = options->mode;
  settings->query.frames = options->frames;
  settings->with_tasks = options->with_tasks;
  settings->query.row_limit = WINDOW_ROW_COUNT;
}

/* Where the threads were, if none of them ran; else NULL. */
static SondeSnapshot *
look_at_waits (SondeEngine         *engine,
               const SondeOptions  *options,
               const SondeSnapshot *snapshot)
{
  SondeSettings settings;
  gint64 until_us = g_get_monotonic_time () + WAITS_TIMEOUT_US;

  if (snapshot->query.mode == SONDE_MODE_WALL || snapshot->query.mode == SONDE_MODE_GIL ||
      snapshot->scope_count > 0 || snapshot->sample_count == 0)
    return NULL;

  init_settings (&settings, options);
  settings.query.mode = SONDE_MODE_WALL;
  sonde_engine_set_settings (engine, &settings);
  sonde_settings_clear (&settings);
  while (g_get_monotonic_time () < until_us)
    {
      g_autoptr(SondeSnapshot) waits = sonde_engine_wait_snapshot (engine, WAITS_TIMEOUT_US);

      if (waits != NULL && waits->query.mode == SONDE_MODE_WALL)
        return g_steal_pointer (&waits);
    }

  return NULL;
}

/* The last table stays on the terminal, or comes last in the file. */
static int
print_last (const SondeSnapshot *snapshot)
{
  const guint lines = SONDE_TABLE_HEAD_LINES + (snapshot->is_readable ? 1 : 0) + PLAIN_ROW_COUNT;
  g_autofree char *text = sonde_table_dup_text (snapshot, 0, lines);
  g_autoptr(GError) error = NULL;

  return sonde_output_print (text, &error) ? SONDE_EXIT_DONE : sonde_report_error (error);
}

int
sonde_command_top (const SondeOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SondeEngine) engine = NULL;
  g_autoptr(SondeWatch) watch = NULL;
  g_autoptr(SondeSnapshot) snapshot = NULL;
  g_autoptr(SondeSnapshot) waits = NULL;
  SondeSettings settings;
  guint64 start_ticks = 0;
  pid_t pid = 0;

  if (!sonde_pick_process (options->target, &pid, &start_ticks, &error))
    return sonde_report_error (error);

  init_settings (&settings, options);
  engine = sonde_engine_new_attach (pid, start_ticks, &settings);
  sonde_settings_clear (&settings);

  watch = sonde_watch_new (engine, options->once && options->duration_s <= 0 ? ONCE_DURATION_S
                                                                             : options->duration_s);
  if (options->once)
    sonde_watch_set_names_timeout (watch, ONCE_NAMES_TIMEOUT_S);
  snapshot = options->once ? sonde_watch_run (watch, NULL, NULL) : run_live (watch, &error);

  if (error != NULL)
    return sonde_report_error (error);

  if (snapshot->state == SONDE_SESSION_FAILED)
    return sonde_report_obstacle (&snapshot->obstacle, "top");

  sonde_report_frames (options->frames, snapshot->python, snapshot->is_readable);
  sonde_report_hindrance (snapshot->hindrance);
  sonde_report_tasks (options->with_tasks, snapshot->python, snapshot->is_readable,
                      snapshot->has_tasks);
  sonde_report_mode (options->mode, snapshot->python, snapshot->is_readable,
                     snapshot->has_gil);
  sonde_report_unmatched (snapshot->unmatched_count);

  waits = options->once ? look_at_waits (engine, options, snapshot) : NULL;
  if (waits != NULL)
    g_printerr (_("sonde-cli: no thread ran: the table has where they waited, as with -m wall\n"));

  return print_last (waits != NULL ? waits : snapshot);
}
