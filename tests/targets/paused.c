/* paused.c: sleeps in the C library for ever
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   main;rest;pause
 */

#include "target.h"

KEPT static void
rest (void)
{
  for (;;)
    pause ();
}

int
main (void)
{
  target_ready ();
  rest ();

  return 0;
}
