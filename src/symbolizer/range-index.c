/* range-index.c: sorts and searches ranges of addresses
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "symbolizer/range-index.h"

/* Ranges of honest files do not overlap, save for a few. */
#define LOOK_BACK_MAX 64

GArray *
sonde_range_index_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (SondeRange));
}

static int
compare_ranges (gconstpointer a,
                gconstpointer b)
{
  const SondeRange *left = a;
  const SondeRange *right = b;

  if (left->start != right->start)
    return left->start < right->start ? -1 : 1;

  /* Of two that start together the shorter is the inner one, and comes last. */
  return left->end == right->end ? 0 : (left->end > right->end ? -1 : 1);
}

void
sonde_range_index_sort (GArray *self)
{
  g_return_if_fail (self != NULL);

  g_array_sort (self, compare_ranges);
}

/* The index of the first range that starts after @address. */
static guint
find_next (GArray  *self,
           guint64  address)
{
  guint low = 0;
  guint high = self->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self, SondeRange, middle).start <= address)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

void
sonde_range_index_insert (GArray           *self,
                          const SondeRange *range)
{
  guint next;

  g_return_if_fail (self != NULL && range != NULL);

  next = find_next (self, range->start);
  if (range->start >= range->end ||
      (next > 0 && g_array_index (self, SondeRange, next - 1).end > range->start) ||
      (next < self->len && g_array_index (self, SondeRange, next).start < range->end))
    return;

  g_array_insert_vals (self, next, range, 1);
}

const SondeRange *
sonde_range_index_find (GArray  *self,
                        guint64  address)
{
  guint next;

  g_return_val_if_fail (self != NULL, NULL);

  next = find_next (self, address);
  for (guint i = 0; i < LOOK_BACK_MAX && i < next; i++)
    {
      const SondeRange *range = &g_array_index (self, SondeRange, next - 1 - i);

      if (address < range->end)
        return range;
    }

  return NULL;
}

const SondeRange *
sonde_range_index_find_after (GArray  *self,
                              guint64  address)
{
  guint next;

  g_return_val_if_fail (self != NULL, NULL);

  next = find_next (self, address);

  return next < self->len ? &g_array_index (self, SondeRange, next) : NULL;
}
