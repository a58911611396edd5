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
 */

#include "config.h"

#include "symbolizer/debug-limits.h"

#include <dwarf.h>
#include <string.h>

/* Of one entry. Compilers write some 6 without a value and some 20 in all. All have a limit since
 * a unit may say that its abbreviations begin in the middle of others.
 */
#define EMPTY_ATTRIBUTES_MAX 32
#define ATTRIBUTES_MAX 128

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

/* Takes a LEB128 number, of which only the lowest 64 bits matter. FALSE at the end. */
static gboolean
take_number (Cursor  *self,
             guint64 *number)
{
  guint shift = 0;
  guint8 byte;

  *number = 0;
  do
    {
      if (self->at == self->end)
        return FALSE;

      byte = *self->at++;
      if (shift < 64)
        *number |= (guint64) (byte & 0x7f) << shift;
      shift += 7;
    }
  while ((byte & 0x80) != 0 && shift < 140);

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
          (form == DW_FORM_implicit_const && !take_number (self, &value)))
        return FALSE;

      n++;
      if (form == DW_FORM_flag_present || form == DW_FORM_implicit_const)
        n_empty++;
    }
  while ((attribute != 0 || form != 0) && n <= ATTRIBUTES_MAX && n_empty <= EMPTY_ATTRIBUTES_MAX);

  return attribute == 0 && form == 0;
}

gboolean
sonde_debug_limits_check_entries (SondeElfFile *file)
{
  Elf_Data *data;
  Cursor cursor;
  guint64 code;
  guint64 tag;

  g_return_val_if_fail (file != NULL, FALSE);

  data = read_debug_section (file, "abbrev");
  if (data == NULL)
    return FALSE;

  cursor.at = data->d_buf;
  cursor.end = cursor.at + data->d_size;
  while (cursor.at < cursor.end)
    {
      /* A zero ends the abbreviations of one unit. */
      if (!take_number (&cursor, &code) || code == 0)
        continue;

      if (!take_number (&cursor, &tag) || cursor.at == cursor.end)
        return FALSE;

      cursor.at++;
      if (!take_attributes (&cursor))
        return FALSE;
    }

  return TRUE;
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
