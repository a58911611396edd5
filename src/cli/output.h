/* output.h: where the results of sonde-cli go
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Every call: FALSE with @error (a sentence with the file's name) if not all could be written. */

/* Whether @path (NULL and "-" are standard output) can be written; asked before the work. */
gboolean sonde_output_check (const char  *path,
                             GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes @text as it is. A file appears whole or not at all; a pipe or device is written into. */
gboolean sonde_output_write (const char  *path,
                             const char  *text,
                             GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes @text (UTF-8) to standard output in the terminal's character set. */
gboolean sonde_output_print (const char  *text,
                             GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
