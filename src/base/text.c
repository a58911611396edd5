/* text.c: text that comes from the target, made fit to be shown
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/text.h"

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
