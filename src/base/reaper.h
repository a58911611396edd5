/* reaper.h: waits for programs that we have started and that nobody looks at any more
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

/* Takes the child @pid over, with its pidfd: once it has ended the main loop waits for it, so that
 * the kernel can forget it. Never before, since that would also take the stop of a thread that is
 * held. Any thread.
 */
void sonde_reaper_take (pid_t pid,
                        int   pid_fd);

G_END_DECLS
