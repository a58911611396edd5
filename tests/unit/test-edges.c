/* test-edges.c: which calls between Python functions are believed
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "python/edges.h"

static const SondeCodeFrame caller = { .code = 8, .instruction = 100 };
static const SondeCodeFrame callee = { .code = 16 };
static const SondeCodeFrame other = { .code = 24 };

/* A sample in which one read sees @caller call @seen. */
static gboolean
see (SondePythonEdges     *edges,
     const SondeCodeFrame *seen)
{
  sonde_python_edges_begin_sample (edges);
  sonde_python_edges_begin_read (edges);

  return sonde_python_edges_check (edges, &caller, seen, TRUE);
}

static void
test_edges_in_a_row (void)
{
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();

  g_assert_false (see (edges, &callee));
  sonde_python_edges_begin_read (edges);
  g_assert_false (sonde_python_edges_check (edges, &caller, &callee, TRUE));
  g_assert_false (sonde_python_edges_is_known (edges, &caller, callee.code));
  sonde_python_edges_begin_read (edges);
  g_assert_true (sonde_python_edges_check (edges, &caller, &callee, TRUE));
  g_assert_true (sonde_python_edges_is_known (edges, &caller, callee.code));
  g_assert_true (see (edges, &callee));
}

static void
test_edges_with_another_between (void)
{
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();

  g_assert_false (see (edges, &callee));
  for (guint i = 0; i < 2; i++)
    {
      sonde_python_edges_begin_read (edges);
      g_assert_false (sonde_python_edges_check (edges, &caller, &callee, TRUE));
      sonde_python_edges_begin_read (edges);
    }
}

static void
test_edges_frequent (void)
{
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();

  for (guint i = 0; i < 2; i++)
    g_assert_false (see (edges, &callee));
  g_assert_true (see (edges, &callee));
  for (guint i = 0; i < 4; i++)
    g_assert_false (see (edges, &other));
  g_assert_true (see (edges, &other));
}

/* What is called from a place once in 500 samples is believed if nothing else is. */
static void
test_edges_rare (void)
{
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  gboolean is_believed = FALSE;

  for (guint i = 0; i < 5000; i++)
    if (i % 500 == 0)
      is_believed = see (edges, &callee);
    else
      sonde_python_edges_begin_sample (edges);
  g_assert_true (is_believed);

  for (guint i = 0; i < 100000; i++)
    g_assert_false (i % 500 == 0 ? see (edges, &other)
                                   : (sonde_python_edges_begin_sample (edges), FALSE));
}

/* One whose frames lie as those of no call do. */
static void
test_edges_unlikely (void)
{
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();

  for (guint i = 0; i < 99; i++)
    {
      sonde_python_edges_begin_sample (edges);
      sonde_python_edges_begin_read (edges);
      g_assert_false (sonde_python_edges_check (edges, &caller, &callee, FALSE));
      sonde_python_edges_begin_read (edges);
      g_assert_false (sonde_python_edges_check (edges, &caller, &callee, FALSE));
    }

  /* And not sooner by one sighting that is likely. */
  g_assert_false (see (edges, &callee));
  sonde_python_edges_begin_sample (edges);
  g_assert_true (sonde_python_edges_check (edges, &caller, &callee, FALSE));
}

static void
test_edges_place_matters (void)
{
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  const SondeCodeFrame elsewhere = { .code = caller.code, .instruction = 104 };

  see (edges, &callee);
  sonde_python_edges_begin_read (edges);
  sonde_python_edges_check (edges, &caller, &callee, TRUE);
  sonde_python_edges_begin_read (edges);
  g_assert_true (sonde_python_edges_check (edges, &caller, &callee, TRUE));
  g_assert_false (sonde_python_edges_check (edges, &elsewhere, &callee, TRUE));
  g_assert_false (sonde_python_edges_is_known (edges, &caller, other.code));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/python/edges/in-a-row", test_edges_in_a_row);
  g_test_add_func ("/python/edges/with-another-between", test_edges_with_another_between);
  g_test_add_func ("/python/edges/frequent", test_edges_frequent);
  g_test_add_func ("/python/edges/rare", test_edges_rare);
  g_test_add_func ("/python/edges/unlikely", test_edges_unlikely);
  g_test_add_func ("/python/edges/place-matters", test_edges_place_matters);

  return g_test_run ();
}
