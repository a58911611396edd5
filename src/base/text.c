/* text.c: text that comes from the target, made fit to be shown
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/text.h"

#include <string.h>

/* Whether @bytes begins with one of U+0080 to U+009F, some of which terminals obey like an escape
 * sequence. All other control characters are single bytes, and neither they nor 0xC2 are ever
 * the second part of a character in UTF-8.
 */
static gboolean
is_long_control (const char *bytes,
                 gsize       length)
{
  return length >= 2 && (guchar) bytes[0] == 0xc2 &&
         (guchar) bytes[1] >= 0x80 && (guchar) bytes[1] <= 0x9f;
}

char *
sonde_text_dup_clean (const char *bytes,
                      gsize       length,
                      char        control)
{
  g_autofree char *copy = NULL;
  gsize end = 0;

  g_return_val_if_fail (bytes != NULL || length == 0, NULL);

  copy = g_malloc (length + 1);
  for (gsize i = 0; i < length; i++)
    if (is_long_control (bytes + i, length - i))
      {
        copy[end++] = control;
        i++;
      }
    else
      copy[end++] = g_ascii_iscntrl (bytes[i]) || bytes[i] == '\0' ? control : bytes[i];

  copy[end] = '\0';

  return g_utf8_make_valid (copy, (gssize) end);
}

void
sonde_text_fit (const char *text,
                char       *buffer,
                gsize       size)
{
  static const char mark[] = "…";
  const char *end;

  g_return_if_fail (text != NULL);
  g_return_if_fail (size >= sizeof mark);

  if (g_strlcpy (buffer, text, size) < size)
    return;

  end = g_utf8_find_prev_char (text, text + size - sizeof mark + 1);
  memcpy (buffer + (end - text), mark, sizeof mark);
}

void
sonde_text_shorten_path (GString *path)
{
  gsize end = 0;
  gsize at = 0;

  g_return_if_fail (path != NULL);

  if (path->str[0] == '/')
    end = at = 1;

  while (at < path->len)
    {
      gsize length = strcspn (path->str + at, "/");
      gboolean is_nowhere = length == 0 || (length == 1 && path->str[at] == '.');

      if (!is_nowhere)
        {
          if (end > 0 && path->str[end - 1] != '/')
            path->str[end++] = '/';
          memmove (path->str + end, path->str + at, length);
          end += length;
        }
      at += length + 1;
    }

  g_string_truncate (path, end);
}
