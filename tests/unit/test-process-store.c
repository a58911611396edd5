/* test-process-store.c: the list of processes as a list model
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gio/gio.h>

#include "model/process-row.h"
#include "model/process-store.h"

/* A list of processes; each pid below 1000 has the start 1, "1007" is pid 7 with the start 2. */
static SondeProcessList *
make_list (const char *pids,
           double      cpu_share)
{
  g_auto(GStrv) words = g_strsplit (pids, " ", -1);
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (SondeProcessFigures));

  for (guint i = 0; words[i] != NULL && words[i][0] != '\0'; i++)
    {
      SondeProcessFigures figures = { .cpu_share = cpu_share };
      int number = atoi (words[i]);

      figures.process = sonde_process_new ();
      figures.process->pid = number % 1000;
      figures.process->start_ticks = number < 1000 ? 1 : 2;
      g_array_append_val (rows, figures);
    }

  return sonde_process_list_new (rows);
}

static void
update (SondeProcessStore *store,
        const char        *pids)
{
  g_autoptr(SondeProcessList) list = make_list (pids, 0.5);

  sonde_process_store_update (store, list);
}

/* A copy that is kept in step through the signal alone, like a view does. */
static void
on_items_changed_cb (GListModel *model,
                     guint       position,
                     guint       removed,
                     guint       added,
                     GPtrArray  *mirror)
{
  g_assert_cmpuint (position + removed, <=, mirror->len);
  if (removed > 0)
    g_ptr_array_remove_range (mirror, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (mirror, (int) (position + i), g_list_model_get_item (model, position + i));
  g_assert_cmpuint (mirror->len, ==, g_list_model_get_n_items (model));
}

static char *
print_mirror (GPtrArray *mirror)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < mirror->len; i++)
    {
      const SondeProcess *process = sonde_process_row_get_process (g_ptr_array_index (mirror, i));

      g_string_append_printf (text, "%s%d", i > 0 ? " " : "",
                              process->pid + (process->start_ticks == 2 ? 1000 : 0));
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_process_store_keeps_in_step (void)
{
  static const char *const steps[] = {
    "1 5 9", "1 5 9", "5 9", "2 5 7 8 9 20", "1 20", "", "3 4", "1003 4", "1003 5 6",
    "1 2 1003 1005 6", "7 8 9", "1 2 3",
  };
  g_autoptr(SondeProcessStore) store = sonde_process_store_new ();
  g_autoptr(GPtrArray) mirror = g_ptr_array_new_with_free_func (g_object_unref);

  g_signal_connect (store, "items-changed", G_CALLBACK (on_items_changed_cb), mirror);

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *text = NULL;

      update (store, steps[i]);
      text = print_mirror (mirror);
      g_assert_cmpstr (text, ==, steps[i]);
    }
}

static void
test_process_store_random_walk (void)
{
  g_autoptr(SondeProcessStore) store = sonde_process_store_new ();
  g_autoptr(GPtrArray) mirror = g_ptr_array_new_with_free_func (g_object_unref);

  g_signal_connect (store, "items-changed", G_CALLBACK (on_items_changed_cb), mirror);

  for (guint round = 0; round < 300; round++)
    {
      g_autoptr(GString) wanted = g_string_new (NULL);
      g_autofree char *text = NULL;

      for (int pid = 1; pid < 40; pid++)
        if (g_test_rand_int_range (0, 3) > 0)
          g_string_append_printf (wanted, "%s%d", wanted->len > 0 ? " " : "",
                                  pid + 1000 * g_test_rand_int_range (0, 2));

      update (store, wanted->str);
      text = print_mirror (mirror);
      g_assert_cmpstr (text, ==, wanted->str);
    }
}

static void
test_process_store_row_lives_with_process (void)
{
  g_autoptr(SondeProcessStore) store = sonde_process_store_new ();
  g_autoptr(SondeProcessRow) row = NULL;
  g_autoptr(SondeProcessRow) later = NULL;
  g_autoptr(SondeProcessRow) reused = NULL;

  update (store, "1 5 9");
  row = g_list_model_get_item (G_LIST_MODEL (store), 1);

  update (store, "2 3 5 9");
  later = g_list_model_get_item (G_LIST_MODEL (store), 2);
  g_assert_true (row == later);

  update (store, "2 3 1005 9");
  reused = g_list_model_get_item (G_LIST_MODEL (store), 2);
  g_assert_true (row != reused);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          guint      *count)
{
  *count += 1;
}

static void
test_process_store_same_figures_notify_nothing (void)
{
  g_autoptr(SondeProcessRow) row = NULL;
  g_autoptr(SondeProcessList) list = make_list ("7", 0.5);
  SondeProcessFigures figures = list->rows[0];
  guint count = 0;

  row = sonde_process_row_new (&figures);
  g_signal_connect (row, "notify", G_CALLBACK (count_cb), &count);

  sonde_process_row_update (row, &figures);
  g_assert_cmpuint (count, ==, 0);

  figures.cpu_share = 0.25;
  figures.thread_count = 2;
  sonde_process_row_update (row, &figures);
  g_assert_cmpuint (count, ==, 2);
  g_assert_cmpfloat (sonde_process_row_get_cpu_share (row), ==, 0.25);
  g_assert_cmpuint (sonde_process_row_get_thread_count (row), ==, 2);
}

static void
on_refreshed_cb (SondeProcessStore *store,
                 GMainLoop         *loop)
{
  g_main_loop_quit (loop);
}

static gboolean
on_time_up_cb (gpointer data)
{
  g_error ("no scan in ten seconds");

  return G_SOURCE_REMOVE;
}

static void
test_process_store_scans_in_background (void)
{
  g_autoptr(SondeProcessStore) store = sonde_process_store_new ();
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint time_up = g_timeout_add_seconds (10, on_time_up_cb, NULL);

  g_signal_connect (store, "refreshed", G_CALLBACK (on_refreshed_cb), loop);
  sonde_process_store_set_active (store, TRUE);
  g_assert_true (sonde_process_store_get_active (store));
  /* Nothing is read before the main loop runs, and nothing on its thread. */
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), ==, 0);

  g_main_loop_run (loop);
  g_main_loop_run (loop);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), >, 0);

  g_source_remove (time_up);
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);

  return G_SOURCE_REMOVE;
}

/* Turned off or let go of while a scan runs: the scan comes to its end, and nothing is left of it.
 */
static void
test_process_store_let_go_while_scanning (void)
{
  SondeProcessStore *store = sonde_process_store_new ();
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  gpointer watched = store;

  g_object_add_weak_pointer (G_OBJECT (store), &watched);
  sonde_process_store_set_active (store, TRUE);
  sonde_process_store_set_active (store, FALSE);
  g_object_unref (store);

  for (guint i = 0; watched != NULL && i < 100; i++)
    {
      g_timeout_add (50, quit_cb, loop);
      g_main_loop_run (loop);
    }

  g_assert_null (watched);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/process-store/keeps-in-step", test_process_store_keeps_in_step);
  g_test_add_func ("/model/process-store/random-walk", test_process_store_random_walk);
  g_test_add_func ("/model/process-store/row-lives-with-process",
                   test_process_store_row_lives_with_process);
  g_test_add_func ("/model/process-store/same-figures-notify-nothing",
                   test_process_store_same_figures_notify_nothing);
  g_test_add_func ("/model/process-store/scans-in-background",
                   test_process_store_scans_in_background);
  g_test_add_func ("/model/process-store/let-go-while-scanning",
                   test_process_store_let_go_while_scanning);
  return g_test_run ();
}
