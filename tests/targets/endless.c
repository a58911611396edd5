/* endless.c: a function whose unwind rule is a program that never ends
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   endless cfa        main;work;spin_cfa       the rule of the frame's address jumps to itself
 *   endless register   main;work;spin_register  that of a register does
 *
 * DW_CFA_def_cfa_expression (0x0f) or DW_CFA_expression (0x10) of register 6, each with three bytes
 * of expression: DW_OP_skip (0x2f) by -3 (DWARF 5, 6.4.2.2, 6.4.2.3 and 2.5.1.5).
 */

#include <string.h>

#include "target.h"

KEPT static void
spin_cfa (void)
{
  __asm__ volatile (".cfi_escape 0x0f, 0x03, 0x2f, 0xfd, 0xff");
  while (!target_is_over ())
    target_compute (1000000);
}

KEPT static void
spin_register (void)
{
  __asm__ volatile (".cfi_escape 0x10, 0x06, 0x03, 0x2f, 0xfd, 0xff");
  while (!target_is_over ())
    target_compute (1000000);
}

KEPT static void
work (const char *kind)
{
  if (strcmp (kind, "cfa") == 0)
    spin_cfa ();
  else
    spin_register ();
}

int
main (int   argc,
      char *argv[])
{
  target_block_end ();
  target_ready ();
  work (argc > 1 ? argv[1] : "cfa");

  return 0;
}
