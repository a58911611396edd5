/* test-process-lookup.c: which process a word of the command line means
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <unistd.h>

#include "model/process-lookup.h"

typedef struct
{
  pid_t       pid;
  guint64     start_ticks;
  const char *name;
} Line;

static const Line lines[] = {
  { 10, 100, "redis-server" },
  { 20, 300, "redis-server" },
  { 30, 200, "redis-server" },
  { 40, 50, "20" },
};

static SondeProcessList *
make_list (void)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (SondeProcessFigures));

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      SondeProcessFigures figures = { .process = sonde_process_new () };

      figures.process->pid = lines[i].pid;
      figures.process->start_ticks = lines[i].start_ticks;
      figures.process->name = g_strdup (lines[i].name);
      g_array_append_val (rows, figures);
    }

  return sonde_process_list_new (rows);
}

static void
assert_found (const char *wanted,
              pid_t       pid,
              guint       n_found)
{
  g_autoptr(SondeProcessList) list = make_list ();
  g_autoptr(SondeProcess) process = NULL;
  guint found;

  process = sonde_process_lookup_find (list, wanted, &found);
  g_assert_cmpuint (found, ==, n_found);
  g_assert_cmpint (process != NULL ? process->pid : 0, ==, pid);
}

static void
test_process_lookup_newest_of_name (void)
{
  assert_found ("redis-server", 20, 3);
}

static void
test_process_lookup_number_is_pid (void)
{
  assert_found ("20", 20, 1);
}

static void
test_process_lookup_nothing (void)
{
  assert_found ("redis", 0, 0);
  assert_found ("4711", 0, 0);
  assert_found ("", 0, 0);
}

static void
on_looked_up_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  guint n_found;
  g_autoptr(GError) error = NULL;
  g_autoptr(SondeProcess) process = sonde_process_lookup_finish (result, &n_found, &error);

  g_assert_no_error (error);
  g_assert_nonnull (process);
  g_assert_cmpuint (n_found, ==, 1);
  g_assert_cmpint (process->pid, ==, getppid ());
  g_main_loop_quit (user_data);
}

static void
test_process_lookup_running (void)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *pid = g_strdup_printf ("%d", (int) getppid ());

  sonde_process_lookup_async (pid, NULL, on_looked_up_cb, loop);
  g_main_loop_run (loop);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/process-lookup/newest-of-name", test_process_lookup_newest_of_name);
  g_test_add_func ("/model/process-lookup/number-is-pid", test_process_lookup_number_is_pid);
  g_test_add_func ("/model/process-lookup/nothing", test_process_lookup_nothing);
  g_test_add_func ("/model/process-lookup/running", test_process_lookup_running);

  return g_test_run ();
}
