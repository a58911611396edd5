/* rank.c: the figures of a snapshot: which functions come first
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One walk over the functions of the scope counts them, keeps the best in a heap whose root is
 * the worst of them, and sorts these few at the end: O(n log k) for k rows of n functions.
 */

#include "config.h"

#include <string.h>

#include "aggregate/profile-private.h"

typedef struct
{
  const SondeQuery *query;
  GPtrArray        *heap;  /* of Counter; the root ranks last */
  guint             limit;
} Ranking;

static int
compare_numbers (guint64 a,
                 guint64 b)
{
  return a < b ? -1 : a > b;
}

static int
compare_files (const SondeFunction *a,
               const SondeFunction *b)
{
  int order = g_strcmp0 (a->file, b->file);

  return order != 0 ? order : compare_numbers (a->line, b->line);
}

static int
compare_by_column (const SondeQuery *query,
                   const Counter    *a,
                   const Counter    *b)
{
  switch (query->column)
    {
    case SONDE_COLUMN_SELF_COUNT:
      return compare_numbers (tally_get_count (&a->self, query->mode),
                              tally_get_count (&b->self, query->mode));
    case SONDE_COLUMN_SELF_TIME:
      return compare_numbers (tally_get_ns (&a->self, query->mode),
                              tally_get_ns (&b->self, query->mode));
    case SONDE_COLUMN_TOTAL_COUNT:
      return compare_numbers (tally_get_count (&a->total, query->mode),
                              tally_get_count (&b->total, query->mode));
    case SONDE_COLUMN_TOTAL_TIME:
      return compare_numbers (tally_get_ns (&a->total, query->mode),
                              tally_get_ns (&b->total, query->mode));
    case SONDE_COLUMN_FUNCTION:
      return strcmp (a->function->name, b->function->name);
    case SONDE_COLUMN_FILE:
      return compare_files (a->function, b->function);
    case SONDE_COLUMN_MODULE:
      return g_strcmp0 (a->function->module, b->function->module);
    default:
      g_return_val_if_reached (0);
    }
}

/* Whether @a comes before @b in the rows; of two alike the function that was seen first. */
static gboolean
comes_before (const SondeQuery *query,
              const Counter    *a,
              const Counter    *b)
{
  int order = compare_by_column (query, a, b);

  if (query->descending)
    order = -order;

  return order != 0 ? order < 0 : a->function->id < b->function->id;
}

static int
compare_rows_cb (gconstpointer a,
                 gconstpointer b,
                 gpointer      data)
{
  const Ranking *ranking = data;
  const Counter *const *left = a;
  const Counter *const *right = b;

  if (*left == *right)
    return 0;

  return comes_before (ranking->query, *left, *right) ? -1 : 1;
}

static void
swap_entries (GPtrArray *heap,
              guint      a,
              guint      b)
{
  gpointer kept = heap->pdata[a];

  heap->pdata[a] = heap->pdata[b];
  heap->pdata[b] = kept;
}

static void
sift_up (Ranking *self,
         guint    at)
{
  while (at > 0)
    {
      guint parent = (at - 1) / 2;

      if (comes_before (self->query, self->heap->pdata[at], self->heap->pdata[parent]))
        return;

      swap_entries (self->heap, at, parent);
      at = parent;
    }
}

static void
sift_down (Ranking *self)
{
  guint at = 0;

  for (;;)
    {
      guint last = at;

      for (guint child = 2 * at + 1; child <= 2 * at + 2 && child < self->heap->len; child++)
        if (comes_before (self->query, self->heap->pdata[last], self->heap->pdata[child]))
          last = child;

      if (last == at)
        return;

      swap_entries (self->heap, at, last);
      at = last;
    }
}

static void
ranking_add (Ranking *self,
             Counter *counter)
{
  if (self->limit == 0)
    return;

  if (self->heap->len < self->limit)
    {
      g_ptr_array_add (self->heap, counter);
      sift_up (self, self->heap->len - 1);
    }
  else if (comes_before (self->query, counter, self->heap->pdata[0]))
    {
      self->heap->pdata[0] = counter;
      sift_down (self);
    }
}

static SondeFunctionFigures
get_figures (const Counter *counter,
             SondeMode      mode)
{
  return (SondeFunctionFigures) {
    .function = counter->function,
    .self_count = tally_get_count (&counter->self, mode),
    .total_count = tally_get_count (&counter->total, mode),
    .self_ns = tally_get_ns (&counter->self, mode),
    .total_ns = tally_get_ns (&counter->total, mode),
  };
}

static void
update_filter (SondeProfile *self,
               const char   *text)
{
  if (self->filter != NULL && g_strcmp0 (text, self->filter_text) == 0)
    return;

  g_clear_pointer (&self->filter, sonde_filter_free);
  g_free (self->filter_text);
  self->filter = sonde_filter_new (text);
  self->filter_text = g_strdup (text);
  self->filter_serial++;
}

/* Names are matched once a filter, not once a snapshot. */
static gboolean
is_match (SondeProfile *self,
          Counter      *counter)
{
  if (counter->match_serial != self->filter_serial)
    {
      counter->match_serial = self->filter_serial;
      counter->is_match = sonde_filter_matches (self->filter, counter->function);
    }

  return counter->is_match;
}

