/* outermost.c: code that has no caller
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernel jumps to the entry point of a program and to what clone() is given. Rules say of such
 * code that its return address is undefined; where there are none, the code itself says it: it is
 * at the entry point, or ends the thread.
 *
 *   musl, _start:   call _start_c
 *   musl, __clone:  call *%r9; mov %eax, %edi; xor %eax, %eax; mov $60, %al; syscall; hlt
 */

#include "config.h"

#include "unwinder/outermost.h"

#include <string.h>

/* Bytes of the longest known entry point (glibc: 38), and from the call to the end of a thread. */
#define ENTRY_BYTES 64
#define END_BYTES 16

static gboolean
ends_thread (SondeTables  *tables,
             SondeAddress  address)
{
  static const guint8 syscall_hlt[] = { 0x0f, 0x05, 0xf4 };
  guint8 bytes[END_BYTES];
  guint64 words[END_BYTES / 8];

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (!sonde_tables_read (tables, address + 8 * i, &words[i]))
      return FALSE;

  memcpy (bytes, words, sizeof bytes);

  return memmem (bytes, sizeof bytes, syscall_hlt, sizeof syscall_hlt) != NULL;
}

gboolean
sonde_outermost_is_code (SondeTables  *tables,
                         SondeAddress  pc)
{
  SondeAddress entry = sonde_tables_find_entry (tables, pc);

  return (entry != 0 && pc >= entry && pc - entry < ENTRY_BYTES) || ends_thread (tables, pc);
}
