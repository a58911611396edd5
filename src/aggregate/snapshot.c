/* snapshot.c: life of snapshots
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "aggregate/snapshot.h"

/**
 * sonde_snapshot_new:
 * @functions: the table that the snapshot's functions are of
 * @query: what it will answer; copied
 *
 * Returns: (transfer full): a snapshot with all figures at zero, to be filled before
 *   anybody else sees it
 */
SondeSnapshot *
sonde_snapshot_new (SondeFunctions   *functions,
                    const SondeQuery *query)
{
  SondeSnapshot *self;

  g_return_val_if_fail (functions != NULL, NULL);
  g_return_val_if_fail (query != NULL, NULL);

  self = g_new0 (SondeSnapshot, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->functions = sonde_functions_ref (functions);
  self->exit_status = -1;
  sonde_query_copy (&self->query, query);

  return self;
}

SondeSnapshot *
sonde_snapshot_ref (SondeSnapshot *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
sonde_snapshot_unref (SondeSnapshot *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  sonde_functions_unref (self->functions);
  sonde_query_clear (&self->query);
  g_free (self->program);
  g_free (self->python);
  g_free (self->rows);
  g_free (self->threads);
  g_free (self);
}

guint64
sonde_snapshot_count_looks (const SondeSnapshot *self)
{
  guint64 sum = 0;

  for (guint i = 0; i < SONDE_N_GILS; i++)
    sum += self->gil_count[i];

  return sum;
}
