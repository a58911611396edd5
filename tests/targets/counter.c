/* counter.c: a piece of work of known size
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   counter MILLIONS   main;count, for MILLIONS of rounds; then prints the real time and the CPU
 *                      time that they took, and ends
 *
 *   {"real_ns": N, "cpu_ns": N}
 */

#include "target.h"

KEPT static void
count (uint64_t millions)
{
  for (uint64_t i = 0; i < millions; i++)
    target_compute (1000000);
}

int
main (int   argc,
      char *argv[])
{
  uint64_t millions = argc > 1 ? strtoull (argv[1], NULL, 10) : 1000;
  uint64_t cpu_ns;
  uint64_t real_ns;

  target_ready ();
  cpu_ns = target_read_clock (CLOCK_PROCESS_CPUTIME_ID);
  real_ns = target_read_clock (CLOCK_MONOTONIC);
  count (millions);
  printf ("{\"real_ns\": %llu, \"cpu_ns\": %llu}\n",
          (unsigned long long) (target_read_clock (CLOCK_MONOTONIC) - real_ns),
          (unsigned long long) (target_read_clock (CLOCK_PROCESS_CPUTIME_ID) - cpu_ns));

  return 0;
}
