/* shortlived.c: threads that live for 0.2, 1 or 10 ms and work all the time, as much in all
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   shortlived [SLEEPERS]
 *
 *   start_thread;live;live_work        in threads named live-200, live-1000 and live-10000
 *   main;run_round;main_work           one thread is there at a time, or this works
 *
 * With SLEEPERS that many threads sleep beside them. At the end prints CPU time in ns in
 * live_work() of each kind and in main_work().
 */

#include <pthread.h>
#include <string.h>

#include "target.h"

/* How long the threads of each kind live in a round, all together. */
#define KIND_US 20000
#define N_KINDS 3

static const uint64_t lives_us[N_KINDS] = { 200, 1000, 10000 };
static uint64_t lived_ns[N_KINDS];
static uint64_t main_ns;

static void
work_until (uint64_t end_ns)
{
  while (target_read_clock (CLOCK_MONOTONIC) < end_ns)
    target_compute (1000);
}

KEPT static void
live_work (uint64_t end_ns)
{
  work_until (end_ns);
  __asm__ volatile ("");
}

KEPT static void
main_work (uint64_t end_ns)
{
  work_until (end_ns);
  __asm__ volatile ("");
}

KEPT static void *
live (void *data)
{
  const size_t kind = *(const size_t *) data;
  uint64_t begin_ns;
  char name[16];

  snprintf (name, sizeof name, "live-%u", (unsigned) lives_us[kind]);
  prctl (PR_SET_NAME, name);
  begin_ns = target_read_clock (CLOCK_THREAD_CPUTIME_ID);
  live_work (target_read_clock (CLOCK_MONOTONIC) + lives_us[kind] * 1000);
  lived_ns[kind] += target_read_clock (CLOCK_THREAD_CPUTIME_ID) - begin_ns;

  return NULL;
}

static void *
sleep_on (void *data)
{
  for (;;)
    pause ();

  return data;
}

KEPT static void
run_round (void)
{
  uint64_t begin_ns = target_read_clock (CLOCK_THREAD_CPUTIME_ID);

  main_work (target_read_clock (CLOCK_MONOTONIC) + KIND_US * 1000);
  main_ns += target_read_clock (CLOCK_THREAD_CPUTIME_ID) - begin_ns;

  for (size_t kind = 0; kind < N_KINDS; kind++)
    for (uint64_t us = 0; us < KIND_US && !target_is_over (); us += lives_us[kind])
      {
        pthread_t thread;

        if (pthread_create (&thread, NULL, live, &kind) != 0)
          exit (1);
        pthread_join (thread, NULL);
      }
}

int
main (int    argc,
      char **argv)
{
  pthread_t thread;

  target_block_end ();
  for (int i = 0; i < (argc > 1 ? atoi (argv[1]) : 0); i++)
    if (pthread_create (&thread, NULL, sleep_on, NULL) != 0)
      return 1;

  target_ready ();
  while (!target_is_over ())
    run_round ();

  printf ("{\"main\": %llu", (unsigned long long) main_ns);
  for (size_t kind = 0; kind < N_KINDS; kind++)
    printf (", \"live-%u\": %llu", (unsigned) lives_us[kind], (unsigned long long) lived_ns[kind]);
  printf ("}\n");

  return 0;
}
