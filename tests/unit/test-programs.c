/* test-programs.c: what was counted before an exec(), in folded text
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "aggregate/profile.h"

typedef struct
{
  SondeFunctions      *functions;
  SondeProfile        *profile;
  SondeProfileThread  *thread;
  const SondeFunction *first;
  const SondeFunction *second;
  const SondeFunction *third;
} Fixture;

/* A name that begins with "?" is provisional. */
static const SondeFunction *
ensure_function (Fixture    *fixture,
                 const char *name)
{
  const SondeFunction wanted = { .name = name, .provisional = name[0] == '?' };

  return sonde_functions_intern (fixture->functions, &wanted);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->functions = sonde_functions_new ();
  fixture->profile = sonde_profile_new ();
  fixture->thread = sonde_profile_add_thread (fixture->profile, 1, "main");
  fixture->first = ensure_function (fixture, "[one]");
  fixture->second = ensure_function (fixture, "[exec two]");
  fixture->third = ensure_function (fixture, "[exec three]");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sonde_profile_free (fixture->profile);
  sonde_functions_unref (fixture->functions);
}

/* Counts @count samples of main;@name; of no frame if that is NULL. */
static void
add (Fixture    *fixture,
     const char *name,
     guint64     count)
{
  const SondeFunction *functions[2] = { NULL };

  if (name != NULL)
    functions[0] = ensure_function (fixture, name);
  functions[1] = ensure_function (fixture, "main");
  sonde_profile_add (fixture->profile, fixture->thread, functions, name != NULL ? 2 : 0, FALSE,
                     sonde_thread_status (SONDE_THREAD_STATE_RUNNING), count, count);
}

static void
assert_folded (SondeProfile *profile,
               const char   *expected)
{
  g_autofree char *folded = sonde_profile_dup_folded (profile, SONDE_MODE_CPU, FALSE);

  g_assert_cmpstr (folded, ==, expected);
}

/* All functions as "name self/total", with the most self samples first. */
static void
assert_rows (Fixture      *fixture,
             SondeProfile *profile,
             const char   *expected)
{
  g_autoptr(SondeSnapshot) snapshot = NULL;
  g_autoptr(GString) rows = g_string_new (NULL);
  SondeQuery query;

  sonde_query_init (&query);
  snapshot = sonde_snapshot_new (fixture->functions, &query);
  sonde_profile_fill (profile, snapshot);
  for (guint i = 0; i < snapshot->n_rows; i++)
    g_string_append_printf (rows, "%s%s %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                            i > 0 ? " " : "", snapshot->rows[i].function->name,
                            snapshot->rows[i].self_count, snapshot->rows[i].total_count);

  g_assert_cmpstr (rows->str, ==, expected);
}

static void
test_programs_each_after_a_mark (Fixture       *fixture,
                                 gconstpointer  data)
{
  add (fixture, "a", 3);
  add (fixture, "b", 2);
  sonde_profile_begin_program (fixture->profile, fixture->first, fixture->second);
  assert_folded (fixture->profile, "[one];main;a 3\n[one];main;b 2\n");
  assert_rows (fixture, fixture->profile, "a 3/3 b 2/2 [one] 0/5 main 0/5");

  add (fixture, "a", 10);
  add (fixture, "b", 1);
  sonde_profile_begin_program (fixture->profile, fixture->second, fixture->third);
  add (fixture, "b", 20);
  assert_folded (fixture->profile,
                 "[exec three];main;b 20\n[exec two];main;a 10\n[one];main;a 3\n[one];main;b 2\n"
                 "[exec two];main;b 1\n");
  assert_rows (fixture, fixture->profile,
               "b 23/23 a 13/13 [one] 0/5 [exec two] 0/11 [exec three] 0/20 main 0/36");
}

/* The thread of the new program has no stack yet; the old one's is not counted for it. */
static void
test_programs_repeat (Fixture       *fixture,
                      gconstpointer  data)
{
  add (fixture, "a", 3);
  sonde_profile_begin_program (fixture->profile, fixture->first, fixture->second);
  add (fixture, "a", 1);
  sonde_profile_repeat (fixture->profile, fixture->thread,
                        sonde_thread_status (SONDE_THREAD_STATE_READY), 4, 4);
  assert_folded (fixture->profile, "[exec two];main;a 5\n[one];main;a 3\n");
}

/* Samples without a frame belong to a program too. */
static void
test_programs_no_frames (Fixture       *fixture,
                         gconstpointer  data)
{
  add (fixture, NULL, 2);
  sonde_profile_begin_program (fixture->profile, fixture->first, fixture->second);
  add (fixture, NULL, 1);
  assert_folded (fixture->profile, "[one] 2\n[exec two] 1\n");
  assert_rows (fixture, fixture->profile, "[one] 2/2 [exec two] 1/1");
}

/* A name that comes after the exec() counts all again, and the marks with it. */
static void
test_programs_rename (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr(GHashTable) final_of = g_hash_table_new (NULL, NULL);

  add (fixture, "?1", 3);
  sonde_profile_begin_program (fixture->profile, fixture->first, fixture->second);
  add (fixture, "b", 1);
  g_hash_table_insert (final_of, GSIZE_TO_POINTER ((gsize) ensure_function (fixture, "?1")),
                       GSIZE_TO_POINTER ((gsize) ensure_function (fixture, "a")));
  sonde_profile_rename (fixture->profile, final_of);
  assert_folded (fixture->profile, "[one];main;a 3\n[exec two];main;b 1\n");
  assert_rows (fixture, fixture->profile, "a 3/3 b 1/1 [one] 0/3 [exec two] 0/1 main 0/4");
}

static void
test_programs_reset (Fixture       *fixture,
                     gconstpointer  data)
{
  add (fixture, "a", 3);
  sonde_profile_begin_program (fixture->profile, fixture->first, fixture->second);
  sonde_profile_reset (fixture->profile);
  assert_folded (fixture->profile, "");
  add (fixture, "b", 1);
  assert_folded (fixture->profile, "[exec two];main;b 1\n");
}

/* A copy goes on by itself, with the threads that the other has. */
static void
test_programs_copy (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr(GHashTable) thread_of = g_hash_table_new (NULL, NULL);
  g_autoptr(SondeProfile) copy = NULL;
  SondeProfileThread *thread;

  add (fixture, "a", 3);
  copy = sonde_profile_copy (fixture->profile, thread_of);
  thread = g_hash_table_lookup (thread_of, fixture->thread);
  g_assert_nonnull (thread);
  g_assert_cmpuint (sonde_profile_get_count (copy), ==, 3);

  add (fixture, "b", 2);
  sonde_profile_repeat (copy, thread, sonde_thread_status (SONDE_THREAD_STATE_READY), 4, 4);
  sonde_profile_begin_program (copy, fixture->first, fixture->second);
  assert_folded (copy, "[one];main;a 7\n");
  assert_rows (fixture, copy, "a 7/7 [one] 0/7 main 0/7");
  assert_folded (fixture->profile, "main;a 3\nmain;b 2\n");
}

#define ADD(name, function) \
  g_test_add ("/aggregate/programs/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("each-after-a-mark", test_programs_each_after_a_mark);
  ADD ("repeat", test_programs_repeat);
  ADD ("no-frames", test_programs_no_frames);
  ADD ("rename", test_programs_rename);
  ADD ("reset", test_programs_reset);
  ADD ("copy", test_programs_copy);
  return g_test_run ();
}
