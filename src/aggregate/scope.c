/* scope.c: the figures of a thread, or of all of them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "aggregate/scope-private.h"

static void
free_counter (gpointer data)
{
  Counter *counter = data;

  g_free (counter->cut);
  g_free (counter);
}

void
sonde_scope_init (Scope *self)
{
  *self = (Scope) { 0 };
  self->by_function = g_hash_table_new_full (NULL, NULL, NULL, free_counter);
  self->counters = g_ptr_array_new ();
}

void
sonde_scope_clear (Scope *self)
{
  g_hash_table_unref (self->by_function);
  g_ptr_array_unref (self->counters);
}

Counter *
sonde_scope_ensure (Scope               *self,
                    const SondeFunction *function)
{
  gpointer key = GSIZE_TO_POINTER ((gsize) function);
  Counter *counter = g_hash_table_lookup (self->by_function, key);

  if (counter == NULL)
    {
      counter = g_new0 (Counter, 1);
      counter->function = function;
      g_hash_table_insert (self->by_function, key, counter);
      g_ptr_array_add (self->counters, counter);
    }

  return counter;
}

Cut *
sonde_counter_ensure_cut (Counter *self)
{
  if (self->cut == NULL)
    self->cut = g_new0 (Cut, 1);

  return self->cut;
}

void
sonde_scope_drop_functions (Scope *self)
{
  for (guint i = self->counters->len; i-- > 0;)
    {
      Counter *counter = g_ptr_array_index (self->counters, i);

      if (counter->cut != NULL)
        {
          counter->self = counter->cut->self;
          counter->total = counter->cut->total;
        }
      else
        {
          g_ptr_array_remove_index_fast (self->counters, i);
          g_hash_table_remove (self->by_function, counter->function);
        }
    }
}

void
sonde_scope_reset (Scope *self)
{
  g_hash_table_remove_all (self->by_function);
  g_ptr_array_set_size (self->counters, 0);
  self->tally = (Tally) { 0 };
  memset (self->state_count, 0, sizeof self->state_count);
  memset (self->gil_count, 0, sizeof self->gil_count);
  self->collecting_count = 0;
}

void
sonde_scope_merge (Scope       *self,
                   const Scope *from)
{
  tally_merge (&self->tally, &from->tally);
  for (guint i = 0; i < SONDE_N_THREAD_STATES; i++)
    self->state_count[i] += from->state_count[i];
  for (guint i = 0; i < SONDE_N_GILS; i++)
    self->gil_count[i] += from->gil_count[i];
  self->collecting_count += from->collecting_count;

  for (guint i = 0; i < from->counters->len; i++)
    {
      const Counter *counter = g_ptr_array_index (from->counters, i);
      Counter *sum = sonde_scope_ensure (self, counter->function);

      tally_merge (&sum->self, &counter->self);
      tally_merge (&sum->total, &counter->total);
      if (counter->cut != NULL)
        {
          tally_merge (&sonde_counter_ensure_cut (sum)->self, &counter->cut->self);
          tally_merge (&sum->cut->total, &counter->cut->total);
        }
    }
}

void
sonde_scope_copy (Scope       *self,
                  const Scope *from)
{
  sonde_scope_init (self);
  self->tally = from->tally;
  memcpy (self->state_count, from->state_count, sizeof self->state_count);
  memcpy (self->gil_count, from->gil_count, sizeof self->gil_count);
  self->collecting_count = from->collecting_count;

  for (guint i = 0; i < from->counters->len; i++)
    {
      const Counter *counter = g_ptr_array_index (from->counters, i);

      Counter *copy = sonde_scope_ensure (self, counter->function);

      *copy = *counter;
      copy->cut = g_memdup2 (counter->cut, sizeof *counter->cut);
    }
}
