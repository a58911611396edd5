/* tracer.c: traces another process, as a debugger would
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   tracer PID   seizes PID and leaves it running until SIGTERM
 */

#include <sys/ptrace.h>

#include "target.h"

int
main (int   argc,
      char *argv[])
{
  if (argc < 2 || ptrace (PTRACE_SEIZE, atoi (argv[1]), 0, 0) != 0)
    {
      perror ("PTRACE_SEIZE");
      return 1;
    }

  target_ready ();

  for (;;)
    pause ();
}
