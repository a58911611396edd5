/* reaper.h: waits for programs that we have started and that nobody looks at any more
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

/* What became of a child: @program as it was given, and what waitpid() said. */
typedef void (*SondeReaperFunc) (const char *program,
                                 int         status,
                                 gpointer    data);

/* Who is told of each child from now on that has ended, on the main loop; NULL for nobody. Main
 * loop only.
 */
void sonde_reaper_set_listener (SondeReaperFunc  func,
                                gpointer         data);

/* Takes the child @pid over, with its pidfd: once it has ended the main loop waits for it, so that
 * the kernel can forget it. Never before, since that would also take the stop of a thread that is
 * held. @program (nullable) is for the listener. Any thread.
 */
void sonde_reaper_take         (pid_t            pid,
                                int              pid_fd,
                                const char      *program);

G_END_DECLS
