/* bench-tick.c: what a tick of the display costs
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A profile of many functions, some of which change between two ticks. Measured in turn, in the
 * same run:
 *
 *   plain   a row object for each function in a GListStore behind a GtkSortListModel with a
 *           custom sorter: all rows get their figures, then one gtk_sorter_changed()
 *   tick    Sonde's main thread: a snapshot's rows into the function list
 *   rank    Sonde's worker: the same snapshot, made from the profile
 */

#include "config.h"

#include <gtk/gtk.h>

#include "aggregate/profile.h"
#include "base/clock.h"
#include "model/function-list.h"
#include "support/statistics.h"

#define COMMAND "./dev bench tick"
#define N_TICKS 15
#define N_CHANGES 1000
#define N_ROWS 200

typedef struct
{
  SondeFunctions     *functions;
  SondeProfile       *profile;
  SondeProfileThread *thread;
  GRand              *random;
  guint               n_functions;
} Scene;

/* Few functions have most of the samples, as in a real program. */
static void
change_some (Scene *scene,
             guint  n_changes)
{
  for (guint i = 0; i < n_changes; i++)
    {
      double at = g_rand_double (scene->random);
      guint32 id = (guint32) (at * at * at * (double) (scene->n_functions - 1)) + 1;
      const SondeFunction *stack[2];

      stack[0] = sonde_functions_get (scene->functions, id);
      stack[1] = sonde_functions_get (scene->functions, 0);
      sonde_profile_add (scene->profile, scene->thread, stack, 2, FALSE,
                         sonde_thread_status (SONDE_THREAD_STATE_RUNNING), 1, 1000000);
    }
}

static Scene *
scene_new (guint n_functions)
{
  Scene *scene = g_new0 (Scene, 1);

  scene->functions = sonde_functions_new ();
  scene->profile = sonde_profile_new ();
  scene->thread = sonde_profile_add_thread (scene->profile, 1, "main");
  scene->random = g_rand_new_with_seed (4711);
  scene->n_functions = n_functions;

  for (guint i = 0; i < n_functions; i++)
    {
      g_autofree char *name = g_strdup_printf ("function_%06u", i);
      const SondeFunction wanted = { .name = name, .file = "file.c", .line = i, .offset = i };
      const SondeFunction *stack[2];

      stack[0] = sonde_functions_intern (scene->functions, &wanted);
      stack[1] = sonde_functions_get (scene->functions, 0);
      sonde_profile_add (scene->profile, scene->thread, stack, 2, FALSE,
                         sonde_thread_status (SONDE_THREAD_STATE_RUNNING), 1, 1000000);
    }
  change_some (scene, 5 * n_functions);

  return scene;
}

static void
scene_free (Scene *scene)
{
  sonde_profile_free (scene->profile);
  sonde_functions_unref (scene->functions);
  g_rand_free (scene->random);
  g_free (scene);
}

static SondeSnapshot *
make_snapshot (Scene *scene,
               guint  row_limit)
{
  SondeSnapshot *snapshot;
  SondeQuery query;

  sonde_query_init (&query);
  query.row_limit = row_limit;
  snapshot = sonde_snapshot_new (scene->functions, &query);
  sonde_profile_fill (scene->profile, snapshot);
  sonde_query_clear (&query);

  return snapshot;
}

static int
compare_self_cb (gconstpointer a,
                 gconstpointer b,
                 gpointer      data)
{
  guint64 left = sonde_function_row_get_self_count ((SondeFunctionRow *) (gsize) a);
  guint64 right = sonde_function_row_get_self_count ((SondeFunctionRow *) (gsize) b);

  return left > right ? -1 : left < right;
}

static void
add_ms (GArray  *values,
        guint64  start_ns)
{
  double ms = (double) (sonde_clock_now_ns () - start_ns) / 1e6;

  g_array_append_val (values, ms);
}

