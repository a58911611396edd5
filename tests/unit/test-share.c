/* test-share.c: shares and how far they can be trusted
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "model/share.h"

static void
test_share_of_nothing (void)
{
  g_assert_cmpfloat (sonde_share (0, 0), ==, 0.0);
  g_assert_cmpfloat (sonde_share (5, 0), ==, 0.0);
  g_assert_cmpfloat (sonde_share (1, 4), ==, 0.25);
  g_assert_cmpfloat (sonde_share_get_margin (0, 0), ==, 0.0);
}

/* Against the interval as R's prop.test (x, n, correct = FALSE) gives it. */
static void
test_share_margin (void)
{
  g_assert_cmpfloat_with_epsilon (sonde_share_get_margin (50, 100), 0.0962, 0.0001);
  g_assert_cmpfloat_with_epsilon (sonde_share_get_margin (0, 100), 0.0185, 0.0001);
  g_assert_cmpfloat_with_epsilon (sonde_share_get_margin (100, 100), 0.0185, 0.0001);
}

/* The interval of 0 of 100 begins at 0, and that of 100 of 100 ends at 1. */
static void
test_share_centre (void)
{
  g_assert_cmpfloat_with_epsilon (sonde_share_get_centre (50, 100), 0.5, 0.0001);
  g_assert_cmpfloat_with_epsilon (sonde_share_get_centre (0, 100),
                                  sonde_share_get_margin (0, 100), 0.0001);
  g_assert_cmpfloat_with_epsilon (sonde_share_get_centre (100, 100),
                                  1.0 - sonde_share_get_margin (100, 100), 0.0001);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/share/of-nothing", test_share_of_nothing);
  g_test_add_func ("/model/share/margin", test_share_margin);
  g_test_add_func ("/model/share/centre", test_share_centre);

  return g_test_run ();
}
