/* window.h: the one window: the list of processes, and the live view of one
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SONDE_TYPE_WINDOW (sonde_window_get_type ())
G_DECLARE_FINAL_TYPE (SondeWindow, sonde_window, SONDE, WINDOW, AdwApplicationWindow)

GtkWidget *sonde_window_new    (GtkApplication  *application);

/* Show the live view of a process that runs, which began @start_ticks since boot (0: whichever has
 * that id), or of a program that is started for it; @envp and
 * @directory are NULL for ours.
 */
void       sonde_window_attach (SondeWindow     *self,
                                pid_t            pid,
                                guint64          start_ticks);
void       sonde_window_launch (SondeWindow     *self,
                                char           **argv,
                                char           **envp,
                                const char      *directory);

/* An answer to what was asked on the command line; it stays until it is dismissed. */
void       sonde_window_say    (SondeWindow     *self,
                                const char      *text);

G_END_DECLS
