/* test-permission.c: what stands in the way, told from files like those of /proc
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "support/fake-proc.h"
#include "target/permission.h"

static SondeObstacle
judge_in (const char        *root,
          const FakeProcess *process)
{
  SondeRights rights;
  SondeProcStat stat;
  SondeProcStatus status;
  SondeObstacle obstacle;
  int root_fd;

  fake_proc_set (root, process);
  root_fd = sonde_proc_open (root);
  g_assert_cmpint (root_fd, >=, 0);
  g_assert_true (sonde_proc_read_stat (root_fd, process->pid, &stat));
  g_assert_true (sonde_proc_read_status (root_fd, process->pid, &status));

  sonde_rights_read (&rights, root_fd);
  obstacle = sonde_permission_judge (&rights, root_fd, process->pid, &stat, &status);

  close (root_fd);

  return obstacle;
}

static SondeObstacle
judge (int                scope,
       gboolean           capable,
       const FakeProcess *process)
{
  char *root = fake_proc_new (scope, capable);
  SondeObstacle obstacle = judge_in (root, process);

  fake_proc_free (root);

  return obstacle;
}

/* Root of a container has not all rights of root. */
static void
test_permission_root (void)
{
  static const char status[] = "Name:\ttest\nTracerPid:\t0\nUid:\t0\t0\t0\t0\n"
                               "Gid:\t0\t0\t0\t0\nCapEff:\t0000000000000000\n";
  const FakeProcess closed = { .pid = 7, .uid = 0, .gid = 0, .closed = TRUE };
  const FakeProcess other = { .pid = 7, .uid = 999, .gid = 999, .closed = TRUE };
  char *root = fake_proc_new (0, FALSE);

  g_assert_false (judge_in (root, &closed).is_root);

  fake_proc_write (root, 0, "status", status, -1);
  g_assert_cmpint (judge_in (root, &closed).kind, ==, SONDE_OBSTACLE_PROTECTED);
  g_assert_true (judge_in (root, &closed).is_root);
  g_assert_cmpint (judge_in (root, &other).kind, ==, SONDE_OBSTACLE_OTHER_USER);
  g_assert_true (judge_in (root, &other).is_root);

  fake_proc_free (root);
}

