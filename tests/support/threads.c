/* threads.c: what the kernel says of the threads of a process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/threads.h"

#include <string.h>

/* The texts of /proc/PID/task/TID/@name, one a thread (transfer full). */
static GPtrArray *
read_task_files (pid_t       pid,
                 const char *name)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%d/task", (int) pid);
  g_autoptr(GDir) threads = g_dir_open (folder, 0, NULL);
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  const char *thread;

  g_assert_nonnull (threads);
  while ((thread = g_dir_read_name (threads)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, thread, name, NULL);
      char *text = NULL;

      /* It may have ended by now. */
      if (g_file_get_contents (path, &text, NULL, NULL))
        g_ptr_array_add (texts, text);
    }

  return texts;
}

static guint
count_stopped (GPtrArray *stats)
{
  guint count = 0;

  for (guint i = 0; i < stats->len; i++)
    {
      const char *stat = g_ptr_array_index (stats, i);
      const char *end_of_name = strrchr (stat, ')');

      g_assert_nonnull (end_of_name);
      count += end_of_name[2] == 't' || end_of_name[2] == 'T';
    }

  return count;
}

gboolean
test_is_any_thread_stopped (pid_t pid)
{
  g_autoptr(GPtrArray) stats = read_task_files (pid, "stat");

  return count_stopped (stats) > 0;
}

gboolean
test_is_every_thread_stopped (pid_t pid)
{
  g_autoptr(GPtrArray) stats = read_task_files (pid, "stat");

  return stats->len > 0 && count_stopped (stats) == stats->len;
}

pid_t
test_read_tracer (pid_t pid)
{
  g_autoptr(GPtrArray) texts = read_task_files (pid, "status");
  pid_t tracer = 0;

  for (guint i = 0; i < texts->len && tracer == 0; i++)
    {
      const char *at = strstr (g_ptr_array_index (texts, i), "TracerPid:");

      g_assert_nonnull (at);
      tracer = (pid_t) g_ascii_strtoll (at + strlen ("TracerPid:"), NULL, 10);
    }

  return tracer;
}

GArray *
test_read_cpu_times (pid_t pid)
{
  g_autoptr(GPtrArray) texts = read_task_files (pid, "schedstat");
  GArray *times = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint i = 0; i < texts->len; i++)
    {
      guint64 time = g_ascii_strtoull (g_ptr_array_index (texts, i), NULL, 10);

      g_array_append_val (times, time);
    }

  return times;
}

TestRuns
test_read_runs (pid_t pid,
                pid_t tid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/schedstat", (int) pid, (int) tid);
  g_autofree char *text = NULL;
  TestRuns runs;
  char *at;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  runs.ran_ns = g_ascii_strtoull (text, &at, 10);
  runs.waited_ns = g_ascii_strtoull (at, NULL, 10);

  return runs;
}

void
test_stay_on_cpu (cpu_set_t *before)
{
  cpu_set_t one;

  g_assert_cmpint (sched_getaffinity (0, sizeof *before, before), ==, 0);
  CPU_ZERO (&one);
  CPU_SET (sched_getcpu (), &one);
  g_assert_cmpint (sched_setaffinity (0, sizeof one, &one), ==, 0);
}
