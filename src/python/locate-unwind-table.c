/* locate-unwind-table.c: where the compiled code of a module begins and ends
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * .eh_frame_hdr has a sorted table of where each function begins and of its entry in .eh_frame,
 * which says how long it is (Linux Standard Base 5.0, Core, 10.6).
 */

#include "config.h"

#include "python/locate-unwind-table.h"

#include <string.h>

/* Version 1 and three encodings: of .eh_frame's address, the count, and the table, the last as
 * offsets of 32 bits from the section's start.
 */
#define HEADER_BYTES 12
#define ENCODING_UDATA4 0x03
#define ENCODING_PCREL_SDATA4 0x1b
#define ENCODING_DATAREL_SDATA4 0x3b

#define ENTRIES_MAX (1 << 20)
#define ENTRY_BYTES_MAX 256

void
sonde_python_unwind_table_clear (SondePythonUnwindTable *self)
{
  g_clear_pointer (&self->rows, g_free);
}

gboolean
sonde_python_unwind_table_init (SondePythonUnwindTable  *self,
                                const SondePythonMemory *memory,
                                const SondePythonImage  *image)
{
  guint8 header[HEADER_BYTES];
  guint32 count;

  *self = (SondePythonUnwindTable) { .memory = memory };
  if (image->unwind_header == 0 ||
      !sonde_python_memory_copy (memory, image->unwind_header, header, sizeof header) ||
      header[0] != 1 || header[1] != ENCODING_PCREL_SDATA4 || header[2] != ENCODING_UDATA4 ||
      header[3] != ENCODING_DATAREL_SDATA4)
    return FALSE;

  count = (guint32) sonde_python_get_int (header, 8);
  if (count == 0 || count > ENTRIES_MAX)
    return FALSE;

  self->address = image->unwind_header;
  self->count = count;
  self->rows = g_new (SondePythonUnwindRow, count);
  if (sonde_python_memory_copy (memory, image->unwind_header + HEADER_BYTES, self->rows,
                                count * sizeof self->rows[0]))
    return TRUE;

  sonde_python_unwind_table_clear (self);
  return FALSE;
}

typedef struct
{
  const guint8 *at;
  const guint8 *end;
} Bytes;

static guint8
take_byte (Bytes *bytes)
{
  return bytes->at < bytes->end ? *bytes->at++ : 0;
}

static void
skip (Bytes   *bytes,
      guint64  count)
{
  bytes->at += MIN (count, (guint64) (bytes->end - bytes->at));
}

static guint64
take_number (Bytes *bytes)
{
  guint64 number = 0;
  guint8 byte = 0x80;

  for (guint shift = 0; (byte & 0x80) != 0 && bytes->at < bytes->end; shift += 7)
    {
      byte = take_byte (bytes);
      if (shift < 64)
        number |= (guint64) (byte & 0x7f) << shift;
    }

  return number;
}

/* Whether what the entries of this CIE begin with is "z" and four bytes a number, which is what
 * every compiler writes; an empty text has no length of what follows.
 */
static gboolean
has_usual_form (const SondePythonMemory *memory,
                SondeAddress             address)
{
  guint8 buffer[ENTRY_BYTES_MAX] = { 0 };
  gsize length = memory->read (memory->data, address, buffer, sizeof buffer);
  Bytes bytes = { buffer + 9, buffer + MAX (length, 9) };
  const guint8 *letters = bytes.at;

  if (length < 16 || take_byte (&bytes) != 'z' || memchr (bytes.at, 0, 8) == NULL)
    return FALSE;

  while (take_byte (&bytes) != 0)
    ;
  take_number (&bytes); /* code alignment, */
  take_number (&bytes); /* of data, */
  take_number (&bytes); /* return address */
  take_number (&bytes); /* and length of what the letters stand for */

  for (letters++; *letters != 0; letters++)
    if (*letters == 'R')
      return take_byte (&bytes) == ENCODING_PCREL_SDATA4;
    else if (*letters == 'L')
      take_byte (&bytes);
    else if (*letters == 'P')
      skip (&bytes, (take_byte (&bytes) & 7) == 0 ? 8 : 4);

  return FALSE;
}

/* Whether the rules, up to the first that is for a later instruction, say where the frame is: at a
 * function's entry it is where the common rules say.
 */
static gboolean
begins_with_frame (Bytes *bytes)
{
  while (bytes->at < bytes->end)
    {
      guint8 opcode = take_byte (bytes);

      if (opcode >= 0x0c && opcode <= 0x0f) /* DW_CFA_def_cfa and its kin */
        return TRUE;
      if (opcode >> 6 == 2) /* DW_CFA_offset */
        take_number (bytes);
      else if (opcode == 0x07 || opcode == 0x08) /* DW_CFA_undefined, DW_CFA_same_value */
        take_number (bytes);
      else if (opcode == 0x10 || opcode == 0x16) /* DW_CFA_expression, DW_CFA_val_expression */
        {
          take_number (bytes);
          skip (bytes, take_number (bytes));
        }
      else if (opcode != 0x00 && opcode != 0x0a) /* DW_CFA_nop, DW_CFA_remember_state */
        return FALSE;
    }

  return FALSE;
}

gboolean
sonde_python_unwind_table_read (const SondePythonUnwindTable *self,
                                gsize                         row,
                                SondePythonUnwindEntry       *entry)
{
  const SondePythonMemory *memory = self->memory;
  SondeAddress address;
  guint8 buffer[ENTRY_BYTES_MAX];
  gsize length;
  guint32 head[4]; /* length, distance to the CIE, start, length of code */
  Bytes bytes;

  if (row >= self->count)
    return FALSE;

  address = self->address + (guint64) (gint64) self->rows[row].entry;
  length = memory->read (memory->data, address, buffer, sizeof buffer);
  if (length < sizeof head + 1)
    return FALSE;

  /* From 0xfffffff0 on the length has another form, for tables of more than 4 GiB. */
  memcpy (head, buffer, sizeof head);
  if (head[0] < sizeof head || head[0] >= 0xfffffff0 ||
      !has_usual_form (memory, address + 4 - head[1]))
    return FALSE;

  entry->range.start = self->address + (guint64) (gint64) self->rows[row].start;
  entry->range.end = entry->range.start + head[3];
  bytes = (Bytes) { buffer + sizeof head, buffer + MIN (length, (gsize) head[0] + 4) };
  skip (&bytes, take_number (&bytes)); /* what the letters stand for */
  entry->has_frame = begins_with_frame (&bytes);

  return TRUE;
}

gsize
sonde_python_unwind_table_find_row (const SondePythonUnwindTable *self,
                                    SondeAddress                  address)
{
  gint64 wanted = (gint64) (address - self->address);
  gsize low = 0;
  gsize high = self->count;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (self->rows[middle].start <= wanted)
        low = middle + 1;
      else
        high = middle;
    }

  return low > 0 ? low - 1 : self->count;
}

gboolean
sonde_python_unwind_table_find (const SondePythonUnwindTable *self,
                                SondeAddress                  address,
                                SondePythonUnwindEntry       *entry)
{
  gsize row = sonde_python_unwind_table_find_row (self, address);

  return sonde_python_unwind_table_read (self, row, entry) && address >= entry->range.start &&
         address < entry->range.end;
}
