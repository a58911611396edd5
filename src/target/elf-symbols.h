/* elf-symbols.h: the symbols and sections of a program's file
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"

G_BEGIN_DECLS

/**
 * SondeElfSymbols:
 *
 * The symbols of an ELF file, read once, to look for a few names. Whatever is in the file, reading
 * it is bounded in time and memory, and nothing of it is mapped into ours.
 *
 * Life: sonde_elf_symbols_open() → the others, any number of times → sonde_elf_symbols_free().
 *
 * Threads: one at a time, any.
 */
typedef struct _SondeElfSymbols SondeElfSymbols;

/**
 * SondeElfSymbol:
 * @name: borrowed
 * @address: as the file has it
 * @size: in bytes; 0 if it is not told
 * @is_function: whether it is code
 *
 * A symbol that the file defines.
 */
typedef struct
{
  const char  *name;
  SondeAddress address;
  guint64      size;
  gboolean     is_function;
} SondeElfSymbol;

typedef void (*SondeElfSymbolFunc) (const SondeElfSymbol *symbol,
                                    gpointer              data);

/* NULL for what is no ELF file. @fd stays the caller's, and must be open for as long. */
SondeElfSymbols *sonde_elf_symbols_open         (int                 fd);
void             sonde_elf_symbols_free         (SondeElfSymbols    *self);

/* Calls @func for all that the file defines, exported or not; an exported one may come twice. */
void             sonde_elf_symbols_foreach      (SondeElfSymbols    *self,
                                                 SondeElfSymbolFunc  func,
                                                 gpointer            data);

/* The section of that name: its address, where it lies in the file, and its length; FALSE if there
 * is none.
 */
gboolean         sonde_elf_symbols_find_section (SondeElfSymbols    *self,
                                                 const char         *name,
                                                 SondeAddress       *address,
                                                 guint64            *offset,
                                                 guint64            *size);

/* Reads what the file holds for @address; FALSE if not all of @length bytes are there. */
gboolean         sonde_elf_symbols_read         (SondeElfSymbols    *self,
                                                 SondeAddress        address,
                                                 gpointer            buffer,
                                                 gsize               length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeElfSymbols, sonde_elf_symbols_free)

G_END_DECLS
