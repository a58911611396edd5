/* framepointer.c: code without unwind information, with frame pointers
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   main;first;second;third;spin
 *
 * Built so that the chain of frame pointers is the only way to its callers.
 */

#include "target.h"

KEPT static void
spin (void)
{
  /* Compilers leave out the frame of a function that calls none and never returns. */
  __asm__ volatile ("" : : "r" (__builtin_frame_address (0)));

  for (;;)
    target_compute (100000);
}

KEPT static void
third (void)
{
  spin ();
  __asm__ volatile ("" ::: "memory");
}

KEPT static void
second (void)
{
  third ();
  __asm__ volatile ("" ::: "memory");
}

KEPT static void
first (void)
{
  second ();
  __asm__ volatile ("" ::: "memory");
}

int
main (void)
{
  target_ready ();
  first ();

  return 0;
}
