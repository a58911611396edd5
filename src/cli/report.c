/* report.c: failures as one line on standard error
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/report.h"

#include <glib/gi18n.h>

int
sonde_report_error (const GError *error)
{
  g_autofree char *line = g_strdelimit (g_strdup (error->message), "\n", ' ');

  g_printerr ("sonde-cli: %s\n", line);

  return SONDE_EXIT_FAILED;
}

int
sonde_report_obstacle (const SondeObstacle *obstacle,
                       const char          *verb)
{
  g_autofree char *reason = sonde_obstacle_dup_reason (obstacle);
  g_autofree char *advice = sonde_obstacle_dup_advice (obstacle, verb);
  g_autofree char *line = NULL;

  line = advice == NULL ? g_strdup (reason) : g_strconcat (reason, " ", advice, NULL);
  g_strdelimit (line, "\n", ' ');

  /* Some reasons name no process, and begin in the middle of a sentence without one. */
  if (obstacle->pid > 0 && obstacle->kind != SONDE_OBSTACLE_GONE)
    g_printerr (_("sonde-cli: process %d: %s\n"), (int) obstacle->pid, line);
  else
    g_printerr ("sonde-cli: %s\n", line);

  return SONDE_EXIT_FAILED;
}

static const char *
get_version_text (const char *python)
{
  /* Translators: in place of a number, as in “Python 3.12” */
  return python[0] != '\0' ? python : _("(unknown version)");
}

void
sonde_report_frames (SondeFrames  wanted,
                     const char  *python,
                     gboolean     is_readable)
{
  if (is_readable || wanted == SONDE_FRAMES_NATIVE)
    return;

  if (python != NULL)
    g_printerr (_("sonde-cli: Sonde cannot read the functions of Python %s: these are native "
                  "functions\n"), get_version_text (python));
  else if (wanted != SONDE_FRAMES_AUTO)
    g_printerr (_("sonde-cli: the process runs no Python: these are native functions\n"));
}

void
sonde_report_hindrance (SondeHindrance hindrance)
{
  if (hindrance != SONDE_HINDRANCE_NONE)
    g_printerr ("sonde-cli: %s\n", sonde_hindrance_get_text (hindrance));
}

void
sonde_report_unmatched (guint n_threads)
{
  g_autofree char *text = sonde_unmatched_dup_text (n_threads);

  if (text != NULL)
    g_printerr ("sonde-cli: %s\n", text);
}

void
sonde_report_tasks (gboolean    wanted,
                    const char *python,
                    gboolean    is_readable,
                    gboolean    has_tasks)
{
  if (!wanted || has_tasks || (python != NULL && !is_readable))
    return;

  if (python != NULL)
    g_printerr (_("sonde-cli: Sonde cannot follow the tasks of Python %s, only of 3.12 to 3.15\n"),
                python);
  else
    g_printerr (_("sonde-cli: the process runs no Python: there are no tasks\n"));
}

void
sonde_report_mode (SondeMode   mode,
                   const char *python,
                   gboolean    is_readable,
                   gboolean    has_gil)
{
  if (mode != SONDE_MODE_GIL || has_gil)
    return;

  if (python != NULL && !is_readable)
    g_printerr (_("sonde-cli: Sonde cannot read the global lock of Python %s, so no sample counts: "
                  "try -m cpu\n"), get_version_text (python));
  else
    g_printerr (_("sonde-cli: the process has no global lock of Python, so no sample counts: try "
                  "-m cpu\n"));
}
