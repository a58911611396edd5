/* go-table-private.h: what the files that read Go's table share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "target/go-table.h"

G_BEGIN_DECLS

/* What differs between versions. Offsets are those within a record. */
struct _SondeGoLayout
{
  guint32  magic;
  gboolean is_in_parts;     /* the header says where the parts of the table begin */
  gboolean has_offsets;     /* functions are told as offsets from the first one */
  guint8   name;
  guint8   frame_sizes;
  guint8   file_numbers;
  guint8   lines;
  guint8   n_programs;
  guint8   unit;            /* 0 if files are numbered through */
  guint8   first_line;      /* 0 if not told */
  guint8   flags;           /* 0 if there are none */
  guint8   n_data;
  guint8   further;         /* further programs, then other tables */
  guint8   call_bytes;      /* of an inlined call; 0 if it is not read */
  guint8   call_parent;     /* in that */
  guint16  module_data;     /* in the data of a module: where other tables are counted from */
};

/* Bytes and numbers of the table alone; the rest of the target is not asked for. */
gboolean sonde_go_table_read        (const SondeGoTable *self,
                                     SondeAddress        address,
                                     gpointer            bytes,
                                     gsize               length);
gboolean sonde_go_table_read_number (const SondeGoTable *self,
                                     SondeAddress        address,
                                     guint32            *value);

G_END_DECLS
