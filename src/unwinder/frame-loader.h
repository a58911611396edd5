/* frame-loader.h: finds the unwind rules of a mapped file that has no search table for them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "target/maps.h"

G_BEGIN_DECLS

/**
 * SondeFrameIndex:
 * @start: first address of the code
 * @end: one past its last
 * @section: where the rules lie in the target; 0 where they are @bytes
 * @entries: of SondeFrameEntry, owned
 * @bytes: (nullable): the rules, in the form of .eh_frame; owned
 * @length: of @bytes
 *
 * A search table that we have made, and the rules that it leads to.
 */
typedef struct
{
  SondeAddress  start;
  SondeAddress  end;
  SondeAddress  section;
  GArray       *entries;
  guint8       *bytes;
  gsize         length;
} SondeFrameIndex;

/* The rules for the code in @mapping (of SondeFrameIndex, transfer full), whose file lies @bias
 * above its own addresses: those of .eh_frame unless @has_table, and then those of .debug_frame.
 * May read the disk, and all of the file's memory up to 64 MiB. Threads: any.
 */
GPtrArray *sonde_frame_loader_load (pid_t               pid,
                                    SondeMaps          *maps,
                                    const SondeMapping *mapping,
                                    guint64             bias,
                                    gboolean            has_table);

/* Whether both are pieces of one file. */
gboolean   sonde_frame_loader_is_same_file (const SondeMapping *a,
                                            const SondeMapping *b);

G_END_DECLS
