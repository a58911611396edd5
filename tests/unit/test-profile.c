/* test-profile.c: counting, in folded text
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/profile.h"

#define NS_A_SAMPLE 1000

typedef struct
{
  SondeFunctions     *functions;
  SondeProfile       *profile;
  SondeProfileThread *main_thread;
  SondeProfileThread *other_thread;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->functions = sonde_functions_new ();
  fixture->profile = sonde_profile_new ();
  fixture->main_thread = sonde_profile_add_thread (fixture->profile, 1, "main");
  fixture->other_thread = sonde_profile_add_thread (fixture->profile, 2, "other");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sonde_profile_free (fixture->profile);
  sonde_functions_unref (fixture->functions);
}

/* A name that begins with "?" is provisional. */
static const SondeFunction *
ensure_function (Fixture    *fixture,
                 const char *name)
{
  SondeFunction wanted = { .name = name, .file = "x.c", .provisional = name[0] == '?' };

  return sonde_functions_intern (fixture->functions, &wanted);
}

/* Counts "work;spin 3" in @thread, all in @state. */
static void
add (Fixture            *fixture,
     SondeProfileThread *thread,
     SondeThreadState    state,
     const char         *line)
{
  g_auto(GStrv) words = g_strsplit (line, " ", 2);
  g_auto(GStrv) names = g_strsplit (words[0], ";", -1);
  const SondeFunction *functions[16];
  guint depth = g_strv_length (names);
  guint64 count = strtoull (words[1], NULL, 10);

  for (guint i = 0; i < depth; i++)
    functions[i] = ensure_function (fixture, names[depth - 1 - i]);

  sonde_profile_add (fixture->profile, thread, functions, depth, FALSE,
                     sonde_thread_status (state), count,
                     count * NS_A_SAMPLE);
}

static SondeSnapshot *
make_snapshot (Fixture    *fixture,
               SondeQuery *query)
{
  SondeSnapshot *snapshot = sonde_snapshot_new (fixture->functions, query);

  sonde_profile_fill (fixture->profile, snapshot);
  sonde_query_clear (query);

  return snapshot;
}

/* "spin 3/3 work 0/3": rows as name self/total. */
static char *
describe_rows (const SondeSnapshot *snapshot)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < snapshot->n_rows; i++)
    g_string_append_printf (text, "%s%s %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                            i > 0 ? " " : "", snapshot->rows[i].function->name,
                            snapshot->rows[i].self_count, snapshot->rows[i].total_count);

  return g_string_free (text, FALSE);
}

static void
assert_rows (Fixture    *fixture,
             SondeQuery *query,
             const char *expected)
{
  g_autoptr(SondeSnapshot) snapshot = make_snapshot (fixture, query);
  g_autofree char *rows = describe_rows (snapshot);

  g_assert_cmpstr (rows, ==, expected);
}

static void
assert_folded (Fixture    *fixture,
               SondeMode   mode,
               gboolean    with_threads,
               const char *expected)
{
  g_autofree char *folded = sonde_profile_dup_folded (fixture->profile, mode, with_threads);

  g_assert_cmpstr (folded, ==, expected);
}

static void
test_profile_self_and_total (Fixture       *fixture,
                             gconstpointer  data)
{
  SondeQuery query;

  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;work;spin 3");
  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;work 2");
  add (fixture, fixture->other_thread, SONDE_THREAD_STATE_READY, "start;spin 4");

  sonde_query_init (&query);
  assert_rows (fixture, &query, "spin 7/7 work 2/5 main 0/5 start 0/4");
  assert_folded (fixture, SONDE_MODE_CPU, FALSE, "start;spin 4\nmain;work;spin 3\nmain;work 2\n");
  assert_folded (fixture, SONDE_MODE_CPU, TRUE,
                 "other;start;spin 4\nmain;main;work;spin 3\nmain;main;work 2\n");
}

static void
test_profile_recursion_counts_once (Fixture       *fixture,
                                    gconstpointer  data)
{
  SondeQuery query;

  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "a;b;a;b;a 5");

  sonde_query_init (&query);
  assert_rows (fixture, &query, "a 5/5 b 0/5");
}

