/* place.c: where a function is written, short enough to be read in a table
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/place.h"

#include <string.h>

const char *
sonde_place_get_basename (const char *path)
{
  const char *slash;

  if (path == NULL)
    return "";

  slash = strrchr (path, '/');

  return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

const char *
sonde_place_get_short_file (const char *path)
{
  const char *name = sonde_place_get_basename (path);

  if (!g_str_equal (name, "__init__.py") && !g_str_equal (name, "__main__.py"))
    return name;

  if (name > path)
    name--;
  while (name > path && name[-1] != '/')
    name--;

  return name;
}

char *
sonde_place_dup_text (const SondeFunction *function,
                      gboolean             with_directory)
{
  const char *file;

  g_return_val_if_fail (function != NULL, NULL);

  if (function->file == NULL)
    return g_strdup ("");

  file = with_directory ? function->file : sonde_place_get_short_file (function->file);
  if (function->line == 0)
    return g_strdup (file);

  return g_strdup_printf ("%s:%u", file, function->line);
}