static void
test_permission_kinds (void)
{
  static const struct
  {
    int               scope;
    gboolean          capable;
    FakeProcess       process;
    SondeObstacleKind kind;
  } cases[] = {
    { 0, FALSE, { .pid = 7, .uid = 1000, .gid = 1000 }, SONDE_OBSTACLE_NONE },
    { -1, FALSE, { .pid = 7, .uid = 1000, .gid = 1000 }, SONDE_OBSTACLE_NONE },
    { 0, FALSE, { .pid = 7, .state = 'Z', .closed = TRUE }, SONDE_OBSTACLE_ZOMBIE },
    { 0, FALSE, { .pid = 7, .state = 'Z', .n_threads = 2, .uid = 1000, .gid = 1000 },
      SONDE_OBSTACLE_NONE },
    { 0, TRUE, { .pid = 7, .kernel = TRUE }, SONDE_OBSTACLE_KERNEL },
    { 0, FALSE, { .pid = 7, .uid = 999, .gid = 1000, .closed = TRUE }, SONDE_OBSTACLE_OTHER_USER },
    { 0, FALSE, { .pid = 7, .uid = 1000, .gid = 999, .closed = TRUE }, SONDE_OBSTACLE_OTHER_USER },
    { 3, FALSE, { .pid = 7, .uid = 999, .gid = 999, .closed = TRUE }, SONDE_OBSTACLE_OTHER_USER },
    { 0, FALSE, { .pid = 7, .uid = 1000, .gid = 1000, .closed = TRUE }, SONDE_OBSTACLE_PROTECTED },
    { 0, TRUE, { .pid = 7, .uid = 0 }, SONDE_OBSTACLE_NONE },
    { 1, FALSE, { .pid = 7, .uid = 1000, .gid = 1000 }, SONDE_OBSTACLE_PTRACE_SCOPE },
    { 1, TRUE, { .pid = 7, .uid = 1000, .gid = 1000 }, SONDE_OBSTACLE_NONE },
    { 1, FALSE, { .pid = 7, .uid = 1000, .gid = 1000, .namespace = "user:[2]" },
      SONDE_OBSTACLE_NONE },
    { 2, FALSE, { .pid = 7, .uid = 1000, .gid = 1000 }, SONDE_OBSTACLE_PTRACE_SCOPE },
    { 2, TRUE, { .pid = 7, .uid = 1000, .gid = 1000 }, SONDE_OBSTACLE_NONE },
    { 3, TRUE, { .pid = 7, .uid = 1000, .gid = 1000 }, SONDE_OBSTACLE_PTRACE_SCOPE },
    { 0, FALSE, { .pid = 7, .uid = 1000, .gid = 1000, .tracer = 99 }, SONDE_OBSTACLE_TRACED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SondeObstacle obstacle = judge (cases[i].scope, cases[i].capable, &cases[i].process);

      g_test_message ("case %u", i);
      g_assert_cmpint (obstacle.kind, ==, cases[i].kind);
      g_assert_cmpint (obstacle.pid, ==, 7);
      g_assert_cmpuint (obstacle.owner, ==, cases[i].process.uid);
      g_assert_cmpint (obstacle.tracer, ==, cases[i].process.tracer);
    }
}

static void
test_permission_own_child_in_scope (void)
{
  const FakeProcess child = { .pid = 7, .uid = 1000, .gid = 1000, .parent = getpid () };
  const FakeProcess own = { .pid = getpid (), .uid = 1000, .gid = 1000 };

  g_assert_cmpint (judge (1, FALSE, &child).kind, ==, SONDE_OBSTACLE_NONE);
  g_assert_cmpint (judge (2, FALSE, &child).kind, ==, SONDE_OBSTACLE_PTRACE_SCOPE);
  g_assert_cmpint (judge (0, TRUE, &own).kind, ==, SONDE_OBSTACLE_SELF);
}

static void
test_permission_32bit (void)
{
  static const char ident_32[16] = "\177ELF\1\1\1";
  static const char ident_64[16] = "\177ELF\2\1\1";
  g_autofree char *path = NULL;
  FakeProcess process = { .pid = 7, .uid = 1000, .gid = 1000 };
  int fd = g_file_open_tmp ("sonde-elf-XXXXXX", &path, NULL);

  close (fd);
  process.executable = path;

  g_assert_true (g_file_set_contents (path, ident_32, sizeof ident_32, NULL));
  g_assert_cmpint (judge (0, FALSE, &process).kind, ==, SONDE_OBSTACLE_32BIT);
  g_assert_true (g_file_set_contents (path, ident_64, sizeof ident_64, NULL));
  g_assert_cmpint (judge (0, FALSE, &process).kind, ==, SONDE_OBSTACLE_NONE);
  g_assert_true (g_file_set_contents (path, ident_32, 4, NULL));
  g_assert_cmpint (judge (0, FALSE, &process).kind, ==, SONDE_OBSTACLE_NONE);

  unlink (path);
}

static void
test_permission_real_processes (void)
{
  g_assert_cmpint (sonde_permission_check (getpid ()).kind, ==, SONDE_OBSTACLE_SELF);
  g_assert_cmpint (sonde_permission_check (0x7ffffff).kind, ==, SONDE_OBSTACLE_GONE);
  g_assert_cmpint (sonde_permission_check (0).kind, ==, SONDE_OBSTACLE_GONE);
  g_assert_cmpint (sonde_permission_check (-1).kind, ==, SONDE_OBSTACLE_GONE);
  g_assert_cmpint (sonde_permission_explain (0x7ffffff, EPERM).kind, ==, SONDE_OBSTACLE_GONE);
}

static void
test_permission_explains_errno (void)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) argv = g_strsplit ("sleep 60", " ", -1);
  SondeObstacle obstacle;
  GPid pid;

  /* A child of our own can be attached to wherever ptrace_scope is not over 1. */
  g_spawn_async (NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                 &pid, &error);
  g_assert_no_error (error);

  obstacle = sonde_permission_explain (pid, EIO);
  g_assert_cmpint (obstacle.kind, ==, SONDE_OBSTACLE_FAILED);
  g_assert_cmpint (obstacle.code, ==, EIO);
  g_assert_cmpint (sonde_permission_explain (pid, ESRCH).kind, ==, SONDE_OBSTACLE_GONE);

  kill (pid, SIGKILL);
  g_spawn_close_pid (pid);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/target/permission/root", test_permission_root);
  g_test_add_func ("/target/permission/kinds", test_permission_kinds);
  g_test_add_func ("/target/permission/own-child-in-scope", test_permission_own_child_in_scope);
  g_test_add_func ("/target/permission/32bit", test_permission_32bit);
  g_test_add_func ("/target/permission/real-processes", test_permission_real_processes);
  g_test_add_func ("/target/permission/explains-errno", test_permission_explains_errno);
  return g_test_run ();
}
