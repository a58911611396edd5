/* runtime.h: what runs the code of a process, told from its executable and its map
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/process.h"

G_BEGIN_DECLS

/**
 * SondeRuntimes:
 *
 * Tells runtimes, and keeps what it has read of each executable: a file is read again only if it
 * has become another one.
 *
 * Life: sonde_runtimes_new() → sonde_runtimes_find() many times → sonde_runtimes_free().
 *
 * Threads: one at a time, any.
 */
typedef struct _SondeRuntimes SondeRuntimes;

SondeRuntimes *sonde_runtimes_new  (void);
void           sonde_runtimes_free (SondeRuntimes *self);

/* What runs the code of @pid, of the /proc open at @root_fd. May read the disk. */
SondeRuntime   sonde_runtimes_find (SondeRuntimes *self,
                                    int            root_fd,
                                    pid_t          pid);

/* What an executable alone says; SONDE_RUNTIME_NATIVE for an ELF file without signs of another one,
 * SONDE_RUNTIME_UNKNOWN for what is no ELF file. Reads the file.
 */
SondeRuntime   sonde_runtime_read_executable (int         fd);

/* What the text of a memory map says; SONDE_RUNTIME_UNKNOWN if nothing. */
SondeRuntime   sonde_runtime_parse_maps      (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeRuntimes, sonde_runtimes_free)

G_END_DECLS
