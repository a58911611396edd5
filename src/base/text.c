/* text.c: text that comes from the target, made fit to be shown
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/text.h"

char *
sonde_text_dup_clean (const char *bytes,
                      gsize       length,
                      char        control)
{
  g_autofree char *copy = NULL;

  g_return_val_if_fail (bytes != NULL || length == 0, NULL);

  /* Control characters are single bytes in UTF-8 and never part of another character. */
  copy = g_malloc (length + 1);
  for (gsize i = 0; i < length; i++)
    copy[i] = g_ascii_iscntrl (bytes[i]) || bytes[i] == '\0' ? control : bytes[i];
  copy[length] = '\0';

  return g_utf8_make_valid (copy, (gssize) length);
}
