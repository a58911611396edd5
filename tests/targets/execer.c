/* execer.c: becomes another program
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   execer MS PROGRAM ARGS…   for MS milliseconds main;spin_before_exec, then PROGRAM under the
 *                             same process number; a second thread is asleep until then
 */

#include <pthread.h>

#include "target.h"

KEPT static void
spin_before_exec (uint64_t real_ns)
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

  if (argc < 3)
    return 1;

  pthread_create (&thread, NULL, run_sleeper, NULL);
  target_ready ();
  spin_before_exec ((uint64_t) atoi (argv[1]) * 1000000);
  execv (argv[2], argv + 2);

  return 1;
}
