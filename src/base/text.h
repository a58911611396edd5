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

G_END_DECLS
