/* own-indexes.c: where libunwind reads the search tables that we have made
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "unwinder/own-indexes.h"

#include <string.h>

#include "unwinder/frame-index.h"

/* Bit 63 set, and not the bits below (Intel SDM, volume 1, 3.3.7.1). Each index has 8 GiB of them,
 * the upper half for its entries.
 */
#define OWN_START (G_GUINT64_CONSTANT (1) << 63)
#define OWN_SHIFT 33
#define N_OWN_MAX 4096
/* What all of it may have: our copies of .debug_frame, and entries. */
#define OWN_BYTES_MAX ((gsize) 256 * 1024 * 1024)

struct _SondeOwnIndexes
{
  GPtrArray *slots;   /* of SondeFrameIndex, borrowed; by their addresses; or NULL */
  gsize      n_bytes; /* of all in it */
};

SondeOwnIndexes *
sonde_own_indexes_new (void)
{
  SondeOwnIndexes *self = g_new0 (SondeOwnIndexes, 1);

  self->slots = g_ptr_array_new ();

  return self;
}

void
sonde_own_indexes_free (SondeOwnIndexes *self)
{
  g_ptr_array_unref (self->slots);
  g_free (self);
}

static gsize
count_bytes (const SondeFrameIndex *index)
{
  return index->length + index->entries->len * sizeof (SondeFrameEntry);
}

gboolean
sonde_own_indexes_add (SondeOwnIndexes *self,
                       SondeFrameIndex *index,
                       SondeAddress    *address)
{
  guint slot = 0;

  if (count_bytes (index) > OWN_BYTES_MAX - self->n_bytes)
    return FALSE;

  while (slot < self->slots->len && g_ptr_array_index (self->slots, slot) != NULL)
    slot++;
  if (slot == N_OWN_MAX)
    return FALSE;

  if (slot == self->slots->len)
    g_ptr_array_add (self->slots, NULL);
  g_ptr_array_index (self->slots, slot) = index;
  self->n_bytes += count_bytes (index);
  *address = OWN_START + ((SondeAddress) slot << OWN_SHIFT);

  return TRUE;
}

void
sonde_own_indexes_remove (SondeOwnIndexes *self,
                          SondeFrameIndex *index)
{
  guint slot;

  if (!g_ptr_array_find (self->slots, index, &slot))
    return;

  self->n_bytes -= count_bytes (index);
  g_ptr_array_index (self->slots, slot) = NULL;
}

void
sonde_own_indexes_clear (SondeOwnIndexes *self)
{
  g_ptr_array_set_size (self->slots, 0);
  self->n_bytes = 0;
}

gboolean
sonde_own_indexes_has (SondeAddress address)
{
  return address >= OWN_START;
}

gboolean
sonde_own_indexes_read (SondeOwnIndexes *self,
                        SondeAddress     address,
                        guint64         *value)
{
  SondeAddress slot = (address - OWN_START) >> OWN_SHIFT;
  const SondeFrameIndex *index = slot < self->slots->len ? g_ptr_array_index (self->slots, slot)
                                                         : NULL;
  gsize at = address & (SONDE_OWN_ENTRIES - 1);
  const guint8 *bytes;
  gsize length;

  if (index == NULL)
    return FALSE;

  if ((address & SONDE_OWN_ENTRIES) != 0)
    {
      bytes = (const guint8 *) index->entries->data;
      length = index->entries->len * sizeof (SondeFrameEntry);
    }
  else
    {
      bytes = index->bytes;
      length = index->length;
    }

  if (at >= length)
    return FALSE;

  *value = 0;
  memcpy (value, bytes + at, MIN (sizeof *value, length - at));
  return TRUE;
}
