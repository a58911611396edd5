/* least.c: what a sampler costs at least that stops nothing
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   least PID RATE SECONDS [CPU]
 *
 * Sleeps until each sample is due and copies a page of the process, as a sample of a Python thread
 * takes, and does nothing with it. Prints the share of a core that this took. With CPU a thread on
 * that one does so, and another one wakes it: on the CPU of the process, that is what a sampler
 * costs it at least that takes it.
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
#include "sampler/alarms.h"
#include "sampler/priority.h"

#define PAGE_BYTES 4096
#define N_ALARMS 128

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

typedef struct
{
  pid_t        pid;
  guint64      heap;
  double       rate_hz;
  guint64      start_ns;
  guint64      n_samples;
  const char  *cpu;    /* NULL for any */
  SondeAlarms *alarms;
} Task;

static guint64
get_due_ns (const Task *task,
            guint64     index)
{
  return task->start_ns + (guint64) ((double) index * 1e9 / task->rate_hz);
}

/* As Sonde's worker does: a sample is due when it is due. */
static gboolean
sleep_and_copy (const Task *task)
{
  prctl (PR_SET_TIMERSLACK, 1UL);
  for (guint64 i = 1; i < task->n_samples; i++)
    {
      sonde_clock_sleep_until (get_due_ns (task, i));
      if (!copy_page (task->pid, task->heap))
        return FALSE;
    }

  return TRUE;
}

static gpointer
wake_and_copy_cb (gpointer data)
{
  const Task *task = data;
  cpu_set_t cpus;

  CPU_ZERO (&cpus);
  CPU_SET (atoi (task->cpu), &cpus);
  if (sched_setaffinity (0, sizeof cpus, &cpus) != 0)
    exit (1);

  sonde_priority_raise (SONDE_PRIORITY_HOLDER);
  for (guint64 i = 1; i < task->n_samples; i++)
    {
      /* As a preempter does where there is none yet. */
      if (!sonde_alarms_wait (task->alarms, get_due_ns (task, i)))
        sonde_clock_sleep_until (get_due_ns (task, i));
      if (!copy_page (task->pid, task->heap))
        exit (1);
    }

  return NULL;
}

static void
be_woken_and_copy (Task *task)
{
  GThread *thread;

  task->alarms = sonde_alarms_new (N_ALARMS);
  thread = g_thread_new ("preempter", wake_and_copy_cb, task);
  for (guint64 i = 1; i < task->n_samples; i++)
    while (!sonde_alarms_set (task->alarms, get_due_ns (task, i)))
      g_usleep (5000);

  g_thread_join (thread);
  sonde_alarms_free (task->alarms);
}

int
main (int   argc,
      char *argv[])
{
  Task task = { 0 };
  double cpu_s = get_cpu_s ();

  if (argc == 4 || argc == 5)
    {
      task.pid = atoi (argv[1]);
      task.heap = find_heap (argv[1]);
      task.rate_hz = g_ascii_strtod (argv[2], NULL);
      task.n_samples = (guint64) (task.rate_hz * g_ascii_strtod (argv[3], NULL));
      task.cpu = argv[4];
    }
  if (task.heap == 0 || task.rate_hz < 1)
    {
      g_printerr ("usage: least PID RATE SECONDS [CPU]\n");
      return 2;
    }

  task.start_ns = sonde_clock_now_ns ();
  if (task.cpu != NULL)
    be_woken_and_copy (&task);
  else if (!sleep_and_copy (&task))
    return 1;

  printf ("%.4f\n",
          (get_cpu_s () - cpu_s) / ((double) (sonde_clock_now_ns () - task.start_ns) / 1e9));

  return 0;
}
