/* process-lookup.c: finds one process by id or by name
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/process-lookup.h"

#include "engine/processes.h"

typedef struct
{
  SondeProcess *process;
  guint         n_found;
} Found;

static void
found_free (gpointer data)
{
  Found *found = data;

  g_clear_pointer (&found->process, sonde_process_unref);
  g_free (found);
}

SondeProcess *
sonde_process_lookup_find (SondeProcessList *list,
                           const char       *wanted,
                           guint            *n_found)
{
  SondeProcess *newest = NULL;
  guint64 pid = 0;
  gboolean is_pid;

  g_return_val_if_fail (list != NULL, NULL);
  g_return_val_if_fail (wanted != NULL, NULL);

  is_pid = g_ascii_string_to_unsigned (wanted, 10, 1, G_MAXINT32, &pid, NULL);
  *n_found = 0;

  for (guint i = 0; i < list->n_rows; i++)
    {
      SondeProcess *process = list->rows[i].process;

      if (is_pid ? process->pid != (pid_t) pid : !g_str_equal (process->name, wanted))
        continue;

      (*n_found)++;
      if (newest == NULL || process->start_ticks >= newest->start_ticks)
        newest = process;
    }

  return newest != NULL ? sonde_process_ref (newest) : NULL;
}

static void
worker_lookup (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  g_autoptr(SondeProcesses) processes = sonde_processes_new ();
  g_autoptr(SondeProcessList) list = sonde_processes_scan (processes);
  Found *found = g_new0 (Found, 1);

  found->process = sonde_process_lookup_find (list, task_data, &found->n_found);
  g_task_return_pointer (task, found, found_free);
}

void
sonde_process_lookup_async (const char          *wanted,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (wanted != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, sonde_process_lookup_async);
  g_task_set_task_data (task, g_strdup (wanted), g_free);
  g_task_run_in_thread (task, worker_lookup);
}

SondeProcess *
sonde_process_lookup_finish (GAsyncResult  *result,
                             guint         *n_found,
                             GError       **error)
{
  SondeProcess *process;
  Found *found;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  found = g_task_propagate_pointer (G_TASK (result), error);
  if (found == NULL)
    return NULL;

  process = g_steal_pointer (&found->process);
  *n_found = found->n_found;
  found_free (found);

  return process;
}