static void
add_to_top (SondeSnapshot *snapshot,
            const Counter *counter)
{
  SondeFunctionFigures figures = get_figures (counter, snapshot->query.mode);
  guint at = snapshot->n_top;

  while (at > 0 && snapshot->top[at - 1].self_count < figures.self_count)
    at--;

  if (figures.self_count == 0 || at >= SONDE_SNAPSHOT_TOP_COUNT)
    return;

  snapshot->n_top = MIN (snapshot->n_top + 1, SONDE_SNAPSHOT_TOP_COUNT);
  memmove (snapshot->top + at + 1, snapshot->top + at,
           (snapshot->n_top - at - 1) * sizeof *snapshot->top);
  snapshot->top[at] = figures;
}

static void
fill_functions (SondeProfile  *self,
                Scope         *scope,
                SondeSnapshot *snapshot,
                Ranking       *ranking)
{
  SondeMode mode = snapshot->query.mode;
  Counter *kept = NULL;

  for (guint i = 0; i < scope->counters->len; i++)
    {
      Counter *counter = g_ptr_array_index (scope->counters, i);

      if (tally_get_count (&counter->total, mode) == 0)
        continue;

      snapshot->function_count++;
      if (tally_get_count (&counter->self, mode) > 0)
        snapshot->running_count++;
      add_to_top (snapshot, counter);

      if (!is_match (self, counter))
        continue;

      snapshot->matching_count++;
      ranking_add (ranking, counter);
      if (counter->function->id == snapshot->query.keep_id)
        kept = counter;
    }

  if (kept != NULL && !g_ptr_array_find (ranking->heap, kept, NULL))
    g_ptr_array_add (ranking->heap, kept);
}

static void
fill_threads (SondeProfile  *self,
              SondeSnapshot *snapshot)
{
  snapshot->n_threads = self->threads->len;
  snapshot->threads = g_new0 (SondeThreadFigures, self->threads->len);

  for (guint i = 0; i < self->threads->len; i++)
    {
      const SondeProfileThread *thread = g_ptr_array_index (self->threads, i);
      SondeThreadFigures *figures = &snapshot->threads[i];

      figures->tid = thread->tid;
      figures->exited = thread->is_ended;
      figures->merged_count = thread->merged_count;
      snapshot->thread_count += MAX (thread->merged_count, 1);
      figures->count = tally_get_count (&thread->scope.tally, snapshot->query.mode);
      g_strlcpy (figures->name, thread->name, sizeof figures->name);
      memcpy (figures->state_count, thread->scope.state_count, sizeof figures->state_count);
      memcpy (figures->gil_count, thread->scope.gil_count, sizeof figures->gil_count);
      figures->collecting_count = thread->scope.collecting_count;
    }
}

/* The figures of the query's thread; the newest, where the kernel gave an id twice. */
static Scope *
find_scope (SondeProfile     *self,
            const SondeQuery *query)
{
  for (guint i = self->threads->len; query->scope_tid != 0 && i-- > 0;)
    {
      SondeProfileThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->tid == query->scope_tid)
        return &thread->scope;
    }

  return query->scope_tid == 0 ? &self->all : NULL;
}

static guint64
count_unnamed (const SondeProfile *self,
               SondeMode           mode)
{
  guint64 count = 0;

  for (guint i = 0; i < self->all.counters->len; i++)
    {
      const Counter *counter = g_ptr_array_index (self->all.counters, i);

      if (counter->function->is_unnamed)
        count += tally_get_count (&counter->self, mode);
    }

  return count;
}

void
sonde_profile_fill (SondeProfile  *self,
                    SondeSnapshot *snapshot)
{
  const SondeQuery *query = &snapshot->query;
  g_autoptr(GPtrArray) heap = g_ptr_array_new ();
  Ranking ranking = { .query = query, .heap = heap, .limit = query->row_limit };
  Scope *scope;

  g_return_if_fail (self != NULL);

  update_filter (self, query->filter);
  self->looked_at = query->scope_tid;
  snapshot->sample_count = tally_get_count (&self->all.tally, SONDE_MODE_WALL);
  snapshot->mode_count = tally_get_count (&self->all.tally, query->mode);
  snapshot->truncated_count = tally_get_count (&self->truncated, query->mode);
  snapshot->cut_count = tally_get_count (&self->cut, query->mode);
  snapshot->unnamed_count = count_unnamed (self, query->mode);
  fill_threads (self, snapshot);

  scope = find_scope (self, query);
  if (scope == NULL)
    return;

  snapshot->scope_count = tally_get_count (&scope->tally, query->mode);
  snapshot->scope_ns = tally_get_ns (&scope->tally, query->mode);
  memcpy (snapshot->state_count, scope->state_count, sizeof snapshot->state_count);
  memcpy (snapshot->gil_count, scope->gil_count, sizeof snapshot->gil_count);
  snapshot->collecting_count = scope->collecting_count;
  fill_functions (self, scope, snapshot, &ranking);

  g_ptr_array_sort_with_data (heap, compare_rows_cb, &ranking);
  snapshot->n_rows = heap->len;
  snapshot->rows = g_new (SondeFunctionFigures, heap->len);
  for (guint i = 0; i < heap->len; i++)
    snapshot->rows[i] = get_figures (g_ptr_array_index (heap, i), query->mode);
}
