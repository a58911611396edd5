/* display.c: what tests of widgets share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/display.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define PATIENCE_US (10 * G_USEC_PER_SEC)

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
display_wait (DisplayCondition condition,
              gpointer         data)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_US;
  guint waker = g_timeout_add (20, wake_cb, NULL);

  while (!condition (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, TRUE);
    }

  g_source_remove (waker);
}

void
display_run (guint milliseconds)
{
  gint64 deadline = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  guint waker = g_timeout_add (20, wake_cb, NULL);

  while (g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);

  g_source_remove (waker);
}

static gboolean
is_mapped (gpointer data)
{
  return gtk_widget_get_mapped (data);
}

GtkWindow *
display_show (GtkWidget *widget)
{
  GtkWindow *window = GTK_WINDOW (adw_window_new ());

  gtk_window_set_default_size (window, 900, 500);
  adw_window_set_content (ADW_WINDOW (window), widget);
  gtk_window_present (window);
  display_wait (is_mapped, widget);

  return window;
}

void
display_close (GtkWindow *window)
{
  gtk_window_destroy (window);
  display_run (20);
}

gpointer
display_get (gpointer    widget,
             const char *name)
{
  GObject *child = gtk_widget_get_template_child (widget, G_OBJECT_TYPE (widget), name);

  g_assert_nonnull (child);

  return child;
}

/* A test that fails leaves nothing behind. */
static void
end_with_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

pid_t
display_start (const char *command_line,
               int        *output_fd)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) argv = NULL;
  GPid pid;

  g_assert_true (g_shell_parse_argv (command_line, NULL, &argv, &error));
  g_spawn_async_with_pipes (NULL, argv, NULL,
                            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                            G_SPAWN_STDERR_TO_DEV_NULL |
                            (output_fd == NULL ? G_SPAWN_STDOUT_TO_DEV_NULL : 0),
                            end_with_test, NULL, &pid, NULL, output_fd, NULL, &error);
  g_assert_no_error (error);

  return pid;
}

void
display_end (pid_t pid)
{
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}
