/* statistics.h: whether measured shares agree with known ones, and medians
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many standard deviations hold 99.9 % of a normal distribution. */
#define TEST_SIGMA_999 3.2905

/* Wilson's interval of a share that was seen @count times in @whole: [@low, @high]. */
void   test_wilson_interval         (guint64       count,
                                     guint64       whole,
                                     double        sigma,
                                     double       *low,
                                     double       *high);

/* Total variation distance: half the sum of the differences of two lists of shares. */
double test_total_variation         (const double *shares,
                                     const double *others,
                                     guint         length);

/* What the total variation of @count independent samples, of @n_kinds kinds, and of what they are
 * drawn from exceeds once in a million times at most, whatever the shares are: it is the largest
 * difference that a set of kinds has, there are less than 2^n sets, and for each the probability is
 * exp(-2 count t²) at most (Hoeffding's inequality).
 */
double test_bound_variation         (guint         n_kinds,
                                     double        count);

/* Sorts @values, of double, and gives the one in the middle. */
double test_get_median              (GArray       *values);

G_END_DECLS
