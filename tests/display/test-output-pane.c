/* test-output-pane.c: a program's output on a screen
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "model/output-reader.h"
#include "support/display.h"
#include "widgets/output-pane.h"

typedef struct
{
  GtkWindow       *window;
  SondeOutputPane *pane;
  const char      *wanted;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->pane = SONDE_OUTPUT_PANE (sonde_output_pane_new ());
  fixture->window = display_show (GTK_WIDGET (fixture->pane));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->pane), (gpointer *) &fixture->pane);
  display_close (fixture->window);
  g_assert_null (fixture->pane);
}

static GtkTextBuffer *
get_buffer (Fixture *fixture)
{
  return gtk_text_view_get_buffer (display_get (fixture->pane, "view"));
}

static char *
dup_text (Fixture *fixture)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (get_buffer (fixture), &start, &end);

  return gtk_text_buffer_get_text (get_buffer (fixture), &start, &end, FALSE);
}

static gboolean
shows_wanted (gpointer data)
{
  Fixture *fixture = data;
  g_autofree char *text = dup_text (fixture);

  return strstr (text, fixture->wanted) != NULL;
}

static gboolean
has_wanted_last_line (gpointer data)
{
  Fixture *fixture = data;

  return g_strcmp0 (gtk_inscription_get_text (display_get (fixture->pane, "last_line")),
                    fixture->wanted) == 0;
}

/* Closed, the pane shows the last line; opened, what came before too. */
static void
test_output_pane_open_late (Fixture      *fixture,
                            gconstpointer data)
{
  int fds[2];
  g_autofree char *text = NULL;

  g_assert_no_errno (pipe (fds));
  sonde_output_pane_set_fd (fixture->pane, fds[0]);

  g_assert_cmpint (write (fds[1], "first\nsecond \xff\n\n", 16), ==, 16);
  fixture->wanted = "second \357\277\275";
  display_wait (has_wanted_last_line, fixture);
  text = dup_text (fixture);
  g_assert_cmpstr (text, ==, "");

  gtk_toggle_button_set_active (display_get (fixture->pane, "toggle"), TRUE);
  fixture->wanted = "first\nsecond \357\277\275\n";
  display_wait (shows_wanted, fixture);

  g_assert_cmpint (write (fds[1], "third", 5), ==, 5);
  fixture->wanted = "\n\nthird";
  display_wait (shows_wanted, fixture);
  close (fds[1]);
  display_run (300);
}

static gboolean
tick_cb (gpointer data)
{
  gint64 *last = data;
  gint64 now = g_get_monotonic_time ();

  /* The longest wait so far is kept beside the time of the last tick. */
  last[1] = MAX (last[1], now - last[0]);
  last[0] = now;

  return G_SOURCE_CONTINUE;
}

/* A program that writes without end gets on, and so does the main loop; what is kept has a bound.
 */
static void
test_output_pane_flood (Fixture      *fixture,
                        gconstpointer data)
{
  gint64 ticks[2] = { g_get_monotonic_time (), 0 };
  guint timeout;
  int fd;
  pid_t pid = display_start ("yes", &fd);

  gtk_toggle_button_set_active (display_get (fixture->pane, "toggle"), TRUE);
  sonde_output_pane_set_fd (fixture->pane, fd);
  fixture->wanted = "y\ny\ny\n";
  display_wait (shows_wanted, fixture);

  ticks[0] = g_get_monotonic_time ();
  timeout = g_timeout_add (10, tick_cb, ticks);
  display_run (3000);
  g_source_remove (timeout);

  g_test_message ("longest wait of the main loop: %" G_GINT64_FORMAT " µs", ticks[1]);
  g_assert_cmpint (ticks[1], <, 500000);
  g_assert_cmpint (gtk_text_buffer_get_line_count (get_buffer (fixture)), <=,
                   SONDE_OUTPUT_LINES_MAX + 1);
  g_assert_cmpint (gtk_text_buffer_get_char_count (get_buffer (fixture)), <=,
                   SONDE_OUTPUT_BYTES_MAX);

  display_end (pid);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add ("/widgets/output-pane/open-late", Fixture, NULL, set_up, test_output_pane_open_late,
              tear_down);
  g_test_add ("/widgets/output-pane/flood", Fixture, NULL, set_up, test_output_pane_flood,
              tear_down);
  return g_test_run ();
}
