/* debug-limits.h: debug information that would keep its reader busy
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <elfutils/libdw.h>

#include "symbolizer/elf-file.h"

G_BEGIN_DECLS

/* libdw reads what it is asked for to its end. So what makes little into much is looked at before
 * it is asked; both after dwarf_begin_elf(), which unpacks the sections. Threads: one at a time.
 */

/* Whether the entries of @file can be passed over at some nanoseconds a byte. @dwarf is what libdw
 * has of it.
 */
gboolean sonde_debug_limits_check_entries   (SondeElfFile *file,
                                             Dwarf        *dwarf);

/* The bytes of the line program at @offset of @file, each of which can make a line in memory, of
 * some fifty bytes; %G_MAXUINT32 if there is none.
 */
guint32  sonde_debug_limits_get_line_length (SondeElfFile *file,
                                             guint64       offset);

G_END_DECLS
