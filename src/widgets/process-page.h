/* process-page.h: the list of processes to choose from
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * SondeProcessPage:
 *
 * A page with the list of processes, and behind it one that asks for a program to run. Emits
 * "process-chosen" with the id of a process that can be attached to and when it began, and
 * "run-requested" with a #SondeRunRequest. The list is kept up to date while the page is to be
 * seen.
 */
#define SONDE_TYPE_PROCESS_PAGE (sonde_process_page_get_type ())
G_DECLARE_FINAL_TYPE (SondeProcessPage, sonde_process_page, SONDE, PROCESS_PAGE, GtkWidget)

GtkWidget *sonde_process_page_new      (void);

/* Shows the page that asks for a program to run. */
void       sonde_process_page_show_run (SondeProcessPage *self);

G_END_DECLS
