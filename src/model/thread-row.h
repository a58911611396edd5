/* thread-row.h: one thread of a session, as lists show it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

#include "aggregate/snapshot.h"

G_BEGIN_DECLS

#define SONDE_TYPE_THREAD_ROW (sonde_thread_row_get_type ())
G_DECLARE_FINAL_TYPE (SondeThreadRow, sonde_thread_row, SONDE, THREAD_ROW, GObject)

SondeThreadRow *sonde_thread_row_new              (pid_t                     tid);

/* Less than 0 for threads that are counted together. */
pid_t           sonde_thread_row_get_tid          (SondeThreadRow           *self);
/* May be "" then. */
const char     *sonde_thread_row_get_name         (SondeThreadRow           *self);
gboolean        sonde_thread_row_get_exited       (SondeThreadRow           *self);
/* How many threads are counted together; 0 for one by itself. */
guint64         sonde_thread_row_get_merged_count (SondeThreadRow           *self);
guint64         sonde_thread_row_get_count        (SondeThreadRow           *self);

/* Its samples of those of all threads in the same mode, from 0 to 1. */
double          sonde_thread_row_get_share        (SondeThreadRow           *self);

/* @all_count is the sum of the counts of all threads. */
void            sonde_thread_row_update           (SondeThreadRow           *self,
                                                   const SondeThreadFigures *figures,
                                                   guint64                   all_count);

G_END_DECLS
