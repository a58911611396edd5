/* place.h: where a function is written, short enough to be read in a table
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/functions.h"

G_BEGIN_DECLS

/* The last part of a path, borrowed from it; "" for NULL. */
const char *sonde_place_get_basename   (const char          *path);

/* A file of source as it is known: the last part of @path, borrowed from it, but for a package of
 * Python, which is known by its folder: "json/__init__.py".
 */
const char *sonde_place_get_short_file (const char          *path);

/* "dict.c:588", "json/__init__.py:183", "" if the file is not known: (transfer full). */
char       *sonde_place_dup_text       (const SondeFunction *function,
                                        gboolean             with_directory);

G_END_DECLS
