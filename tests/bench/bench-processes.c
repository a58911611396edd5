/* bench-processes.c: what a scan of the list of processes costs
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Once over a made-up /proc of 2,000 processes, and once over the real one with 2,000 more
 * processes in it, which it starts: children that sleep.
 */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

#include "base/types.h"
#include "support/fake-proc.h"
#include "target/proc.h"
#include "target/process-scanner.h"

#define PROCESS_COUNT 2000
#define STEADY_SCANS 24
#define COMMAND "./dev bench processes"

static guint64
get_time_ns (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);

  return (guint64) now.tv_sec * SONDE_NS_PER_SECOND + (guint64) now.tv_nsec;
}

/* Processor time, not real time: the machine may have other work. */
static double
scan_ms (SondeProcessScanner *scanner,
         guint               *count)
{
  guint64 begin = get_time_ns (CLOCK_THREAD_CPUTIME_ID);
  g_autoptr(SondeProcessList) list = sonde_process_scanner_scan (scanner,
                                                                 get_time_ns (CLOCK_BOOTTIME));

  *count = list->n_rows;

  return (double) (get_time_ns (CLOCK_THREAD_CPUTIME_ID) - begin) / 1e6;
}

static void
measure (const char *what,
         const char *root)
{
  g_autoptr(SondeProcessScanner) scanner = sonde_process_scanner_new (root);
  double first;
  double steady = 0.0;
  guint count;

  first = scan_ms (scanner, &count);
  for (guint i = 0; i < STEADY_SCANS; i++)
    scan_ms (scanner, &count);
  for (guint i = 0; i < STEADY_SCANS; i++)
    steady += scan_ms (scanner, &count) / STEADY_SCANS;

  g_print ("first scan of %u processes, %s /proc, CPU\t%.1f ms\t-\t" COMMAND "\n",
           count, what, first);
  g_print ("later scan of %u processes, %s /proc, CPU\t%.1f ms\t-\t" COMMAND "\n",
           count, what, steady);
}

static void
measure_fake (void)
{
  char *root = fake_proc_new (0, FALSE);

  for (guint i = 0; i < PROCESS_COUNT; i++)
    {
      FakeProcess process = { .pid = (pid_t) (1000 + i), .uid = 1000, .gid = 1000 };

      process.executable = "/bin/sleep";
      process.command_line = "sleep\00060";
      process.command_line_length = 9;
      fake_proc_set (root, &process);
    }

  measure ("made-up", root);
  fake_proc_free (root);
}

static void
measure_real (void)
{
  g_autofree pid_t *children = g_new0 (pid_t, PROCESS_COUNT);

  for (guint i = 0; i < PROCESS_COUNT; i++)
    {
      children[i] = fork ();
      if (children[i] == 0)
        {
          pause ();
          _exit (0);
        }
    }

  measure ("real", SONDE_PROC_ROOT);

  for (guint i = 0; i < PROCESS_COUNT; i++)
    if (children[i] > 0)
      {
        kill (children[i], SIGKILL);
        waitpid (children[i], NULL, 0);
      }
}

int
main (void)
{
  measure_fake ();
  measure_real ();

  return 0;
}
