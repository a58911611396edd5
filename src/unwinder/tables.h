/* tables.h: unwind tables of a target's ELF files, as they lie in its memory
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "target/maps.h"

G_BEGIN_DECLS

/**
 * SondeTable:
 * @start: first address that the table speaks of
 * @end: one past the last
 * @is_own: whether we have made it; its entries are then relative to @start
 * @header: what the entries are relative to, or else the rules only: the address of .eh_frame_hdr,
 *   or that of the rules themselves
 * @entries: address of the sorted search table in it
 * @count: how many entries of 8 bytes it has
 *
 * Where the unwind table of one mapped ELF file lies.
 */
typedef struct
{
  SondeAddress start;
  SondeAddress end;
  gboolean     is_own;
  SondeAddress header;
  SondeAddress entries;
  guint64      count;
} SondeTable;

/**
 * SondeTables:
 *
 * Finds the unwind table for an address, and reads what does not change in the target's
 * memory (code, tables) through a cache of bounded size.
 *
 * Threads: worker only.
 */
typedef struct _SondeTables SondeTables;

SondeTables      *sonde_tables_new      (pid_t             pid);
void              sonde_tables_free     (SondeTables      *self);

/* The map from now on. All that was cached is forgotten, but for what load() found in files
 * that are mapped as they were.
 */
void              sonde_tables_set_maps (SondeTables      *self,
                                         SondeMaps        *maps);
/* Forgets that too: a file was overwritten in its place. */
void              sonde_tables_forget_files (SondeTables  *self);
/* Where the code of the program itself is mapped, which comes first (borrowed until the next
 * set_maps()); NULL if that is of no file.
 */
const SondeMapping *sonde_tables_find_program (SondeTables *self);
/* The first, second, … table that may cover @address, counted from 0 (borrowed until the next
 * set_maps() or load()), or NULL.
 */
const SondeTable *sonde_tables_find     (SondeTables      *self,
                                         SondeAddress      address,
                                         guint             n);
/* Gives an address, one a mapping, for which find() has found too few; FALSE if none is left. */
gboolean          sonde_tables_take_wanted (SondeTables   *self,
                                         SondeAddress     *address);
/* Looks for more tables that may cover @address: on the disk, or in all of a file's memory. Once
 * for each mapping, and within 256 MiB for all. FALSE if there is nothing to look at.
 */
gboolean          sonde_tables_load     (SondeTables      *self,
                                         SondeAddress      address);
/* The entry point of the file that @address is in; 0 where there is none. */
SondeAddress      sonde_tables_find_entry (SondeTables    *self,
                                         SondeAddress      address);
/* Whether code can run at @address. */
gboolean          sonde_tables_is_code  (SondeTables      *self,
                                         SondeAddress      address);
/* Reads eight bytes of a table of ours, a mapped file or the vdso; FALSE for memory that may
 * change.
 */
gboolean          sonde_tables_read     (SondeTables      *self,
                                         SondeAddress      address,
                                         guint64          *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeTables, sonde_tables_free)

G_END_DECLS
