/* live-footer.h: how to read the table, and what is paused, filtered and sorted
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "model/session.h"

G_BEGIN_DECLS

#define SONDE_TYPE_LIVE_FOOTER (sonde_live_footer_get_type ())
G_DECLARE_FINAL_TYPE (SondeLiveFooter, sonde_live_footer, SONDE, LIVE_FOOTER, GtkWidget)

/* @sort is the title of the column that the table is sorted by. */
void sonde_live_footer_refresh (SondeLiveFooter *self,
                                SondeSession    *session,
                                const char      *sort,
                                gboolean         descending);

G_END_DECLS
