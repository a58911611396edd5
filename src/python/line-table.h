/* line-table.h: which line a place in Python bytecode belongs to
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"

G_BEGIN_DECLS

/**
 * SondePythonLines:
 * @SONDE_PYTHON_LINES_STEPS: co_lnotab, up to 3.9
 * @SONDE_PYTHON_LINES_RANGES: co_linetable of 3.10
 * @SONDE_PYTHON_LINES_ENTRIES: co_linetable since 3.11
 *
 * A format of line tables; see line-table.c.
 */
typedef enum
{
  SONDE_PYTHON_LINES_STEPS,
  SONDE_PYTHON_LINES_RANGES,
  SONDE_PYTHON_LINES_ENTRIES,
} SondePythonLines;

/* The line of the instruction at @offset, in bytes, by the line table of a code object that begins
 * at @first_line. 0 if the instruction has no line, as the compiler's own have, or if the table
 * does not reach so far. Goes through the table from its start. Threads: any.
 */
guint sonde_python_line_table_find (SondePythonLines  format,
                                    const guint8     *table,
                                    gsize             length,
                                    gint              first_line,
                                    guint             offset);

G_END_DECLS
