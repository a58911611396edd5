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

/* The middle of the 95 % Wilson interval around @count of @base, as a share. */
double   sonde_share_get_centre  (guint64 count,
                                  guint64 base);

/* Half of the 95 % Wilson interval around @count of @base, as a share. */
double   sonde_share_get_margin  (guint64 count,
                                  guint64 base);

G_END_DECLS
