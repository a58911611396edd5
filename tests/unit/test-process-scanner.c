/* test-process-scanner.c: the list of processes, from a directory like /proc
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "base/types.h"
#include "support/fake-proc.h"
#include "target/proc.h"
#include "target/process-scanner.h"

#define SECOND SONDE_NS_PER_SECOND

typedef struct
{
  char                *root;
  SondeProcessScanner *scanner;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->root = fake_proc_new (0, FALSE);
  fixture->scanner = sonde_process_scanner_new (fixture->root);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  sonde_process_scanner_free (fixture->scanner);
  fake_proc_free (fixture->root);
}

static void
test_process_scanner_left_out (Fixture      *fixture,
                               gconstpointer data)
{
  g_autoptr(SondeProcessList) list = NULL;

  fake_proc_set (fixture->root, &(FakeProcess) { .pid = 20, .uid = 1000, .gid = 1000 });
  fake_proc_set (fixture->root, &(FakeProcess) { .pid = 3, .n_threads = 3, .uid = 1000,
                                                 .gid = 1000 });
  fake_proc_set (fixture->root, &(FakeProcess) { .pid = 2, .kernel = TRUE });
  fake_proc_set (fixture->root, &(FakeProcess) { .pid = getpid (), .uid = 1000, .gid = 1000 });

  list = sonde_process_scanner_scan (fixture->scanner, SECOND);

  g_assert_cmpuint (list->n_rows, ==, 2);
  g_assert_cmpint (list->rows[0].process->pid, ==, 3);
  g_assert_cmpint (list->rows[1].process->pid, ==, 20);
  g_assert_cmpuint (list->rows[0].thread_count, ==, 3);
  g_assert_cmpuint (list->rows[0].memory_bytes, ==, 256 * (guint64) sysconf (_SC_PAGESIZE));
}

static void
test_process_scanner_hostile_names (Fixture      *fixture,
                                    gconstpointer data)
{
  static const struct
  {
    const char *comm;
    const char *name;
    const char *arguments;
    gsize       length;
    const char *command_line;
  } cases[] = {
    { "a) R 1 (b", "a) R 1 (b", "x\0y", 3, "x y" },
    { "two\nlines", "two?lines", "x\ny\0", 4, "x y" },
    { "\xff\xfe", "\357\277\275\357\277\275", "\xff\0", 2, "\357\277\275" },
    { ")", ")", "", 0, ")" },
    { "((((", "((((", "\0\0\0", 3, "((((" },
    { "fifteen-letters", "fifteen-letters-and-more", "/opt/fifteen-letters-and-more\0-v\0", 33,
      "/opt/fifteen-letters-and-more -v" },
    { "\033[31mred", "?[31mred", "a\033[2Jb", 6, "a [2Jb" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SondeProcessList) list = NULL;
      FakeProcess process = { .pid = 7, .uid = 1000, .gid = 1000, .start_ticks = i + 1 };

      process.comm = cases[i].comm;
      process.command_line = cases[i].arguments;
      process.command_line_length = cases[i].length;
      fake_proc_set (fixture->root, &process);

      list = sonde_process_scanner_scan (fixture->scanner, SECOND);
      g_assert_cmpuint (list->n_rows, ==, 1);
      g_assert_cmpstr (list->rows[0].process->name, ==, cases[i].name);
      g_assert_cmpstr (list->rows[0].process->command_line, ==, cases[i].command_line);
    }
}

static void
test_process_scanner_huge_command_line (Fixture      *fixture,
                                        gconstpointer data)
{
  g_autoptr(SondeProcessList) list = NULL;
  g_autofree char *huge = g_strnfill (1000000, 'x');

  fake_proc_set (fixture->root,
                 &(FakeProcess) { .pid = 7, .command_line = huge, .command_line_length = 1000000 });
  list = sonde_process_scanner_scan (fixture->scanner, SECOND);

  g_assert_cmpuint (strlen (list->rows[0].process->command_line), <=, 8192);
}

static void
test_process_scanner_malformed (Fixture      *fixture,
                                gconstpointer data)
{
  static const char *const texts[] = {
    "", "7", "7 (x", "7 )x(", "7 (x) S", "7 (x) S 1 1", "7 (x)S 1", "7 (x) S a b c",
  };

  fake_proc_set (fixture->root, &(FakeProcess) { .pid = 7 });
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(SondeProcessList) list = NULL;

      fake_proc_write (fixture->root, 7, "stat", texts[i], -1);
      list = sonde_process_scanner_scan (fixture->scanner, SECOND);
      g_assert_cmpuint (list->n_rows, ==, 0);
    }
}

static void
test_process_scanner_vanishing (Fixture      *fixture,
                                gconstpointer data)
{
  g_autoptr(SondeProcessList) before = NULL;
  g_autoptr(SondeProcessList) after = NULL;
  g_autofree char *status = g_strdup_printf ("%s/8/status", fixture->root);

  fake_proc_set (fixture->root, &(FakeProcess) { .pid = 7 });
  fake_proc_set (fixture->root, &(FakeProcess) { .pid = 8 });
  fake_proc_set (fixture->root, &(FakeProcess) { .pid = 9 });
  /* It ends between the reading of its first and its second file. */
  g_assert_no_errno (unlink (status));

  before = sonde_process_scanner_scan (fixture->scanner, SECOND);
  g_assert_cmpuint (before->n_rows, ==, 2);

  fake_proc_remove (fixture->root, 7);
  after = sonde_process_scanner_scan (fixture->scanner, 2 * SECOND);
  g_assert_cmpuint (after->n_rows, ==, 1);
  g_assert_cmpint (after->rows[0].process->pid, ==, 9);

  /* An old list does not change under its readers. */
  g_assert_cmpint (before->rows[0].process->pid, ==, 7);
}

