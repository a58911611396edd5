/* function-list.c: the functions that the table shows, in the order it shows them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A snapshot holds the best-ranked functions. The list shows these, but not
 * always in that order: a table whose rows change places ten times a second
 * cannot be read. So
 *
 *  - an answer to another question (sorting, filter, scope, mode, frames, reset)
 *    is shown in the snapshot's order at once;
 *  - otherwise rows change places at most once a second, and then only past
 *    rows whose figures can be told apart (their intervals do not overlap);
 *  - while the list is held nothing moves, and what is new goes to the end;
 *  - of a snapshot with but the best of many functions, the last ones come and
 *    go by chance. They do so once a second too: each time is a new layout.
 */

#include "config.h"

#include "model/function-list.h"

#include <string.h>

#include "model/share.h"

/* Settling takes the square of the number of rows, 4 ms for these; for more the snapshot's order is
 * taken as it is.
 */
#define SETTLED_MAX 2000

#define HOLD_AFTER_NS (3 * SONDE_NS_PER_SECOND)

typedef struct
{
  SondeFunctionRow *row;
  guint             rank;   /* place in the newest snapshot */
  guint64           serial; /* of the newest snapshot it was in; 0 for none */
  gboolean          shown;
} Entry;

/**
 * SondeFunctionList:
 *
 * Rows are made once a function and kept; the #GListStore holds those of the
 * newest snapshot.
 *
 * Threads: main thread only.
 */
struct _SondeFunctionList
{
  GObject        parent_instance;

  /* Owned */
  GListStore    *store;
  GHashTable    *entries;  /* function id → Entry, all ever seen */
  GPtrArray     *order;    /* of Entry, as in the store */
  SondeSnapshot *snapshot; /* the newest; NULL before the first */

  guint64        update_count;
  guint64        frames_ns; /* when these frames were first shown, in the time of the session */
  gint64         settled_us;
  gboolean       held;
};

G_DEFINE_FINAL_TYPE (SondeFunctionList, sonde_function_list, G_TYPE_OBJECT)

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->row);
  g_free (entry);
}

static Entry *
ensure_entry (SondeFunctionList   *self,
              const SondeSnapshot *snapshot,
              const SondeFunction *function)
{
  Entry *entry = g_hash_table_lookup (self->entries, GUINT_TO_POINTER (function->id));

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->row = sonde_function_row_new (snapshot->functions, function);
      g_hash_table_insert (self->entries, GUINT_TO_POINTER (function->id), entry);
    }

  return entry;
}

/* The entries of @snapshot with its figures, in its order: (transfer container). */
static GPtrArray *
take_figures (SondeFunctionList   *self,
              const SondeSnapshot *snapshot)
{
  GPtrArray *ranked = g_ptr_array_sized_new (snapshot->n_rows);

  self->update_count++;
  for (guint i = 0; i < snapshot->n_rows; i++)
    {
      const SondeFunctionFigures *figures = &snapshot->rows[i];
      Entry *entry = ensure_entry (self, snapshot, figures->function);

      entry->rank = i;
      entry->serial = self->update_count;
      sonde_function_row_update (entry->row, figures, snapshot->scope_count);
      g_ptr_array_add (ranked, entry);
    }

  return ranked;
}

/* Not at first, or the order of the very first samples would be held. */
static gboolean
is_held (SondeFunctionList *self)
{
  return self->held && self->snapshot->elapsed_ns >= self->frames_ns + HOLD_AFTER_NS;
}

static void
notice_frames (SondeFunctionList   *self,
               const SondeSnapshot *snapshot)
{
  if (self->snapshot == NULL || snapshot->elapsed_ns < self->frames_ns)
    self->frames_ns = 0;
  else if (self->snapshot->frames != snapshot->frames)
    self->frames_ns = snapshot->elapsed_ns;
}

/* What was shown and still is, in its old order. New entries stand before the
 * first that they outrank, or at the end if nothing may move: (transfer container).
 */
