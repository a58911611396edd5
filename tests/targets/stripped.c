/* stripped.c: a static program without symbols and without a library
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   stripped+0x…;stripped+0x…   _start and spin, if they had names
 */

#include "freestanding.h"

void _start (void);

KEPT static void
spin (void)
{
  for (;;)
    __asm__ volatile ("pause");
}

__attribute__ ((force_align_arg_pointer)) void
_start (void)
{
  say_ready ();
  spin ();
  __asm__ volatile ("" ::: "memory");
}
