/* go-lines.h: functions, files and lines from Go's own table
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "symbolizer/debug-info.h"
#include "symbolizer/symbol-table.h"

G_BEGIN_DECLS

/**
 * SondeGoLines:
 *
 * What a program of Go knows of its own code, with symbols and debug information or without. It is
 * read when it is made.
 *
 * Threads: one at a time.
 */
typedef struct _SondeGoLines SondeGoLines;

/* NULL if @file is not of Go. @file is not needed afterwards. */
SondeGoLines *sonde_go_lines_new           (SondeElfFile       *file);
void          sonde_go_lines_free          (SondeGoLines       *self);

/* Of memory that its tables take. */
guint64       sonde_go_lines_get_bytes     (SondeGoLines       *self);

/* Adds all functions to @symbols, which is sorted before @self is freed. */
void          sonde_go_lines_add_symbols   (SondeGoLines       *self,
                                            SondeSymbolTable   *symbols);

/* Where the function at @address is in its source; FALSE if that is not known. */
gboolean      sonde_go_lines_find_function (SondeGoLines       *self,
                                            guint64             address,
                                            SondeDebugFunction *function);

/* The line of the function that @address is in: of the call, if the code there was inlined from
 * another; 0 if not known.
 */
guint         sonde_go_lines_find_line     (SondeGoLines       *self,
                                            guint64             address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeGoLines, sonde_go_lines_free)

G_END_DECLS
