/* clock.h: the one clock of the engine
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"

G_BEGIN_DECLS

/* CLOCK_MONOTONIC in ns. Threads: any. */
guint64 sonde_clock_now_ns        (void);
/* CPU time of the calling thread in ns. */
guint64 sonde_clock_thread_cpu_ns (void);
/* Sleeps until @due_ns of sonde_clock_now_ns(), or a signal. */
void    sonde_clock_sleep_until   (guint64 due_ns);

G_END_DECLS
