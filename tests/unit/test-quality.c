/* test-quality.c: what is said of truncated, unnamed and lost samples
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/quality.h"

static void
assert_text (const SondeSnapshot *snapshot,
             const char          *expected)
{
  g_autofree char *text = sonde_quality_dup_text (snapshot, ", ");

  g_assert_cmpstr (text, ==, expected);
}

/* Both edges of one in a hundred. */
static void
test_quality_shares (void)
{
  SondeSnapshot snapshot = { .sample_count = 9000, .mode_count = 1000 };

  assert_text (&snapshot, "0 lost");

  snapshot.truncated_count = 10;
  snapshot.unnamed_count = 10;
  assert_text (&snapshot, "0 lost");

  snapshot.truncated_count = 11;
  assert_text (&snapshot, "1.1 % truncated, 0 lost");

  snapshot.unnamed_count = 1000;
  assert_text (&snapshot, "1.1 % truncated, 100.0 % unnamed, 0 lost");
}

/* A few are told with their reasons too, but are no share of anything. */
static void
test_quality_reasons (void)
{
  SondeSnapshot snapshot = { .sample_count = 990, .mode_count = 990 };

  snapshot.losses.count[SONDE_LOSS_LATE] = 10;
  assert_text (&snapshot, "10 lost (late 10)");

  snapshot.losses.count[SONDE_LOSS_TORN] = 100;
  assert_text (&snapshot, "110 lost (10.0 %: late 10, torn 100)");
}

/* The samples due are those that were kept and those that were lost. */
static void
test_quality_all_lost (void)
{
  SondeSnapshot snapshot = { 0 };

  for (guint i = 0; i < SONDE_N_LOSSES; i++)
    snapshot.losses.count[i] = 1;
  assert_text (&snapshot,
               "6 lost (100.0 %: gone 1, unreadable 1, busy 1, late 1, unseen 1, torn 1)");
}

static void
test_quality_nothing_looked_at (void)
{
  SondeSnapshot snapshot = { 0 };

  assert_text (&snapshot, "0 lost");
}

/* One thread that wants a CPU; another may want it too. */
static void
test_quality_contention (void)
{
  SondeThreadFigures threads[2] = {
    { .state_count = { [SONDE_THREAD_STATE_RUNNING] = 620, [SONDE_THREAD_STATE_READY] = 380 } },
    { .state_count = { [SONDE_THREAD_STATE_SLEEPING] = 1000 } },
  };
  SondeSnapshot snapshot = { .n_threads = 2, .threads = threads };
  g_autofree char *others = NULL;
  g_autofree char *any = NULL;
  g_autofree char *none = NULL;

  snapshot.state_count[SONDE_THREAD_STATE_RUNNING] = 620;
  snapshot.state_count[SONDE_THREAD_STATE_READY] = 380;
  snapshot.state_count[SONDE_THREAD_STATE_SLEEPING] = 1000;
  others = sonde_quality_dup_contention (&snapshot);
  g_assert_cmpstr (others, ==, "other programs took the CPU 38.0 % of the time");

  threads[1].state_count[SONDE_THREAD_STATE_READY] = 1000;
  any = sonde_quality_dup_contention (&snapshot);
  g_assert_cmpstr (any, ==, "its threads waited for a CPU 38.0 % of the time");

  snapshot.state_count[SONDE_THREAD_STATE_READY] = 0;
  none = sonde_quality_dup_contention (&snapshot);
  g_assert_null (none);
}

/* Both edges of nine in ten. */
static void
test_quality_rate (void)
{
  SondeSnapshot snapshot = { .rate_asked_hz = 2000, .rate_mean_hz = 1800 };
  g_autofree char *text = NULL;

  snapshot.elapsed_ns = SONDE_NS_PER_SECOND;
  g_assert_null (sonde_quality_dup_rate (&snapshot));

  snapshot.rate_mean_hz = 1799;
  text = sonde_quality_dup_rate (&snapshot);
  g_assert_true (g_str_has_prefix (text, "looked 1799 times a second, not 2000: "));

  snapshot.elapsed_ns = SONDE_NS_PER_SECOND / 5;
  g_assert_null (sonde_quality_dup_rate (&snapshot));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/quality/shares", test_quality_shares);
  g_test_add_func ("/cli/quality/reasons", test_quality_reasons);
  g_test_add_func ("/cli/quality/all-lost", test_quality_all_lost);
  g_test_add_func ("/cli/quality/nothing-looked-at", test_quality_nothing_looked_at);
  g_test_add_func ("/cli/quality/contention", test_quality_contention);
  g_test_add_func ("/cli/quality/rate", test_quality_rate);
  return g_test_run ();
}
