/* process-store.c: the running processes as a list of rows
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/process-store.h"

#include "engine/processes.h"
#include "model/process-row.h"

#define SCAN_INTERVAL_MS 1000

/**
 * SondeProcessStore:
 *
 * A list model of #SondeProcessRow, ascending by pid. A row stays the same object as
 * long as its process runs, so that a selection stays with it. Emits "refreshed" after each scan,
 * when all rows are up to date: then is the time to sort them anew.
 *
 * Threads: main thread only; the scans run in a thread of their own.
 */
struct _SondeProcessStore
{
  GObject         parent_instance;

  /* Owned */
  GPtrArray      *rows;
  SondeProcesses *processes;   /* given away while a scan runs */

  guint           timeout_id;  /* 0 while not active */
};

static void sonde_process_store_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SondeProcessStore, sonde_process_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      sonde_process_store_list_model_init))

enum
{
  REFRESHED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* --- Scans --- */

typedef struct
{
  SondeProcesses   *processes;
  SondeProcessList *list;
} Scan;

static void
free_scan (gpointer data)
{
  Scan *scan = data;

  g_clear_pointer (&scan->processes, sonde_processes_free);
  g_clear_pointer (&scan->list, sonde_process_list_unref);
  g_free (scan);
}

static void
run_scan (GTask        *task,
          gpointer      source,
          gpointer      data,
          GCancellable *cancellable)
{
  Scan *scan = data;

  scan->list = sonde_processes_scan (scan->processes);
  g_task_return_boolean (task, TRUE);
}

static void
on_scanned_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      data)
{
  g_autoptr(SondeProcessStore) self = SONDE_PROCESS_STORE (data);
  Scan *scan = g_task_get_task_data (G_TASK (result));

  self->processes = g_steal_pointer (&scan->processes);
  if (self->timeout_id != 0)
    sonde_process_store_update (self, scan->list);
}

/* The task has no source object: its thread would drop the last reference to us, and free rows off
 * the main thread.
 */
static void
begin_scan (SondeProcessStore *self)
{
  g_autoptr(GTask) task = NULL;
  Scan *scan;

  if (self->processes == NULL)
    return;

  scan = g_new0 (Scan, 1);
  scan->processes = g_steal_pointer (&self->processes);
  task = g_task_new (NULL, NULL, on_scanned_cb, g_object_ref (self));
  g_task_set_task_data (task, scan, free_scan);
  g_task_run_in_thread (task, run_scan);
}

static gboolean
on_timeout_cb (gpointer data)
{
  begin_scan (data);

  return G_SOURCE_CONTINUE;
}

/* --- The list --- */

static GType
sonde_process_store_get_item_type (GListModel *model)
{
  return SONDE_TYPE_PROCESS_ROW;
}

static guint
sonde_process_store_get_n_items (GListModel *model)
{
  return SONDE_PROCESS_STORE (model)->rows->len;
}

static gpointer
sonde_process_store_get_item (GListModel *model,
                              guint       position)
{
  SondeProcessStore *self = SONDE_PROCESS_STORE (model);

  if (position >= self->rows->len)
    return NULL;

  return g_object_ref (g_ptr_array_index (self->rows, position));
}

static void
sonde_process_store_list_model_init (GListModelInterface *iface)
{
  iface->get_item = sonde_process_store_get_item;
  iface->get_item_type = sonde_process_store_get_item_type;
  iface->get_n_items = sonde_process_store_get_n_items;
}

static void
sonde_process_store_dispose (GObject *object)
{
  SondeProcessStore *self = SONDE_PROCESS_STORE (object);

  g_clear_handle_id (&self->timeout_id, g_source_remove);

  G_OBJECT_CLASS (sonde_process_store_parent_class)->dispose (object);
}

static void
sonde_process_store_finalize (GObject *object)
{
  SondeProcessStore *self = SONDE_PROCESS_STORE (object);

  g_clear_pointer (&self->processes, sonde_processes_free);
  g_clear_pointer (&self->rows, g_ptr_array_unref);

  G_OBJECT_CLASS (sonde_process_store_parent_class)->finalize (object);
}

