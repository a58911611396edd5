/* live-table.h: the functions, their figures and where they are
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "model/session.h"

G_BEGIN_DECLS

#define SONDE_TYPE_LIVE_TABLE (sonde_live_table_get_type ())
G_DECLARE_FINAL_TYPE (SondeLiveTable, sonde_live_table, SONDE, LIVE_TABLE, GtkWidget)

void          sonde_live_table_set_session   (SondeLiveTable *self,
                                              SondeSession   *session);
/* Draws the figures of the newest snapshot; once a tick. */
void          sonde_live_table_refresh       (SondeLiveTable *self);

/* One action a column, "self-count" and so on, that shows or hides it. */
GActionGroup *sonde_live_table_get_actions   (SondeLiveTable *self);
/* The menu of these actions, under the name "table". */
GMenuModel   *sonde_live_table_get_menu      (SondeLiveTable *self);

/* Sorts by the column @step places after the present one, of those shown, wrapping. */
void          sonde_live_table_step_sort     (SondeLiveTable *self,
                                              int             step);
/* What the table is sorted by: its title, translated and borrowed for ever. */
const char   *sonde_live_table_get_sort      (SondeLiveTable *self,
                                              gboolean       *descending);

/* Rows hold still while the key that asks for it is down, as they do under the pointer. */
void          sonde_live_table_set_key_held  (SondeLiveTable *self,
                                              gboolean        held);

/* Selects the function's row and scrolls to it, as soon as it is there. */
void          sonde_live_table_show_function (SondeLiveTable *self,
                                              guint32         function_id);

G_END_DECLS
