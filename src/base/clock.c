/* clock.c: the one clock of the engine
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/clock.h"

#include <time.h>

static guint64
read_clock (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);

  return (guint64) time.tv_sec * SONDE_NS_PER_SECOND + (guint64) time.tv_nsec;
}

guint64
sonde_clock_now_ns (void)
{
  return read_clock (CLOCK_MONOTONIC);
}

guint64
sonde_clock_thread_cpu_ns (void)
{
  return read_clock (CLOCK_THREAD_CPUTIME_ID);
}

void
sonde_clock_sleep_until (guint64 due_ns)
{
  struct timespec time = {
    .tv_sec = (time_t) (due_ns / SONDE_NS_PER_SECOND),
    .tv_nsec = (long) (due_ns % SONDE_NS_PER_SECOND),
  };

  clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}
