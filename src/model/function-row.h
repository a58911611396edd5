/* function-row.h: one function of a session, as the table shows it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

#include "aggregate/snapshot.h"

G_BEGIN_DECLS

#define SONDE_TYPE_FUNCTION_ROW (sonde_function_row_get_type ())
G_DECLARE_FINAL_TYPE (SondeFunctionRow, sonde_function_row, SONDE, FUNCTION_ROW, GObject)

SondeFunctionRow    *sonde_function_row_new             (SondeFunctions             *functions,
                                                         const SondeFunction        *function);

/* Borrowed from the row. */
const SondeFunction *sonde_function_row_get_function    (SondeFunctionRow           *self);

guint64              sonde_function_row_get_self_count  (SondeFunctionRow           *self);
guint64              sonde_function_row_get_total_count (SondeFunctionRow           *self);
guint64              sonde_function_row_get_self_ns     (SondeFunctionRow           *self);
guint64              sonde_function_row_get_total_ns    (SondeFunctionRow           *self);
guint64              sonde_function_row_get_scope_count (SondeFunctionRow           *self);

/* Takes the figures of one tick; @scope_count is the base of the shares. */
void                 sonde_function_row_update          (SondeFunctionRow           *self,
                                                         const SondeFunctionFigures *figures,
                                                         guint64                     scope_count);

G_END_DECLS