static void
test_process_scanner_cpu_share (Fixture      *fixture,
                                gconstpointer data)
{
  const guint64 hz = (guint64) sysconf (_SC_CLK_TCK);
  FakeProcess process = { .pid = 7, .start_ticks = 10 * hz, .cpu_ticks = hz };
  SondeProcessList *list;

  fake_proc_set (fixture->root, &process);
  list = sonde_process_scanner_scan (fixture->scanner, 12 * SECOND);
  g_assert_cmpfloat_with_epsilon (list->rows[0].cpu_share, 0.5, 1e-9);
  sonde_process_list_unref (list);

  process.cpu_ticks += 3 * hz;
  fake_proc_set (fixture->root, &process);
  list = sonde_process_scanner_scan (fixture->scanner, 14 * SECOND);
  g_assert_cmpfloat_with_epsilon (list->rows[0].cpu_share, 1.5, 1e-9);
  sonde_process_list_unref (list);

  list = sonde_process_scanner_scan (fixture->scanner, 15 * SECOND);
  g_assert_cmpfloat (list->rows[0].cpu_share, ==, 0.0);
  sonde_process_list_unref (list);

  /* A clock that stands still or goes back gives no share, and no division by zero. */
  process.cpu_ticks += hz;
  fake_proc_set (fixture->root, &process);
  list = sonde_process_scanner_scan (fixture->scanner, 15 * SECOND);
  g_assert_cmpfloat (list->rows[0].cpu_share, ==, 0.0);
  sonde_process_list_unref (list);
}

static void
test_process_scanner_keeps_details (Fixture      *fixture,
                                    gconstpointer data)
{
  g_autoptr(SondeProcessList) first = NULL;
  FakeProcess process = { .pid = 7, .command_line = "a", .command_line_length = 1,
                          .stack_start = 1 };

  fake_proc_set (fixture->root, &process);
  first = sonde_process_scanner_scan (fixture->scanner, SECOND);

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(SondeProcessList) next = sonde_process_scanner_scan (fixture->scanner,
                                                                     (2 + i) * SECOND);

      g_assert_true (next->rows[0].process == first->rows[0].process);
    }
}

static const char *
scan_command_line (Fixture *fixture,
                   guint64  now_ns)
{
  g_autoptr(SondeProcessList) list = sonde_process_scanner_scan (fixture->scanner, now_ns);

  return g_intern_string (list->rows[0].process->command_line);
}

