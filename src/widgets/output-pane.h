/* output-pane.h: shows what a program writes
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SondeOutputPane:
 *
 * A bar with the last line a program has written; opened, the last of all lines. What the
 * program writes is always read, whether the pane is open or not, or there at all.
 */
#define SONDE_TYPE_OUTPUT_PANE (sonde_output_pane_get_type ())
G_DECLARE_FINAL_TYPE (SondeOutputPane, sonde_output_pane, SONDE, OUTPUT_PANE, GtkWidget)

GtkWidget *sonde_output_pane_new    (void);

/* Shows what comes from @fd (taken over) from now on, and forgets what came before. */
void       sonde_output_pane_set_fd (SondeOutputPane *self,
                                     int              fd);

G_END_DECLS
