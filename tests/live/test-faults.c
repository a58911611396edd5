/* test-faults.c: what cannot be done is said in one clear line
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "support/program.h"
#include "support/threads.h"

/* A number that no process has. */
#define NO_PROCESS "2147483646"

#define ORDINARY_USER 65534

/* What record says of a program that it started and that it leaves. */
#define GOES_ON "the program goes on as process "

/* The loader of programs needs some, and Sonde is content with so many. */
#define FEW_DESCRIPTORS 5
#define MANY_DESCRIPTORS 22
/* The first is GLib's. */
#define FEW_THREADS 1
#define MANY_THREADS 8

/* Each command that takes a process says the same of it, with @part in it. */
static void
check_refusal (const char *pid,
               const char *part)
{
  g_autofree char *record = test_cli_fail ("record", "-p", pid, NULL);
  g_autofree char *top = test_cli_fail ("top", pid, "--once", NULL);
  g_autofree char *dump = test_cli_fail ("dump", pid, NULL);

  g_assert_nonnull (strstr (record, part));
  g_assert_cmpstr (top, ==, record);
  g_assert_cmpstr (dump, ==, record);
}

static void
test_faults_no_such_process (void)
{
  check_refusal (NO_PROCESS, "There is no process " NO_PROCESS);
}

static void
test_faults_process_that_ended (void)
{
  g_autoptr(TestProgram) target = test_target_start ("exiter", "0", NULL);
  g_autofree char *pid = test_dup_number (target->pid);

  test_program_wait (target);
  check_refusal (pid, "There is no process");
}

static void
test_faults_zombie (void)
{
  g_autoptr(TestProgram) target = test_target_start ("zombie", NULL);
  g_autofree char *output = test_program_dup_output (target);
  g_autofree char *pid = NULL;
  int number = 0;

  g_assert_cmpint (sscanf (output, "{\"zombie\": %d}", &number), ==, 1);
  pid = test_dup_number (number);
  check_refusal (pid, "zombie");
}

static void
test_faults_kernel_thread (void)
{
  g_autofree char *name = NULL;

  /* Number 2 is the first kernel thread, but for containers, where it is anything or nothing. */
  if (g_file_get_contents ("/proc/2/comm", &name, NULL, NULL) && g_str_equal (name, "kthreadd\n"))
    check_refusal ("2", "thread of the kernel");
  else
    g_test_message ("no kernel thread can be seen here; the unit tests have one of their own");
}

static void
test_faults_narrow_program (void)
{
  g_autofree char *path = test_dup_target_path ("narrow");
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  const char *argv[] = { path, NULL };

  g_assert_true (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE));
  target = test_program_start (argv);
  test_program_wait_for (target, "ready ");
  pid = test_dup_number (target->pid);
  check_refusal (pid, "32-bit");
  g_assert_false (test_is_any_thread_stopped (target->pid));
}

static void
test_faults_traced_already (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) tracer = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *part = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("depth", "3", NULL);
  pid = test_dup_number (target->pid);
  tracer = test_target_start ("tracer", pid, NULL);
  part = g_strdup_printf ("traced by process %d", (int) tracer->pid);
  check_refusal (pid, part);
  g_assert_cmpint (test_read_tracer (target->pid), ==, tracer->pid);
}

