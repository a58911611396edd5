/* live-column.h: what each column of the live table is and how its cells look
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "model/session.h"

G_BEGIN_DECLS

enum
{
  SONDE_LIVE_COLUMN_SELF_COUNT,
  SONDE_LIVE_COLUMN_SELF_SHARE,
  SONDE_LIVE_COLUMN_SELF_TIME,
  SONDE_LIVE_COLUMN_TOTAL_COUNT,
  SONDE_LIVE_COLUMN_TOTAL_SHARE,
  SONDE_LIVE_COLUMN_TOTAL_TIME,
  SONDE_LIVE_COLUMN_FUNCTION,
  SONDE_LIVE_COLUMN_FILE,
  SONDE_LIVE_COLUMN_MODULE,
  SONDE_N_LIVE_COLUMNS,
};

/* The name that settings and actions know it by. */
const char  *sonde_live_column_get_id       (guint        column);
gboolean     sonde_live_column_find         (const char  *id,
                                             guint       *column);
/* Translated; borrowed for ever. */
const char  *sonde_live_column_get_title    (guint        column);
SondeColumn  sonde_live_column_get_sort     (guint        column);
/* In pixels, until the user changes it; -1 for what is left. */
int          sonde_live_column_get_width    (guint        column);
gboolean     sonde_live_column_is_figure    (guint        column);

GtkWidget   *sonde_live_column_create_cell  (guint        column,
                                             GtkListItem *item);
/* Writes the figures of the item's row; with @tell assistive technology hears of them too. */
void         sonde_live_column_refresh_cell (guint        column,
                                             GtkListItem *item,
                                             gboolean     tell);

G_END_DECLS
