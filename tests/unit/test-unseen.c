/* test-unseen.c: CPU time of the target that no sample stands for
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/types.h"
#include "engine/unseen.h"

#define MS (SONDE_NS_PER_SECOND / 1000)

static void
test_unseen_nothing (void)
{
  SondeUnseen unseen = { 0 };

  g_assert_cmpuint (sonde_unseen_get (&unseen, 5000 * MS, MS), ==, 0);
  sonde_unseen_begin (&unseen, 5000 * MS);
  g_assert_cmpuint (sonde_unseen_get (&unseen, 5000 * MS, MS), ==, 0);

  /* Who waits for a CPU has samples too, and uses none. */
  sonde_unseen_add (&unseen, 3000 * MS);
  g_assert_cmpuint (sonde_unseen_get (&unseen, 7000 * MS, MS), ==, 0);
  g_assert_cmpuint (sonde_unseen_get (&unseen, 8000 * MS, MS), ==, 0);
}

static void
test_unseen_chance (void)
{
  SondeUnseen unseen = { 0 };

  /* 10,000 samples are due, of which 300 may be missing by chance, and 100 for the clocks. */
  sonde_unseen_begin (&unseen, 0);
  sonde_unseen_add (&unseen, 9610 * MS);
  g_assert_cmpuint (sonde_unseen_get (&unseen, 10000 * MS, MS), ==, 0);
  g_assert_cmpuint (sonde_unseen_get (&unseen, 10030 * MS, MS), ==, 420 * MS);
}

static void
test_unseen_pauses (void)
{
  SondeUnseen unseen = { 0 };

  sonde_unseen_begin (&unseen, 1000 * MS);
  sonde_unseen_pause (&unseen, 2000 * MS);
  g_assert_cmpuint (sonde_unseen_get (&unseen, 9000 * MS, MS), ==, 1000 * MS);
  sonde_unseen_pause (&unseen, 9500 * MS);
  sonde_unseen_begin (&unseen, 10000 * MS);
  sonde_unseen_add (&unseen, 500 * MS);
  g_assert_cmpuint (sonde_unseen_get (&unseen, 10500 * MS, MS), ==, 1000 * MS);

  /* The clock of a process that has ended cannot be read. */
  g_assert_cmpuint (sonde_unseen_get (&unseen, 0, MS), ==, 500 * MS);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/unseen/nothing", test_unseen_nothing);
  g_test_add_func ("/engine/unseen/chance", test_unseen_chance);
  g_test_add_func ("/engine/unseen/pauses", test_unseen_pauses);
  return g_test_run ();
}
