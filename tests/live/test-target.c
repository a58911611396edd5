/* test-target.c: which process it is that is looked at, and which program it runs
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/program.h"
#include "target/target.h"

#define N_EXECS 50
/* What an exec() and what follows it take, on a busy machine too. */
#define EXEC_US (20 * 1000)

/* A process that becomes another program as soon as @write_end is closed, and sleeps then. */
static pid_t
fork_execer (int *write_end)
{
  int ends[2];
  char byte;
  pid_t pid;

  g_assert_cmpint (pipe (ends), ==, 0);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      close (ends[1]);
      if (read (ends[0], &byte, 1) == 0)
        execl ("/bin/sleep", "sleep", "60", NULL);
      _exit (1);
    }

  close (ends[0]);
  *write_end = ends[1];

  return pid;
}

/* The kernel moves the stack of a new program while it loads it: that is one program, whenever it
 * is looked at.
 */
static void
test_target_exec_counted_once (void)
{
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  for (guint i = 0; i < N_EXECS; i++)
    {
      g_autoptr(SondeTarget) target = NULL;
      SondeObstacle obstacle;
      guint n_execs = 0;
      gint64 until_us;
      int write_end;
      pid_t pid = fork_execer (&write_end);

      target = sonde_target_new_attach (pid, 0, &obstacle);
      g_assert_nonnull (target);
      close (write_end);
      until_us = g_get_monotonic_time () + EXEC_US;
      while (g_get_monotonic_time () < until_us || n_execs == 0)
        n_execs += sonde_target_poll (target, &obstacle) == SONDE_TARGET_EXECED;
      g_assert_cmpuint (n_execs, ==, 1);

      kill (pid, SIGKILL);
      waitpid (pid, NULL, 0);
    }
}

/* One that has the id of a process that is meant, and is another, is not looked at. */
static void
test_target_id_of_another (void)
{
  g_autoptr(TestProgram) program = NULL;
  g_autoptr(SondeTarget) target = NULL;
  SondeObstacle obstacle;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  program = test_target_start ("depth", "3", NULL);
  target = sonde_target_new_attach (program->pid, 0, &obstacle);
  g_assert_nonnull (target);
  g_assert_null (sonde_target_new_attach (program->pid, target->start_ticks - 1, &obstacle));
  g_assert_cmpint (obstacle.kind, ==, SONDE_OBSTACLE_GONE);
  g_assert_cmpint (obstacle.pid, ==, 0);
  sonde_target_free (sonde_target_new_attach (program->pid, target->start_ticks, &obstacle));
  g_assert_cmpint (obstacle.kind, ==, SONDE_OBSTACLE_NONE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/target/exec-counted-once", test_target_exec_counted_once);
  g_test_add_func ("/live/target/id-of-another", test_target_id_of_another);
  return g_test_run ();
}
