/* ps.c: sonde-cli ps
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/commands.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "cli/cells.h"
#include "cli/figures.h"
#include "cli/output.h"
#include "cli/report.h"
#include "engine/processes.h"

/* The share of a processor is that between two scans. */
#define SCAN_INTERVAL_US (G_USEC_PER_SEC / 4)

#define PID_WIDTH 8
#define USER_WIDTH 12
#define CPU_WIDTH 8
#define MEMORY_WIDTH 10
#define THREADS_WIDTH 8
#define RUNTIME_WIDTH 14

static void
add_text (JsonBuilder *builder,
          const char  *name,
          const char  *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_process (JsonBuilder               *builder,
             const SondeProcessFigures *row)
{
  const SondeProcess *process = row->process;
  gboolean allowed = process->obstacle.kind == SONDE_OBSTACLE_NONE;
  g_autofree char *runtime = sonde_runtime_dup_name (&process->runtime);
  g_autofree char *reason = allowed ? NULL : sonde_obstacle_dup_reason (&process->obstacle);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "pid");
  json_builder_add_int_value (builder, process->pid);
  add_text (builder, "name", process->name);
  add_text (builder, "user", process->user);
  json_builder_set_member_name (builder, "cpu_share");
  json_builder_add_double_value (builder, row->cpu_share);
  json_builder_set_member_name (builder, "memory_bytes");
  json_builder_add_int_value (builder, (gint64) row->memory_bytes);
  json_builder_set_member_name (builder, "threads");
  json_builder_add_int_value (builder, row->thread_count);
  add_text (builder, "runtime", runtime);
  add_text (builder, "executable", process->executable);
  add_text (builder, "command_line", process->command_line);
  json_builder_set_member_name (builder, "attachable");
  json_builder_add_boolean_value (builder, allowed);
  add_text (builder, "reason", reason);
  json_builder_end_object (builder);
}

static char *
dup_json (const SondeProcessList *list)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autoptr(JsonGenerator) generator = json_generator_new ();
  g_autoptr(JsonNode) root = NULL;
  g_autofree char *json = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < list->n_rows; i++)
    add_process (builder, &list->rows[i]);

  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  json_generator_set_pretty (generator, TRUE);
  json_generator_set_root (generator, root);
  json = json_generator_to_data (generator, NULL);

  return g_strconcat (json, "\n", NULL);
}

static void
append_titles (GString *line)
{
  sonde_cells_append_right (line, _("PID"), PID_WIDTH);
  g_string_append (line, "  ");
  sonde_cells_append_left (line, _("User"), USER_WIDTH);
  sonde_cells_append_right (line, _("CPU"), CPU_WIDTH);
  sonde_cells_append_right (line, _("Memory"), MEMORY_WIDTH);
  sonde_cells_append_right (line, _("Threads"), THREADS_WIDTH);
  g_string_append (line, "  ");
  sonde_cells_append_left (line, _("Runtime"), RUNTIME_WIDTH);
  g_string_append (line, _("Command"));
}

static void
append_row (GString                   *line,
            const SondeProcessFigures *row)
{
  const SondeProcess *process = row->process;
  g_autofree char *pid = g_strdup_printf ("%d", (int) process->pid);
  g_autofree char *cpu = sonde_figures_dup_percent (row->cpu_share);
  g_autofree char *memory = sonde_figures_dup_size (row->memory_bytes);
  g_autofree char *threads = sonde_figures_dup_count (row->thread_count);
  g_autofree char *runtime = sonde_runtime_dup_name (&process->runtime);
  g_autoptr(GString) user = g_string_new (process->user);
  g_autoptr(GString) cut_runtime = g_string_new (runtime);

  sonde_cells_cut (user, USER_WIDTH);
  sonde_cells_cut (cut_runtime, RUNTIME_WIDTH - 1);
  sonde_cells_append_right (line, pid, PID_WIDTH);
  g_string_append (line, "  ");
  sonde_cells_append_left (line, user->str, USER_WIDTH);
  sonde_cells_append_right (line, cpu, CPU_WIDTH);
  sonde_cells_append_right (line, memory, MEMORY_WIDTH);
  sonde_cells_append_right (line, threads, THREADS_WIDTH);
  g_string_append (line, "  ");
  sonde_cells_append_left (line, cut_runtime->str, RUNTIME_WIDTH);

  /* What cannot be attached to says so where a narrow window does not cut it. */
  if (process->obstacle.kind != SONDE_OBSTACLE_NONE)
    {
      g_autofree char *reason = sonde_obstacle_dup_reason (&process->obstacle);

      g_string_append_printf (line, "[%s] ", reason);
    }

  g_string_append (line, process->command_line);
}

static char *
dup_table (const SondeProcessList *list)
{
  g_autoptr(GString) line = g_string_new (NULL);
  GString *text = g_string_new (NULL);
  struct winsize size = { 0 };

  /* A file gets whole lines: the size stays 0, which is no limit. */
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    size.ws_col = 0;

  append_titles (line);
  g_string_append_printf (text, "%s\n", line->str);

  for (guint i = 0; i < list->n_rows; i++)
    {
      g_string_truncate (line, 0);
      append_row (line, &list->rows[i]);
      sonde_cells_cut (line, size.ws_col);
      g_string_append_printf (text, "%s\n", line->str);
    }

  return g_string_free (text, FALSE);
}

int
sonde_command_ps (const SondeOptions *options)
{
  g_autoptr(SondeProcesses) processes = sonde_processes_new ();
  g_autoptr(SondeProcessList) list = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  gboolean done;

  sonde_process_list_unref (sonde_processes_scan (processes));
  g_usleep (SCAN_INTERVAL_US);
  list = sonde_processes_scan (processes);
  text = options->json ? dup_json (list) : dup_table (list);

  /* JSON is UTF-8 in every locale. */
  done = options->json ? sonde_output_write (NULL, text, &error)
                       : sonde_output_print (text, &error);

  return done ? SONDE_EXIT_DONE : sonde_report_error (error);
}
