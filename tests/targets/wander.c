/* wander.c: a way down that was never taken before
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   main;go_left;go_right;go_right;go_left;…;spin
 *
 * 100 steps deep, each at random left or right: no two samples have the same call path. Both are in
 * all samples, and spin is what runs.
 */

#include "target.h"

#define DEPTH 100

typedef void (*Step) (uint64_t *random,
                      int       left);

static void go_left (uint64_t *random,
                     int       left);

KEPT static void
spin (void)
{
  target_compute (100000);
}

static uint64_t
draw (uint64_t *random)
{
  *random = *random * 6364136223846793005U + 1442695040888963407U;

  return *random >> 63;
}

KEPT static void
go_right (uint64_t *random,
          int       left)
{
  Step steps[] = { go_left, go_right };

  if (left == 0)
    spin ();
  else
    steps[draw (random)] (random, left - 1);

  __asm__ volatile ("" ::: "memory");
}

KEPT static void
go_left (uint64_t *random,
         int       left)
{
  Step steps[] = { go_left, go_right };

  if (left == 0)
    spin ();
  else
    steps[draw (random)] (random, left - 1);

  __asm__ volatile ("" ::: "memory");
}

int
main (void)
{
  uint64_t random = 4711;

  target_ready ();

  for (;;)
    go_left (&random, DEPTH);
}
