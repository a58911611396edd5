/* test-views.c: the counts of each kind of frames, and which threads have ended
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <unistd.h>

#include "engine/views.h"

typedef struct
{
  SondeFunctions   *functions;
  SondeViews       *views;
  SondeViewsThread *thread;
} Fixture;

static const char *
find_no_name_cb (pid_t    tid,
                 gpointer data)
{
  return NULL;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->functions = sonde_functions_new ();
  fixture->views = sonde_views_new (find_no_name_cb, NULL);
  fixture->thread = sonde_views_ensure_thread (fixture->views, 1, "main");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sonde_views_free (fixture->views);
  sonde_functions_unref (fixture->functions);
}

static const SondeFunction *
ensure_function (Fixture    *fixture,
                 const char *name)
{
  const SondeFunction wanted = { .name = name };

  return sonde_functions_intern (fixture->functions, &wanted);
}

static void
add (Fixture     *fixture,
     SondeFrames  frames,
     const char  *name,
     guint64      count)
{
  const SondeFunction *function = ensure_function (fixture, name);

  sonde_views_add (fixture->views, frames, fixture->thread, &function, 1, FALSE,
                   sonde_thread_status (SONDE_THREAD_STATE_RUNNING), count, count);
}

static void
begin_program (Fixture     *fixture,
               SondeFrames  shown,
               const char  *before,
               const char  *after)
{
  sonde_views_begin_program (fixture->views, shown, ensure_function (fixture, before),
                             ensure_function (fixture, after));
}

static void
assert_folded (Fixture     *fixture,
               SondeFrames  frames,
               const char  *expected)
{
  g_autofree char *folded = sonde_views_dup_folded (fixture->views, frames, SONDE_MODE_CPU, FALSE);

  g_assert_cmpstr (folded, ==, expected);
}

/* While Python alone is peeked, its stacks count nowhere else. */
static void
test_views_peeked_stays (Fixture       *fixture,
                         gconstpointer  data)
{
  add (fixture, SONDE_FRAMES_NATIVE, "Py_Main", 1);
  add (fixture, SONDE_FRAMES_BOTH, "Py_Main", 1);
  add (fixture, SONDE_FRAMES_PYTHON, "work", 50);
  begin_program (fixture, SONDE_FRAMES_PYTHON, "[python3]", "[exec server]");
  add (fixture, SONDE_FRAMES_NATIVE, "serve", 9);

  assert_folded (fixture, SONDE_FRAMES_NATIVE, "[python3];work 50\n[exec server];serve 9\n");
  assert_folded (fixture, SONDE_FRAMES_BOTH, "[python3];work 50\n");
  assert_folded (fixture, SONDE_FRAMES_PYTHON, "[python3];work 50\n");
}

/* A program without Python has native frames only; the next one may be Python. */
static void
test_views_native_stays (Fixture       *fixture,
                         gconstpointer  data)
{
  add (fixture, SONDE_FRAMES_NATIVE, "serve", 9);
  begin_program (fixture, SONDE_FRAMES_NATIVE, "[server]", "[exec python3]");
  add (fixture, SONDE_FRAMES_PYTHON, "work", 50);
  begin_program (fixture, SONDE_FRAMES_PYTHON, "[exec python3]", "[exec other]");

  for (guint i = 0; i < SONDE_N_FRAMES; i++)
    assert_folded (fixture, i, "[exec python3];work 50\n[server];serve 9\n");
}

/* Where each view has its own stacks of a program, it keeps them. */
static void
test_views_own_stacks_stay (Fixture       *fixture,
                            gconstpointer  data)
{
  add (fixture, SONDE_FRAMES_NATIVE, "eval", 9);
  add (fixture, SONDE_FRAMES_BOTH, "work", 9);
  add (fixture, SONDE_FRAMES_PYTHON, "work", 7);
  begin_program (fixture, SONDE_FRAMES_BOTH, "[python3]", "[exec server]");

  assert_folded (fixture, SONDE_FRAMES_NATIVE, "[python3];eval 9\n");
  assert_folded (fixture, SONDE_FRAMES_BOTH, "[python3];work 9\n");
  assert_folded (fixture, SONDE_FRAMES_PYTHON, "[python3];work 7\n");
}

/* The thread goes on, in what was copied too, and can end. */
static void
test_views_thread_goes_on (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeQuery query;

  add (fixture, SONDE_FRAMES_NATIVE, "serve", 9);
  begin_program (fixture, SONDE_FRAMES_NATIVE, "[server]", "[exec python3]");
  add (fixture, SONDE_FRAMES_PYTHON, "work", 1);
  sonde_views_rename_thread (fixture->views, fixture->thread, "python3");
  sonde_views_end_thread (fixture->views, fixture->thread);

  sonde_query_init (&query);
  snapshot = sonde_snapshot_new (fixture->functions, &query);
  sonde_views_fill (fixture->views, SONDE_FRAMES_PYTHON, snapshot);
  g_assert_cmpuint (snapshot->n_threads, ==, 1);
  g_assert_cmpuint (snapshot->threads[0].count, ==, 10);
  g_assert_cmpstr (snapshot->threads[0].name, ==, "python3");
  g_assert_true (snapshot->threads[0].exited);
}

static void
assert_exited (Fixture  *fixture,
               pid_t     tid,
               gboolean  expected)
{
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeQuery query;

  sonde_query_init (&query);
  snapshot = sonde_snapshot_new (fixture->functions, &query);
  sonde_views_fill (fixture->views, SONDE_FRAMES_NATIVE, snapshot);
  g_assert_cmpuint (snapshot->n_threads, ==, 2);
  for (guint i = 0; i < snapshot->n_threads; i++)
    if (snapshot->threads[i].tid == tid)
      g_assert_true (snapshot->threads[i].exited == expected);
}

/* Of the threads that nobody looks at, as of those without Python while Python alone is looked at,
 * the ones end that the process has no more: thread 1 is none of this one's.
 */
static void
test_views_gone_threads_end (Fixture       *fixture,
                             gconstpointer  data)
{
  SondeViewsThread *gone = fixture->thread;

  add (fixture, SONDE_FRAMES_NATIVE, "work", 1);
  fixture->thread = sonde_views_ensure_thread (fixture->views, getpid (), "own");
  add (fixture, SONDE_FRAMES_NATIVE, "work", 1);
  fixture->thread = gone;

  sonde_views_end_gone (fixture->views, getpid ());
  assert_exited (fixture, 1, FALSE);

  sonde_views_begin_asking (fixture->views);
  sonde_views_end_gone (fixture->views, getpid ());
  assert_exited (fixture, 1, TRUE);
  assert_exited (fixture, getpid (), FALSE);
}

#define ADD(name, function) \
  g_test_add ("/engine/views/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("peeked-stays", test_views_peeked_stays);
  ADD ("native-stays", test_views_native_stays);
  ADD ("own-stacks-stay", test_views_own_stacks_stay);
  ADD ("thread-goes-on", test_views_thread_goes_on);
  ADD ("gone-threads-end", test_views_gone_threads_end);
  return g_test_run ();
}
