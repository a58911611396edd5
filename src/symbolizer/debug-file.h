/* debug-file.h: where the debug information of a stripped file is kept
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "symbolizer/elf-file.h"
#include "target/root.h"

G_BEGIN_DECLS

/* The three ways to what was split off @file, all (transfer full) (nullable). They look among the
 * target's files first, then among ours for what a build-id names; never on the network.
 */
SondeElfFile *sonde_debug_file_find           (SondeElfFile *file,
                                               const char   *path,
                                               SondeRoot    *root,
                                               SondeRoot    *found_in);
SondeElfFile *sonde_debug_file_find_alternate (const char   *name,
                                               const guint8 *build_id,
                                               gsize         build_id_length,
                                               const char   *path,
                                               SondeRoot    *root);
SondeElfFile *sonde_debug_file_unpack         (SondeElfFile *file);

G_END_DECLS
