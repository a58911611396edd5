/* processes.c: the running processes, for the clients of the engine
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/processes.h"

#include <time.h>

#include "base/types.h"
#include "target/permission.h"
#include "target/process-scanner.h"

struct _SondeProcesses
{
  SondeProcessScanner *scanner;
};

SondeProcesses *
sonde_processes_new (void)
{
  SondeProcesses *self = g_new0 (SondeProcesses, 1);

  self->scanner = sonde_process_scanner_new (SONDE_PROC_ROOT);

  return self;
}

void
sonde_processes_free (SondeProcesses *self)
{
  g_return_if_fail (self != NULL);

  sonde_process_scanner_free (self->scanner);
  g_free (self);
}

SondeProcessList *
sonde_processes_scan (SondeProcesses *self)
{
  struct timespec now;
  guint64 now_ns;

  g_return_val_if_fail (self != NULL, NULL);

  clock_gettime (CLOCK_BOOTTIME, &now);

  now_ns = (guint64) now.tv_sec * SONDE_NS_PER_SECOND + (guint64) now.tv_nsec;

  return sonde_process_scanner_scan (self->scanner, now_ns);
}

SondeObstacle
sonde_processes_check (pid_t pid)
{
  return sonde_permission_check (pid);
}
