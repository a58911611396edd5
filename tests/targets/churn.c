/* churn.c: threads that come and go
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   churn COUNT   COUNT threads "mayfly", up to 8 at a time, each 2 ms of run_mayfly;spin;
 *                 afterwards it prints "resting" and goes on as main;rest;spin
 */

#include <pthread.h>

#include "target.h"

#define AT_A_TIME 8
#define MAYFLY_NS 2000000

KEPT static void
spin (uint64_t cpu_ns)
{
  uint64_t end_ns = target_read_clock (CLOCK_THREAD_CPUTIME_ID) + cpu_ns;

  do
    target_compute (100000);
  while (target_read_clock (CLOCK_THREAD_CPUTIME_ID) < end_ns);
}

KEPT static void *
run_mayfly (void *data)
{
  prctl (PR_SET_NAME, "mayfly");
  spin (MAYFLY_NS);
  __asm__ volatile ("" ::: "memory");

  return data;
}

KEPT static void
rest (void)
{
  printf ("resting\n");
  fflush (stdout);

  for (;;)
    spin (MAYFLY_NS);
}

int
main (int   argc,
      char *argv[])
{
  int left = argc > 1 ? atoi (argv[1]) : 1000;
  pthread_t threads[AT_A_TIME];

  target_ready ();

  while (left > 0)
    {
      int count = left < AT_A_TIME ? left : AT_A_TIME;

      for (int i = 0; i < count; i++)
        pthread_create (&threads[i], NULL, run_mayfly, NULL);
      for (int i = 0; i < count; i++)
        pthread_join (threads[i], NULL);

      left -= count;
    }

  rest ();
}
