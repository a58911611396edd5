/* live-header.h: what is watched and how well, above the table
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "base/process.h"
#include "model/session.h"

G_BEGIN_DECLS

/**
 * SondeLiveHeader:
 *
 * Identity, thread scope, times, the meters of rate, efficiency and thread
 * states, the function summary and the three hottest functions.
 *
 * Emits "function-picked" with the id of a function that the user wants to see in the table.
 */
#define SONDE_TYPE_LIVE_HEADER (sonde_live_header_get_type ())
G_DECLARE_FINAL_TYPE (SondeLiveHeader, sonde_live_header, SONDE, LIVE_HEADER, GtkWidget)

void sonde_live_header_set_session (SondeLiveHeader *self,
                                    SondeSession    *session);
/* Who the process is, as soon as it is known. */
void sonde_live_header_set_process (SondeLiveHeader *self,
                                    SondeProcess    *process);
void sonde_live_header_refresh     (SondeLiveHeader *self);

G_END_DECLS
