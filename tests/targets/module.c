/* module.c: the code that loader.c loads
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "target.h"

void module_enter (void);

KEPT static void
module_spin (void)
{
  for (;;)
    target_compute (100000);
}

void
module_enter (void)
{
  module_spin ();
  __asm__ volatile ("" ::: "memory");
}
