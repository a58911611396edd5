/* naps.c: a thread that works and sleeps, by turns
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   naps   main;work;spin     some 300 µs at a time
 *          main;work;nap;…    the same time asleep
 *
 * The stints are of random length, so that no schedule falls into step with them.
 */

#include "target.h"

#define STINT 300000

/* Half as long to one and a half as long. */
static uint64_t
draw_stint (uint32_t *random)
{
  *random = *random * 1664525 + 1013904223;

  return STINT / 2 + STINT * (uint64_t) (*random >> 16) / 65536;
}

KEPT static void
spin (uint64_t rounds)
{
  target_compute (rounds);
}

KEPT static void
nap (uint64_t ns)
{
  const struct timespec time = { .tv_nsec = (long) ns };

  nanosleep (&time, NULL);
}

KEPT static void
work (void)
{
  uint32_t random = 0;

  for (;;)
    {
      spin (draw_stint (&random));
      nap (draw_stint (&random));
    }
}

int
main (void)
{
  target_ready ();
  work ();

  return 0;
}
