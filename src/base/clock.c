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

  if (clock_gettime (clock, &time) != 0)
    return 0;

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

/* The clocks of CPU time, as clock_getcpuclockid() and pthread_getcpuclockid() make them of an id
 * (include/linux/posix-timers_types.h, CPUCLOCK_SCHED and CPUCLOCK_PERTHREAD).
 */
guint64
sonde_clock_process_cpu_ns (pid_t pid)
{
  return read_clock ((clockid_t) (((guint) ~pid << 3) | 2));
}

guint64
sonde_clock_cpu_ns_of (pid_t tid)
{
  return read_clock ((clockid_t) (((guint) ~tid << 3) | 4 | 2));
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
