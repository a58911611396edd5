/* test-paths.c: more call paths than can be kept
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/profile.h"

#define N_FUNCTIONS 20
#define DEPTH_MIN 30
#define DEPTH_MAX 90

/* These have some three times as many steps as are kept. */
#define N_SAMPLES 12000

typedef struct
{
  SondeFunctions      *functions;
  SondeProfile        *profile;
  SondeProfileThread  *first;
  SondeProfileThread  *thread;
  GRand               *random;

  /* Of the functions that wander() is in, counted here too. */
  const SondeFunction *known[N_FUNCTIONS];
  guint64              self[N_FUNCTIONS];
  guint64              total[N_FUNCTIONS];
} Fixture;

static const SondeFunction *
ensure_function (Fixture    *fixture,
                 const char *name)
{
  const SondeFunction wanted = { .name = name, .provisional = name[0] == '?' };

  return sonde_functions_intern (fixture->functions, &wanted);
}

/* @data is what their names begin with; with "?" they are provisional. */
static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->functions = sonde_functions_new ();
  fixture->profile = sonde_profile_new ();
  fixture->first = sonde_profile_add_thread (fixture->profile, 1, "first");
  fixture->thread = sonde_profile_add_thread (fixture->profile, 2, "second");
  fixture->random = g_rand_new_with_seed (4711);

  for (guint i = 0; i < N_FUNCTIONS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s%u", (const char *) data, i);

      fixture->known[i] = ensure_function (fixture, name);
    }
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_rand_free (fixture->random);
  sonde_profile_free (fixture->profile);
  sonde_functions_unref (fixture->functions);
}

/* One sample in a stack that was most likely never there before. */
static void
wander (Fixture            *fixture,
        SondeProfileThread *thread)
{
  guint depth = (guint) g_rand_int_range (fixture->random, DEPTH_MIN, DEPTH_MAX);
  const SondeFunction *stack[DEPTH_MAX];
  gboolean is_on_stack[N_FUNCTIONS] = { FALSE };

  for (guint i = 0; i < depth; i++)
    {
      guint at = (guint) g_rand_int_range (fixture->random, 0, N_FUNCTIONS);

      stack[i] = fixture->known[at];
      fixture->self[at] += i == 0;
      fixture->total[at] += !is_on_stack[at];
      is_on_stack[at] = TRUE;
    }

  sonde_profile_add (fixture->profile, thread, stack, depth, FALSE,
                     sonde_thread_status (SONDE_THREAD_STATE_RUNNING), 1, 1000);
}

static void
wander_long (Fixture            *fixture,
             SondeProfileThread *thread)
{
  for (guint i = 0; i < N_SAMPLES; i++)
    wander (fixture, thread);
}

/* One sample in "a;b;c". */
static void
add (Fixture            *fixture,
     SondeProfileThread *thread,
     SondeThreadState    state,
     const char         *path)
{
  g_auto(GStrv) names = g_strsplit (path, ";", -1);
  const SondeFunction *stack[8];
  guint depth = g_strv_length (names);

  for (guint i = 0; i < depth; i++)
    stack[i] = ensure_function (fixture, names[depth - 1 - i]);
  sonde_profile_add (fixture->profile, thread, stack, depth, FALSE,
                     sonde_thread_status (state), 1, 1000);
}

static SondeSnapshot *
make_snapshot (Fixture *fixture,
               pid_t    scope_tid)
{
  SondeSnapshot *snapshot;
  SondeQuery query;

  sonde_query_init (&query);
  query.mode = SONDE_MODE_WALL;
  query.scope_tid = scope_tid;
  snapshot = sonde_snapshot_new (fixture->functions, &query);
  sonde_profile_fill (fixture->profile, snapshot);

  return snapshot;
}

static const SondeFunctionFigures *
find_row (const SondeSnapshot *snapshot,
          const SondeFunction *function)
{
  for (guint i = 0; i < snapshot->n_rows; i++)
    if (snapshot->rows[i].function == function)
      return &snapshot->rows[i];

  g_assert_not_reached ();
}

static void
assert_exact (Fixture *fixture)
{
  g_autoptr(SondeSnapshot) snapshot = make_snapshot (fixture, 0);

  for (guint i = 0; i < N_FUNCTIONS; i++)
    {
      const SondeFunctionFigures *row = find_row (snapshot, fixture->known[i]);

      g_assert_cmpuint (row->self_count, ==, fixture->self[i]);
      g_assert_cmpuint (row->total_count, ==, fixture->total[i]);
      g_assert_cmpuint (row->self_ns, ==, fixture->self[i] * 1000);
      g_assert_cmpuint (row->total_ns, ==, fixture->total[i] * 1000);
    }
}

static guint64
get_sample_count (Fixture *fixture)
{
  guint64 count = 0;

  for (guint i = 0; i < N_FUNCTIONS; i++)
    count += fixture->self[i];

  return count;
}

