/* live-page.h: one session, live
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "model/session.h"

G_BEGIN_DECLS

/**
 * SondeLivePage:
 *
 * The page of one session: header bar, header, table and footer, and what is
 * said when there is nothing to show. It has the actions of the group
 * "session", and uses "win.back" to leave.
 *
 * Life: sonde_live_page_new() → in the window → removed from it, which drops its session.
 */
#define SONDE_TYPE_LIVE_PAGE (sonde_live_page_get_type ())
G_DECLARE_FINAL_TYPE (SondeLivePage, sonde_live_page, SONDE, LIVE_PAGE, GtkWidget)

GtkWidget *sonde_live_page_new      (SondeSession  *session);

/* A widget below the table: the output of a program that was started. */
void       sonde_live_page_set_pane (SondeLivePage *self,
                                     GtkWidget     *pane);

G_END_DECLS