static void
test_faults_another_users_process (void)
{
  g_autoptr(TestProgram) target = test_target_start ("depth", "3", NULL);
  g_autoptr(TestProgram) refused = NULL;
  g_autofree char *pid = test_dup_number (target->pid);
  g_autofree char *user = test_dup_number (ORDINARY_USER);
  g_autofree char *errors = NULL;
  g_auto(GStrv) lines = NULL;
  const char *as_other[] = {
    "setpriv", "--reuid", user, "--regid", user, "--clear-groups", test_get_cli_path (),
    "record", "-p", pid, NULL
  };
  const char *as_ourselves[] = { test_get_cli_path (), "record", "-p", "1", NULL };

  /* Root looks at its own process as somebody else, and everybody else at one of root's. */
  refused = test_program_start (geteuid () == 0 ? as_other : as_ourselves);
  g_assert_cmpint (test_program_wait (refused), ==, 1);
  errors = test_program_dup_errors (refused);
  g_test_message ("%s", errors);
  lines = g_strsplit (errors, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  g_assert_nonnull (strstr (errors, "Belongs to root"));
  g_assert_nonnull (strstr (errors, "sudo sonde-cli"));
}

static void
test_faults_program_that_cannot_start (void)
{
  g_autofree char *missing = test_cli_fail ("record", "--", "/no/such/program", NULL);
  g_autofree char *not_found = test_cli_fail ("record", "--", "sonde-no-such-program", NULL);
  g_autofree char *no_program = test_cli_fail ("record", "--", "/etc/passwd", NULL);

  g_assert_nonnull (strstr (missing, "could not be started"));
  g_assert_nonnull (strstr (not_found, "could not be started"));
  g_assert_nonnull (strstr (no_program, "could not be started"));
}

static void
test_faults_names (void)
{
  g_autoptr(TestProgram) first = test_target_start ("mutual", NULL);
  g_autofree char *nobody = test_cli_fail ("dump", "sonde-no-such-name", NULL);
  g_autofree char *one = test_dup_number (first->pid);
  g_autoptr(TestProgram) second = NULL;
  g_autofree char *several = NULL;
  g_autofree char *two = NULL;

  g_assert_nonnull (strstr (nobody, "no process with the name"));

  second = test_target_start ("mutual", NULL);
  two = test_dup_number (second->pid);
  several = test_cli_fail ("dump", "mutual", NULL);
  g_assert_nonnull (strstr (several, one));
  g_assert_nonnull (strstr (several, two));
}

static void
test_faults_output (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *no_folder = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *full = NULL;
  g_autofree char *full_stats = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("depth", "3", NULL);
  pid = test_dup_number (target->pid);

  /* Found out before the recording, not after it. */
  no_folder = test_cli_fail ("record", "-p", pid, "-o", "/no/such/folder/file", NULL);
  g_assert_nonnull (strstr (no_folder, "/no/such/folder/file"));
  folder = test_cli_fail ("record", "-p", pid, "-o", "/tmp", NULL);
  g_assert_nonnull (strstr (folder, "/tmp"));

  full = test_cli_fail ("record", "-p", pid, "-d", "0.2", "-o", "/dev/full", NULL);
  g_assert_nonnull (strstr (full, g_strerror (ENOSPC)));
  full_stats = test_cli_fail ("record", "-p", pid, "-d", "0.2", "-o", "/dev/null",
                              "--stats", "/dev/full", NULL);
  g_assert_nonnull (strstr (full_stats, g_strerror (ENOSPC)));
  g_assert_true (g_file_test ("/dev/null", G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test ("/dev/null", G_FILE_TEST_IS_REGULAR));
}

static void
test_faults_closed_pipe (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) shell = NULL;
  g_autofree char *command = NULL;
  g_autofree char *output = NULL;
  const char *argv[] = { "/bin/bash", "-c", NULL, NULL };

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("depth", "3", NULL);
  command = g_strdup_printf ("{ '%s' record -p %d -d 0.3 2>&1 >&3; "
                             "echo \"status $?\"; } 3> >(true)",
                             test_get_cli_path (), (int) target->pid);
  argv[2] = command;
  shell = test_program_start (argv);
  g_assert_cmpint (test_program_wait (shell), ==, 0);
  output = test_program_dup_output (shell);
  g_test_message ("%s", output);
  g_assert_nonnull (strstr (output, "standard output"));
  g_assert_nonnull (strstr (output, "status 1"));
}

static void
test_faults_output_replaced (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sonde-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *content = NULL;
  g_autofree char *output = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  /* An old file is replaced in one step, and behind a link it is the file that is. */
  g_assert_true (g_file_set_contents (file, "old", -1, NULL));
  g_assert_cmpint (symlink ("file", link), ==, 0);
  target = test_target_start ("depth", "3", NULL);
  pid = test_dup_number (target->pid);
  output = test_cli_run (0, "record", "-p", pid, "-d", "0.3", "-o", link, NULL);
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_get_contents (file, &content, NULL, NULL));
  g_assert_nonnull (strstr (content, "main;descend;descend;descend;spin "));
  g_assert_cmpint (g_unlink (link), ==, 0);
  g_assert_cmpint (g_unlink (file), ==, 0);

  /* Nothing else is left in the folder. */
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* sonde-cli with a limit of files, through a shell; what it printed on stderr (transfer full). */
static char *
record_within (const char *limit,
               const char *arguments,
               int        *status,
               char      **output)
{
  g_autofree char *command = g_strdup_printf ("ulimit %s && exec '%s' record %s", limit,
                                              test_get_cli_path (), arguments);
  const char *argv[] = { "/bin/bash", "-c", command, NULL };
  g_autoptr(TestProgram) shell = test_program_start (argv);

  *status = test_program_wait (shell);
  if (output != NULL)
    *output = test_program_dup_output (shell);

  return test_program_dup_errors (shell);
}

/* It went on until it was to end. */
static void
check_recording (int         status,
                 const char *errors)
{
  const char *time = strstr (errors, "samples in ");
  double ms = 0;

  g_assert_cmpint (status, ==, 0);
  g_assert_nonnull (time);
  g_assert_cmpint (sscanf (time, "samples in %lf ms", &ms), ==, 1);
  g_assert_cmpfloat (ms, >=, 200);
}

/* However few descriptors there are, it is said that there are few, or the recording goes on to its
 * end.
 */
static void
test_faults_few_descriptors (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *arguments = NULL;
  guint n_recorded = 0;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("depth", "3", "2", NULL);
  arguments = g_strdup_printf ("-p %d -d 0.2 -o /dev/null", (int) target->pid);
  for (guint count = FEW_DESCRIPTORS; count < MANY_DESCRIPTORS; count++)
    {
      g_autofree char *limit = g_strdup_printf ("-n %u", count);
      int status;
      g_autofree char *errors = record_within (limit, arguments, &status, NULL);

      g_test_message ("%u: %d, %s", count, status, errors);
      if (status == 1)
        {
          g_assert_nonnull (strstr (errors, g_strerror (EMFILE)));
          continue;
        }

      check_recording (status, errors);
      n_recorded++;
    }

  g_assert_cmpuint (n_recorded, >, 0);
  g_assert_false (test_is_any_thread_stopped (target->pid));
}

/* A program that cannot be looked at for want of descriptors has not run either. */
static void
test_faults_few_for_launch (void)
{
  g_autofree char *path = NULL;
  g_autofree char *arguments = NULL;
  guint n_recorded = 0;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  path = test_dup_target_path ("depth");
  arguments = g_strdup_printf ("-d 0.2 -o /dev/null -- '%s' 3", path);
  for (guint count = FEW_DESCRIPTORS; count < MANY_DESCRIPTORS; count++)
    {
      g_autofree char *limit = g_strdup_printf ("-n %u", count);
      g_autofree char *output = NULL;
      const char *goes_on;
      int status, pid;
      g_autofree char *errors = record_within (limit, arguments, &status, &output);

      g_test_message ("%u: %d, %s%s", count, status, output, errors);
      if (status == 1)
        {
          g_assert_nonnull (strstr (errors, g_strerror (EMFILE)));
          /* Else it is what was found that could not be written. */
          if (strstr (errors, "could not be started") != NULL)
            g_assert_cmpstr (output, ==, "");
          continue;
        }

      check_recording (status, errors);
      goes_on = strstr (errors, GOES_ON);
      g_assert_nonnull (goes_on);
      pid = atoi (goes_on + strlen (GOES_ON));
      g_assert_cmpint (pid, >, 0);
      g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
      n_recorded++;
    }

  g_assert_cmpuint (n_recorded, >, 0);
}

/* However few threads there can be, it is said, or the recording goes on to its end. */
static void
test_faults_few_threads (void)
{
  g_autofree char *library = NULL;
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *arguments = NULL;
  guint n_failed = 0;
  guint n_recorded = 0;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  library = test_dup_target_path ("starve.so");
  g_assert_true (g_file_test (library, G_FILE_TEST_EXISTS));
  target = test_target_start ("depth", "3", "2", NULL);
  arguments = g_strdup_printf ("-p %d -d 0.2 -o /dev/null", (int) target->pid);
  for (guint count = FEW_THREADS; count < MANY_THREADS; count++)
    {
      g_autofree char *limit = g_strdup_printf ("-c 0; export LD_PRELOAD='%s' STARVE_THREADS=%u "
                                                "ASAN_OPTIONS=verify_asan_link_order=0", library,
                                                count);
      int status;
      g_autofree char *errors = record_within (limit, arguments, &status, NULL);

      g_test_message ("%u: %d, %s", count, status, errors);
      if (status == 1)
        {
          g_assert_nonnull (strstr (errors, g_strerror (EAGAIN)));
          n_failed++;
          continue;
        }

      check_recording (status, errors);
      n_recorded++;
    }

  g_assert_cmpuint (n_failed, >, 0);
  g_assert_cmpuint (n_recorded, >, 0);
  g_assert_false (test_is_any_thread_stopped (target->pid));
}

/* We may have as many as we like; a program that we start has the limit that it would have. */
static void
test_faults_raised_limit (void)
{
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;
  g_auto(GStrv) lines = NULL;
  int status;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  errors = record_within ("-Sn 100", "-d 1 -o /dev/null -- /bin/bash -c 'ulimit -Sn; ulimit -Hn; "
                          "sed -n \"s/^Max open files *\\([0-9]*\\).*/\\1/p\" /proc/$PPID/limits'",
                          &status, &output);
  g_test_message ("%s%s", output, errors);
  g_assert_cmpint (status, ==, 0);

  /* The program's own two limits, and our soft one. */
  lines = g_strsplit (output, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_cmpstr (lines[0], ==, "100");
  g_assert_cmpstr (lines[2], ==, lines[1]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/faults/no-such-process", test_faults_no_such_process);
  g_test_add_func ("/live/faults/process-that-ended", test_faults_process_that_ended);
  g_test_add_func ("/live/faults/zombie", test_faults_zombie);
  g_test_add_func ("/live/faults/kernel-thread", test_faults_kernel_thread);
  g_test_add_func ("/live/faults/narrow-program", test_faults_narrow_program);
  g_test_add_func ("/live/faults/traced-already", test_faults_traced_already);
  g_test_add_func ("/live/faults/another-users-process", test_faults_another_users_process);
  g_test_add_func ("/live/faults/program-that-cannot-start", test_faults_program_that_cannot_start);
  g_test_add_func ("/live/faults/names", test_faults_names);
  g_test_add_func ("/live/faults/output", test_faults_output);
  g_test_add_func ("/live/faults/closed-pipe", test_faults_closed_pipe);
  g_test_add_func ("/live/faults/output-replaced", test_faults_output_replaced);
  g_test_add_func ("/live/faults/few-descriptors", test_faults_few_descriptors);
  g_test_add_func ("/live/faults/few-for-launch", test_faults_few_for_launch);
  g_test_add_func ("/live/faults/few-threads", test_faults_few_threads);
  g_test_add_func ("/live/faults/raised-limit", test_faults_raised_limit);
  return g_test_run ();
}
