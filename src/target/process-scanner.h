/* process-scanner.h: reads /proc for the list of processes
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/process.h"

G_BEGIN_DECLS

/**
 * SondeProcessScanner:
 *
 * Scans a /proc again and again. Of every process each scan reads one file, `stat`; the others only
 * when the process is new or has exec'ed, and of an eighth of the processes a scan, so that nothing
 * but the runtime is older than eight scans. Kernel threads and the calling process are left out.
 *
 * Life: sonde_process_scanner_new() → sonde_process_scanner_scan() many times →
 * sonde_process_scanner_free().
 *
 * Threads: one at a time, any.
 */
typedef struct _SondeProcessScanner SondeProcessScanner;

/* @root is "/proc", or what a test has made to look like it. */
SondeProcessScanner *sonde_process_scanner_new  (const char          *root)
                                                 G_GNUC_WARN_UNUSED_RESULT;
void                 sonde_process_scanner_free (SondeProcessScanner *self);

/* All processes now; @now_ns is the time since boot (CLOCK_BOOTTIME). */
SondeProcessList    *sonde_process_scanner_scan (SondeProcessScanner *self,
                                                 guint64              now_ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeProcessScanner, sonde_process_scanner_free)

G_END_DECLS
