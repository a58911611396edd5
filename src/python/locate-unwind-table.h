/* locate-unwind-table.h: where the compiled code of a module begins and ends
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/locate-image.h"

G_BEGIN_DECLS

/* As .eh_frame_hdr has it: both from that section's start. */
typedef struct
{
  gint32 start;
  gint32 entry;
} SondePythonUnwindRow;

/**
 * SondePythonUnwindTable:
 * @count: its rows; each is one function, or one part of a function, in ascending order
 *
 * The table that unwinding begins with. It is in memory, in a stripped program too.
 *
 * Life: sonde_python_unwind_table_init() → the others → sonde_python_unwind_table_clear().
 *
 * Threads: any, at the same time.
 */
typedef struct
{
  gsize                    count;

  /*< private >*/
  const SondePythonMemory *memory;  /* borrowed */
  SondeAddress             address; /* of the section */
  SondePythonUnwindRow    *rows;    /* owned */
} SondePythonUnwindTable;

/**
 * SondePythonUnwindEntry:
 * @range: the code
 * @has_frame: whether a stack frame is there from its first instruction on, which is so where a
 *   part of a function begins and never where a function does
 *
 * What is said of one piece of code.
 */
typedef struct
{
  SondePythonRange range;
  gboolean         has_frame;
} SondePythonUnwindEntry;

/* FALSE, and nothing to clear, if the module has no such table. */
gboolean sonde_python_unwind_table_init     (SondePythonUnwindTable       *self,
                                             const SondePythonMemory      *memory,
                                             const SondePythonImage       *image);
void     sonde_python_unwind_table_clear    (SondePythonUnwindTable       *self);

/* The row of the last piece that begins at or before @address; the count if there is none. */
gsize    sonde_python_unwind_table_find_row (const SondePythonUnwindTable *self,
                                             SondeAddress                  address);

/* FALSE if there is no such row, or it cannot be read. */
gboolean sonde_python_unwind_table_read     (const SondePythonUnwindTable *self,
                                             gsize                         row,
                                             SondePythonUnwindEntry       *entry);

/* The piece around @address; FALSE if there is none. */
gboolean sonde_python_unwind_table_find     (const SondePythonUnwindTable *self,
                                             SondeAddress                  address,
                                             SondePythonUnwindEntry       *entry);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SondePythonUnwindTable, sonde_python_unwind_table_clear)

G_END_DECLS
