/* pick.h: which process the user means
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

/* The process with the number @text (whether or not there is one; @start_ticks is 0 then), or else
 * the only one with the name @text, and when it began, since boot. On FALSE @error is a sentence
 * that names the candidates if there are several.
 */
gboolean sonde_pick_process (const char  *text,
                             pid_t       *pid,
                             guint64     *start_ticks,
                             GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
