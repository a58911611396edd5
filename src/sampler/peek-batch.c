/* peek-batch.c: what the preempters found, on its way to the worker
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sampler/peek-batch.h"

/* 8 MiB: at 10,000 Hz a second of stacks that are 100 deep. */
#define FUNCTIONS_MAX (1024 * 1024)
#define RECORDS_MAX (256 * 1024)

void
sonde_peek_batch_init (SondePeekBatch *self)
{
  self->ticks = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->records = g_array_new (FALSE, FALSE, sizeof (SondePeekRecord));
  self->functions = g_array_new (FALSE, FALSE, sizeof (const SondeFunction *));
}

void
sonde_peek_batch_clear (SondePeekBatch *self)
{
  g_clear_pointer (&self->ticks, g_array_unref);
  g_clear_pointer (&self->records, g_array_unref);
  g_clear_pointer (&self->functions, g_array_unref);
}

void
sonde_peek_batch_reset (SondePeekBatch *self)
{
  g_array_set_size (self->ticks, 0);
  g_array_set_size (self->records, 0);
  g_array_set_size (self->functions, 0);
  self->n_late = 0;
  self->is_full = FALSE;
}

static gboolean
equal_status (const SondeThreadStatus *a,
              const SondeThreadStatus *b)
{
  return a->state == b->state && a->gil == b->gil && a->is_collecting == b->is_collecting;
}

/* Whether @record only says that what @last says goes on. */
static gboolean
goes_on (const SondePeekRecord *last,
         const SondePeekRecord *record)
{
  switch (record->kind)
    {
    case SONDE_PEEK_SAME:
      return (last->kind == SONDE_PEEK_SAME || last->kind == SONDE_PEEK_STACK) &&
             equal_status (&last->status, &record->status);

    case SONDE_PEEK_LOST:
      return last->kind == SONDE_PEEK_LOST && last->loss == record->loss;

    case SONDE_PEEK_APPEARED:
    case SONDE_PEEK_ENDED:
    case SONDE_PEEK_STACK:
    default:
      return FALSE;
    }
}

/* A thread that sleeps has one record then, not one a tick. */
static gboolean
add_to_last (SondePeekBatch        *self,
             const SondePeekRecord *record,
             guint                  place)
{
  SondePeekRecord *last;

  if (place >= self->records->len)
    return FALSE;

  last = &g_array_index (self->records, SondePeekRecord, place);
  if (last->thread != record->thread || !goes_on (last, record))
    return FALSE;

  last->n_ticks += record->n_ticks;
  last->ns += record->ns;

  return TRUE;
}

gboolean
sonde_peek_batch_add (SondePeekBatch        *self,
                      const SondePeekRecord *record,
                      const SondePeekStack  *stack,
                      guint                 *place)
{
  guint depth = stack != NULL ? stack->depth : 0;
  SondePeekRecord added = *record;

  g_return_val_if_fail ((record->kind == SONDE_PEEK_STACK) == (stack != NULL), FALSE);

  if (record->kind >= SONDE_PEEK_STACK)
    self->is_full |= self->records->len >= RECORDS_MAX ||
                     self->functions->len + depth > FUNCTIONS_MAX;
  if (self->is_full && record->kind >= SONDE_PEEK_STACK)
    {
      self->n_late += record->n_ticks;
      return FALSE;
    }

  if (add_to_last (self, record, *place))
    return TRUE;

  if (stack != NULL)
    {
      added.start = self->functions->len;
      added.depth = depth;
      added.is_truncated = stack->is_truncated;
      g_array_append_vals (self->functions, stack->functions, depth);
    }

  *place = self->records->len;
  g_array_append_val (self->records, added);

  return TRUE;
}

const SondeFunction *const *
sonde_peek_batch_get_functions (SondePeekBatch        *self,
                                const SondePeekRecord *record)
{
  return &g_array_index (self->functions, const SondeFunction *, record->start);
}
