/* test-pacer.c: due times, rates and the times of stops
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "base/types.h"
#include "engine/rate-meter.h"
#include "sampler/pacer.h"
#include "sampler/stop-times.h"

#define START_NS (5 * SONDE_NS_PER_SECOND)
#define PERIOD_NS (SONDE_NS_PER_SECOND / 1000)

static void
test_pacer_steady_rate (void)
{
  SondePacer pacer;

  sonde_pacer_init (&pacer, 1000.0, START_NS, 7);
  g_assert_cmpuint (pacer.due_ns, ==, START_NS);

  for (guint i = 1; i <= 1000; i++)
    {
      guint64 grid_ns = START_NS + i * PERIOD_NS;
      guint64 previous_ns = pacer.due_ns;

      /* Taken a little after it was due, as always. */
      g_assert_cmpuint (sonde_pacer_advance (&pacer, pacer.due_ns + 10000), ==, 0);
      g_assert_cmpuint (pacer.due_ns, >=, grid_ns - PERIOD_NS * 6 / 10);
      g_assert_cmpuint (pacer.due_ns, <=, grid_ns + PERIOD_NS * 6 / 10);
      g_assert_cmpuint (pacer.due_ns, >=, previous_ns + PERIOD_NS * 3 / 4);
    }
}

/* A program that does something at the same time of every period of ours, of twice or of four times
 * that, is seen doing it as often as it does.
 */
static void
test_pacer_no_lockstep (void)
{
  for (guint n_periods = 1; n_periods <= 4; n_periods *= 2)
    {
      guint counts[40] = { 0 };
      guint n_places = 10 * n_periods;
      SondePacer pacer;

      sonde_pacer_init (&pacer, 1000.0, START_NS, 7);
      for (guint i = 0; i < 10000; i++)
        {
          sonde_pacer_advance (&pacer, pacer.due_ns);
          counts[pacer.due_ns % (n_periods * PERIOD_NS) * 10 / PERIOD_NS]++;
        }

      for (guint i = 0; i < n_places; i++)
        {
          g_assert_cmpuint (counts[i], >=, 10000 / n_places * 85 / 100);
          g_assert_cmpuint (counts[i], <=, 10000 / n_places * 115 / 100);
        }
    }
}

static void
test_pacer_skips_what_has_passed (void)
{
  SondePacer pacer;
  guint64 n_skipped;

  sonde_pacer_init (&pacer, 1000.0, START_NS, 7);

  /* The first was taken 20.5 periods late: no burst follows. */
  n_skipped = sonde_pacer_advance (&pacer, START_NS + 20 * PERIOD_NS + PERIOD_NS / 2);
  g_assert_cmpuint (n_skipped, ==, 20);
  g_assert_cmpuint (pacer.due_ns, >, START_NS + 20 * PERIOD_NS + PERIOD_NS / 2);
  g_assert_cmpuint (pacer.index, ==, 21);
}

static void
test_pacer_always_goes_on (void)
{
  SondePacer pacer;
  guint64 total = 0;

  sonde_pacer_init (&pacer, 20000.0, START_NS, 7);
  for (guint i = 0; i < 10000; i++)
    {
      guint64 now_ns = pacer.due_ns + (i * 7919) % 200000;

      total += 1 + sonde_pacer_advance (&pacer, now_ns);
      g_assert_cmpuint (pacer.due_ns, >, now_ns);
    }

  g_assert_cmpuint (total, ==, pacer.index);
}

/* Who skips some and who skips none have the same due times. */
static void
test_pacer_alike (void)
{
  SondePacer one;
  SondePacer other;

  sonde_pacer_init (&one, 1000.0, START_NS, 7);
  sonde_pacer_init (&other, 1000.0, START_NS, 7);
  for (guint i = 0; i < 1000; i++)
    {
      sonde_pacer_advance (&one, one.due_ns);
      if (i % 7 == 0)
        sonde_pacer_advance (&other, one.due_ns - PERIOD_NS / 2);
      if (other.index == one.index)
        g_assert_cmpuint (other.due_ns, ==, one.due_ns);
    }

  g_assert_cmpuint (other.index, >, 900);
}

static void
test_rate_meter_window (void)
{
  SondeRateMeter meter;
  guint64 now_ns = START_NS;

  sonde_rate_meter_init (&meter, START_NS);
  g_assert_cmpfloat (sonde_rate_meter_get_mean_hz (&meter, START_NS), ==, 0.0);

  for (guint i = 0; i < 3000; i++, now_ns += PERIOD_NS)
    sonde_rate_meter_add (&meter, now_ns);
  g_assert_cmpfloat_with_epsilon (sonde_rate_meter_get_second_hz (&meter, now_ns), 1000.0, 1.0);

  /* Half the rate for two seconds: the last second knows, the mean only by and by. */
  for (guint i = 0; i < 1000; i++, now_ns += 2 * PERIOD_NS)
    sonde_rate_meter_add (&meter, now_ns);
  g_assert_cmpfloat_with_epsilon (sonde_rate_meter_get_second_hz (&meter, now_ns), 500.0, 1.0);
  g_assert_cmpfloat_with_epsilon (sonde_rate_meter_get_mean_hz (&meter, now_ns), 800.0, 1.0);

  /* And nothing for three. */
  now_ns += 3 * SONDE_NS_PER_SECOND;
  g_assert_cmpfloat (sonde_rate_meter_get_second_hz (&meter, now_ns), ==, 0.0);
}

static void
test_stop_times_quantiles (void)
{
  SondeStopTimes times = { 0 };

  g_assert_cmpuint (sonde_stop_times_get_quantile (&times, 0.5), ==, 0);
  for (guint i = 0; i < 99; i++)
    sonde_stop_times_add (&times, 20500);
  sonde_stop_times_add (&times, 1000000000);

  g_assert_cmpuint (sonde_stop_times_get_quantile (&times, 0.5), ==, 21000);
  g_assert_cmpuint (sonde_stop_times_get_quantile (&times, 0.99), ==, 21000);
  g_assert_cmpuint (sonde_stop_times_get_quantile (&times, 1.0), ==, 2000000);
  g_assert_cmpuint (times.sum_ns, ==, 99 * 20500 + 1000000000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/pacer/steady-rate", test_pacer_steady_rate);
  g_test_add_func ("/sampler/pacer/no-lockstep", test_pacer_no_lockstep);
  g_test_add_func ("/sampler/pacer/skips-what-has-passed", test_pacer_skips_what_has_passed);
  g_test_add_func ("/sampler/pacer/always-goes-on", test_pacer_always_goes_on);
  g_test_add_func ("/sampler/pacer/alike", test_pacer_alike);
  g_test_add_func ("/sampler/stop-times/quantiles", test_stop_times_quantiles);
  g_test_add_func ("/engine/rate-meter/window", test_rate_meter_window);
  return g_test_run ();
}
