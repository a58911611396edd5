/* cells.c: text in columns
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/cells.h"

static guint
count_character (gunichar character)
{
  if (g_unichar_iszerowidth (character))
    return 0;

  return g_unichar_iswide (character) ? 2 : 1;
}

guint
sonde_cells_count (const char *text)
{
  guint count = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_find_next_char (at, NULL))
    count += count_character (g_utf8_get_char (at));

  return count;
}

static void
append_spaces (GString *line,
               guint    count)
{
  for (guint i = 0; i < count; i++)
    g_string_append_c (line, ' ');
}

void
sonde_cells_append_left (GString    *line,
                         const char *text,
                         guint       width)
{
  guint count = sonde_cells_count (text);

  g_string_append (line, text);
  append_spaces (line, width > count ? width - count : 0);
}

void
sonde_cells_append_right (GString    *line,
                          const char *text,
                          guint       width)
{
  guint count = sonde_cells_count (text);

  append_spaces (line, width > count ? width - count : 0);
  g_string_append (line, text);
}

void
sonde_cells_cut (GString *line,
                 guint    width)
{
  const char *at = line->str;
  guint count = 0;

  if (width == 0 || sonde_cells_count (line->str) <= width)
    return;

  /* One column is kept for the ellipsis. */
  while (count + count_character (g_utf8_get_char (at)) < width)
    {
      count += count_character (g_utf8_get_char (at));
      at = g_utf8_find_next_char (at, NULL);
    }

  g_string_truncate (line, (gsize) (at - line->str));
  g_string_append (line, "…");
}
