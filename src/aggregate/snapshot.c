/* snapshot.c: life of snapshots
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "aggregate/snapshot.h"

#include <glib/gi18n.h>

/* Less is what any machine has; and so many samples tell that from chance. */
#define READY_SHARE_MIN 0.1
#define ACTIVE_COUNT_MIN 100

/* A thread with a smaller part of what could run takes no CPU from the others worth speaking of. */
#define BUSY_SHARE_MIN 0.1

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

static guint64
count_active (const guint64 state_count[SONDE_N_THREAD_STATES])
{
  return state_count[SONDE_THREAD_STATE_RUNNING] + state_count[SONDE_THREAD_STATE_READY];
}

/* How many threads want a CPU much of the time. */
static guint
count_busy_threads (const SondeSnapshot *self)
{
  guint64 sum = 0;
  guint n_busy = 0;

  for (guint i = 0; i < self->n_threads; i++)
    sum += count_active (self->threads[i].state_count);

  for (guint i = 0; i < self->n_threads; i++)
    {
      guint64 count = count_active (self->threads[i].state_count);

      if (count > 0 && (double) count >= BUSY_SHARE_MIN * (double) sum)
        n_busy += (guint) MAX (self->threads[i].merged_count, 1);
    }

  return n_busy;
}

SondeContention
sonde_snapshot_judge_contention (const SondeSnapshot *self,
                                 double              *share)
{
  guint64 active = count_active (self->state_count);
  guint64 ready = self->state_count[SONDE_THREAD_STATE_READY];

  *share = active > 0 ? (double) ready / (double) active : 0;
  if (active < ACTIVE_COUNT_MIN || *share <= READY_SHARE_MIN)
    return SONDE_CONTENTION_NONE;

  return count_busy_threads (self) == 1 ? SONDE_CONTENTION_OTHERS : SONDE_CONTENTION_ANY;
}

char *
sonde_contention_dup_text (SondeContention self,
                           const char     *share)
{
  switch (self)
    {
    case SONDE_CONTENTION_OTHERS:
      /* Translators: %s is a share, as "38.0 %" */
      return g_strdup_printf (_("other programs took the CPU %s of the time"), share);

    case SONDE_CONTENTION_ANY:
      /* Translators: %s is a share, as "38.0 %" */
      return g_strdup_printf (_("its threads waited for a CPU %s of the time"), share);

    case SONDE_CONTENTION_NONE:
    default:
      return NULL;
    }
}
