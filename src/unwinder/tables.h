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
 * @header: address of the .eh_frame_hdr section, which the entries are relative to
 * @entries: address of the sorted search table in it
 * @count: how many entries of 8 bytes it has
 *
 * Where the unwind table of one mapped ELF file lies.
 */
typedef struct
{
  SondeAddress start;
  SondeAddress end;
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

/* The map from now on; all that was cached is forgotten. */
void              sonde_tables_set_maps (SondeTables      *self,
                                         SondeMaps        *maps);
/* The table that covers @address (borrowed until set_maps()), or NULL. */
const SondeTable *sonde_tables_find     (SondeTables      *self,
                                         SondeAddress      address);
/* Whether code can run at @address. */
gboolean          sonde_tables_is_code  (SondeTables      *self,
                                         SondeAddress      address);
/* Reads eight bytes of a mapped file or the vdso; FALSE for memory that may change. */
gboolean          sonde_tables_read     (SondeTables      *self,
                                         SondeAddress      address,
                                         guint64          *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeTables, sonde_tables_free)

G_END_DECLS
