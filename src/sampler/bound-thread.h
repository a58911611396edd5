/* bound-thread.h: a thread of ours that runs on one CPU only
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Runs on the CPU, or, with @is_bound FALSE, where it may not run there. */
typedef void (*SondeBoundRun) (gboolean is_bound,
                               gpointer data);

/**
 * SondeBoundThread:
 *
 * Life: sonde_bound_thread_new() → whoever gave the function tells it to return →
 * sonde_bound_thread_free().
 *
 * Threads: one at a time.
 */
typedef struct _SondeBoundThread SondeBoundThread;

/* (nullable): where there can be no thread. */
SondeBoundThread *sonde_bound_thread_new        (const char       *name,
                                                 int               cpu,
                                                 SondeBoundRun     run,
                                                 gpointer          data);
/* Lets it run anywhere from now on, if it is bound by now: a program of higher priority may have
 * its CPU and not leave it.
 */
void              sonde_bound_thread_unbind     (SondeBoundThread *self);
/* Waits until it has returned, wherever it runs; free() does so first. */
void              sonde_bound_thread_wait       (SondeBoundThread *self);
void              sonde_bound_thread_free       (SondeBoundThread *self);

guint64           sonde_bound_thread_get_cpu_ns (SondeBoundThread *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeBoundThread, sonde_bound_thread_free)

G_END_DECLS
