/* test-cost.c: what something costs that is done again and again
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "base/cost.h"

/* One that took much longer, for whatever reason, says nothing; when all do, it costs that. */
static void
test_cost_least (void)
{
  static const guint64 times_ns[] = { 900, 20, 30, 500, 25, 800, 700, 600, 650 };
  static const guint64 costs_ns[] = { 0, 0, 20, 20, 25, 25, 25, 600, 600 };
  SondeCost cost = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (times_ns); i++)
    g_assert_cmpuint (sonde_cost_add (&cost, times_ns[i]), ==, costs_ns[i]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cost/least", test_cost_least);

  return g_test_run ();
}
