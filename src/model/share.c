/* share.c: the Wilson score interval of a share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of n samples k were in a function. With z = 1.96 its true share lies, 95
 * times in 100, within
 *
 *   (k + z²/2 ± z·√(k(n - k)/n + z²/4)) / (n + z²)
 *
 * which, unlike k/n ± z·√…, stays sensible for k near 0 and near n.
 */

#include "config.h"

#include "model/share.h"

#include <math.h>

#define Z 1.959964

double
sonde_share_get_centre (guint64 count,
                        guint64 base)
{
  return ((double) count + Z * Z / 2.0) / ((double) base + Z * Z);
}

double
sonde_share_get_margin (guint64 count,
                        guint64 base)
{
  double k = (double) MIN (count, base);
  double n = (double) base;

  if (base == 0)
    return 0.0;

  return Z * sqrt (k * (n - k) / n + Z * Z / 4.0) / (n + Z * Z);
}
