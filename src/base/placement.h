/* placement.h: on which CPUs the threads of this process run
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sched.h>

#include <glib.h>

G_BEGIN_DECLS

/* All threads of this process, and those that come later, leave the CPUs of @taken, unless no other
 * one is left that they may use. Costs nothing where that is so already. Any thread.
 *
 * A thread that was bound by anyone runs where it was bound. To be called ten times a second while
 * it shall last: if it is not, those that would may be getting no CPU there, as beside a program of
 * real-time priority, and all run anywhere again for ten seconds.
 */
void     sonde_placement_avoid   (const cpu_set_t *taken);
/* They run again where they could before the first avoid(). Any thread. */
void     sonde_placement_restore (void);

/* Binds the calling thread to @cpu until unpin(), whatever the others do. FALSE if it may not run
 * there, or there is no such CPU. Any thread.
 */
gboolean sonde_placement_pin     (int              cpu);
/* Before a thread that was pinned ends. */
void     sonde_placement_unpin   (void);
/* For a child of fork() that is to become another program: it runs where this one could before the
 * first avoid(). Takes no lock.
 */
void     sonde_placement_leave   (void);

G_END_DECLS
