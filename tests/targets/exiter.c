/* exiter.c: ends by itself
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   exiter MS   main;spin for MS milliseconds beside a second thread, then ends with status 3
 */

#include <pthread.h>

#include "target.h"

KEPT static void
spin (uint64_t real_ns)
{
  uint64_t end_ns = target_read_clock (CLOCK_MONOTONIC) + real_ns;

  do
    target_compute (100000);
  while (target_read_clock (CLOCK_MONOTONIC) < end_ns);
}

static void *
run_sleeper (void *data)
{
  for (;;)
    pause ();

  return data;
}

int
main (int   argc,
      char *argv[])
{
  pthread_t thread;

  pthread_create (&thread, NULL, run_sleeper, NULL);
  target_ready ();
  spin ((uint64_t) (argc > 1 ? atoi (argv[1]) : 500) * 1000000);

  return 3;
}
