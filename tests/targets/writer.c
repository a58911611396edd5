/* writer.c: writes without end
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   writer MS   for MS milliseconds main;write_much;…, some gigabytes on standard output and error;
 *               then ends with status 0
 */

#include <string.h>

#include "target.h"

KEPT static void
write_much (uint64_t real_ns)
{
  uint64_t end_ns = target_read_clock (CLOCK_MONOTONIC) + real_ns;
  char line[4096];

  memset (line, 'x', sizeof line);
  line[sizeof line - 1] = '\n';

  do
    if (write (STDOUT_FILENO, line, sizeof line) < 0 ||
        write (STDERR_FILENO, line, sizeof line) < 0)
      exit (1);
  while (target_read_clock (CLOCK_MONOTONIC) < end_ns);
}

int
main (int   argc,
      char *argv[])
{
  target_ready ();
  write_much ((uint64_t) (argc > 1 ? atoi (argv[1]) : 1000) * 1000000);

  return 0;
}