static void
test_profile_mode_is_a_view (Fixture       *fixture,
                             gconstpointer  data)
{
  SondeQuery query;

  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;spin 2");
  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_SLEEPING, "main;nap 7");
  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_IO, "main;disk 1");

  sonde_query_init (&query);
  assert_rows (fixture, &query, "spin 2/2 main 0/2");
  sonde_query_init (&query);
  query.mode = SONDE_MODE_WALL;
  assert_rows (fixture, &query, "nap 7/7 spin 2/2 disk 1/1 main 0/10");
}

/* What waits for a CPU counts in the CPU mode, and is no work. */
static void
test_profile_ready_is_not_running (Fixture       *fixture,
                                   gconstpointer  data)
{
  const SondeThreadStatus ready_with_gil = { SONDE_THREAD_STATE_READY, SONDE_GIL_HAS, FALSE };
  SondeQuery query;

  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;spin 2");
  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_READY, "main;wait 3");
  sonde_profile_repeat (fixture->profile, fixture->main_thread, ready_with_gil, 4, 4);

  sonde_query_init (&query);
  assert_rows (fixture, &query, "wait 7/7 spin 2/2 main 0/9");
  sonde_query_init (&query);
  query.mode = SONDE_MODE_RUNNING;
  assert_rows (fixture, &query, "spin 2/2 main 0/2");
  sonde_query_init (&query);
  query.mode = SONDE_MODE_GIL;
  assert_rows (fixture, &query, "wait 4/4 main 0/4");
  assert_folded (fixture, SONDE_MODE_RUNNING, FALSE, "main;spin 2\n");
}

static void
test_profile_gil_is_a_mode (Fixture       *fixture,
                            gconstpointer  data)
{
  SondeThreadStatus status = { SONDE_THREAD_STATE_RUNNING, SONDE_GIL_HAS, TRUE };
  const SondeFunction *function = ensure_function (fixture, "work");
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeQuery query;

  sonde_profile_add (fixture->profile, fixture->main_thread, &function, 1, FALSE, status, 3, 3);
  status.state = SONDE_THREAD_STATE_SLEEPING;
  sonde_profile_repeat (fixture->profile, fixture->main_thread, status, 5, 5);
  status = (SondeThreadStatus) { SONDE_THREAD_STATE_SLEEPING, SONDE_GIL_WANTS, FALSE };
  sonde_profile_repeat (fixture->profile, fixture->main_thread, status, 7, 7);

  sonde_query_init (&query);
  query.mode = SONDE_MODE_GIL;
  assert_rows (fixture, &query, "work 8/8");
  sonde_query_init (&query);
  assert_rows (fixture, &query, "work 3/3");
  sonde_query_init (&query);
  query.mode = SONDE_MODE_WALL;
  snapshot = make_snapshot (fixture, &query);
  g_assert_cmpuint (snapshot->scope_count, ==, 15);
  g_assert_cmpuint (snapshot->gil_count[SONDE_GIL_HAS], ==, 8);
  g_assert_cmpuint (snapshot->gil_count[SONDE_GIL_WANTS], ==, 7);
  g_assert_cmpuint (snapshot->collecting_count, ==, 8);
}

static void
test_profile_thread_scope (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeQuery query;

  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;spin 2");
  add (fixture, fixture->other_thread, SONDE_THREAD_STATE_RUNNING, "start;spin 5");

  sonde_query_init (&query);
  query.scope_tid = 2;
  snapshot = make_snapshot (fixture, &query);
  g_assert_cmpuint (snapshot->scope_count, ==, 5);
  g_assert_cmpuint (snapshot->scope_ns, ==, 5 * NS_A_SAMPLE);
  g_assert_cmpuint (snapshot->sample_count, ==, 7);
  g_assert_cmpuint (snapshot->n_threads, ==, 2);
  g_assert_cmpuint (snapshot->threads[0].count, ==, 2);
  g_assert_cmpstr (snapshot->threads[1].name, ==, "other");

  sonde_query_init (&query);
  query.scope_tid = 3;
  assert_rows (fixture, &query, "");
}

