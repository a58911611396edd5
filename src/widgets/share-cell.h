/* share-cell.h: a number in a table, with a bar if it is a share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* As a share: the cell has no bar. */
#define SONDE_SHARE_CELL_NO_BAR -1.0

/**
 * SondeShareCell:
 *
 * A right-aligned number with tabular figures, drawn without a label: its size
 * never depends on its text, so that a tick changes pixels and no layout.
 */
#define SONDE_TYPE_SHARE_CELL (sonde_share_cell_get_type ())
G_DECLARE_FINAL_TYPE (SondeShareCell, sonde_share_cell, SONDE, SHARE_CELL, GtkWidget)

GtkWidget *sonde_share_cell_new (void);

/* @share is 0–1 or SONDE_SHARE_CELL_NO_BAR; @margin stands dim beside @text, "" for none;
 * @dim is for figures that say little yet.
 */
void       sonde_share_cell_set (SondeShareCell *self,
                                 const char     *text,
                                 const char     *margin,
                                 double          share,
                                 gboolean        dim);

/* Tells assistive technology what the cell shows now; dearer than drawing it. */
void       sonde_share_cell_tell (SondeShareCell *self);

G_END_DECLS