static guint64
get_cut_count (Fixture *fixture)
{
  g_autoptr(SondeSnapshot) snapshot = make_snapshot (fixture, 0);

  return snapshot->cut_count;
}

/* The samples of the lines that end with @suffix. */
static guint64
sum_folded (Fixture    *fixture,
            const char *suffix)
{
  g_autofree char *folded = sonde_profile_dup_folded (fixture->profile, SONDE_MODE_WALL, FALSE);
  g_auto(GStrv) lines = g_strsplit (folded, "\n", -1);
  guint64 sum = 0;

  for (guint i = 0; lines[i][0] != '\0'; i++)
    {
      char *count = strrchr (lines[i], ' ');

      *count = '\0';
      if (g_str_has_suffix (lines[i], suffix))
        sum += strtoull (count + 1, NULL, 10);
    }

  return sum;
}

/* How many different beginnings the lines have. */
static guint
count_steps (Fixture *fixture)
{
  g_autofree char *folded = sonde_profile_dup_folded (fixture->profile, SONDE_MODE_WALL, FALSE);
  g_autoptr(GHashTable) steps = g_hash_table_new (NULL, NULL);
  guint hash = 5381;

  for (const char *at = folded; *at != '\0'; at++)
    {
      if (*at == ';' || *at == ' ')
        g_hash_table_add (steps, GUINT_TO_POINTER (hash));
      hash = *at == '\n' ? 5381 : hash * 16777619 ^ (guint) *at;
    }

  return g_hash_table_size (steps);
}

static void
test_paths_wander (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr(GHashTable) final_of = g_hash_table_new (NULL, NULL);

  /* No more than must be is cut. */
  while (get_cut_count (fixture) == 0)
    wander (fixture, fixture->thread);
  g_assert_cmpuint (count_steps (fixture), >, SONDE_PROFILE_NODES_MAX / 4);

  while (get_sample_count (fixture) < N_SAMPLES)
    wander (fixture, fixture->thread);
  g_assert_cmpuint (get_cut_count (fixture), >, N_SAMPLES / 2);
  g_assert_cmpuint (count_steps (fixture), <=, SONDE_PROFILE_NODES_MAX);
  g_assert_cmpuint (sum_folded (fixture, ""), ==, N_SAMPLES);
  g_assert_cmpuint (sum_folded (fixture, "[more]"), ==, get_cut_count (fixture));
  assert_exact (fixture);

  sonde_profile_free (sonde_profile_freeze (fixture->profile));
  assert_exact (fixture);

  /* Names that change make all be counted again. */
  add (fixture, fixture->thread, SONDE_THREAD_STATE_RUNNING, "?x");
  g_hash_table_insert (final_of, (gpointer) (gsize) ensure_function (fixture, "?x"),
                       (gpointer) (gsize) ensure_function (fixture, "x"));
  sonde_profile_rename (fixture->profile, final_of);
  g_assert_cmpuint (sum_folded (fixture, "[more]"), ==, get_cut_count (fixture));
  assert_exact (fixture);
}

static void
test_paths_busy_stay (Fixture       *fixture,
                      gconstpointer  data)
{
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      wander (fixture, fixture->thread);
      if (i % 10 == 0)
        add (fixture, fixture->thread, SONDE_THREAD_STATE_RUNNING, "busy;with;this");
    }

  g_assert_cmpuint (get_cut_count (fixture), >, 0);
  g_assert_cmpuint (sum_folded (fixture, "busy;with;this"), ==, N_SAMPLES / 10);
  assert_exact (fixture);
}

/* A thread that sleeps is not captured again, only counted. */
static void
test_paths_last_stay (Fixture       *fixture,
                      gconstpointer  data)
{
  add (fixture, fixture->first, SONDE_THREAD_STATE_SLEEPING, "asleep;in;this");
  wander_long (fixture, fixture->thread);
  g_assert_cmpuint (get_cut_count (fixture), >, 0);

  sonde_profile_repeat (fixture->profile, fixture->first,
                        sonde_thread_status (SONDE_THREAD_STATE_SLEEPING), 2, 2000);
  g_assert_cmpuint (sum_folded (fixture, "asleep;in;this"), ==, 3);
}

/* Two addresses of one function on a stack, whose name comes after the first paths were cut. */
static void
test_paths_unnamed_stay (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autoptr(GHashTable) final_of = g_hash_table_new (NULL, NULL);
  g_autoptr(SondeSnapshot) snapshot = NULL;
  const SondeFunction *f = ensure_function (fixture, "f");

  add (fixture, fixture->first, SONDE_THREAD_STATE_RUNNING, "?1;g;?2;g");
  sonde_profile_end_thread (fixture->profile, fixture->first);
  wander_long (fixture, fixture->thread);
  g_assert_cmpuint (get_cut_count (fixture), >, 0);

  g_hash_table_insert (final_of, (gpointer) (gsize) ensure_function (fixture, "?1"),
                       (gpointer) (gsize) f);
  g_hash_table_insert (final_of, (gpointer) (gsize) ensure_function (fixture, "?2"),
                       (gpointer) (gsize) f);
  sonde_profile_rename (fixture->profile, final_of);

  snapshot = make_snapshot (fixture, 0);
  g_assert_cmpuint (find_row (snapshot, f)->total_count, ==, 1);
  g_assert_cmpuint (snapshot->unnamed_count, ==, 0);
  g_assert_cmpuint (sum_folded (fixture, "f;g;f;g"), ==, 1);
}