static void
sonde_process_store_class_init (SondeProcessStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sonde_process_store_dispose;
  object_class->finalize = sonde_process_store_finalize;

  signals[REFRESHED] = g_signal_new ("refreshed", SONDE_TYPE_PROCESS_STORE, G_SIGNAL_RUN_LAST,
                                     0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sonde_process_store_init (SondeProcessStore *self)
{
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  self->processes = sonde_processes_new ();
}

SondeProcessStore *
sonde_process_store_new (void)
{
  return g_object_new (SONDE_TYPE_PROCESS_STORE, NULL);
}

void
sonde_process_store_set_active (SondeProcessStore *self,
                                gboolean           active)
{
  g_return_if_fail (SONDE_IS_PROCESS_STORE (self));

  if (active == sonde_process_store_get_active (self))
    return;

  if (!active)
    {
      g_clear_handle_id (&self->timeout_id, g_source_remove);
      return;
    }

  self->timeout_id = g_timeout_add (SCAN_INTERVAL_MS, on_timeout_cb, self);
  begin_scan (self);
}

gboolean
sonde_process_store_get_active (SondeProcessStore *self)
{
  g_return_val_if_fail (SONDE_IS_PROCESS_STORE (self), FALSE);

  return self->timeout_id != 0;
}

static gboolean
is_row_of (SondeProcessRow    *row,
           const SondeProcess *process)
{
  const SondeProcess *known = sonde_process_row_get_process (row);

  return known->pid == process->pid && known->start_ticks == process->start_ticks;
}

/* Whether the process of the row at @position has ended, when @process is the next that runs; %NULL
 * for none.
 */
static gboolean
is_over (SondeProcessStore  *self,
         guint               position,
         const SondeProcess *process)
{
  SondeProcessRow *row;

  if (position >= self->rows->len)
    return FALSE;
  if (process == NULL)
    return TRUE;

  row = g_ptr_array_index (self->rows, position);

  return !is_row_of (row, process) && sonde_process_row_get_process (row)->pid <= process->pid;
}

/* Announces the rows that have been put in before @end. */
static void
announce_added (SondeProcessStore *self,
                guint              end,
                guint             *added)
{
  guint count = *added;

  *added = 0;
  if (count > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), end - count, 0, count);
}

static void
remove_over (SondeProcessStore  *self,
             guint               position,
             const SondeProcess *process)
{
  guint end = position;

  while (is_over (self, end, process))
    end++;
  if (end == position)
    return;

  g_ptr_array_remove_range (self->rows, position, end - position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, end - position, 0);
}

/**
 * sonde_process_store_update:
 * @self: a store
 * @list: what a scan has found
 *
 * Brings the rows up to date: both lists ascend by pid, so one walk along both does it. New
 * processes next to each other are announced together. The figures of rows change only after that:
 * a sorted model puts new rows in among old ones, and those must still be in the order it left
 * them.
 */
void
sonde_process_store_update (SondeProcessStore *self,
                            SondeProcessList  *list)
{
  guint added = 0;

  g_return_if_fail (SONDE_IS_PROCESS_STORE (self));
  g_return_if_fail (list != NULL);

  for (guint i = 0; i < list->n_rows; i++)
    {
      const SondeProcessFigures *figures = &list->rows[i];

      if (is_over (self, i, figures->process))
        {
          announce_added (self, i, &added);
          remove_over (self, i, figures->process);
        }

      if (i < self->rows->len && is_row_of (g_ptr_array_index (self->rows, i), figures->process))
        announce_added (self, i, &added);
      else
        {
          g_ptr_array_insert (self->rows, (int) i, sonde_process_row_new (figures));
          added++;
        }
    }

  announce_added (self, list->n_rows, &added);
  remove_over (self, list->n_rows, NULL);

  for (guint i = 0; i < list->n_rows; i++)
    sonde_process_row_update (g_ptr_array_index (self->rows, i), &list->rows[i]);

  g_signal_emit (self, signals[REFRESHED], 0);
}
