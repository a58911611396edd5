/* forker.c: forks children again and again
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   main;fork_and_wait;… and, in the children only, spin_in_child; between them main;spin_in_parent
 *
 * A child that ends in any way but exit (7) is counted as hurt. In the end it prints
 *
 *   {"children": N, "hurt": N}
 */

#include <sys/wait.h>

#include "target.h"

KEPT static void
spin_in_child (void)
{
  target_compute (2000000);
}

KEPT static void
spin_in_parent (void)
{
  target_compute (2000000);
}

KEPT static int
fork_and_wait (void)
{
  int status = 0;
  pid_t child = fork ();

  if (child == 0)
    {
      spin_in_child ();
      _exit (7);
    }

  return waitpid (child, &status, 0) == child && WIFEXITED (status) && WEXITSTATUS (status) == 7;
}

int
main (void)
{
  int children = 0;
  int hurt = 0;

  target_block_end ();
  target_ready ();

  while (!target_is_over ())
    {
      hurt += !fork_and_wait ();
      children++;
      spin_in_parent ();
    }

  printf ("{\"children\": %d, \"hurt\": %d}\n", children, hurt);

  return 0;
}
