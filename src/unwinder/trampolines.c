/* trampolines.c: where the kernel's ways back from a signal are
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "unwinder/trampolines.h"

#include <string.h>

/* mov $15, %rax; syscall (rt_sigreturn). libunwind knows it only where it found no unwind
 * information.
 */
gboolean
sonde_trampolines_has (SondeTrampolines *self,
                       SondeTables      *tables,
                       SondeAddress      pc)
{
  guint slot = (guint) (pc ^ (pc >> 10)) % SONDE_N_TRAMPOLINES;

  if (self->slots[slot].address != pc)
    {
      guint64 first = 0;
      guint64 second = 0;

      self->slots[slot].address = pc;
      self->slots[slot].is_trampoline =
        sonde_tables_read (tables, pc, &first) && sonde_tables_read (tables, pc + 8, &second) &&
        first == G_GUINT64_CONSTANT (0x0f0000000fc0c748) && (second & 0xff) == 0x05;
    }

  return self->slots[slot].is_trampoline;
}

void
sonde_trampolines_clear (SondeTrampolines *self)
{
  memset (self, 0, sizeof *self);
}
