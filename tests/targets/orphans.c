/* orphans.c: goes on without its first thread
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   orphans MS   main ends at once; another thread: run_orphan;spin for MS milliseconds, then ends
 *                the program with status 3
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

KEPT static void *
run_orphan (void *data)
{
  spin (*(uint64_t *) data);
  exit (3);
}

int
main (int   argc,
      char *argv[])
{
  static uint64_t real_ns;
  pthread_t thread;

  real_ns = (uint64_t) (argc > 1 ? atoi (argv[1]) : 500) * 1000000;
  target_ready ();
  pthread_create (&thread, NULL, run_orphan, &real_ns);
  pthread_exit (NULL);
}
