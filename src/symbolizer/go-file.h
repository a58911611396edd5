/* go-file.h: Go's table of functions in an ELF file
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "symbolizer/elf-file.h"
#include "target/go-table.h"

G_BEGIN_DECLS

/**
 * SondeGoPiece:
 * @start: the virtual address of its first byte
 * @length: in bytes
 * @bytes: (nullable): a copy of them, owned
 *
 * A piece of an ELF file. All zeros is an empty one.
 */
typedef struct
{
  SondeAddress  start;
  guint64       length;
  guint8       *bytes;
} SondeGoPiece;

/**
 * SondeGoFile:
 * @table: the table of functions
 * @table_bytes: all of it
 * @other_bytes: the tables that it names
 * @texts: names and files, in @table_bytes
 *
 * What Go needs to know of its own code, copied out of an ELF file.
 *
 * Life: sonde_go_file_open() → questions to @table → sonde_go_file_free().
 *
 * Threads: one at a time.
 */
typedef struct
{
  SondeGoTable table;
  SondeGoPiece table_bytes;
  SondeGoPiece other_bytes;
  SondeStrings texts;

  /*< private >*/
  SondeElfFile *file; /* borrowed; NULL once opened */
  Elf_Data     *relocations;
  guint         n_modules;  /* tried so far */
  guint64       n_looked;   /* relocations that were gone through so far */
} SondeGoFile;

/* NULL if @file has no such table. @file is not needed afterwards. */
SondeGoFile *sonde_go_file_open     (SondeElfFile *file);
void         sonde_go_file_free     (SondeGoFile  *self);

/* The text at @address of the table, up to its closing zero; NULL if it has none. */
const char  *sonde_go_file_get_text (SondeGoFile  *self,
                                     SondeAddress  address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeGoFile, sonde_go_file_free)

G_END_DECLS
