/* least.c: what a sampler costs at least that stops nothing
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   least PID RATE SECONDS [CPU]
 *
 * Sleeps until each sample is due and copies a page of the process, as a sample of a Python thread
 * takes, and does nothing with it. Prints the share of a core that this took. With CPU it does so
 * on that one: on the CPU of the process, that is what a sampler costs it at least that takes it.
 */

#include "config.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include <glib.h>

#include "base/clock.h"

#define PAGE_BYTES 4096

/* Where its heap begins; 0 for none. */
static guint64
find_heap (const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/maps", pid);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_suffix (lines[i], "[heap]"))
      return g_ascii_strtoull (lines[i], NULL, 16);

  return 0;
}

static double
get_cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static gboolean
copy_page (pid_t   pid,
           guint64 address)
{
  static guint8 page[PAGE_BYTES];
  const struct iovec local = { page, sizeof page };
  const struct iovec remote = { GSIZE_TO_POINTER (address), sizeof page };

  return process_vm_readv (pid, &local, 1, &remote, 1, 0) == sizeof page;
}

static gboolean
bind_to (const char *cpu)
{
  cpu_set_t cpus;

  CPU_ZERO (&cpus);
  CPU_SET (atoi (cpu), &cpus);

  return sched_setaffinity (0, sizeof cpus, &cpus) == 0;
}

int
main (int   argc,
      char *argv[])
{
  gboolean is_asked = argc == 4 || (argc == 5 && bind_to (argv[4]));
  guint64 heap = is_asked ? find_heap (argv[1]) : 0;
  pid_t pid = is_asked ? atoi (argv[1]) : 0;
  double rate_hz = is_asked ? g_ascii_strtod (argv[2], NULL) : 0;
  double duration_s = is_asked ? g_ascii_strtod (argv[3], NULL) : 0;
  guint64 start_ns = sonde_clock_now_ns ();
  double cpu_s = get_cpu_s ();

  if (heap == 0 || rate_hz < 1)
    {
      g_printerr ("usage: least PID RATE SECONDS [CPU]\n");
      return 2;
    }

  /* As Sonde's worker does: a sample is due when it is due. */
  prctl (PR_SET_TIMERSLACK, 1UL);
  for (guint64 i = 1; (double) i < rate_hz * duration_s; i++)
    {
      sonde_clock_sleep_until (start_ns + (guint64) ((double) i * 1e9 / rate_hz));
      if (!copy_page (pid, heap))
        return 1;
    }

  printf ("%.4f\n",
          (get_cpu_s () - cpu_s) / ((double) (sonde_clock_now_ns () - start_ns) / 1e9));

  return 0;
}
