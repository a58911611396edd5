/* go-table.c: reads Go's table of functions
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   header ── functions ──▶ records ──▶ names
 *             (sorted)         ├──────▶ programs: frame size, file and line by address
 *                              └──────▶ units ──▶ files
 *
 * The form is that of golang.org/s/go12symtab, changed in Go 1.16, 1.18 and 1.20 (debug/gosym and
 * runtime/symtab.go of each): first all was counted from the start of the table, then it was cut
 * into parts; addresses of eight bytes became offsets of four.
 */

#include "config.h"

#include "target/go-table-private.h"

#include <string.h>

/* esbuild 0.28 has 9,000 functions. */
#define N_FUNCTIONS_MAX 8000000

/* In the data of a module (runtime/symtab.go, moduledata, since Go 1.18). */
#define MODULE_NAMES 8
#define MODULE_RECORDS 104
#define MODULE_TEXT 176

static const struct _SondeGoLayout layouts[] = {
  { .magic = 0xfffffffb, .name = 8, .frame_sizes = 20, .file_numbers = 24, .lines = 28,
    .n_programs = 32, .n_data = 39, .further = 40 },
  { .magic = 0xfffffffa, .is_in_parts = TRUE, .name = 8, .frame_sizes = 20, .file_numbers = 24,
    .lines = 28, .n_programs = 32, .unit = 36, .flags = 41, .n_data = 43, .further = 44,
    .call_bytes = 20, .call_parent = 16 },
  { .magic = 0xfffffff0, .is_in_parts = TRUE, .has_offsets = TRUE, .name = 4, .frame_sizes = 16,
    .file_numbers = 20, .lines = 24, .n_programs = 28, .unit = 32, .flags = 37, .n_data = 39,
    .further = 40, .call_bytes = 20, .call_parent = 16, .module_data = 304 },
  { .magic = 0xfffffff1, .is_in_parts = TRUE, .has_offsets = TRUE, .name = 4, .frame_sizes = 16,
    .file_numbers = 20, .lines = 24, .n_programs = 28, .unit = 32, .first_line = 36, .flags = 41,
    .n_data = 43, .further = 44, .call_bytes = 16, .call_parent = 8, .module_data = 320 },
};

static const struct _SondeGoLayout *
find_layout (guint32 magic)
{
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    if (layouts[i].magic == magic)
      return &layouts[i];

  return NULL;
}

gboolean
sonde_go_table_read (const SondeGoTable *self,
                     SondeAddress        address,
                     gpointer            bytes,
                     gsize               length)
{
  return address >= self->start && address <= self->end && self->end - address >= length &&
         self->read (address, bytes, length, self->data);
}

gboolean
sonde_go_table_read_number (const SondeGoTable *self,
                            SondeAddress        address,
                            guint32            *value)
{
  return sonde_go_table_read (self, address, value, sizeof *value);
}

gboolean
sonde_go_table_is_header (gconstpointer header)
{
  const guint8 *bytes = header;
  guint32 magic;

  memcpy (&magic, bytes, sizeof magic);

  /* Two zeros, the least length of an instruction, and that of a pointer. */
  return find_layout (magic) != NULL && bytes[4] == 0 && bytes[5] == 0 && bytes[6] == 1 &&
         bytes[7] == 8;
}

/* Where the parts are that the words of a header say; in this order, each within the table. */
static gboolean
take_parts (SondeGoTable  *self,
            const guint64 *words)
{
  SondeAddress *parts[] = {
    &self->names, &self->units, &self->files, &self->programs, &self->records,
  };
  guint64 last = 0;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      if (words[i] <= last || words[i] >= self->end - self->start)
        return FALSE;

      *parts[i] = self->start + words[i];
      last = words[i];
    }

  self->functions = self->records;

  return TRUE;
}

/* In Go 1.2 to 1.15 all is counted from the start; where the files are is said after the functions.
 */
static gboolean
take_whole (SondeGoTable *self)
{
  guint32 files;

  self->functions = self->start + 16;
  self->names = self->programs = self->records = self->start;
  if (!sonde_go_table_read_number (self, self->functions + self->n_functions * 16 + 8, &files))
    return FALSE;

  self->files = self->start + files;

  return TRUE;
}

/**
 * sonde_go_table_open:
 * @self: (out caller-allocates): the table
 * @start: where its header lies
 * @end: one past its last byte, or more if that is not known
 * @read: how its bytes are read
 * @data: for @read
 *
 * Reads the header of a table.
 *
 * Returns: whether it is one
 */
