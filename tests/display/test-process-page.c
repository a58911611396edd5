/* test-process-page.c: the list of processes on a screen
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/process-row.h"
#include "model/run-request.h"
#include "support/display.h"
#include "widgets/process-page.h"

#define CROWD 60

typedef struct
{
  GtkWindow         *window;
  GtkWidget         *page;
  GtkSelectionModel *model;
  pid_t              crowd[CROWD]; /* programs to fill the list with */
  int                chosen;       /* by the signal; 0 for none yet */
  SondeRunRequest   *request;      /* owned; by the signal */
  guint              wanted;
} Fixture;

static void
on_chosen_cb (Fixture *fixture,
              int      pid,
              guint64  start_ticks)
{
  g_assert_cmpuint (start_ticks, >, 0);
  fixture->chosen = pid;
}

static void
on_run_requested_cb (Fixture         *fixture,
                     SondeRunRequest *request)
{
  g_set_object (&fixture->request, request);
}

static guint
count_rows (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->model));
}

static gboolean
has_wanted_rows (gpointer data)
{
  Fixture *fixture = data;

  return count_rows (fixture) >= fixture->wanted;
}

static gboolean
has_exactly_wanted_rows (gpointer data)
{
  Fixture *fixture = data;

  return count_rows (fixture) == fixture->wanted;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  for (guint i = 0; i < CROWD; i++)
    fixture->crowd[i] = display_start ("sleep 1000", NULL);

  fixture->page = sonde_process_page_new ();
  g_signal_connect_swapped (fixture->page, "process-chosen", G_CALLBACK (on_chosen_cb), fixture);
  g_signal_connect_swapped (fixture->page, "run-requested", G_CALLBACK (on_run_requested_cb),
                            fixture);
  fixture->model = gtk_column_view_get_model (display_get (fixture->page, "view"));
  fixture->window = display_show (fixture->page);

  fixture->wanted = CROWD;
  display_wait (has_wanted_rows, fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->page), (gpointer *) &fixture->page);
  display_close (fixture->window);
  display_run (500);
  g_assert_null (fixture->page);

  g_clear_object (&fixture->request);
  for (guint i = 0; i < CROWD; i++)
    display_end (fixture->crowd[i]);
}

static SondeProcessRow *
get_row (Fixture *fixture,
         guint    position)
{
  g_autoptr(SondeProcessRow) row = NULL;

  row = g_list_model_get_item (G_LIST_MODEL (fixture->model), position);

  /* Borrowed: the model holds it. */
  return row;
}

static guint
find_position (Fixture *fixture,
               pid_t    pid)
{
  for (guint i = 0; i < count_rows (fixture); i++)
    if (sonde_process_row_get_process (get_row (fixture, i))->pid == pid)
      return i;

  return GTK_INVALID_LIST_POSITION;
}

static void
search (Fixture    *fixture,
        const char *text)
{
  gtk_editable_set_text (display_get (fixture->page, "search_entry"), text);
}

static const char *
get_content (Fixture *fixture)
{
  return gtk_stack_get_visible_child_name (display_get (fixture->page, "content"));
}

static void
test_process_page_busiest_first (Fixture      *fixture,
                                 gconstpointer data)
{
  pid_t busy = display_start ("sh -c 'while :; do :; done'", NULL);

  display_run (3500);
  g_assert_cmpuint (find_position (fixture, busy), <, 10);
  for (guint i = 1; i < count_rows (fixture); i++)
    g_assert_cmpfloat (sonde_process_row_get_cpu_share (get_row (fixture, i - 1)), >=,
                       sonde_process_row_get_cpu_share (get_row (fixture, i)));

  display_end (busy);
}

/* While processes come, go and change places, the selection stays with its process, and what is
 * seen stays where it is.
 */
static void
test_process_page_holds_still (Fixture      *fixture,
                               gconstpointer data)
{
  GtkAdjustment *adjustment = NULL;
  pid_t busy[3];
  double value;

  adjustment = gtk_scrolled_window_get_vadjustment (display_get (fixture->page, "scroller"));
  gtk_selection_model_select_item (fixture->model, find_position (fixture, fixture->crowd[30]),
                                   TRUE);
  /* Only what has been laid out can be scrolled. */
  display_run (300);
  gtk_adjustment_set_value (adjustment, 303);
  display_run (100);
  value = gtk_adjustment_get_value (adjustment);
  g_assert_cmpfloat (value, ==, 303);

  for (guint i = 0; i < G_N_ELEMENTS (busy); i++)
    busy[i] = display_start ("sh -c 'while :; do :; done'", NULL);
  display_run (3500);

  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, value);
  g_assert_true (gtk_selection_model_is_selected (fixture->model,
                                                  find_position (fixture, fixture->crowd[30])));

  for (guint i = 0; i < G_N_ELEMENTS (busy); i++)
    display_end (busy[i]);
}