/* The mark of a program is on all of its paths, those that were cut too. */
static void
test_paths_of_a_program (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autoptr(GHashTable) nothing = g_hash_table_new (NULL, NULL);
  const SondeFunction *before = ensure_function (fixture, "[before]");

  wander_long (fixture, fixture->thread);
  g_assert_cmpuint (get_cut_count (fixture), >, 0);
  sonde_profile_begin_program (fixture->profile, before, ensure_function (fixture, "[after]"));

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(SondeSnapshot) snapshot = make_snapshot (fixture, 0);

      g_assert_cmpuint (find_row (snapshot, before)->total_count, ==, get_sample_count (fixture));
      g_assert_cmpuint (sum_folded (fixture, "[more]"), ==, get_cut_count (fixture));
      sonde_profile_rename (fixture->profile, nothing);
    }
  assert_exact (fixture);
}

static void
test_paths_no_names (Fixture       *fixture,
                     gconstpointer  data)
{
  wander_long (fixture, fixture->thread);

  g_assert_cmpuint (count_steps (fixture), <=, SONDE_PROFILE_NODES_MAX);
  assert_exact (fixture);
}

/* A thread that was cut, and is counted with others then, has the same figures. */
static void
test_paths_merged (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr(GHashTable) nothing = g_hash_table_new (NULL, NULL);
  g_autoptr(SondeSnapshot) merged = NULL;

  wander_long (fixture, fixture->thread);
  g_assert_cmpuint (get_cut_count (fixture), >, 0);
  sonde_profile_end_thread (fixture->profile, fixture->thread);

  for (guint i = 0; i < SONDE_PROFILE_ENDED_MAX + 100; i++)
    {
      SondeProfileThread *thread = sonde_profile_add_thread (fixture->profile, 3, "larger");

      sonde_profile_add (fixture->profile, thread, fixture->known, 1, FALSE,
                         sonde_thread_status (SONDE_THREAD_STATE_RUNNING),
                         2 * N_SAMPLES, 1);
      sonde_profile_end_thread (fixture->profile, thread);
    }

  sonde_profile_rename (fixture->profile, nothing);
  merged = make_snapshot (fixture, -1);
  g_assert_cmpuint (merged->scope_count, ==, N_SAMPLES);
  for (guint i = 0; i < N_FUNCTIONS; i++)
    {
      g_assert_cmpuint (find_row (merged, fixture->known[i])->self_count, ==, fixture->self[i]);
      g_assert_cmpuint (find_row (merged, fixture->known[i])->total_count, ==, fixture->total[i]);
    }
}

/* Threads that are cut and then counted together, and all that is forgotten at a reset. */
static void
test_paths_threads (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr(GHashTable) nothing = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < N_SAMPLES; i++)
    {
      SondeProfileThread *thread = sonde_profile_add_thread (fixture->profile, 3, "worker");

      wander (fixture, thread);
      sonde_profile_end_thread (fixture->profile, thread);
    }

  g_assert_cmpuint (get_cut_count (fixture), >, 0);
  g_assert_cmpuint (sum_folded (fixture, "[more]"), ==, get_cut_count (fixture));
  g_assert_cmpuint (sum_folded (fixture, ""), ==, N_SAMPLES);
  sonde_profile_rename (fixture->profile, nothing);
  assert_exact (fixture);

  sonde_profile_reset (fixture->profile);
  g_assert_cmpuint (get_cut_count (fixture), ==, 0);
  memset (fixture->self, 0, sizeof fixture->self);
  memset (fixture->total, 0, sizeof fixture->total);
  wander_long (fixture, fixture->thread);
  assert_exact (fixture);
}

#define ADD(name, prefix, function) \
  g_test_add ("/aggregate/paths/" name, Fixture, prefix, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("wander", "f", test_paths_wander);
  ADD ("busy-stay", "f", test_paths_busy_stay);
  ADD ("last-stay", "f", test_paths_last_stay);
  ADD ("of-a-program", "f", test_paths_of_a_program);
  ADD ("unnamed-stay", "f", test_paths_unnamed_stay);
  ADD ("no-names", "?", test_paths_no_names);
  ADD ("merged", "f", test_paths_merged);
  ADD ("threads", "f", test_paths_threads);

  return g_test_run ();
}
