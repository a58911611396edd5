/* run-page.h: asks which program to run
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * SondeRunPage:
 *
 * A page with a command line, a working directory and an environment. Emits "run-requested" with a
 * #SondeRunRequest once these are in order, and "closed" when the user turns away.
 */
#define SONDE_TYPE_RUN_PAGE (sonde_run_page_get_type ())
G_DECLARE_FINAL_TYPE (SondeRunPage, sonde_run_page, SONDE, RUN_PAGE, GtkWidget)

G_END_DECLS
