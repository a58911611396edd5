/* test-merge.c: more threads than can be told apart
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/profile.h"

#define N_THREADS 20000
#define NS_A_SAMPLE 1000

typedef struct
{
  SondeFunctions *functions;
  SondeProfile   *profile;
  pid_t           last_tid;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->functions = sonde_functions_new ();
  fixture->profile = sonde_profile_new ();
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sonde_profile_free (fixture->profile);
  sonde_functions_unref (fixture->functions);
}

static const SondeFunction *
ensure_function (Fixture    *fixture,
                 const char *name)
{
  const SondeFunction wanted = { .name = name };

  return sonde_functions_intern (fixture->functions, &wanted);
}

/* A thread that has @n_samples in "start;work". */
static SondeProfileThread *
add_thread (Fixture          *fixture,
            const char       *name,
            SondeThreadState  state,
            guint64           n_samples)
{
  const SondeFunction *stack[2];
  SondeProfileThread *thread;

  stack[0] = ensure_function (fixture, "work");
  stack[1] = ensure_function (fixture, "start");
  thread = sonde_profile_add_thread (fixture->profile, ++fixture->last_tid, name);
  sonde_profile_add (fixture->profile, thread, stack, G_N_ELEMENTS (stack), FALSE,
                     sonde_thread_status (state), n_samples,
                     n_samples * NS_A_SAMPLE);

  return thread;
}

/* As add_thread(), but it ends. */
static pid_t
run_thread (Fixture    *fixture,
            const char *name,
            guint64     n_samples)
{
  SondeProfileThread *thread = add_thread (fixture, name, SONDE_THREAD_STATE_RUNNING, n_samples);

  sonde_profile_end_thread (fixture->profile, thread);

  return fixture->last_tid;
}

static SondeSnapshot *
make_snapshot (Fixture *fixture,
               pid_t    scope_tid)
{
  SondeSnapshot *snapshot;
  SondeQuery query;

  sonde_query_init (&query);
  query.scope_tid = scope_tid;
  snapshot = sonde_snapshot_new (fixture->functions, &query);
  sonde_profile_fill (fixture->profile, snapshot);

  return snapshot;
}

static void
assert_folded (Fixture    *fixture,
               const char *expected)
{
  g_autofree char *folded = sonde_profile_dup_folded (fixture->profile, SONDE_MODE_CPU, TRUE);

  g_assert_cmpstr (folded, ==, expected);
}

/* The figures of the threads, each thread once, add up to those of all. */
static void
assert_whole (const SondeSnapshot *snapshot,
              guint64              n_threads)
{
  guint64 n_seen = 0;
  guint64 count = 0;
  guint64 running_count = 0;

  for (guint i = 0; i < snapshot->n_threads; i++)
    {
      n_seen += MAX (snapshot->threads[i].merged_count, 1);
      count += snapshot->threads[i].count;
      running_count += snapshot->threads[i].state_count[SONDE_THREAD_STATE_RUNNING];
    }

  g_assert_cmpuint (n_seen, ==, n_threads);
  g_assert_cmpuint (snapshot->thread_count, ==, n_threads);
  g_assert_cmpuint (count, ==, snapshot->sample_count);
  g_assert_cmpuint (running_count, ==, snapshot->state_count[SONDE_THREAD_STATE_RUNNING]);
}

static void
test_merge_one_name (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr(SondeSnapshot) snapshot = NULL;
  g_autoptr(SondeSnapshot) merged = NULL;

  add_thread (fixture, "main", SONDE_THREAD_STATE_RUNNING, 3);
  for (guint i = 0; i < N_THREADS; i++)
    run_thread (fixture, "worker", 2);

  snapshot = make_snapshot (fixture, 0);
  g_assert_cmpuint (snapshot->n_threads, <=, SONDE_PROFILE_ENDED_MAX + 3);
  assert_whole (snapshot, N_THREADS + 1);
  g_assert_cmpuint (snapshot->rows[0].self_count, ==, 2 * N_THREADS + 3);
  assert_folded (fixture, "worker;start;work 40000\nmain;start;work 3\n");

  /* Together they are one that has ended, and can be looked at. */
  g_assert_cmpint (snapshot->threads[0].tid, <, 0);
  g_assert_true (snapshot->threads[0].exited);
  g_assert_cmpstr (snapshot->threads[0].name, ==, "worker");
  merged = make_snapshot (fixture, snapshot->threads[0].tid);
  g_assert_cmpuint (merged->scope_count, ==, 2 * snapshot->threads[0].merged_count);
  g_assert_cmpuint (merged->scope_ns, ==, merged->scope_count * NS_A_SAMPLE);
  g_assert_cmpuint (merged->n_rows, ==, 2);
  g_assert_cmpuint (merged->rows[0].self_count, ==, merged->scope_count);
  g_assert_cmpuint (merged->rows[1].total_count, ==, merged->scope_count);
}

