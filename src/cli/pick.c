/* pick.c: a number or a name → a process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/pick.h"

#include <glib/gi18n.h>

#include "base/error.h"
#include "engine/processes.h"

/* More would not fit into one line. */
#define NAMED_CANDIDATES 8

static gboolean
has_name (const SondeProcess *process,
          const char         *name)
{
  g_autofree char *base = NULL;

  if (g_strcmp0 (process->name, name) == 0)
    return TRUE;

  if (process->executable == NULL)
    return FALSE;

  base = g_path_get_basename (process->executable);

  return g_str_equal (base, name);
}

static gboolean
pick_named (const SondeProcessList  *list,
            const char              *name,
            pid_t                   *pid,
            guint64                 *start_ticks,
            GError                 **error)
{
  g_autoptr(GString) candidates = g_string_new (NULL);
  guint count = 0;

  for (guint i = 0; i < list->n_rows; i++)
    {
      const SondeProcess *process = list->rows[i].process;

      if (!has_name (process, name))
        continue;

      *pid = process->pid;
      *start_ticks = process->start_ticks;
      count++;
      if (count <= NAMED_CANDIDATES)
        g_string_append_printf (candidates, count == 1 ? "%d" : ", %d", (int) process->pid);
      else if (count == NAMED_CANDIDATES + 1)
        g_string_append (candidates, ", …");
    }

  if (count == 0)
    g_set_error (error, SONDE_ERROR, SONDE_ERROR_GONE,
                 _("There is no process with the name “%s”. “sonde-cli ps” lists those there are."),
                 name);
  else if (count > 1)
    g_set_error (error, SONDE_ERROR, SONDE_ERROR_UNSUPPORTED,
                 _("Several processes have the name “%s”; give the number of one: %s"),
                 name, candidates->str);

  return count == 1;
}

gboolean
sonde_pick_process (const char  *text,
                    pid_t       *pid,
                    guint64     *start_ticks,
                    GError     **error)
{
  g_autoptr(SondeProcesses) processes = NULL;
  g_autoptr(SondeProcessList) list = NULL;
  guint64 number;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (pid != NULL, FALSE);
  g_return_val_if_fail (start_ticks != NULL, FALSE);

  if (g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &number, NULL))
    {
      *pid = (pid_t) number;
      *start_ticks = 0;
      return TRUE;
    }

  processes = sonde_processes_new ();
  list = sonde_processes_scan (processes);

  return pick_named (list, text, pid, start_ticks, error);
}