static GPtrArray *
keep_order (SondeFunctionList *self,
            GPtrArray         *ranked)
{
  GPtrArray *kept = g_ptr_array_sized_new (ranked->len);
  guint next = 0;

  for (guint i = 0; i < self->order->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->order, i);

      if (entry->serial != self->update_count)
        continue;

      for (; !is_held (self) && next < ranked->len; next++)
        {
          Entry *candidate = g_ptr_array_index (ranked, next);

          if (candidate->shown)
            continue;
          if (candidate->rank > entry->rank)
            break;
          g_ptr_array_add (kept, candidate);
        }
      g_ptr_array_add (kept, entry);
    }

  for (; next < ranked->len; next++)
    {
      Entry *candidate = g_ptr_array_index (ranked, next);

      if (!candidate->shown)
        g_ptr_array_add (kept, candidate);
    }

  return kept;
}

static guint64
get_key (const Entry *entry,
         SondeColumn  column)
{
  if (column == SONDE_COLUMN_SELF_COUNT || column == SONDE_COLUMN_SELF_TIME)
    return sonde_function_row_get_self_count (entry->row);

  return sonde_function_row_get_total_count (entry->row);
}

/* How far up an entry belongs: its true figure lies between the two, larger is further up. */
typedef struct
{
  Entry  *entry;
  double  low;
  double  high;
} Place;

static Place
get_place (SondeFunctionList *self,
           Entry             *entry)
{
  const SondeQuery *query = &self->snapshot->query;
  guint64 base = self->snapshot->scope_count;
  guint64 key = get_key (entry, query->column);
  double centre = sonde_share_get_centre (key, base);
  double margin = sonde_share_get_margin (key, base);

  if (!query->descending)
    centre = -centre;

  return (Place) { .entry = entry, .low = centre - margin, .high = centre + margin };
}

/* The first of @n_places that no other must stand above. */
static guint
find_next (const Place *places,
           guint        n_places)
{
  double low = places[0].low;
  guint at = 0;

  for (guint i = 1; i < n_places; i++)
    low = MAX (low, places[i].low);
  while (places[at].high < low)
    at++;

  return at;
}

/* Puts every entry below all that are clearly more, and leaves the others in the order they have:
 * intervals that do not overlap are an order, of those that do the old one is as good as any. FALSE
 * where only the snapshot's order will do.
 */
static gboolean
settle_order (SondeFunctionList *self,
              GPtrArray         *order)
{
  g_autofree Place *places = NULL;
  guint n_left = order->len;

  if (self->snapshot->query.column >= SONDE_COLUMN_FUNCTION || n_left > SETTLED_MAX)
    return FALSE;

  places = g_new (Place, n_left);
  for (guint i = 0; i < n_left; i++)
    places[i] = get_place (self, g_ptr_array_index (order, i));

  for (guint i = 0; i < order->len; i++)
    {
      guint at = find_next (places, n_left);

      order->pdata[i] = places[at].entry;
      memmove (places + at, places + at + 1, (--n_left - at) * sizeof *places);
    }

  return TRUE;
}

/* Makes the store hold @order, touching only what lies between the first and last difference. */
static void
show_order (SondeFunctionList *self,
            GPtrArray         *order)
{
  GPtrArray *old = self->order;
  guint n_old = old->len;
  guint shorter = MIN (n_old, order->len);
  guint head = 0;
  guint tail = 0;
  g_autoptr(GPtrArray) rows = NULL;

  while (head < shorter && old->pdata[head] == order->pdata[head])
    head++;
  while (tail < shorter - head &&
         old->pdata[old->len - 1 - tail] == order->pdata[order->len - 1 - tail])
    tail++;

  if (head + tail == old->len && head + tail == order->len)
    return;

  rows = g_ptr_array_new ();
  for (guint i = 0; i < old->len; i++)
    ((Entry *) g_ptr_array_index (old, i))->shown = FALSE;
  for (guint i = 0; i < order->len; i++)
    {
      Entry *entry = g_ptr_array_index (order, i);

      entry->shown = TRUE;
      if (i >= head && i < order->len - tail)
        g_ptr_array_add (rows, entry->row);
    }

  g_ptr_array_set_size (self->order, 0);
  g_ptr_array_extend (self->order, order, NULL, NULL);
  g_list_store_splice (self->store, head, n_old - head - tail, rows->pdata, rows->len);
}

