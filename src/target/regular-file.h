/* regular-file.h: opening files whose paths come from a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/stat.h>

#include <glib.h>

G_BEGIN_DECLS

/* The first two open a file for reading (an owned descriptor), or give -1. What is no regular
 * file is not opened at all: to open a device can set it going, to open a pipe can wait for ever.
 * Nor is a file waited for whose owner has a lease on it. Threads: any.
 */

/* The file at @path as we see it: for paths that are ours, or lead where ours do. */
int sonde_regular_file_open    (const char *path);

/* The file at @path as one sees it whose root folder is @root_fd. Neither "..", nor a symbolic link
 * of any kind leads out of that. Where the kernel cannot promise it (openat2() is of Linux 5.6, and
 * older containers forbid what they do not know), no symbolic link is followed: the file it leads
 * to has no names then, which is better than those of another.
 */
int sonde_regular_file_open_in (int         root_fd,
                                const char *path);

/* Asks what is at @path, as one sees it whose root folder is @root_fd; FALSE if nothing is. */
gboolean sonde_regular_file_stat_in (int          root_fd,
                                     const char  *path,
                                     struct stat *status);

G_END_DECLS
