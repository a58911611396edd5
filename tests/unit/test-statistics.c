/* test-statistics.c: the yardsticks of the live tests
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "support/stacks.h"
#include "support/statistics.h"

static void
test_statistics_wilson (void)
{
  /* 95 % intervals from the literature (Newcombe 1998, method 3). */
  const struct { guint64 count; guint64 whole; double low; double high; } cases[] = {
    { 81, 263, 0.2553, 0.3662 },
    { 15, 148, 0.0624, 0.1605 },
    { 0, 20, 0.0, 0.1611 },
    { 1, 29, 0.0061, 0.1718 },
    { 29, 29, 0.8830, 1.0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double low;
      double high;

      test_wilson_interval (cases[i].count, cases[i].whole, 1.959964, &low, &high);
      g_assert_cmpfloat_with_epsilon (low, cases[i].low, 0.00006);
      g_assert_cmpfloat_with_epsilon (high, cases[i].high, 0.00006);
    }
}

static void
test_statistics_total_variation (void)
{
  const double one[] = { 0.5, 0.3, 0.2 };
  const double other[] = { 0.2, 0.3, 0.5 };

  g_assert_cmpfloat_with_epsilon (test_total_variation (one, other, 3), 0.3, 1e-12);
  g_assert_cmpfloat_with_epsilon (test_total_variation (one, one, 3), 0, 1e-12);
}

static void
test_statistics_stacks (void)
{
  g_autoptr(TestStacks) stacks = test_stacks_parse ("main;a;b 5\nmain;a 3\nt;main;bb 2\nb 1\n");

  g_assert_cmpuint (test_stacks_get_sum (stacks), ==, 11);
  g_assert_cmpuint (test_stacks_count_end (stacks, "b"), ==, 6);
  g_assert_cmpuint (test_stacks_count_end (stacks, "a;b"), ==, 5);
  g_assert_cmpuint (test_stacks_count_end (stacks, "a"), ==, 3);
  g_assert_cmpuint (test_stacks_count_end_in (stacks, "t", "bb"), ==, 2);
  g_assert_cmpuint (test_stacks_count_end_in (stacks, "main", "bb"), ==, 0);
  g_assert_cmpuint (test_stacks_count_within (stacks, "main"), ==, 10);
  g_assert_cmpuint (test_stacks_count_within (stacks, "main;a"), ==, 8);
  g_assert_cmpuint (test_stacks_count_within (stacks, "main;b"), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/support/statistics/wilson", test_statistics_wilson);
  g_test_add_func ("/support/statistics/total-variation", test_statistics_total_variation);
  g_test_add_func ("/support/statistics/stacks", test_statistics_stacks);
  return g_test_run ();
}
