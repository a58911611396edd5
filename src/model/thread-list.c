/* thread-list.c: the threads of a session, in the order of their ids
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/thread-list.h"

/**
 * SondeThreadList:
 *
 * The threads of the newest snapshot, in its order: those that are counted together, then by their
 * ids, so that new ones come at the end but seldom. Rows are kept until a reset forgets their
 * threads, or they are counted with others.
 *
 * Threads: main thread only.
 */
struct _SondeThreadList
{
  GObject     parent_instance;

  /* Owned */
  GListStore *store;
  GHashTable *rows;        /* tid → SondeThreadRow, borrowed from the store */

  guint       alive_count;
  guint64     thread_count;
};

G_DEFINE_FINAL_TYPE (SondeThreadList, sonde_thread_list, G_TYPE_OBJECT)

/* How many rows of the store already stand where @snapshot has them. */
static guint
count_matching (SondeThreadList     *self,
                const SondeSnapshot *snapshot)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->store));
  guint i;

  for (i = 0; i < MIN (n_items, snapshot->n_threads); i++)
    {
      g_autoptr(SondeThreadRow) row = g_list_model_get_item (G_LIST_MODEL (self->store), i);

      if (sonde_thread_row_get_tid (row) != snapshot->threads[i].tid)
        break;
    }

  return i;
}

static void
replace_from (SondeThreadList     *self,
              const SondeSnapshot *snapshot,
              guint                first)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->store));
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GHashTable) old = NULL;

  if (first == n_items && first == snapshot->n_threads)
    return;

  old = g_steal_pointer (&self->rows);
  self->rows = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < snapshot->n_threads; i++)
    {
      gpointer tid = GINT_TO_POINTER (snapshot->threads[i].tid);
      SondeThreadRow *row = g_hash_table_lookup (old, tid);

      if (row == NULL)
        row = sonde_thread_row_new (snapshot->threads[i].tid);
      else
        g_object_ref (row);

      g_hash_table_insert (self->rows, tid, row);
      if (i >= first)
        g_ptr_array_add (rows, row);
      else
        g_object_unref (row);
    }

  g_list_store_splice (self->store, first, n_items - first, rows->pdata, rows->len);
}

static void
sonde_thread_list_finalize (GObject *object)
{
  SondeThreadList *self = SONDE_THREAD_LIST (object);

  g_clear_pointer (&self->rows, g_hash_table_unref);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (sonde_thread_list_parent_class)->finalize (object);
}

static void
sonde_thread_list_class_init (SondeThreadListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sonde_thread_list_finalize;
}

static void
sonde_thread_list_init (SondeThreadList *self)
{
  self->store = g_list_store_new (SONDE_TYPE_THREAD_ROW);
  self->rows = g_hash_table_new (NULL, NULL);
}

SondeThreadList *
sonde_thread_list_new (void)
{
  return g_object_new (SONDE_TYPE_THREAD_LIST, NULL);
}

GListModel *
sonde_thread_list_get_model (SondeThreadList *self)
{
  g_return_val_if_fail (SONDE_IS_THREAD_LIST (self), NULL);

  return G_LIST_MODEL (self->store);
}

guint
sonde_thread_list_get_alive_count (SondeThreadList *self)
{
  g_return_val_if_fail (SONDE_IS_THREAD_LIST (self), 0);

  return self->alive_count;
}

guint64
sonde_thread_list_get_shown_count (SondeThreadList *self)
{
  g_return_val_if_fail (SONDE_IS_THREAD_LIST (self), 0);

  return self->alive_count > 0 ? self->alive_count : self->thread_count;
}

void
sonde_thread_list_update (SondeThreadList     *self,
                          const SondeSnapshot *snapshot)
{
  guint64 all_count = 0;

  g_return_if_fail (SONDE_IS_THREAD_LIST (self));
  g_return_if_fail (snapshot != NULL);

  replace_from (self, snapshot, count_matching (self, snapshot));

  for (guint i = 0; i < snapshot->n_threads; i++)
    all_count += snapshot->threads[i].count;

  self->thread_count = snapshot->thread_count;
  self->alive_count = 0;
  for (guint i = 0; i < snapshot->n_threads; i++)
    {
      const SondeThreadFigures *figures = &snapshot->threads[i];

      self->alive_count += !figures->exited;
      sonde_thread_row_update (sonde_thread_list_find (self, figures->tid), figures, all_count);
    }
}

SondeThreadRow *
sonde_thread_list_find (SondeThreadList *self,
                        pid_t            tid)
{
  g_return_val_if_fail (SONDE_IS_THREAD_LIST (self), NULL);

  return g_hash_table_lookup (self->rows, GINT_TO_POINTER (tid));
}

pid_t
sonde_thread_list_find_neighbour (SondeThreadList *self,
                                  pid_t            tid,
                                  int              step)
{
  g_autoptr(SondeThreadRow) neighbour = NULL;
  SondeThreadRow *row;
  guint n_items;
  guint position;

  g_return_val_if_fail (SONDE_IS_THREAD_LIST (self), 0);
  g_return_val_if_fail (step == 1 || step == -1, 0);

  n_items = g_list_model_get_n_items (G_LIST_MODEL (self->store));
  if (n_items == 0)
    return 0;

  row = sonde_thread_list_find (self, tid);
  if (row != NULL && g_list_store_find (self->store, row, &position))
    position = (guint) ((int) (position + n_items) + step) % n_items;
  else
    position = step > 0 ? 0 : n_items - 1;

  neighbour = g_list_model_get_item (G_LIST_MODEL (self->store), position);

  return sonde_thread_row_get_tid (neighbour);
}
