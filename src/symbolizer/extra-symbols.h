/* extra-symbols.h: functions that no symbol table lists
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "symbolizer/symbol-table.h"

G_BEGIN_DECLS

/* The stubs of the procedure linkage table, each with the name of what it calls. */
void    sonde_symbol_table_add_stubs   (SondeSymbolTable *self,
                                        SondeElfFile     *file);

/* "_start" where a program begins, for one that has no name for that. */
void    sonde_symbol_table_add_entry   (SondeSymbolTable *self,
                                        SondeElfFile     *file);

/* Where functions begin and end, from the unwind table, which knows no names: a range index
 * (transfer full).
 */
GArray *sonde_symbol_table_read_frames (SondeElfFile     *file);

/* Adds @frames as functions without a name. */
void    sonde_symbol_table_add_frames  (SondeSymbolTable *self,
                                        GArray           *frames);

G_END_DECLS
