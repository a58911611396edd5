/* test-thread-list.c: the threads of a session
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gio/gio.h>

#include "model/thread-list.h"

/* "7 main 300, -9 io 100": threads in the order of a snapshot; a minus is one that has exited, and
 * "*5 io 100" that many which are counted together.
 */
static void
update (SondeThreadList *list,
        const char      *text)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_auto(GStrv) words = g_strsplit (text, ", ", -1);
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeQuery query;

  sonde_query_init (&query);
  snapshot = sonde_snapshot_new (functions, &query);
  snapshot->n_threads = g_strv_length (words);
  snapshot->threads = g_new0 (SondeThreadFigures, snapshot->n_threads);
  for (guint i = 0; i < snapshot->n_threads; i++)
    {
      g_auto(GStrv) fields = g_strsplit (words[i], " ", 3);

      snapshot->threads[i].tid = ABS (atoi (fields[0]));
      snapshot->threads[i].exited = fields[0][0] == '-';
      if (fields[0][0] == '*')
        {
          snapshot->threads[i].tid = -1;
          snapshot->threads[i].exited = TRUE;
          snapshot->threads[i].merged_count = (guint64) atoi (fields[0] + 1);
        }
      snapshot->thread_count += MAX (snapshot->threads[i].merged_count, 1);
      g_strlcpy (snapshot->threads[i].name, fields[1], sizeof snapshot->threads[i].name);
      snapshot->threads[i].count = g_ascii_strtoull (fields[2], NULL, 10);
    }

  sonde_thread_list_update (list, snapshot);
  sonde_query_clear (&query);
}

static void
assert_rows (SondeThreadList *list,
             const char      *expected)
{
  GListModel *model = sonde_thread_list_get_model (list);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr(SondeThreadRow) row = g_list_model_get_item (model, i);

      g_string_append_printf (text, "%s%s%d %s %.2f", i == 0 ? "" : ", ",
                              sonde_thread_row_get_exited (row) ? "-" : "",
                              (int) sonde_thread_row_get_tid (row),
                              sonde_thread_row_get_name (row), sonde_thread_row_get_share (row));
    }

  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_thread_list_come_and_go (void)
{
  SondeThreadList *list = sonde_thread_list_new ();

  update (list, "7 main 300, 9 io 100");
  assert_rows (list, "7 main 0.75, 9 io 0.25");
  g_assert_cmpuint (sonde_thread_list_get_alive_count (list), ==, 2);

  update (list, "7 main 300, -9 io 100, 12 new 0");
  assert_rows (list, "7 main 0.75, -9 io 0.25, 12 new 0.00");
  g_assert_cmpuint (sonde_thread_list_get_alive_count (list), ==, 2);

  g_assert_finalize_object (list);
}

static void
test_thread_list_reset_forgets (void)
{
  SondeThreadList *list = sonde_thread_list_new ();

  update (list, "7 main 3, -9 io 1, 12 new 4");
  update (list, "7 renamed 0, 12 new 0");
  assert_rows (list, "7 renamed 0.00, 12 new 0.00");
  g_assert_null (sonde_thread_list_find (list, 9));

  g_assert_finalize_object (list);
}

static void
test_thread_list_counted_together (void)
{
  SondeThreadList *list = sonde_thread_list_new ();

  update (list, "7 main 2, -9 io 1, -12 io 1");
  update (list, "*2 io 2, 7 main 2");
  assert_rows (list, "--1 io 0.50, 7 main 0.50");
  g_assert_cmpuint (sonde_thread_row_get_merged_count (sonde_thread_list_find (list, -1)), ==, 2);
  g_assert_cmpuint (sonde_thread_row_get_merged_count (sonde_thread_list_find (list, 7)), ==, 0);
  g_assert_null (sonde_thread_list_find (list, 9));
  g_assert_cmpuint (sonde_thread_list_get_shown_count (list), ==, 1);

  update (list, "*2 io 2, -7 main 2");
  g_assert_cmpuint (sonde_thread_list_get_shown_count (list), ==, 3);

  g_assert_finalize_object (list);
}

static void
test_thread_list_rows_live_on (void)
{
  SondeThreadList *list = sonde_thread_list_new ();
  SondeThreadRow *row;

  update (list, "7 main 1, 9 io 1, 12 x 1");
  row = sonde_thread_list_find (list, 12);
  update (list, "7 main 1, 12 x 1");
  g_assert_true (sonde_thread_list_find (list, 12) == row);

  g_assert_finalize_object (list);
}

static void
test_thread_list_neighbours_wrap (void)
{
  SondeThreadList *list = sonde_thread_list_new ();

  g_assert_cmpint (sonde_thread_list_find_neighbour (list, 0, 1), ==, 0);

  update (list, "7 main 1, 9 io 1, 12 x 1");
  g_assert_cmpint (sonde_thread_list_find_neighbour (list, 0, 1), ==, 7);
  g_assert_cmpint (sonde_thread_list_find_neighbour (list, 0, -1), ==, 12);
  g_assert_cmpint (sonde_thread_list_find_neighbour (list, 9, 1), ==, 12);
  g_assert_cmpint (sonde_thread_list_find_neighbour (list, 12, 1), ==, 7);
  g_assert_cmpint (sonde_thread_list_find_neighbour (list, 7, -1), ==, 12);

  g_assert_finalize_object (list);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/thread-list/come-and-go", test_thread_list_come_and_go);
  g_test_add_func ("/model/thread-list/reset-forgets", test_thread_list_reset_forgets);
  g_test_add_func ("/model/thread-list/counted-together", test_thread_list_counted_together);
  g_test_add_func ("/model/thread-list/rows-live-on", test_thread_list_rows_live_on);
  g_test_add_func ("/model/thread-list/neighbours-wrap", test_thread_list_neighbours_wrap);

  return g_test_run ();
}