static void
test_process_scanner_exec (Fixture      *fixture,
                           gconstpointer data)
{
  FakeProcess process = { .pid = 8, .comm = "sh", .command_line = "a", .command_line_length = 1,
                          .stack_start = 1 };

  fake_proc_set (fixture->root, &process);
  g_assert_cmpstr (scan_command_line (fixture, SECOND), ==, "a");

  /* Another program of the same name: only the stack tells. */
  process.command_line = "b";
  process.stack_start = 2;
  fake_proc_set (fixture->root, &process);
  g_assert_cmpstr (scan_command_line (fixture, 2 * SECOND), ==, "b");

  /* Another name. */
  process.command_line = "c";
  process.comm = "cat";
  fake_proc_set (fixture->root, &process);
  g_assert_cmpstr (scan_command_line (fixture, 3 * SECOND), ==, "c");

  /* Another process under the old number. */
  process.command_line = "d";
  process.start_ticks = 5;
  fake_proc_set (fixture->root, &process);
  g_assert_cmpstr (scan_command_line (fixture, 4 * SECOND), ==, "d");
}

static void
test_process_scanner_new_title_in_eight_scans (Fixture      *fixture,
                                               gconstpointer data)
{
  FakeProcess process = { .pid = 7, .command_line = "a", .command_line_length = 1 };
  const char *seen = NULL;

  fake_proc_set (fixture->root, &process);
  scan_command_line (fixture, SECOND);

  process.command_line = "b";
  fake_proc_set (fixture->root, &process);
  for (guint i = 0; i < 8; i++)
    seen = scan_command_line (fixture, (2 + i) * SECOND);

  g_assert_cmpstr (seen, ==, "b");
}

static void
test_process_scanner_cgroup (Fixture      *fixture,
                             gconstpointer data)
{
  static const struct
  {
    const char *text;
    const char *cgroup;
  } cases[] = {
    { "0::/user.slice/app-x.scope\n", "/user.slice/app-x.scope" },
    { "4:memory:/m\n0::/unified\n", "/unified" },
    { "4:memory:/m\n1:name=systemd:/user.slice/s\n", "/user.slice/s" },
    { "4:memory:/m\n", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SondeProcessList) list = NULL;

      fake_proc_set (fixture->root, &(FakeProcess) { .pid = 7, .start_ticks = i + 1 });
      fake_proc_write (fixture->root, 7, "cgroup", cases[i].text, -1);
      list = sonde_process_scanner_scan (fixture->scanner, SECOND);
      g_assert_cmpstr (list->rows[0].process->cgroup, ==, cases[i].cgroup);
    }
}

static void
test_process_scanner_no_root (void)
{
  g_autoptr(SondeProcessScanner) scanner = sonde_process_scanner_new ("/nonexistent");
  g_autoptr(SondeProcessList) list = sonde_process_scanner_scan (scanner, SECOND);

  g_assert_cmpuint (list->n_rows, ==, 0);
}

static void
test_process_scanner_deleted_executable (Fixture      *fixture,
                                         gconstpointer data)
{
  g_autoptr(SondeProcessList) list = NULL;

  fake_proc_set (fixture->root,
                 &(FakeProcess) { .pid = 7, .executable = "/opt/my app/x (deleted)" });
  list = sonde_process_scanner_scan (fixture->scanner, SECOND);

  g_assert_cmpstr (list->rows[0].process->executable, ==, "/opt/my app/x");
}

int
main (int   argc,
      char *argv[])
{
#define ADD(path, function) \
  g_test_add ("/target/process-scanner/" path, Fixture, NULL, set_up, function, tear_down)

  g_test_init (&argc, &argv, NULL);
  ADD ("left-out", test_process_scanner_left_out);
  ADD ("hostile-names", test_process_scanner_hostile_names);
  ADD ("huge-command-line", test_process_scanner_huge_command_line);
  ADD ("malformed", test_process_scanner_malformed);
  ADD ("vanishing", test_process_scanner_vanishing);
  ADD ("cpu-share", test_process_scanner_cpu_share);
  ADD ("keeps-details", test_process_scanner_keeps_details);
  ADD ("exec", test_process_scanner_exec);
  ADD ("new-title-in-eight-scans", test_process_scanner_new_title_in_eight_scans);
  ADD ("cgroup", test_process_scanner_cgroup);
  ADD ("deleted-executable", test_process_scanner_deleted_executable);
  g_test_add_func ("/target/process-scanner/no-root", test_process_scanner_no_root);
  return g_test_run ();
}
