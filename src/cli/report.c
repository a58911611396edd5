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
sonde_report_obstacle (const SondeObstacle *obstacle)
{
  g_autofree char *reason = sonde_obstacle_dup_reason (obstacle);
  g_autofree char *advice = sonde_obstacle_dup_advice (obstacle);
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
