/* table.h: a snapshot as lines of text
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "aggregate/snapshot.h"

G_BEGIN_DECLS

/* The lines above the functions: identity, samples, threads, and the column titles; one more where
 * there is a global lock.
 */
#define SONDE_TABLE_HEAD_LINES 5

/* The session as a table (transfer full): SONDE_TABLE_HEAD_LINES lines, then one a function, each
 * closed by a newline. None is longer than @columns and there are at most @lines; 0 is no limit.
 */
char *sonde_table_dup_text (const SondeSnapshot *snapshot,
                            guint                columns,
                            guint                lines);

G_END_DECLS
