/* damage.c: words of an image that are changed as an input says, and back
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fuzz/damage.h"

#include <string.h>

GArray *
fuzz_damages_parse (const guint8 *bytes,
                    gsize         length)
{
  GArray *self = g_array_new (FALSE, FALSE, sizeof (FuzzDamage));
  guint n = (guint) MIN (length / sizeof (FuzzDamage), FUZZ_DAMAGES_MAX);

  if (n > 0)
    g_array_append_vals (self, bytes, n);

  return self;
}

/* Swaps the word for what there is. */
static void
swap (PythonImage *image,
      FuzzDamage  *damage,
      guint64      word)
{
  PythonRegion *region = &g_array_index (image->regions, PythonRegion,
                                         damage->region % image->regions->len);
  gsize n = MIN (region->length, sizeof damage->word);
  guint8 *at = region->bytes + damage->offset % (region->length - n + 1);

  memcpy (&damage->word, at, n);
  memcpy (at, &word, n);
}

void
fuzz_damages_put (GArray      *self,
                  guint        i,
                  PythonImage *image)
{
  FuzzDamage *damage = &g_array_index (self, FuzzDamage, i);
  guint64 word = damage->word;

  if ((word & 1) != 0)
    word = g_array_index (image->regions, PythonRegion, (word >> 1) % image->regions->len).address +
           (word >> 48);
  swap (image, damage, word);
}

void
fuzz_damages_undo (GArray      *self,
                   PythonImage *image)
{
  for (guint i = self->len; i > 0; i--)
    {
      FuzzDamage *damage = &g_array_index (self, FuzzDamage, i - 1);

      swap (image, damage, damage->word);
    }
}