/* However late a thread is seen first, threads are gone through in the same order. */
static void
test_profile_threads_by_id (Fixture       *fixture,
                            gconstpointer  data)
{
  static const char *const names[] = { "main", "other", "late", "again", "last" };
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeQuery query;

  sonde_profile_add_thread (fixture->profile, 9, "last");
  sonde_profile_add_thread (fixture->profile, 5, "late");
  sonde_profile_add_thread (fixture->profile, 5, "again");

  sonde_query_init (&query);
  snapshot = make_snapshot (fixture, &query);
  g_assert_cmpuint (snapshot->n_threads, ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (snapshot->threads[i].name, ==, names[i]);
}

static void
test_profile_repeat (Fixture       *fixture,
                     gconstpointer  data)
{
  SondeQuery query;

  sonde_profile_repeat (fixture->profile, fixture->main_thread,
                        sonde_thread_status (SONDE_THREAD_STATE_READY), 9, 9);
  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;spin 1");
  sonde_profile_repeat (fixture->profile, fixture->main_thread,
                        sonde_thread_status (SONDE_THREAD_STATE_READY), 9, 9);

  sonde_query_init (&query);
  assert_rows (fixture, &query, "spin 10/10 main 0/10");
}

static void
rename_to (Fixture    *fixture,
           GHashTable *final_of,
           const char *provisional,
           const char *final)
{
  g_hash_table_insert (final_of,
                       GSIZE_TO_POINTER ((gsize) ensure_function (fixture, provisional)),
                       GSIZE_TO_POINTER ((gsize) ensure_function (fixture, final)));
}

static void
test_profile_rename_merges (Fixture       *fixture,
                            gconstpointer  data)
{
  g_autoptr(GHashTable) final_of = g_hash_table_new (NULL, NULL);
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeQuery query;

  /* Two addresses of one function, once both on one stack: it counts once then. */
  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;?1;?2 3");
  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;f 2");
  rename_to (fixture, final_of, "?1", "f");
  rename_to (fixture, final_of, "?2", "f");

  sonde_query_init (&query);
  snapshot = make_snapshot (fixture, &query);
  g_assert_cmpuint (snapshot->unnamed_count, ==, 3);

  sonde_profile_rename (fixture->profile, final_of);
  sonde_query_init (&query);
  assert_rows (fixture, &query, "f 5/5 main 0/5");
  assert_folded (fixture, SONDE_MODE_CPU, FALSE, "main;f;f 3\nmain;f 2\n");

  /* The last stack is renamed too. */
  sonde_profile_repeat (fixture->profile, fixture->main_thread,
                        sonde_thread_status (SONDE_THREAD_STATE_READY), 1, 1);
  assert_folded (fixture, SONDE_MODE_CPU, FALSE, "main;f 3\nmain;f;f 3\n");
}

static void
test_profile_ranking (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeQuery query;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *line = g_strdup_printf ("main;f%02u %u", i, (i * 37) % 100 + 1);

      add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, line);
    }

  sonde_query_init (&query);
  query.row_limit = 3;
  snapshot = make_snapshot (fixture, &query);
  g_assert_cmpuint (snapshot->n_rows, ==, 3);
  g_assert_cmpuint (snapshot->rows[0].self_count, ==, 100);
  g_assert_cmpuint (snapshot->rows[1].self_count, ==, 99);
  g_assert_cmpuint (snapshot->rows[2].self_count, ==, 98);
  g_assert_cmpuint (snapshot->n_top, ==, 3);
  g_assert_cmpuint (snapshot->top[2].self_count, ==, 98);
  g_assert_cmpuint (snapshot->function_count, ==, 101);
  g_assert_cmpuint (snapshot->running_count, ==, 100);

  sonde_query_init (&query);
  query.row_limit = 2;
  query.column = SONDE_COLUMN_FUNCTION;
  query.descending = FALSE;
  query.keep_id = ensure_function (fixture, "f50")->id;
  assert_rows (fixture, &query, "f00 1/1 f01 38/38 f50 51/51");
}

static void
test_profile_filter (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeQuery query;

  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;dictFind 3");
  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;write 7");

  sonde_query_init (&query);
  query.filter = g_strdup ("DICT");
  snapshot = make_snapshot (fixture, &query);
  g_assert_cmpuint (snapshot->n_rows, ==, 1);
  g_assert_cmpuint (snapshot->matching_count, ==, 1);
  /* A filter narrows the rows, not the base of a share. */
  g_assert_cmpuint (snapshot->scope_count, ==, 10);
  g_assert_cmpuint (snapshot->top[0].self_count, ==, 7);
}

