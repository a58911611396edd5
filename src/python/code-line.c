/* code-line.c: finds the line that executes in a code object of a target's Python
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "python/code-private.h"

#include "python/line-table.h"

/* A longer line table is not read; the longest of the standard library has 20 kB. */
#define TABLE_BYTES_MAX (1024 * 1024)

/* Copies of bytecode, one a thread, that are looked through. */
#define COPIES_MAX 4096

#define UNIT_BYTES 2

/* Reads the line table of @entry; leaves it empty if it cannot be read. */
static void
read_table (SondePythonCodes *self,
            SondePythonCode  *entry)
{
  const SondePythonOffsets *offsets = &self->offsets;
  guint8 head[SONDE_PYTHON_CODE_HEAD_BYTES] = { 0 };
  g_autofree guint8 *table = NULL;
  guint64 length;
  gsize got, begin, end;

  entry->has_table = TRUE;
  got = self->memory.read (self->memory.data, entry->words.table, head, self->head_length);
  if (got < offsets->bytes.data ||
      !sonde_python_heap_is_type (&self->heap, SONDE_PYTHON_TYPE_BYTES,
                                  sonde_python_get_word (head, offsets->object.type)))
    return;

  length = sonde_python_get_word (head, offsets->object.size);
  if (length == 0 || length > TABLE_BYTES_MAX)
    return;

  table = g_malloc (length);
  if (got - offsets->bytes.data >= length)
    memcpy (table, head + offsets->bytes.data, length);
  else if (!sonde_python_memory_copy (&self->memory, entry->words.table + offsets->bytes.data,
                                      table, length))
    return;

  /* Where the fields lie may be the target's own word. */
  begin = MIN (got, offsets->object.size);
  end = CLAMP (offsets->bytes.data + length, begin, got);
  entry->table_mark.length = (guint8) MIN (end - begin, SONDE_PYTHON_MARK_BYTES);
  memcpy (entry->table_mark.bytes, head + begin, entry->table_mark.length);

  sonde_python_codes_make_room (self, length, entry);
  entry->table = g_steal_pointer (&table);
  entry->table_length = length;
  self->bytes += length;
}

static gboolean
is_in_bytecode (const SondePythonCode *entry,
                SondeAddress           start,
                SondeAddress           instruction)
{
  return start != 0 && instruction >= start &&
         (instruction - start) / UNIT_BYTES < MIN (entry->words.n_units, G_MAXINT);
}

/* In a free-threaded Python each thread may have a copy of the bytecode: a pointer to an array that
 * begins with its length. Finds the copy that @instruction lies in.
 */
static gboolean
find_copy (SondePythonCodes *self,
           SondePythonCode  *entry,
           SondeAddress      instruction)
{
  g_autofree SondeAddress *copies = NULL;
  SondeAddress array;
  guint64 n;

  if (!sonde_python_has_field (self->offsets.code.tlbc) ||
      !sonde_python_memory_read_word (&self->memory, entry->address + self->offsets.code.tlbc,
                                      &array) ||
      !sonde_python_memory_read_word (&self->memory, array, &n) || n == 0)
    return FALSE;

  n = MIN (n, COPIES_MAX);
  copies = g_new (SondeAddress, n);
  if (!sonde_python_memory_copy (&self->memory, array + 8, copies, n * sizeof *copies))
    return FALSE;

  for (guint i = 0; i < n; i++)
    if (is_in_bytecode (entry, copies[i], instruction))
      {
        entry->copy = copies[i];
        return TRUE;
      }

  return FALSE;
}

/* Sets @offset to that of the instruction in the bytecode, in bytes. FALSE if the frame has not
 * begun: it is at the first line then.
 */
static gboolean
find_offset (SondePythonCodes *self,
             SondePythonCode  *entry,
             guint64           instruction,
             guint            *offset)
{
  SondeAddress start = entry->address + self->offsets.code.bytecode;
  gint32 last = (gint32) instruction;

  if (!self->offsets.flags.instruction_is_address)
    {
      *offset = (guint) last * (self->offsets.flags.instruction_is_count ? UNIT_BYTES : 1);
      return last >= 0;
    }

  if (!is_in_bytecode (entry, start, instruction))
    {
      if (!is_in_bytecode (entry, entry->copy, instruction) &&
          !find_copy (self, entry, instruction))
        return FALSE;
      start = entry->copy;
    }
  *offset = (guint) (instruction - start);

  return TRUE;
}

guint
sonde_python_codes_find_line (SondePythonCodes *self,
                              SondeAddress      address,
                              guint64           instruction)
{
  SondePythonCode *entry;
  guint offset;

  g_return_val_if_fail (self != NULL, 0);

  entry = sonde_python_codes_find_entry (self, address);
  if (entry == NULL)
    return 0;
  if (entry->last_line != G_MAXUINT && entry->last_instruction == instruction)
    return entry->last_line;

  if (!find_offset (self, entry, instruction, &offset))
    return (guint) entry->words.first_line;

  if (!entry->has_table)
    read_table (self, entry);
  entry->last_instruction = instruction;
  entry->last_line = sonde_python_line_table_find (self->offsets.flags.line_table, entry->table,
                                                   entry->table_length,
                                                   (gint) entry->words.first_line, offset);

  return entry->last_line;
}
