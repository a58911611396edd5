/* regular-file.h: opening files whose paths come from a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Opens the file at @path for reading (an owned descriptor), or -1. Whatever is not a regular file
 * is not opened at all: to open a device can set it going, to open a pipe can wait for ever.
 * Threads: any.
 */
int sonde_regular_file_open (const char *path);

G_END_DECLS
