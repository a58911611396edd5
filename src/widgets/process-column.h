/* process-column.h: the columns of the list of processes
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "model/app-icons.h"

G_BEGIN_DECLS

typedef enum
{
  SONDE_PROCESS_COLUMN_NAME,
  SONDE_PROCESS_COLUMN_PID,
  SONDE_PROCESS_COLUMN_USER,
  SONDE_PROCESS_COLUMN_CPU,
  SONDE_PROCESS_COLUMN_MEMORY,
  SONDE_PROCESS_COLUMN_THREADS,
  SONDE_PROCESS_COLUMN_RUNTIME,
  SONDE_PROCESS_COLUMN_COMMAND_LINE,
} SondeProcessColumn;

#define SONDE_N_PROCESS_COLUMNS (SONDE_PROCESS_COLUMN_COMMAND_LINE + 1)

/* A column (transfer full) of cells that keep up with their row, and a sorter. @icons must live
 * longer than its view.
 */
GtkColumnViewColumn *sonde_process_column_new       (SondeProcessColumn  column,
                                                     SondeAppIcons      *icons);

/* Whether it shows numbers. */
gboolean             sonde_process_column_is_figure (SondeProcessColumn  column);

G_END_DECLS