static void
test_merge_many_names (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr(SondeSnapshot) snapshot = NULL;
  g_autofree char *folded = NULL;
  g_auto(GStrv) lines = NULL;
  guint64 sum = 0;

  for (guint i = 0; i < N_THREADS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      run_thread (fixture, name, 1);
    }

  snapshot = make_snapshot (fixture, 0);
  g_assert_cmpuint (snapshot->n_threads, <=,
                    SONDE_PROFILE_ENDED_MAX + SONDE_PROFILE_MERGED_NAMES_MAX + 2);
  assert_whole (snapshot, N_THREADS);

  folded = sonde_profile_dup_folded (fixture->profile, SONDE_MODE_CPU, TRUE);
  g_assert_true (g_str_has_prefix (folded, "[ended threads];start;work 1"));
  lines = g_strsplit (folded, "\n", -1);
  for (guint i = 0; lines[i][0] != '\0'; i++)
    sum += strtoull (strrchr (lines[i], ' '), NULL, 10);
  g_assert_cmpuint (sum, ==, N_THREADS);
}

/* Whether the thread is still told apart from others. */
static gboolean
is_told_apart (Fixture *fixture,
               pid_t    tid)
{
  g_autoptr(SondeSnapshot) snapshot = make_snapshot (fixture, 0);

  for (guint i = 0; i < snapshot->n_threads; i++)
    if (snapshot->threads[i].tid == tid)
      return TRUE;

  return FALSE;
}

static void
test_merge_largest_stay (Fixture       *fixture,
                         gconstpointer  data)
{
  pid_t largest = run_thread (fixture, "largest", 100);
  pid_t small = run_thread (fixture, "small", 1);
  pid_t alive;

  add_thread (fixture, "alive", SONDE_THREAD_STATE_SLEEPING, 1);
  alive = fixture->last_tid;
  for (guint i = 0; i < N_THREADS; i++)
    run_thread (fixture, "worker", 2);

  g_assert_true (is_told_apart (fixture, largest));
  g_assert_true (is_told_apart (fixture, alive));
  g_assert_false (is_told_apart (fixture, small));
}

static void
test_merge_not_looked_at (Fixture       *fixture,
                          gconstpointer  data)
{
  pid_t looked_at = run_thread (fixture, "looked at", 1);

  sonde_snapshot_unref (make_snapshot (fixture, looked_at));
  for (guint i = 0; i < N_THREADS; i++)
    run_thread (fixture, "worker", 2);
  g_assert_true (is_told_apart (fixture, looked_at));

  /* The look at all threads that this took ends it. */
  for (guint i = 0; i < N_THREADS; i++)
    run_thread (fixture, "worker", 2);
  g_assert_false (is_told_apart (fixture, looked_at));
}

static void
test_merge_rename (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr(GHashTable) final_of = g_hash_table_new (NULL, NULL);
  g_autoptr(SondeSnapshot) snapshot = NULL;

  for (guint i = 0; i < N_THREADS; i++)
    run_thread (fixture, i % 2 == 0 ? "even" : "odd", 1);

  g_hash_table_insert (final_of, (gpointer) (gsize) ensure_function (fixture, "work"),
                       (gpointer) (gsize) ensure_function (fixture, "start"));
  sonde_profile_rename (fixture->profile, final_of);

  assert_folded (fixture, "even;start;start 10000\nodd;start;start 10000\n");
  snapshot = make_snapshot (fixture, 0);
  g_assert_cmpuint (snapshot->n_rows, ==, 1);
  g_assert_cmpuint (snapshot->rows[0].total_count, ==, N_THREADS);
}

static void
test_merge_reset_forgets (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr(SondeSnapshot) snapshot = NULL;

  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < N_THREADS; i++)
        run_thread (fixture, "worker", 1);
      assert_folded (fixture, "worker;start;work 20000\n");
      sonde_profile_reset (fixture->profile);
    }

  snapshot = make_snapshot (fixture, 0);
  g_assert_cmpuint (snapshot->n_threads, ==, 0);
  g_assert_cmpuint (snapshot->thread_count, ==, 0);
}

#define ADD(name, function) \
  g_test_add ("/aggregate/merge/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("one-name", test_merge_one_name);
  ADD ("many-names", test_merge_many_names);
  ADD ("largest-stay", test_merge_largest_stay);
  ADD ("not-looked-at", test_merge_not_looked_at);
  ADD ("rename", test_merge_rename);
  ADD ("reset-forgets", test_merge_reset_forgets);

  return g_test_run ();
}
