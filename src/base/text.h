/* text.h: text that comes from the target, made fit to be shown
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The first @length bytes of @bytes as one line of valid UTF-8 (transfer full): what is no text
 * becomes U+FFFD, control characters and zeros become @control. Threads: any.
 */
char *sonde_text_dup_clean (const char *bytes,
                            gsize       length,
                            char        control);

/* Copies @text, which is UTF-8, to @buffer of @size bytes, at least 4; what does not fit with its
 * closing zero is cut before a character and ends with "…". Threads: any.
 */
void  sonde_text_fit       (const char *text,
                            char       *buffer,
                            gsize       size);

/* Takes out of @path what leads nowhere: ".", doubled slashes, and "x/..". For a path that is read:
 * where x is a link the file may lie elsewhere. Threads: any.
 */
void  sonde_text_shorten_path (GString *path);

G_END_DECLS
