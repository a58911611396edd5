/* debug-info.h: files and lines from DWARF
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "symbolizer/elf-file.h"
#include "target/root.h"

G_BEGIN_DECLS

/**
 * SondeDebugFunction:
 * @start: first address of the part of the function that was asked for
 * @end: one past its last; @end is @start if only the line is known
 * @name: (nullable): as the linker knows it, mangled
 * @file: (nullable): where its source is
 * @line: where it begins in @file; 0 if not known
 *
 * Texts are borrowed from the #SondeDebugInfo until it is next asked.
 */
typedef struct
{
  guint64     start;
  guint64     end;
  const char *name;
  const char *file;
  guint       line;
} SondeDebugFunction;

/**
 * SondeDebugInfo:
 *
 * The DWARF of one module. Its sections are read when it is made, units and
 * their line tables when they are first asked for.
 *
 * Threads: one at a time.
 */
typedef struct _SondeDebugInfo SondeDebugInfo;

SondeDebugInfo *sonde_debug_info_new           (SondeElfFile       *file,
                                                const char         *path,
                                                SondeRoot          *root);
void            sonde_debug_info_free          (SondeDebugInfo     *self);

/* Of memory: its sections when unpacked, and the lines that were read. */
guint64         sonde_debug_info_get_bytes     (SondeDebugInfo     *self);

gboolean        sonde_debug_info_find_function (SondeDebugInfo     *self,
                                                guint64             address,
                                                SondeDebugFunction *function);

/* The line of the function that @address is in: of the call, if the code there was inlined from
 * another; 0 if not known.
 */
guint           sonde_debug_info_find_line     (SondeDebugInfo     *self,
                                                guint64             address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeDebugInfo, sonde_debug_info_free)

G_END_DECLS
