/* parent.c: a program whose work is done by one that it starts
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   parent MS   main;wait_for_child;…, asleep, while a child takes MS milliseconds of CPU time in
 *               main;spin_in_child; then it ends
 */

#include <sys/wait.h>

#include "target.h"

KEPT static void
spin_in_child (uint64_t ms)
{
  while (target_read_clock (CLOCK_PROCESS_CPUTIME_ID) < ms * 1000000)
    target_compute (100000);
}

KEPT static void
wait_for_child (pid_t child)
{
  waitpid (child, NULL, 0);
  __asm__ volatile ("" ::: "memory");
}

int
main (int   argc,
      char *argv[])
{
  uint64_t ms = argc > 1 ? strtoull (argv[1], NULL, 10) : 500;
  pid_t child;

  target_ready ();
  child = fork ();
  if (child == 0)
    {
      spin_in_child (ms);
      _exit (0);
    }

  wait_for_child (child);

  return 0;
}
