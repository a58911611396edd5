/* symbol-table.h: the functions of one module by address
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "symbolizer/symbol-bounds.h"

G_BEGIN_DECLS

/**
 * SondeSymbol:
 * @start: first address, as the ELF file counts them
 * @end: one past the last
 * @name: (nullable): as in the file, mangled; %NULL if only the unwind table knows of a function
 *   here
 * @outer: index of the nearest symbol before it that may reach over its start; %G_MAXUINT32 if none
 * @length: of @name, in bytes
 * @rank: among symbols at one address the least is shown
 * @stub: whether it is the stub in the procedure linkage table through which @name is called
 * @open: whether its size is not known: it may reach to @end (symbol-bounds.h)
 */
typedef struct
{
  guint64     start;
  guint64     end;
  const char *name;
  guint32     outer;
  guint16     length;
  guint8      rank;
  guint8      stub : 1;
  guint8      open : 1;
} SondeSymbol;

/**
 * SondeSymbolTable:
 *
 * Symbols of one or more ELF files of the same module, in ascending order.
 *
 * Life: sonde_symbol_table_new() → the add calls → sonde_symbol_table_sort(), after which the
 * files may go → sonde_symbol_table_find() any number of times → sonde_symbol_table_free().
 *
 * Threads: one at a time.
 */
typedef struct _SondeSymbolTable SondeSymbolTable;

SondeSymbolTable  *sonde_symbol_table_new         (void);
void               sonde_symbol_table_free        (SondeSymbolTable *self);

/* Takes .symtab or .dynsym (@type is SHT_SYMTAB or SHT_DYNSYM); FALSE if there is none. */
gboolean           sonde_symbol_table_add_symbols (SondeSymbolTable *self,
                                                   SondeElfFile     *file,
                                                   guint32           type);
void               sonde_symbol_table_add         (SondeSymbolTable  *self,
                                                   const SondeSymbol *symbol);
void               sonde_symbol_table_sort        (SondeSymbolTable         *self,
                                                   const SondeSymbolBounds  *bounds);

guint              sonde_symbol_table_get_count   (SondeSymbolTable *self);
/* Of memory that it takes. */
guint64            sonde_symbol_table_get_bytes   (SondeSymbolTable *self);

/* The innermost symbol that @address lies in, and in [@lower, @upper) around @address the
 * addresses for which the answer is the same. O(log n), and the depth to which symbols lie within
 * each other.
 */
const SondeSymbol *sonde_symbol_table_find        (SondeSymbolTable *self,
                                                   guint64           address,
                                                   guint64          *lower,
                                                   guint64          *upper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeSymbolTable, sonde_symbol_table_free)

G_END_DECLS
