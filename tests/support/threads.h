/* threads.h: what the kernel says of the threads of a process, read without Sonde
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

/* Whether threads are held by a tracer or a signal (states "t" and "T"). */
gboolean test_is_any_thread_stopped   (pid_t pid);
gboolean test_is_every_thread_stopped (pid_t pid);

/* A process that traces one of its threads; 0 if there is none. */
pid_t    test_read_tracer             (pid_t pid);

/* CPU time of each thread in ns (of guint64, transfer full), in the kernel's order. */
GArray  *test_read_cpu_times          (pid_t pid);

G_END_DECLS
