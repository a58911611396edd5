/* go-function.c: what Go's table says of the code of one function
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "target/go-table-private.h"

/* Of one program: one for each four bytes of a function of a megabyte. */
#define N_STEPS_MAX (1 << 18)

/* Calls inlined into each other. */
#define N_CALLS_MAX 64

/* Which of the further programs and of the other tables are those of inlined calls
 * (runtime/funcdata.h, PCDATA_InlTreeIndex and FUNCDATA_InlTree; before Go 1.16 others).
 */
#define CALLS_PROGRAM 2
#define CALLS_DATA 3
#define NO_DATA G_MAXUINT32

#define NO_FILE G_MAXUINT32

/* A number of at most 32 bits, seven in each byte, the least first. */
static gboolean
take_varint (const SondeGoTable *self,
             SondeAddress       *at,
             guint32            *value)
{
  *value = 0;

  for (guint shift = 0; shift < 35; shift += 7)
    {
      guint8 byte;

      if (!sonde_go_table_read (self, (*at)++, &byte, 1))
        return FALSE;

      *value |= (guint32) (byte & 0x7f) << shift;
      if ((byte & 0x80) == 0)
        return TRUE;
    }

  return FALSE;
}

/**
 * sonde_go_table_run:
 * @self: a table
 * @function: a function of it
 * @program: where the program begins; 0 for none
 * @address: an address in @function
 * @value: (out): what it says
 *
 * Runs a program: pairs of how the value changes (zig-zag, from -1 on) and for how many bytes of
 * code it stays, up to a change of 0.
 *
 * Returns: whether it speaks of @address
 */
gboolean
sonde_go_table_run (const SondeGoTable    *self,
                    const SondeGoFunction *function,
                    guint32                program,
                    SondeAddress           address,
                    gint32                *value)
{
  SondeAddress at = self->programs + program;
  guint64 left = address - function->start;
  guint32 sum = G_MAXUINT32;

  if (program == 0 || address < function->start)
    return FALSE;

  for (guint i = 0; i < N_STEPS_MAX; i++)
    {
      guint32 change;
      guint32 length;

      if (!take_varint (self, &at, &change) || (change == 0 && i > 0) ||
          !take_varint (self, &at, &length))
        return FALSE;

      sum += (change & 1) != 0 ? ~(change >> 1) : change >> 1;
      if (left < length)
        {
          *value = (gint32) sum;
          return TRUE;
        }
      left -= length;
    }

  return FALSE;
}

SondeAddress
sonde_go_table_find_file (const SondeGoTable    *self,
                          const SondeGoFunction *function,
                          SondeAddress           address)
{
  SondeAddress at;
  gint32 number;
  guint32 offset;

  if (!sonde_go_table_run (self, function, function->file_numbers, address, &number) || number < 0)
    return 0;

  if (self->layout->unit == 0)
    return sonde_go_table_read_number (self, self->files + (guint64) number * 4, &offset)
             ? self->start + offset : 0;

  at = self->units + ((guint64) function->unit + (guint64) number) * 4;

  return sonde_go_table_read_number (self, at, &offset) && offset != NO_FILE ? self->files + offset
                                                                             : 0;
}

/* Where the inlined calls of @function are; 0 if it has none, or if that is not known. */
static SondeAddress
find_calls (const SondeGoTable    *self,
            const SondeGoFunction *function)
{
  SondeAddress at = function->record + self->layout->further + (guint64) function->n_programs * 4;
  guint64 pointer;
  guint32 offset;

  if (self->layout->call_bytes == 0 || function->n_data <= CALLS_DATA ||
      function->n_programs <= CALLS_PROGRAM)
    return 0;

  if (!self->layout->has_offsets)
    {
      at = ((at + 7) & ~(guint64) 7) + CALLS_DATA * 8;
      return sonde_go_table_read (self, at, &pointer, sizeof pointer) ? pointer : 0;
    }

  return self->data_base != 0 && sonde_go_table_read_number (self, at + CALLS_DATA * 4, &offset) &&
         offset != NO_DATA ? self->data_base + offset : 0;
}

SondeAddress
sonde_go_table_find_call (const SondeGoTable    *self,
                          const SondeGoFunction *function,
                          SondeAddress           address)
{
  SondeAddress calls = find_calls (self, function);
  SondeAddress at = function->record + self->layout->further + CALLS_PROGRAM * 4;
  guint32 program;

  if (calls == 0 || !sonde_go_table_read_number (self, at, &program))
    return address;

  for (guint i = 0; i < N_CALLS_MAX; i++)
    {
      gint32 index;
      guint32 parent;

      if (!sonde_go_table_run (self, function, program, address, &index) || index < 0 ||
          !self->read (calls + (guint64) index * self->layout->call_bytes +
                       self->layout->call_parent, &parent, sizeof parent, self->data) ||
          parent >= function->end - function->start)
        break;

      address = function->start + parent;
    }

  return address;
}
