/* processes.h: the running processes, for the clients of the engine
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/process.h"

G_BEGIN_DECLS

/**
 * SondeProcesses:
 *
 * Lists the running processes, again and again, and reads only what has changed since the last
 * time. Kernel threads and the calling process itself are left out.
 *
 * Life: sonde_processes_new() → sonde_processes_scan() many times → sonde_processes_free().
 *
 * Threads: one at a time, any.
 */
typedef struct _SondeProcesses SondeProcesses;

SondeProcesses   *sonde_processes_new   (void) G_GNUC_WARN_UNUSED_RESULT;
void              sonde_processes_free  (SondeProcesses *self);

/* All processes as they are now (transfer full). The first scan reads much; not for the main thread
 * of a window.
 */
SondeProcessList *sonde_processes_scan  (SondeProcesses *self);

/* Whether @pid can be attached to, and if not, why. Of a process that is not there, too. */
SondeObstacle     sonde_processes_check (pid_t           pid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeProcesses, sonde_processes_free)

G_END_DECLS
