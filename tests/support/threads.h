/* threads.h: what the kernel says of the threads of a process, read without Sonde
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sched.h>
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

/**
 * TestRuns:
 * @ran_ns: how long a thread was on a CPU
 * @waited_ns: how long it could have run and had none
 *
 * As of now, since it began.
 */
typedef struct
{
  guint64 ran_ns;
  guint64 waited_ns;
} TestRuns;

TestRuns test_read_runs               (pid_t pid,
                                       pid_t tid);

/* Keeps the calling thread on the CPU where it is, and what it starts from now on; @before is where
 * it might run up to now, to be set again.
 */
void     test_stay_on_cpu             (cpu_set_t *before);

G_END_DECLS
