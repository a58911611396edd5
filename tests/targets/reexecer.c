/* reexecer.c: becomes itself again and again, out of many threads
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   reexecer COUNT MS   two threads spin, and after MS milliseconds a third calls exec() with
 *                       COUNT - 1 and 7 ms; with 0 ends with status 3
 */

#include <pthread.h>

#include "target.h"

typedef struct
{
  char     *name;
  int       count;
  uint64_t  turn_ns;
} Next;

static void *
run_spinner (void *data)
{
  for (;;)
    target_compute (100000);

  return data;
}

static void *
run_execer (void *data)
{
  const Next *next = data;
  uint64_t end_ns = target_read_clock (CLOCK_MONOTONIC) + next->turn_ns;
  char count[16];
  char turn[] = "7";
  char *argv[] = { next->name, count, turn, NULL };

  while (target_read_clock (CLOCK_MONOTONIC) < end_ns)
    target_compute (1000);

  snprintf (count, sizeof count, "%d", next->count - 1);
  execv ("/proc/self/exe", argv);

  return NULL;
}

int
main (int   argc,
      char *argv[])
{
  Next next = { .name = argv[0] };
  pthread_t thread;

  if (argc < 3 || atoi (argv[1]) <= 0)
    return 3;

  next.count = atoi (argv[1]);
  next.turn_ns = (uint64_t) atoi (argv[2]) * 1000000;

  target_ready ();
  pthread_create (&thread, NULL, run_spinner, NULL);
  pthread_create (&thread, NULL, run_spinner, NULL);
  pthread_create (&thread, NULL, run_execer, &next);

  for (;;)
    pause ();
}
