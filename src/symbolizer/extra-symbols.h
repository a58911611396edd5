/* extra-symbols.h: functions that no symbol table lists
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "symbolizer/symbol-table.h"

G_BEGIN_DECLS

/* The stubs of the procedure linkage table, each with the name of what it calls. */
void sonde_symbol_table_add_stubs  (SondeSymbolTable *self,
                                    SondeElfFile     *file);

/* Where functions begin and end, from the unwind table; it knows no names. */
void sonde_symbol_table_add_frames (SondeSymbolTable *self,
                                    SondeElfFile     *file);

G_END_DECLS
