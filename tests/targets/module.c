/* module.c: the code that loader.c loads, once under each of two names
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "target.h"

#ifdef MODULE_OTHER
#define module_enter other_enter
#define module_spin other_spin
#define ROOM_BYTES 72
#else
#define ROOM_BYTES 8
#endif

void module_enter (uint64_t ns);

KEPT static void
module_spin (uint64_t ns)
{
  uint64_t end_ns = target_read_clock (CLOCK_MONOTONIC) + ns;

  do
    target_compute (100000);
  while (target_read_clock (CLOCK_MONOTONIC) < end_ns);
}

void
module_enter (uint64_t ns)
{
  /* Each needs an unwind rule of its own, though both have the same addresses. */
  char room[ROOM_BYTES];

  __asm__ volatile ("" : "=m" (room));
  module_spin (ns);
  __asm__ volatile ("" ::: "memory");
}