static void
test_process_page_search (Fixture      *fixture,
                          gconstpointer data)
{
  pid_t special = display_start ("sleep 987.654321", NULL);
  g_autofree char *number = g_strdup_printf ("%d", special);

  search (fixture, "SLEEP 987.654321");
  fixture->wanted = 1;
  display_wait (has_exactly_wanted_rows, fixture);
  g_assert_cmpint (sonde_process_row_get_process (get_row (fixture, 0))->pid, ==, special);
  g_assert_cmpstr (get_content (fixture), ==, "table");

  search (fixture, "no process has this");
  fixture->wanted = 0;
  display_wait (has_exactly_wanted_rows, fixture);
  g_assert_cmpstr (get_content (fixture), ==, "empty");

  search (fixture, number);
  fixture->wanted = 1;
  display_wait (has_wanted_rows, fixture);
  g_assert_cmpuint (find_position (fixture, special), !=, GTK_INVALID_LIST_POSITION);
  g_assert_cmpstr (get_content (fixture), ==, "table");

  search (fixture, "");
  fixture->wanted = CROWD;
  display_wait (has_wanted_rows, fixture);

  display_end (special);
}

static void
test_process_page_choose (Fixture      *fixture,
                          gconstpointer data)
{
  GtkWidget *attach = display_get (fixture->page, "attach_button");
  guint position = find_position (fixture, fixture->crowd[7]);

  g_assert_false (gtk_widget_get_sensitive (attach));
  g_signal_emit_by_name (display_get (fixture->page, "view"), "activate", position);
  g_assert_cmpint (fixture->chosen, ==, fixture->crowd[7]);

  fixture->chosen = 0;
  position = find_position (fixture, fixture->crowd[8]);
  gtk_selection_model_select_item (fixture->model, position, TRUE);
  g_assert_true (gtk_widget_get_sensitive (attach));
  g_signal_emit_by_name (attach, "clicked");
  g_assert_cmpint (fixture->chosen, ==, fixture->crowd[8]);
}

static gboolean
is_zombie_there (gpointer data)
{
  Fixture *fixture = data;
  guint position = find_position (fixture, (pid_t) fixture->wanted);

  return position != GTK_INVALID_LIST_POSITION && !sonde_process_row_is_open (get_row (fixture,
                                                                                       position));
}

static void
test_process_page_obstacle (Fixture      *fixture,
                            gconstpointer data)
{
  GtkRevealer *bar = display_get (fixture->page, "obstacle_bar");
  g_autofree char *reason = NULL;
  pid_t zombie = fork ();
  guint position;

  if (zombie == 0)
    _exit (0);

  fixture->wanted = (guint) zombie;
  display_wait (is_zombie_there, fixture);
  position = find_position (fixture, zombie);
  g_assert_false (gtk_revealer_get_reveal_child (bar));

  g_signal_emit_by_name (display_get (fixture->page, "view"), "activate", position);
  g_assert_cmpint (fixture->chosen, ==, 0);
  g_assert_true (gtk_revealer_get_reveal_child (bar));
  reason = sonde_obstacle_dup_reason (&(SondeObstacle) { .kind = SONDE_OBSTACLE_ZOMBIE });
  g_assert_cmpstr (gtk_label_get_label (display_get (fixture->page, "reason")), ==, reason);
  g_assert_false (gtk_widget_get_visible (display_get (fixture->page, "command_box")));
  g_assert_false (gtk_widget_get_sensitive (display_get (fixture->page, "attach_button")));

  /* Its end takes the bar away. */
  waitpid (zombie, NULL, 0);
  display_run (2500);
  g_assert_false (gtk_revealer_get_reveal_child (bar));
}

static void
test_process_page_run (Fixture      *fixture,
                       gconstpointer data)
{
  GtkWidget *run_page = display_get (fixture->page, "run_page");
  GtkWidget *command = display_get (run_page, "command_row");
  GtkLabel *fault = display_get (run_page, "command_error");

  sonde_process_page_show_run (SONDE_PROCESS_PAGE (fixture->page));
  display_run (500);
  g_assert_true (gtk_widget_get_mapped (command));

  gtk_editable_set_text (GTK_EDITABLE (command), "true 'unclosed");
  g_signal_emit_by_name (command, "entry-activated");
  g_assert_null (fixture->request);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (fault)));
  g_assert_cmpstr (gtk_label_get_label (fault), ==,
                   "A quotation mark is not closed, or a backslash stands at the end.");

  gtk_editable_set_text (GTK_EDITABLE (command), "true 'a b'");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (fault)));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (display_get (run_page, "environment_view")),
                            "SONDE_TEST=1", -1);
  g_signal_emit_by_name (command, "entry-activated");

  g_assert_nonnull (fixture->request);
  g_assert_cmpstr (sonde_run_request_get_argv (fixture->request)[1], ==, "a b");
  g_assert_cmpstr (g_environ_getenv (sonde_run_request_get_envp (fixture->request), "SONDE_TEST"),
                   ==, "1");
}

int
main (int   argc,
      char *argv[])
{
#define ADD(path, function) \
  g_test_add ("/widgets/process-page/" path, Fixture, NULL, set_up, function, tear_down)

  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("busiest-first", test_process_page_busiest_first);
  ADD ("holds-still", test_process_page_holds_still);
  ADD ("search", test_process_page_search);
  ADD ("choose", test_process_page_choose);
  ADD ("obstacle", test_process_page_obstacle);
  ADD ("run", test_process_page_run);
  return g_test_run ();
}