gboolean
sonde_go_table_open (SondeGoTable    *self,
                     SondeAddress     start,
                     SondeAddress     end,
                     SondeGoReadFunc  read,
                     gpointer         data)
{
  guint64 header[SONDE_GO_HEADER_BYTES / 8];
  guint64 function_bytes;

  memset (self, 0, sizeof *self);
  self->start = start;
  self->end = end;
  self->read = read;
  self->data = data;
  if (start > end || !sonde_go_table_read (self, start, header, sizeof header) ||
      !sonde_go_table_is_header (header))
    return FALSE;

  self->layout = find_layout ((guint32) header[0]);
  self->n_functions = header[1];
  function_bytes = self->layout->has_offsets ? 8 : 16;
  if (self->n_functions == 0 || self->n_functions > N_FUNCTIONS_MAX ||
      self->n_functions > (end - start) / function_bytes)
    return FALSE;

  if (self->layout->has_offsets)
    self->text = header[3];

  if (!self->layout->is_in_parts)
    return take_whole (self);

  return take_parts (self, self->layout->has_offsets ? header + 4 : header + 3) &&
         self->n_functions <= (end - self->functions) / function_bytes;
}

/* Where the function of @index begins, and where its record is; after the last there is only where
 * that ends.
 */
static gboolean
read_entry (const SondeGoTable *self,
            guint64             index,
            SondeAddress       *start,
            SondeAddress       *record)
{
  guint64 words[2] = { 0 };
  guint32 offsets[2] = { 0 };
  gboolean is_end = index == self->n_functions;

  if (!self->layout->has_offsets)
    {
      if (!sonde_go_table_read (self, self->functions + index * 16, words, is_end ? 8 : 16))
        return FALSE;
    }
  else
    {
      if (!sonde_go_table_read (self, self->functions + index * 8, offsets, is_end ? 4 : 8))
        return FALSE;

      words[0] = self->text + offsets[0];
      words[1] = offsets[1];
    }

  *start = words[0];
  *record = self->records + words[1];

  return TRUE;
}

/* Whether the record of @function is that of a function that begins there. */
static gboolean
is_record_of (const SondeGoTable    *self,
              const SondeGoFunction *function)
{
  guint64 start = 0;
  guint32 offset = 0;

  if (!self->layout->has_offsets)
    return sonde_go_table_read (self, function->record, &start, sizeof start) &&
           start == function->start;

  return sonde_go_table_read_number (self, function->record, &offset) &&
         self->text + offset == function->start;
}

guint64
sonde_go_table_get_count (const SondeGoTable *self)
{
  return self->n_functions;
}

gboolean
sonde_go_table_get (const SondeGoTable *self,
                    guint64             index,
                    SondeGoFunction    *function)
{
  const struct _SondeGoLayout *layout = self->layout;
  guint8 bytes[48] = { 0 };
  SondeAddress next;
  guint32 name;

  if (index >= self->n_functions ||
      !read_entry (self, index, &function->start, &function->record) ||
      !read_entry (self, index + 1, &function->end, &next) ||
      function->start >= function->end || !is_record_of (self, function) ||
      !sonde_go_table_read (self, function->record, bytes, layout->further))
    return FALSE;

  memcpy (&name, bytes + layout->name, 4);
  memcpy (&function->frame_sizes, bytes + layout->frame_sizes, 4);
  memcpy (&function->file_numbers, bytes + layout->file_numbers, 4);
  memcpy (&function->lines, bytes + layout->lines, 4);
  memcpy (&function->n_programs, bytes + layout->n_programs, 4);
  memcpy (&function->unit, bytes + layout->unit, 4);
  memcpy (&function->first_line, bytes + layout->first_line, 4);
  if (layout->unit == 0)
    function->unit = 0;
  if (layout->first_line == 0)
    function->first_line = 0;
  function->name = self->names + name;
  function->flags = layout->flags != 0 ? bytes[layout->flags] : 0;
  function->n_data = bytes[layout->n_data];

  return TRUE;
}

gboolean
sonde_go_table_find (const SondeGoTable *self,
                     SondeAddress        address,
                     SondeGoFunction    *function)
{
  guint64 low = 0;
  guint64 high = self->n_functions;

  /* The first that begins after @address. */
  while (low < high)
    {
      guint64 middle = low + (high - low) / 2;
      SondeAddress start;
      SondeAddress record;

      if (!read_entry (self, middle, &start, &record))
        return FALSE;

      if (start <= address)
        low = middle + 1;
      else
        high = middle;
    }

  return low > 0 && sonde_go_table_get (self, low - 1, function) &&
         address >= function->start && address < function->end;
}

gboolean
sonde_go_table_check (const SondeGoTable *self)
{
  SondeGoFunction first;
  SondeGoFunction last;

  return sonde_go_table_get (self, 0, &first) &&
         sonde_go_table_get (self, self->n_functions - 1, &last) && first.start <= last.start &&
         (!self->layout->has_offsets || self->text != 0);
}

gboolean
sonde_go_table_take_module (SondeGoTable *self,
                            SondeAddress  address)
{
  guint64 words[6] = { 0 };
  const guint offsets[] = {
    0, MODULE_NAMES, MODULE_RECORDS, MODULE_TEXT, self->layout->module_data,
  };

  if (self->layout->module_data == 0)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++)
    if (!self->read (address + offsets[i], &words[i], sizeof words[i], self->data))
      return FALSE;

  if (words[0] != self->start || words[1] != self->names || words[2] != self->records ||
      words[3] == 0 || (self->text != 0 && self->text != words[3]))
    return FALSE;

  self->text = words[3];
  self->data_base = words[4];

  return TRUE;
}
