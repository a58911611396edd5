/* query.c: which part of a profile a reader looks at
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "aggregate/snapshot.h"

#define ROW_LIMIT_DEFAULT 200

void
sonde_query_init (SondeQuery *self)
{
  *self = (SondeQuery) {
    .mode = SONDE_MODE_CPU,
    .frames = SONDE_FRAMES_AUTO,
    .column = SONDE_COLUMN_SELF_COUNT,
    .descending = TRUE,
    .row_limit = ROW_LIMIT_DEFAULT,
    .keep_id = G_MAXUINT32,
  };
}

/* Makes @self, which must be a query or all zeros, a copy of @from. */
void
sonde_query_copy (SondeQuery       *self,
                  const SondeQuery *from)
{
  g_autofree char *filter = g_strdup (from->filter);

  sonde_query_clear (self);
  *self = *from;
  self->filter = g_steal_pointer (&filter);
}

gboolean
sonde_query_equal (const SondeQuery *self,
                   const SondeQuery *other)
{
  return self->mode == other->mode &&
         self->frames == other->frames &&
         self->scope_tid == other->scope_tid &&
         self->column == other->column &&
         self->descending == other->descending &&
         self->row_limit == other->row_limit &&
         self->keep_id == other->keep_id &&
         g_strcmp0 (self->filter, other->filter) == 0;
}

void
sonde_query_clear (SondeQuery *self)
{
  g_clear_pointer (&self->filter, g_free);
}
