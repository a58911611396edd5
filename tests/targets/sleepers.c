/* sleepers.c: many threads asleep and one that works
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   sleepers COUNT   thread "busy": run_busy;spin, always running
 *                    COUNT threads "sleeper": run_sleeper;wait_for_nothing;…, always asleep
 *                    main: pause
 */

#include <pthread.h>

#include "target.h"

#define STACK_BYTES (128 << 10)

KEPT static void
spin (void)
{
  for (;;)
    target_compute (100000);
}

KEPT static void *
run_busy (void *data)
{
  prctl (PR_SET_NAME, "busy");
  spin ();

  return data;
}

KEPT static void
wait_for_nothing (void)
{
  const struct timespec long_time = { .tv_sec = 1000 };

  for (;;)
    nanosleep (&long_time, NULL);
}

KEPT static void *
run_sleeper (void *data)
{
  prctl (PR_SET_NAME, "sleeper");
  pthread_barrier_wait (data);
  wait_for_nothing ();

  return NULL;
}

int
main (int   argc,
      char *argv[])
{
  int count = argc > 1 ? atoi (argv[1]) : 10;
  pthread_barrier_t barrier;
  pthread_attr_t attributes;
  pthread_t thread;

  pthread_barrier_init (&barrier, NULL, (unsigned int) count + 1);
  pthread_attr_init (&attributes);
  pthread_attr_setstacksize (&attributes, STACK_BYTES);

  for (int i = 0; i < count; i++)
    if (pthread_create (&thread, &attributes, run_sleeper, &barrier) != 0)
      return 1;

  pthread_barrier_wait (&barrier);
  pthread_create (&thread, &attributes, run_busy, NULL);
  target_ready ();

  for (;;)
    pause ();
}
