/* test-snapshot.c: who took the CPUs from the threads of a snapshot
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "aggregate/snapshot.h"

#define N_THREADS_MAX 3

/* Threads as rows of running, ready and sleeping samples; all zeros for none. */
typedef struct
{
  const char     *name;
  guint64         counts[N_THREADS_MAX][3];
  guint64         merged_count;   /* of the first */
  SondeContention contention;
  double          share;
} Case;

static void
add_thread (SondeSnapshot *snapshot,
            const guint64  counts[3])
{
  static const SondeThreadState states[] = {
    SONDE_THREAD_STATE_RUNNING, SONDE_THREAD_STATE_READY, SONDE_THREAD_STATE_SLEEPING,
  };
  SondeThreadFigures *thread = &snapshot->threads[snapshot->n_threads++];

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      thread->state_count[states[i]] = counts[i];
      snapshot->state_count[states[i]] += counts[i];
    }
}

static void
test_snapshot_contention (void)
{
  /* Both edges of a tenth of what could run, of 100 samples, and of a tenth for one thread. */
  static const Case cases[] = {
    { "nothing", { { 0 } }, 0, SONDE_CONTENTION_NONE, 0 },
    { "a tenth", { { 180, 20, 0 }, { 0, 0, 200 } }, 0, SONDE_CONTENTION_NONE, 0.1 },
    { "more", { { 178, 22, 0 }, { 0, 0, 200 } }, 0, SONDE_CONTENTION_OTHERS, 0.11 },
    { "few samples", { { 0, 99, 5000 } }, 0, SONDE_CONTENTION_NONE, 1 },
    { "enough", { { 0, 100, 5000 } }, 0, SONDE_CONTENTION_OTHERS, 1 },
    { "one busy", { { 721, 180, 0 }, { 99, 0, 0 } }, 0, SONDE_CONTENTION_OTHERS, 0.18 },
    { "two busy", { { 720, 180, 0 }, { 100, 0, 0 } }, 0, SONDE_CONTENTION_ANY, 0.18 },
    { "ended ones", { { 720, 180, 0 } }, 2, SONDE_CONTENTION_ANY, 0.2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SondeThreadFigures threads[N_THREADS_MAX] = { { .merged_count = cases[i].merged_count } };
      SondeSnapshot snapshot = { .threads = threads };
      double share;

      g_test_message ("%s", cases[i].name);
      for (guint j = 0; j < N_THREADS_MAX; j++)
        add_thread (&snapshot, cases[i].counts[j]);
      g_assert_cmpint (sonde_snapshot_judge_contention (&snapshot, &share), ==,
                       cases[i].contention);
      g_assert_cmpfloat_with_epsilon (share, cases[i].share, 1e-9);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aggregate/snapshot/contention", test_snapshot_contention);
  return g_test_run ();
}