/* Whether @snapshot answers another question than the one before it, or begins anew. */
static gboolean
is_other_question (SondeFunctionList   *self,
                   const SondeSnapshot *snapshot)
{
  const SondeQuery *query = &snapshot->query;
  const SondeQuery *old;

  if (self->order->len == 0 || snapshot->scope_count < self->snapshot->scope_count)
    return TRUE;

  old = &self->snapshot->query;

  return query->mode != old->mode ||
         snapshot->frames != self->snapshot->frames ||
         query->scope_tid != old->scope_tid ||
         query->column != old->column ||
         query->descending != old->descending ||
         g_strcmp0 (query->filter, old->filter) != 0;
}

static void
sonde_function_list_finalize (GObject *object)
{
  SondeFunctionList *self = SONDE_FUNCTION_LIST (object);

  g_clear_object (&self->store);
  g_clear_pointer (&self->order, g_ptr_array_unref);
  g_clear_pointer (&self->entries, g_hash_table_unref);
  g_clear_pointer (&self->snapshot, sonde_snapshot_unref);

  G_OBJECT_CLASS (sonde_function_list_parent_class)->finalize (object);
}

static void
sonde_function_list_class_init (SondeFunctionListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sonde_function_list_finalize;
}

static void
sonde_function_list_init (SondeFunctionList *self)
{
  self->store = g_list_store_new (SONDE_TYPE_FUNCTION_ROW);
  self->entries = g_hash_table_new_full (NULL, NULL, NULL, entry_free);
  self->order = g_ptr_array_new ();
}

SondeFunctionList *
sonde_function_list_new (void)
{
  return g_object_new (SONDE_TYPE_FUNCTION_LIST, NULL);
}

GListModel *
sonde_function_list_get_model (SondeFunctionList *self)
{
  g_return_val_if_fail (SONDE_IS_FUNCTION_LIST (self), NULL);

  return G_LIST_MODEL (self->store);
}

void
sonde_function_list_update (SondeFunctionList *self,
                            SondeSnapshot     *snapshot,
                            gint64             now_us)
{
  g_autoptr(GPtrArray) ranked = NULL;
  g_autoptr(GPtrArray) order = NULL;
  gboolean is_other;
  gboolean may_settle;

  g_return_if_fail (SONDE_IS_FUNCTION_LIST (self));
  g_return_if_fail (snapshot != NULL);

  is_other = is_other_question (self, snapshot);
  notice_frames (self, snapshot);
  sonde_snapshot_ref (snapshot);
  g_clear_pointer (&self->snapshot, sonde_snapshot_unref);
  self->snapshot = snapshot;

  may_settle = !is_held (self) && now_us - self->settled_us >= SONDE_FUNCTION_LIST_SETTLE_US;
  ranked = take_figures (self, snapshot);
  if (!is_other && !may_settle && snapshot->n_rows < snapshot->matching_count)
    return;

  if (!is_other)
    order = keep_order (self, ranked);

  if (is_other || may_settle)
    {
      self->settled_us = now_us;
      if (is_other || !settle_order (self, order))
        {
          g_clear_pointer (&order, g_ptr_array_unref);
          order = g_ptr_array_ref (ranked);
        }
    }

  show_order (self, order);
}

void
sonde_function_list_set_held (SondeFunctionList *self,
                              gboolean           held)
{
  g_return_if_fail (SONDE_IS_FUNCTION_LIST (self));

  self->held = held;
}

/**
 * sonde_function_list_find_position:
 * @self: a list
 * @function_id: the id of a #SondeFunction
 * @position: (out) (optional): where its row is in the model
 *
 * Finds the row of a function among those shown now. O(rows).
 *
 * Returns: whether it is shown
 */
gboolean
sonde_function_list_find_position (SondeFunctionList *self,
                                   guint32            function_id,
                                   guint             *position)
{
  Entry *entry;

  g_return_val_if_fail (SONDE_IS_FUNCTION_LIST (self), FALSE);

  entry = g_hash_table_lookup (self->entries, GUINT_TO_POINTER (function_id));

  return entry != NULL && entry->shown && g_ptr_array_find (self->order, entry, position);
}