static void
test_profile_reset (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeQuery query;

  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;spin 3");
  sonde_profile_end_thread (fixture->profile, fixture->other_thread);
  sonde_profile_reset (fixture->profile);

  sonde_query_init (&query);
  snapshot = make_snapshot (fixture, &query);
  g_assert_cmpuint (snapshot->sample_count, ==, 0);
  g_assert_cmpuint (snapshot->function_count, ==, 0);
  g_assert_cmpuint (snapshot->n_threads, ==, 1);

  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;spin 1");
  assert_folded (fixture, SONDE_MODE_CPU, FALSE, "main;spin 1\n");
}

/* A thread that sleeps is not captured again: what it waits in is counted on after a reset. */
static void
test_profile_reset_keeps_last (Fixture       *fixture,
                               gconstpointer  data)
{
  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_SLEEPING, "main;wait;poll 3");
  sonde_profile_reset (fixture->profile);
  assert_folded (fixture, SONDE_MODE_WALL, FALSE, "");

  sonde_profile_repeat (fixture->profile, fixture->main_thread,
                        sonde_thread_status (SONDE_THREAD_STATE_SLEEPING), 2, 2);
  sonde_profile_repeat (fixture->profile, fixture->other_thread,
                        sonde_thread_status (SONDE_THREAD_STATE_SLEEPING), 2, 2);
  assert_folded (fixture, SONDE_MODE_WALL, FALSE, "main;wait;poll 2\n");
}

static void
set_filter (Fixture    *fixture,
            SondeMode   mode,
            const char *filter,
            const char *expected)
{
  SondeQuery query;

  sonde_query_init (&query);
  query.mode = mode;
  query.filter = g_strdup (filter);
  assert_rows (fixture, &query, expected);
}

/* The copy asks each of its own filters, whatever was asked of the original. */
static void
test_profile_freeze_filters (Fixture       *fixture,
                             gconstpointer  data)
{
  SondeProfile *live = fixture->profile;

  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_SLEEPING, "nap 1");
  set_filter (fixture, SONDE_MODE_WALL, "nap", "nap 1/1");
  set_filter (fixture, SONDE_MODE_WALL, "other", "");

  fixture->profile = sonde_profile_freeze (live);
  set_filter (fixture, SONDE_MODE_CPU, "other", "");
  set_filter (fixture, SONDE_MODE_CPU, "nap", "");
  set_filter (fixture, SONDE_MODE_WALL, "nap", "nap 1/1");
  sonde_profile_free (fixture->profile);
  fixture->profile = live;
}

static void
test_profile_freeze (Fixture       *fixture,
                     gconstpointer  data)
{
  SondeProfile *live = fixture->profile;
  SondeQuery query;

  add (fixture, fixture->main_thread, SONDE_THREAD_STATE_RUNNING, "main;spin 3");
  fixture->profile = sonde_profile_freeze (live);
  sonde_profile_repeat (live, fixture->main_thread,
                        sonde_thread_status (SONDE_THREAD_STATE_RUNNING), 5, 5);

  sonde_query_init (&query);
  assert_rows (fixture, &query, "spin 3/3 main 0/3");
  sonde_profile_free (fixture->profile);

  fixture->profile = live;
  sonde_query_init (&query);
  assert_rows (fixture, &query, "spin 8/8 main 0/8");
}

static void
test_profile_separator_in_name (Fixture       *fixture,
                                gconstpointer  data)
{
  const SondeFunction odd = { .name = "a;b" };
  const SondeFunction *function = sonde_functions_intern (fixture->functions, &odd);

  sonde_profile_add (fixture->profile, fixture->main_thread, &function, 1, FALSE,
                     sonde_thread_status (SONDE_THREAD_STATE_RUNNING), 1, 1);
  assert_folded (fixture, SONDE_MODE_CPU, FALSE, "a:b 1\n");
}

