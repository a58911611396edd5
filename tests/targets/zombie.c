/* zombie.c: a parent that takes no note of its child's end
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prints, before "ready PID", the number of a process that has ended and stays a zombie:
 *
 *   {"zombie": PID}
 */

#include <sys/wait.h>

#include "target.h"

int
main (void)
{
  siginfo_t info;
  pid_t child = fork ();

  if (child == 0)
    _exit (0);

  waitid (P_PID, (id_t) child, &info, WEXITED | WNOWAIT);
  printf ("{\"zombie\": %d}\n", (int) child);
  target_ready ();

  for (;;)
    pause ();
}
