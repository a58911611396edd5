/* test-cost.c: what something costs that is done again and again
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "base/clock.h"
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

/* It is the CPU time of this thread. */
static void
test_cost_measures (void)
{
  const guint64 work_ns = 2000000;
  SondeCost cost = { 0 };
  guint64 cost_ns = 0;

  for (guint i = 0; i < SONDE_COST_TIMES; i++)
    {
      guint64 begin_ns = sonde_clock_thread_cpu_ns ();

      sonde_cost_begin (&cost);
      while (sonde_clock_thread_cpu_ns () - begin_ns < work_ns)
        ;
      sonde_clock_sleep_until (sonde_clock_now_ns () + 10 * work_ns);
      cost_ns = sonde_cost_end (&cost);
    }

  g_assert_cmpuint (cost_ns, >=, work_ns / 2);
  g_assert_cmpuint (cost_ns, <, 5 * work_ns);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cost/least", test_cost_least);
  g_test_add_func ("/cost/measures", test_cost_measures);

  return g_test_run ();
}
