/* process-row.h: one process, as the list of processes shows it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

#include "base/process.h"

G_BEGIN_DECLS

#define SONDE_TYPE_PROCESS_ROW (sonde_process_row_get_type ())
G_DECLARE_FINAL_TYPE (SondeProcessRow, sonde_process_row, SONDE, PROCESS_ROW, GObject)

SondeProcessRow    *sonde_process_row_new              (const SondeProcessFigures *figures);

/* Borrowed from the row until its next update. */
const SondeProcess *sonde_process_row_get_process      (SondeProcessRow           *self);

double              sonde_process_row_get_cpu_share    (SondeProcessRow           *self);
guint64             sonde_process_row_get_memory_bytes (SondeProcessRow           *self);
guint               sonde_process_row_get_thread_count (SondeProcessRow           *self);

/* Whether the process can be attached to. */
gboolean            sonde_process_row_is_open          (SondeProcessRow           *self);

/* Takes what a scan has found of the same process. */
void                sonde_process_row_update           (SondeProcessRow           *self,
                                                        const SondeProcessFigures *figures);

G_END_DECLS
