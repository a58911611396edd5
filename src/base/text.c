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

/* Where the last step of the first @end bytes of @path begins. */
static gsize
find_last_step (const char *path,
                gsize       end)
{
  while (end > 0 && path[end - 1] != '/')
    end--;

  return end;
}

/* Whether the first @length bytes of @path are @step. */
static gboolean
is_step (const char *path,
         gsize       length,
         const char *step)
{
  return length == strlen (step) && memcmp (path, step, length) == 0;
}

void
sonde_text_shorten_path (GString *path)
{
  gsize top;
  gsize end;
  gsize at;

  g_return_if_fail (path != NULL);

  top = path->str[0] == '/' ? 1 : 0;
  end = at = top;
  while (at < path->len)
    {
      gsize length = strcspn (path->str + at, "/");
      const char *step = path->str + at;
      gboolean is_up = is_step (step, length, "..");
      gsize last = is_up ? find_last_step (path->str, end) : end;

      if (is_up && end > top && !is_step (path->str + last, end - last, ".."))
        end = last > top ? last - 1 : top;
      else if (length > 0 && !is_step (step, length, ".") && !(is_up && top == 1))
        {
          if (end > top)
            path->str[end++] = '/';
          memmove (path->str + end, step, length);
          end += length;
        }
      at += length + 1;
    }

  g_string_truncate (path, end);
}
