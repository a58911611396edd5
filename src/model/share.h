/* share.h: parts of a whole, and how far they can be trusted
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @count of @base, from 0 to 1; 0 of nothing is 0. */
static inline double
sonde_share (guint64 count,
             guint64 base)
{
  return base == 0 ? 0.0 : (double) count / (double) base;
}

/* Half of the 95 % Wilson interval around @count of @base, as a share. */
double   sonde_share_get_margin  (guint64 count,
                                  guint64 base);

/* Whether the intervals of two counts of the same base do not overlap. */
gboolean sonde_share_is_distinct (guint64 a,
                                  guint64 b,
                                  guint64 base);

G_END_DECLS