/* One row object a function, by id. */
static GListStore *
make_plain_store (Scene *scene)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  GListStore *store = g_list_store_new (SONDE_TYPE_FUNCTION_ROW);

  for (guint i = 0; i < scene->n_functions; i++)
    g_ptr_array_add (rows, sonde_function_row_new (scene->functions,
                                                   sonde_functions_get (scene->functions, i)));
  g_list_store_splice (store, 0, 0, rows->pdata, rows->len);

  return store;
}

static void
run_plain_tick (GListStore          *store,
                GtkSorter           *sorter,
                const SondeSnapshot *snapshot)
{
  for (guint i = 0; i < snapshot->n_rows; i++)
    {
      g_autoptr(SondeFunctionRow) row = NULL;

      row = g_list_model_get_item (G_LIST_MODEL (store), snapshot->rows[i].function->id);
      sonde_function_row_update (row, &snapshot->rows[i], snapshot->scope_count);
    }

  gtk_sorter_changed (sorter, GTK_SORTER_CHANGE_DIFFERENT);
}

static void
print_figures (guint   n_functions,
               double  plain_ms,
               double  tick_ms,
               double  rank_ms,
               double  goal)
{
  double ratio = tick_ms / plain_ms;

  g_print ("display tick, %u functions, plain design\t%.2f ms\t-\t" COMMAND "\n",
           n_functions, plain_ms);
  g_print ("display tick, %u functions, main thread\t%.3f ms\t-\t" COMMAND "\n",
           n_functions, tick_ms);
  g_print ("display tick, %u functions, worker's ranking\t%.3f ms\t-\t" COMMAND "\n",
           n_functions, rank_ms);
  if (goal > 0.0)
    g_print ("display tick, %u functions, main thread / plain\t%.4f\t<= %.2f\t" COMMAND "\n",
             n_functions, ratio, goal);
  g_print ("display tick, %u functions, both threads / plain\t%.4f\t-\t" COMMAND "\n",
           n_functions, (tick_ms + rank_ms) / plain_ms);
}

static void
measure (guint  n_functions,
         double goal)
{
  g_autoptr(GArray) plain_ms = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(GArray) tick_ms = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(GArray) rank_ms = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(SondeFunctionList) list = sonde_function_list_new ();
  g_autoptr(GtkSortListModel) sorted = NULL;
  Scene *scene = scene_new (n_functions);
  GListStore *store = make_plain_store (scene);
  GtkSorter *sorter = GTK_SORTER (gtk_custom_sorter_new (compare_self_cb, NULL, NULL));

  sorted = gtk_sort_list_model_new (G_LIST_MODEL (store), g_object_ref (sorter));

  for (guint i = 0; i < N_TICKS; i++)
    {
      g_autoptr(SondeSnapshot) all = NULL;
      g_autoptr(SondeSnapshot) best = NULL;
      guint64 start_ns;

      change_some (scene, N_CHANGES);

      all = make_snapshot (scene, n_functions);
      start_ns = sonde_clock_now_ns ();
      run_plain_tick (store, sorter, all);
      add_ms (plain_ms, start_ns);

      start_ns = sonde_clock_now_ns ();
      best = make_snapshot (scene, N_ROWS);
      add_ms (rank_ms, start_ns);

      /* A second apart each: the dearest kind of tick, in which rows may change places. */
      start_ns = sonde_clock_now_ns ();
      sonde_function_list_update (list, best, (gint64) i * 2 * G_USEC_PER_SEC);
      add_ms (tick_ms, start_ns);
    }

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sorted)), ==, n_functions);
  print_figures (n_functions, test_get_median (plain_ms), test_get_median (tick_ms),
                 test_get_median (rank_ms), goal);

  g_object_unref (sorter);
  scene_free (scene);
}

int
main (void)
{
  measure (1000, 0.0);
  measure (10000, 0.25);
  measure (100000, 0.05);

  return 0;
}
