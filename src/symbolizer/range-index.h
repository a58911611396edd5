/* range-index.h: ranges of addresses, each with a number
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondeRange:
 * @start: first address
 * @end: one past the last
 * @value: what the range stands for
 */
typedef struct
{
  guint64 start;
  guint64 end;
  guint64 value;
} SondeRange;

/* A range index is a GArray of SondeRange. Either append, sort once, find; or insert and find. */
GArray           *sonde_range_index_new    (void);
void              sonde_range_index_sort   (GArray           *self);

/* Puts @range in its place, unless it overlaps one that is there. */
void              sonde_range_index_insert (GArray           *self,
                                            const SondeRange *range);

/* The range that @address lies in, the one that starts last if there are several; (nullable). */
const SondeRange *sonde_range_index_find   (GArray           *self,
                                            guint64           address);

/* The first range that starts after @address; (nullable). */
const SondeRange *sonde_range_index_find_after (GArray       *self,
                                                guint64       address);

G_END_DECLS
