/* mutual.c: two functions that call each other
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   main;ping;pong;ping;pong;ping;pong;spin
 *
 * Total counts of ping and pong are those of spin: once a sample, whatever the recursion.
 */

#include "target.h"

static int ping (int left);

KEPT static void
spin (void)
{
  for (;;)
    target_compute (100000);
}

KEPT static int
pong (int left)
{
  int value = 0;

  if (left > 0)
    value = ping (left - 1);
  else
    spin ();

  __asm__ volatile ("" : "+r" (value));

  return value + 1;
}

KEPT static int
ping (int left)
{
  int value = pong (left);

  __asm__ volatile ("" : "+r" (value));

  return value + 1;
}

int
main (void)
{
  target_ready ();

  return ping (2);
}
