/* cells.h: text in columns, counted as a terminal counts it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many columns of a terminal @text (printable UTF-8) takes. */
guint sonde_cells_count        (const char *text);

/* Appends @text padded with spaces to @width columns; longer text is not cut. */
void  sonde_cells_append_left  (GString    *line,
                                const char *text,
                                guint       width);
void  sonde_cells_append_right (GString    *line,
                                const char *text,
                                guint       width);

/* Cuts @line to @width columns, its last one an ellipsis if anything was cut; 0 is no limit. */
void  sonde_cells_cut          (GString    *line,
                                guint       width);

G_END_DECLS
