/* statistics.c: whether measured shares agree with known ones, and medians
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/statistics.h"

#include <math.h>

void
test_wilson_interval (guint64  count,
                      guint64  whole,
                      double   sigma,
                      double  *low,
                      double  *high)
{
  double n = (double) whole;
  double share = (double) count / n;
  double square = sigma * sigma;
  double middle = (share + square / (2 * n)) / (1 + square / n);
  double half = sigma / (1 + square / n) * sqrt (share * (1 - share) / n + square / (4 * n * n));

  g_assert_cmpuint (count, <=, whole);
  g_assert_cmpuint (whole, >, 0);
  *low = middle - half;
  *high = middle + half;
}

double
test_total_variation (const double *shares,
                      const double *others,
                      guint         length)
{
  double sum = 0;

  for (guint i = 0; i < length; i++)
    sum += fabs (shares[i] - others[i]);

  return sum / 2;
}

double
test_bound_variation (guint  n_kinds,
                      double count)
{
  g_assert_cmpfloat (count, >, 0);

  return sqrt ((n_kinds * G_LN2 + log (1e6)) / (2 * count));
}

static int
compare_doubles_cb (gconstpointer a,
                    gconstpointer b)
{
  const double *left = a;
  const double *right = b;

  return *left < *right ? -1 : *left > *right;
}

double
test_get_median (GArray *values)
{
  g_array_sort (values, compare_doubles_cb);

  return g_array_index (values, double, values->len / 2);
}
