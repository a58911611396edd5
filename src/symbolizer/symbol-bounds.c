/* symbol-bounds.c: finds the end of a function of assembly
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Assembly often leaves out .size, and nasm always: libx264's last exported one is a label, and a
 * hundred hidden functions without symbols follow it. Such a symbol keeps what follows it unless
 * something speaks against it. That is, in this order:
 *
 *   1. the end of its section, and the next symbol there, of code or data (symbol-table.c);
 *   2. the unwind table: the end of its own range, if it lies in one, and then nothing else is
 *      asked; or else the next range, which is another function's;
 *   3. filler: bytes 0x90, 0xcc or 0 in a row, as many as no alignment of code asks for;
 *   4. length: more than any function of assembly has.
 *
 * A file can have millions of such symbols. Who asks sets a limit of time, and then they are short.
 */

#include "config.h"

#include "symbolizer/symbol-bounds.h"

#include "symbolizer/range-index.h"

/* Code is aligned to 64 bytes at most, so less than this is padding within it. */
#define FILLER_BYTES 64

/* The longest of glibc, OpenSSL, x264 and dav1d have some 8 KiB. Where local symbols were
 * stripped, functions without a name may follow at once, so it is believed less.
 */
#define LENGTH_MAX 16384
#define LENGTH_MAX_STRIPPED 4096

static gboolean
is_filler (guint8 byte)
{
  return byte == 0x90 || byte == 0xcc || byte == 0;
}

/* Where @length bytes of code at @start first go over into filler; else where they end. */
static guint64
find_filler (SondeElfFile *file,
             guint64       start,
             gsize         length)
{
  guint8 code[LENGTH_MAX];
  gsize n = sonde_elf_file_read_address (file, start, code, length);
  gsize row = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (!is_filler (code[i]))
        row = 0;
      else if (row > 0 && code[i] == code[i - 1])
        row++;
      else
        row = 1;

      if (row == FILLER_BYTES)
        return start + i + 1 - row;
    }

  return start + length;
}

guint64
sonde_symbol_bounds_find_end (const SondeSymbolBounds *self,
                              guint64                  start,
                              guint64                  end)
{
  const SondeRange *frame;

  if (self->deadline_us != 0 && g_get_monotonic_time () > self->deadline_us)
    return MIN (end, start + FILLER_BYTES);

  frame = sonde_range_index_find (self->frames, start);
  if (frame != NULL)
    return MIN (end, frame->end);

  frame = sonde_range_index_find_after (self->frames, start);
  if (frame != NULL)
    end = MIN (end, frame->start);

  end = MIN (end, start + (self->is_complete ? LENGTH_MAX : LENGTH_MAX_STRIPPED));

  return self->file != NULL && end - start > FILLER_BYTES
         ? find_filler (self->file, start, end - start) : end;
}
