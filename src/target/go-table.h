/* go-table.h: Go's table of functions (.gopclntab)
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"

G_BEGIN_DECLS

/* Copies the @length bytes at @address to @bytes; FALSE if not all of them are there. */
typedef gboolean (*SondeGoReadFunc) (SondeAddress  address,
                                     gpointer      bytes,
                                     gsize         length,
                                     gpointer      data);

/* The longest header of any version, and where tables are aligned. */
#define SONDE_GO_HEADER_BYTES 72
#define SONDE_GO_ALIGNMENT 16

/* Bits of SondeGoFunction.flags, since Go 1.17 (runtime/symtab.go, funcFlag). */
#define SONDE_GO_FLAG_TOP_FRAME 1
#define SONDE_GO_FLAG_WRITES_SP 2

/**
 * SondeGoFunction:
 * @start: first address
 * @end: one past the last; up to the next function
 * @record: address of what the table says of it
 * @name: address of its name, which ends with a zero
 * @frame_sizes: where in the table's programs the size of its frame at each address is
 * @file_numbers: the same for its files
 * @lines: the same for its lines
 * @unit: where in the table of units those of its files begin
 * @first_line: where it begins in its file; 0 if that is not told (before Go 1.20)
 * @n_programs: how many further programs it has
 * @n_data: how many other tables speak of it
 * @flags: bits, see above
 */
typedef struct
{
  SondeAddress start;
  SondeAddress end;
  SondeAddress record;
  SondeAddress name;
  guint32      frame_sizes;
  guint32      file_numbers;
  guint32      lines;
  guint32      unit;
  guint32      first_line;
  guint32      n_programs;
  guint8       n_data;
  guint8       flags;
} SondeGoFunction;

/**
 * SondeGoTable:
 * @start: where it lies
 * @end: one past its last byte
 * @text: which address the table counts from; 0 if it has whole addresses, or does not tell (Go
 *   1.26): then the caller sets it to what the module's data says
 * @data_base: which address the other tables that it names are counted from; 0 if that is not
 *   known. For the caller to set.
 *
 * Go's table of all functions of one module: it is in every program of Go, since the runtime itself
 * needs it. It lies in a file or in the target; all is read with @read.
 *
 * Life: sonde_go_table_open(), then any number of questions. Nothing to free.
 *
 * Threads: one at a time.
 */
typedef struct
{
  SondeAddress    start;
  SondeAddress    end;
  SondeAddress    text;
  SondeAddress    data_base;

  /*< private >*/
  const struct _SondeGoLayout *layout;
  SondeGoReadFunc read;
  gpointer        data;
  guint64         n_functions;
  SondeAddress    functions;
  SondeAddress    records;
  SondeAddress    names;
  SondeAddress    units;
  SondeAddress    files;
  SondeAddress    programs;
} SondeGoTable;

/* Whether @header, of SONDE_GO_HEADER_BYTES, may be the beginning of a table. */
gboolean sonde_go_table_is_header   (gconstpointer          header);

/* Reads and checks the table at [@start, @end). */
gboolean sonde_go_table_open        (SondeGoTable          *self,
                                     SondeAddress           start,
                                     SondeAddress           end,
                                     SondeGoReadFunc        read,
                                     gpointer               data);

/* Whether the first and the last of its functions are as they should be. After @text is set. */
gboolean sonde_go_table_check       (const SondeGoTable    *self);

/* Whether the data of a module, which lies at @address, is that of this table; takes @text and
 * @data_base from it.
 */
gboolean sonde_go_table_take_module (SondeGoTable          *self,
                                     SondeAddress           address);

guint64  sonde_go_table_get_count   (const SondeGoTable    *self);

/* The function of index @index, and the one at @address. */
gboolean sonde_go_table_get         (const SondeGoTable    *self,
                                     guint64                index,
                                     SondeGoFunction       *function);
gboolean sonde_go_table_find        (const SondeGoTable    *self,
                                     SondeAddress           address,
                                     SondeGoFunction       *function);

/* What @program (one of its frame_sizes, file_numbers or lines) says at @address of @function. */
gboolean sonde_go_table_run         (const SondeGoTable    *self,
                                     const SondeGoFunction *function,
                                     guint32                program,
                                     SondeAddress           address,
                                     gint32                *value);

/* The text (an address) with the name of the file at @address of @function; 0 if there is none. */
SondeAddress sonde_go_table_find_file (const SondeGoTable    *self,
                                       const SondeGoFunction *function,
                                       SondeAddress           address);

/* Where in @function itself the call is that put the code at @address there; @address if it was
 * not inlined, or if that is not known.
 */
SondeAddress sonde_go_table_find_call (const SondeGoTable    *self,
                                       const SondeGoFunction *function,
                                       SondeAddress           address);

G_END_DECLS