static void
test_profile_thread_name (Fixture       *fixture,
                          gconstpointer  data)
{
  const SondeFunction *function = ensure_function (fixture, "spin");
  SondeProfileThread *thread;

  thread = sonde_profile_add_thread (fixture->profile, 3, "a\n\033[1m\xff;b");
  sonde_profile_add (fixture->profile, thread, &function, 1, FALSE,
                     sonde_thread_status (SONDE_THREAD_STATE_RUNNING), 1, 1);
  assert_folded (fixture, SONDE_MODE_CPU, TRUE, "a??[1m\357\277\275:b;spin 1\n");

  sonde_profile_rename_thread (fixture->profile, thread, "");
  assert_folded (fixture, SONDE_MODE_CPU, TRUE, "[thread];spin 1\n");
}

static void
test_profile_empty_stack (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeQuery query;

  sonde_profile_add (fixture->profile, fixture->main_thread, NULL, 0, TRUE,
                     sonde_thread_status (SONDE_THREAD_STATE_RUNNING), 2, 2);

  sonde_query_init (&query);
  snapshot = make_snapshot (fixture, &query);
  g_assert_cmpuint (snapshot->sample_count, ==, 2);
  g_assert_cmpuint (snapshot->truncated_count, ==, 2);
  assert_folded (fixture, SONDE_MODE_CPU, FALSE, "");
}

/* What is counted of samples that are not shown says nothing of those that are. */
static void
test_profile_quality_of_the_mode (Fixture       *fixture,
                                  gconstpointer  data)
{
  const SondeFunction *const known[] = { ensure_function (fixture, "spin") };
  const SondeFunction *const unknown[] = { ensure_function (fixture, "?1") };
  const struct { SondeMode mode; guint64 samples, truncated, unnamed; } cases[] = {
    { SONDE_MODE_CPU, 5, 2, 2 },
    { SONDE_MODE_WALL, 105, 102, 62 },
  };

  sonde_profile_add (fixture->profile, fixture->main_thread, known, 1, FALSE,
                     sonde_thread_status (SONDE_THREAD_STATE_RUNNING), 3, 3);
  sonde_profile_add (fixture->profile, fixture->main_thread, unknown, 1, TRUE,
                     sonde_thread_status (SONDE_THREAD_STATE_RUNNING), 2, 2);
  sonde_profile_repeat (fixture->profile, fixture->main_thread,
                        sonde_thread_status (SONDE_THREAD_STATE_SLEEPING), 60, 60);
  sonde_profile_add (fixture->profile, fixture->other_thread, known, 1, TRUE,
                     sonde_thread_status (SONDE_THREAD_STATE_SLEEPING), 40, 40);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SondeSnapshot) snapshot = NULL;
      SondeQuery query;

      sonde_query_init (&query);
      query.mode = cases[i].mode;
      snapshot = make_snapshot (fixture, &query);
      g_assert_cmpuint (snapshot->sample_count, ==, 105);
      g_assert_cmpuint (snapshot->mode_count, ==, cases[i].samples);
      g_assert_cmpuint (snapshot->truncated_count, ==, cases[i].truncated);
      g_assert_cmpuint (snapshot->unnamed_count, ==, cases[i].unnamed);
    }
}

#define ADD(name, function) \
  g_test_add ("/aggregate/profile/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("self-and-total", test_profile_self_and_total);
  ADD ("recursion-counts-once", test_profile_recursion_counts_once);
  ADD ("mode-is-a-view", test_profile_mode_is_a_view);
  ADD ("ready-is-not-running", test_profile_ready_is_not_running);
  ADD ("gil-is-a-mode", test_profile_gil_is_a_mode);
  ADD ("thread-scope", test_profile_thread_scope);
  ADD ("threads-by-id", test_profile_threads_by_id);
  ADD ("repeat", test_profile_repeat);
  ADD ("rename-merges", test_profile_rename_merges);
  ADD ("ranking", test_profile_ranking);
  ADD ("filter", test_profile_filter);
  ADD ("reset", test_profile_reset);
  ADD ("reset-keeps-last", test_profile_reset_keeps_last);
  ADD ("freeze", test_profile_freeze);
  ADD ("freeze-filters", test_profile_freeze_filters);
  ADD ("separator-in-name", test_profile_separator_in_name);
  ADD ("thread-name", test_profile_thread_name);
  ADD ("empty-stack", test_profile_empty_stack);
  ADD ("quality-of-the-mode", test_profile_quality_of_the_mode);
  return g_test_run ();
}
