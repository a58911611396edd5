/* dump.c: sonde-cli dump
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   Thread 4711 "worker" (sleeping)
 *   #0  0x00007f12a0c91d3e epoll_wait at sysdeps/unix/sysv/linux/epoll_wait.c:30 (libc.so.6)
 *   #1  0x000055d0c2a01234 serve at server.c:87 (server)
 *   #2  Python             Server.run at /srv/app.py:12
 */

#include "config.h"

#include "cli/commands.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/text.h"
#include "cli/output.h"
#include "cli/pick.h"
#include "cli/report.h"
#include "engine/dump.h"

static const char *
get_state_name (SondeThreadState state)
{
  switch (state)
    {
    case SONDE_THREAD_STATE_RUNNING:
      return _("running");
    case SONDE_THREAD_STATE_READY:
      return _("ready");
    case SONDE_THREAD_STATE_SLEEPING:
      return _("sleeping");
    case SONDE_THREAD_STATE_IO:
      return _("in I/O");
    case SONDE_THREAD_STATE_STOPPED:
      return _("stopped");
    default:
      g_return_val_if_reached ("?");
    }
}

static void
append_frame (GString              *text,
              guint                 number,
              const SondeDumpFrame *frame)
{
  const SondeFunction *function = frame->function;

  if (function->kind == SONDE_FUNCTION_KIND_PYTHON)
    g_string_append_printf (text, "#%-2u %-18s %s", number, "Python", function->name);
  else
    g_string_append_printf (text, "#%-2u 0x%016" G_GINT64_MODIFIER "x %s",
                            number, frame->address, function->name);

  if (function->file != NULL && frame->line > 0)
    g_string_append_printf (text, _(" at %s:%u"), function->file, frame->line);
  else if (function->file != NULL)
    g_string_append_printf (text, _(" at %s"), function->file);

  if (function->module != NULL)
    {
      g_autofree char *module = g_path_get_basename (function->module);

      g_string_append_printf (text, " (%s)", module);
    }

  g_string_append_c (text, '\n');
}

static void
append_thread (GString               *text,
               const SondeDumpThread *thread)
{
  g_autofree char *name = sonde_text_dup_clean (thread->name, strlen (thread->name), '?');

  g_string_append_printf (text, _("Thread %d “%s” (%s)\n"),
                          (int) thread->tid, name, get_state_name (thread->state));

  if (!thread->captured)
    g_string_append_printf (text, "%s\n", _("Its stack could not be read."));

  for (guint i = 0; i < thread->frames->len; i++)
    append_frame (text, i, &g_array_index (thread->frames, SondeDumpFrame, i));

  if (thread->truncated)
    g_string_append_printf (text, "%s\n", _("Outer frames are missing."));
  if (thread->guessed)
    g_string_append_printf (text, "%s\n", _("Outer frames are a guess."));
}

int
sonde_command_dump (const SondeOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SondeDump) dump = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  SondeObstacle obstacle = { 0 };
  guint64 start_ticks = 0;
  pid_t pid = 0;

  if (!sonde_pick_process (options->target, &pid, &start_ticks, &error))
    return sonde_report_error (error);

  dump = sonde_dump_new (pid, start_ticks, options->frames, options->with_tasks, &obstacle);
  if (dump == NULL)
    return sonde_report_obstacle (&obstacle, "dump");

  sonde_report_frames (options->frames, dump->python, dump->is_readable);
  sonde_report_tasks (options->with_tasks, dump->python, dump->is_readable,
                      dump->has_tasks);
  for (guint i = 0; i < dump->threads->len; i++)
    {
      if (i > 0)
        g_string_append_c (text, '\n');
      append_thread (text, g_ptr_array_index (dump->threads, i));
    }

  return sonde_output_print (text->str, &error) ? SONDE_EXIT_DONE : sonde_report_error (error);
}
