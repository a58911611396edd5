/* clock.h: the one clock of the engine
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/types.h"

G_BEGIN_DECLS

/* CLOCK_MONOTONIC in ns. Threads: any. */
guint64 sonde_clock_now_ns        (void);
/* CPU time of the calling thread in ns. */
guint64 sonde_clock_thread_cpu_ns (void);
/* CPU time of all threads of the process @pid in ns, those that have ended included; 0 if it is
 * gone.
 */
guint64 sonde_clock_process_cpu_ns (pid_t pid);
/* CPU time of the thread @tid of this process; 0 if it has ended. */
guint64 sonde_clock_cpu_ns_of     (pid_t  tid);
/* Sleeps until @due_ns of sonde_clock_now_ns(), or a signal. */
void    sonde_clock_sleep_until   (guint64 due_ns);

G_END_DECLS
