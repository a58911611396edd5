/* line-table.c: reads the line tables of CPython's code objects
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three formats, each a run of steps from the first instruction and the first line on:
 *
 *   steps      pairs: bytes of code to go on, then lines to go on, for what follows
 *              (3.8, 3.9: Objects/lnotab_notes.txt)
 *   ranges     pairs: bytes of code that a range has, lines from the range before to this one; -128
 *              for a range without a line (3.10: PEP 626)
 *   entries    one byte with the topmost bit set and some without: how many units of code the entry
 *              has, and in one of five forms where they come from
 *              (3.11 on: Objects/locations.md, later InternalDocs/code_objects.md)
 *
 * A table may say anything: its lines are added up in 64 bits, where no table that fits in memory
 * can overflow.
 */

#include "config.h"

#include "python/line-table.h"

#define PAIR_NO_LINE (-128)

/* The forms of an entry whose lines are not plain. */
#define FORM_ONE_LINE 10
#define FORM_ONE_LINE_LAST 12
#define FORM_NO_COLUMNS 13
#define FORM_LONG 14
#define FORM_NONE 15

#define UNIT_BYTES 2

static guint
clean_line (gint64 line)
{
  return line > 0 && line <= G_MAXINT ? (guint) line : 0;
}

static guint
find_in_steps (const guint8 *table,
               gsize         length,
               gint64        line,
               guint64       offset)
{
  guint64 at = 0;

  for (gsize i = 0; i + 1 < length; i += 2)
    {
      at += table[i];
      if (at > offset)
        break;
      line += (gint8) table[i + 1];
    }

  return clean_line (line);
}

static guint
find_in_ranges (const guint8 *table,
                gsize         length,
                gint64        line,
                guint64       offset)
{
  guint64 end = 0;

  for (gsize i = 0; i + 1 < length; i += 2)
    {
      gint8 delta = (gint8) table[i + 1];

      end += table[i];
      if (delta != PAIR_NO_LINE)
        line += delta;
      if (end > offset)
        return delta != PAIR_NO_LINE ? clean_line (line) : 0;
    }

  return 0;
}

/* A number of six bits a byte, the lowest first; the sign is its lowest bit. */
static gint64
read_signed (const guint8 *bytes,
             gsize         length)
{
  guint64 number = 0;

  for (gsize i = 0; i < length && i < 6; i++)
    {
      number |= (guint64) (bytes[i] & 0x3f) << (6 * i);
      if ((bytes[i] & 0x40) == 0)
        break;
    }

  return (number & 1) != 0 ? -(gint64) (number >> 1) : (gint64) (number >> 1);
}

/* How many lines an entry goes on; @rest is what follows its first byte. */
static gint64
read_line_delta (guint         form,
                 const guint8 *rest,
                 gsize         length)
{
  if (form == FORM_NO_COLUMNS || form == FORM_LONG)
    return read_signed (rest, length);
  if (form >= FORM_ONE_LINE && form <= FORM_ONE_LINE_LAST)
    return form - FORM_ONE_LINE;

  return 0;
}

static guint
find_in_entries (const guint8 *table,
                 gsize         length,
                 gint64        line,
                 guint64       offset)
{
  guint64 end = 0;

  for (gsize i = 0; i < length;)
    {
      guint form = (table[i] >> 3) & 0x0f;

      end += ((table[i] & 7u) + 1) * UNIT_BYTES;
      i++;
      line += read_line_delta (form, table + i, length - i);
      if (end > offset)
        return form != FORM_NONE ? clean_line (line) : 0;
      while (i < length && (table[i] & 0x80) == 0)
        i++;
    }

  return 0;
}

guint
sonde_python_line_table_find (SondePythonLines  format,
                              const guint8     *table,
                              gsize             length,
                              gint              first_line,
                              guint             offset)
{
  g_return_val_if_fail (table != NULL || length == 0, 0);

  switch (format)
    {
    case SONDE_PYTHON_LINES_STEPS:
      return find_in_steps (table, length, first_line, offset);

    case SONDE_PYTHON_LINES_RANGES:
      return find_in_ranges (table, length, first_line, offset);

    case SONDE_PYTHON_LINES_ENTRIES:
    default:
      return find_in_entries (table, length, first_line, offset);
    }
}
