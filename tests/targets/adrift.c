/* adrift.c: a stack whose outermost return address leads nowhere
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   drift;spin            truncated: what called drift() is not known, and no function
 *
 * As on the stacks of some coroutine libraries. The frame pointer is 0, which means the outermost
 * frame where the return address makes sense.
 */

#include "target.h"

#define STACK_BYTES 65536

static char stack[STACK_BYTES] __attribute__ ((aligned (16), used));

void cast_off (void);

KEPT static void
spin (void)
{
  target_compute (100000);
}

KEPT __attribute__ ((used)) static void
drift (void)
{
  for (;;)
    spin ();
}

/* 0x4000 is below what the kernel lets any program map. */
__asm__ (".pushsection .text\n"
         ".globl cast_off\n"
         ".type cast_off, @function\n"
         "cast_off:\n"
         "  lea stack + 65536(%rip), %rsp\n"
         "  xor %ebp, %ebp\n"
         "  push $0x4000\n"
         "  jmp drift\n"
         ".size cast_off, . - cast_off\n"
         ".popsection\n");

int
main (void)
{
  target_ready ();
  cast_off ();

  return 0;
}
