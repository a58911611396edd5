/* display.h: what tests of widgets share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef gboolean (*DisplayCondition) (gpointer data);

/* Runs the main loop until @condition is met; the test fails if that takes longer than ten seconds.
 */
void       display_wait         (DisplayCondition  condition,
                                 gpointer          data);
/* Runs the main loop for so long. */
void       display_run          (guint             milliseconds);

/* A window with @widget in it, on the screen. */
GtkWindow *display_show         (GtkWidget        *widget);
void       display_close        (GtkWindow        *window);

/* What the template of @widget calls @name (borrowed). */
gpointer   display_get          (gpointer          widget,
                                 const char       *name);

/* A program that runs until display_end() (its id is the result). */
pid_t      display_start        (const char       *command_line,
                                 int              *output_fd);
void       display_end          (pid_t             pid);

G_END_DECLS
