/* debug-limits.c: measures debug information before it is read
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry of .debug_info is a code, which leads to an abbreviation, and the values of the
 * attributes that the abbreviation lists (DWARF 5, 7.5.3):
 *
 *   .debug_abbrev: code · tag · has children · (attribute · form [· value])… · 0 · 0
 *
 * Some forms have no value in .debug_info, so that an entry of one byte can have as many attributes
 * as fit into .debug_abbrev, and libdw goes through them for each such entry that it passes.
 *
 * .debug_abbrev has one table after the other, each with a closing zero in place of a code. A unit
 * says where its own begins. In the middle of a table the same bytes would read otherwise, so all
 * of them are read from the beginning, and no unit may enter anywhere else.
 */

#include "config.h"

#include "symbolizer/debug-limits.h"

#include <dwarf.h>
#include <string.h>

/* Of one entry. Compilers write some 6 without a value and some 20 in all. */
#define EMPTY_ATTRIBUTES_MAX 32
#define ATTRIBUTES_MAX 128

/* Vendors' own end at 0x3fff. libdw cuts numbers off at 32 bits, and would read another one. */
#define ATTRIBUTE_LAST 0xffff

/* libdw reads so many bytes of a number, and takes what follows for the next. */
#define NUMBER_BYTES_MAX 10

/* A web browser has 50,000, and of types each can be in a unit of its own. */
#define UNITS_MAX 2000000

typedef struct
{
  const guint8 *at;
  const guint8 *end;
} Cursor;

/* The section called .debug_@name, or .zdebug_@name as it was called when packed in the old way. */
static Elf_Data *
read_debug_section (SondeElfFile *file,
                    const char   *name)
{
  g_autofree char *usual = g_strconcat (".debug_", name, NULL);
  g_autofree char *packed = g_strconcat (".zdebug_", name, NULL);
  GElf_Shdr header;
  Elf_Scn *section = sonde_elf_file_find_section (file, usual, &header);

  if (section == NULL)
    section = sonde_elf_file_find_section (file, packed, &header);

  return section != NULL ? sonde_elf_file_read_section (file, section) : NULL;
}

/* Takes a LEB128 number, of which only the lowest 64 bits matter. FALSE at the end, or if it is
 * longer than any.
 */
static gboolean
take_number (Cursor  *self,
             guint64 *number)
{
  guint n = 0;
  guint8 byte;

  *number = 0;
  do
    {
      if (self->at == self->end)
        return FALSE;

      byte = *self->at++;
      *number |= (guint64) (byte & 0x7f) << 7 * n;
      n++;
    }
  while ((byte & 0x80) != 0 && n < NUMBER_BYTES_MAX);

  return (byte & 0x80) == 0;
}

/* Takes the attributes of an abbreviation; FALSE if there are more than in any honest one. */
static gboolean
take_attributes (Cursor *self)
{
  guint n_empty = 0;
  guint n = 0;
  guint64 attribute;
  guint64 form;
  guint64 value;

  do
    {
      if (!take_number (self, &attribute) || !take_number (self, &form) ||
          attribute > ATTRIBUTE_LAST || form > ATTRIBUTE_LAST ||
          (form == DW_FORM_implicit_const && !take_number (self, &value)))
        return FALSE;

      n++;
      if (form == DW_FORM_flag_present || form == DW_FORM_implicit_const)
        n_empty++;
    }
  while ((attribute != 0 || form != 0) && n <= ATTRIBUTES_MAX && n_empty <= EMPTY_ATTRIBUTES_MAX);

  return attribute == 0 && form == 0;
}

/* Lists where the tables of .debug_abbrev begin, ascending; NULL if there are none, or one has what
 * no compiler writes.
 */
static GArray *
list_tables (Elf_Data *data)
{
  g_autoptr(GArray) tables = g_array_new (FALSE, FALSE, sizeof (guint64));
  const guint8 *start = data->d_buf;
  Cursor cursor = { .at = start, .end = start + data->d_size };
  gboolean is_new = TRUE;
  guint64 code;
  guint64 tag;

  while (cursor.at < cursor.end)
    {
      guint64 offset = (guint64) (cursor.at - start);

      if (is_new && tables->len == UNITS_MAX)
        return NULL;
      if (is_new)
        g_array_append_val (tables, offset);

      if (!take_number (&cursor, &code))
        return NULL;

      is_new = code == 0;
      if (is_new)
        continue;

      if (!take_number (&cursor, &tag) || cursor.at == cursor.end)
        return NULL;

      cursor.at++;
      if (!take_attributes (&cursor))
        return NULL;
    }

  return g_steal_pointer (&tables);
}

static int
compare_offsets (gconstpointer a,
                 gconstpointer b)
{
  const guint64 *left = a;
  const guint64 *right = b;

  return (*left > *right) - (*left < *right);
}

/* Whether the abbreviations of each unit begin where a table does; of the units of .debug_types if
 * @of_types. All of them, since entries refer to those of other units.
 */
static gboolean
check_units (Dwarf    *dwarf,
             GArray   *tables,
             gboolean  of_types)
{
  guint64 signature;
  Dwarf_Off abbreviations;
  Dwarf_Off at = 0;
  Dwarf_Off next;
  size_t header_size;

  for (guint i = 0; i < UNITS_MAX; i++)
    {
      if (dwarf_next_unit (dwarf, at, &next, &header_size, NULL, &abbreviations, NULL, NULL,
                           of_types ? &signature : NULL, NULL) != 0 || next <= at)
        return TRUE;

      if (!g_array_binary_search (tables, &abbreviations, compare_offsets, NULL))
        return FALSE;

      at = next;
    }

  return FALSE;
}

gboolean
sonde_debug_limits_check_entries (SondeElfFile *file,
                                  Dwarf        *dwarf)
{
  g_autoptr(GArray) tables = NULL;
  Elf_Data *data;

  g_return_val_if_fail (file != NULL && dwarf != NULL, FALSE);

  data = read_debug_section (file, "abbrev");
  tables = data != NULL ? list_tables (data) : NULL;

  return tables != NULL && check_units (dwarf, tables, FALSE) && check_units (dwarf, tables, TRUE);
}

guint32
sonde_debug_limits_get_line_length (SondeElfFile *file,
                                    guint64       offset)
{
  Elf_Data *data;
  guint32 length;

  g_return_val_if_fail (file != NULL, G_MAXUINT32);

  data = read_debug_section (file, "line");
  if (data == NULL || data->d_size < sizeof length || offset > data->d_size - sizeof length)
    return G_MAXUINT32;

  memcpy (&length, (const guint8 *) data->d_buf + offset, sizeof length);

  return length;
}
