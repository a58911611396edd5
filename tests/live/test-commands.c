/* test-commands.c: ps, top and dump, and the exit status of all
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "support/program.h"
#include "support/threads.h"

/* The object of @pid in what "ps --json" printed (borrowed); NULL if it is not there. */
static JsonObject *
find_process (JsonArray *array,
              pid_t      pid)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);

      if (json_object_get_int_member (object, "pid") == pid)
        return object;
    }

  return NULL;
}

static void
test_commands_usage (void)
{
  g_autoptr(TestProgram) unknown = test_cli_start ("no-such-command", NULL);
  g_autofree char *nothing = NULL;
  g_autofree char *list = NULL;
  g_autofree char *option = test_cli_run (2, "top", "--no-such-option", "1", NULL);
  g_autofree char *version = test_cli_run (0, "--version", NULL);
  g_autofree char *help = test_cli_run (0, "--help", NULL);
  g_autofree char *record_help = test_cli_run (0, "record", "--help", NULL);

  /* What is wrong goes to standard error, with what would be right. */
  g_assert_cmpint (test_program_wait (unknown), ==, 2);
  nothing = test_program_dup_output (unknown);
  list = test_program_dup_errors (unknown);
  g_assert_cmpstr (nothing, ==, "");
  g_assert_true (g_str_has_prefix (list, "sonde-cli: “no-such-command” is no command of "));
  g_assert_nonnull (strstr (list, "\n  ps      List the processes"));
  g_assert_nonnull (strstr (list, "\n  dump    Print the stack"));
  g_assert_cmpstr (option, ==, "");
  g_assert_cmpstr (version, ==, "sonde-cli " SONDE_VERSION "\n");
  g_assert_nonnull (strstr (help, "record"));
  g_assert_nonnull (strstr (record_help, "--stats"));
  g_assert_nonnull (strstr (record_help, "COMMAND ARGS"));
}

/* What "COMMAND OPTION VALUE" says beside what it shows of a process. */
static char *
dup_errors (const char *name,
            const char *command,
            const char *option,
            const char *value)
{
  g_autoptr(TestProgram) target = test_target_start (name, "1", NULL);
  g_autofree char *pid = g_strdup_printf ("%d", target->pid);
  g_autoptr(TestProgram) cli = NULL;

  if (g_str_equal (command, "dump"))
    cli = test_cli_start (command, option, value, pid, NULL);
  else
    cli = test_cli_start (command, "-d", "0.2", option, value, "-p", pid, NULL);
  g_assert_cmpint (test_program_wait (cli), ==, 0);

  return test_program_dup_errors (cli);
}

static void
test_commands_no_python (void)
{
  g_autofree char *python = dup_errors ("sleepers", "dump", "--frames", "python");
  g_autofree char *native = dup_errors ("sleepers", "dump", "--frames", "native");
  g_autofree char *gil = dup_errors ("sleepers", "record", "-m", "gil");
  g_autofree char *wall = dup_errors ("sleepers", "record", "-m", "wall");

  g_assert_nonnull (strstr (python, "the process runs no Python"));
  g_assert_cmpstr (native, ==, "");
  g_assert_nonnull (strstr (gil, "no global lock of Python"));
  g_assert_null (strstr (wall, "lock"));
}

/* What only sleeps has no sample that counts. */
static void
test_commands_asleep (void)
{
  g_autofree char *cpu = dup_errors ("zombie", "record", "-m", "cpu");
  g_autofree char *wall = dup_errors ("zombie", "record", "-m", "wall");
  g_autofree char *busy = dup_errors ("sleepers", "record", "-m", "cpu");

  g_assert_nonnull (strstr (cpu, "no thread ran: -m wall counts"));
  g_assert_null (strstr (wall, "-m wall"));
  g_assert_null (strstr (busy, "-m wall"));
}

/* One that is too old has a lock, but Sonde cannot tell who has it. */
static void
test_commands_old_python (void)
{
  g_autofree char *python = dup_errors ("old-python", "dump", "--frames", "python");
  g_autofree char *gil = dup_errors ("old-python", "record", "-m", "gil");

  g_assert_nonnull (strstr (python, "cannot read the functions of Python 2.7"));
  g_assert_nonnull (strstr (gil, "cannot read the global lock of Python 2.7"));
  g_assert_null (strstr (gil, "has no global lock"));
}

static void
test_commands_ps_json (void)
{
  g_autoptr(TestProgram) target = test_target_start ("sleepers", "4", NULL);
  g_autofree char *output = test_cli_run (0, "ps", "--json", NULL);
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(GError) error = NULL;
  const char *command_line;
  JsonArray *array;
  JsonObject *object;

  json_parser_load_from_data (parser, output, -1, &error);
  g_assert_no_error (error);
  array = json_node_get_array (json_parser_get_root (parser));
  object = find_process (array, target->pid);
  g_assert_nonnull (object);
  g_assert_cmpstr (json_object_get_string_member (object, "name"), ==, "sleepers");
  g_assert_cmpint (json_object_get_int_member (object, "threads"), ==, 6);
  g_assert_true (json_object_get_boolean_member (object, "attachable"));
  g_assert_cmpfloat (json_object_get_double_member (object, "cpu_share"), >, 0);
  command_line = json_object_get_string_member (object, "command_line");
  g_assert_true (g_str_has_suffix (command_line, "sleepers 4"));
  g_assert_null (find_process (array, -1));
}

static void
test_commands_ps_table (void)
{
  g_autoptr(TestProgram) target = test_target_start ("mutual", NULL);
  g_autofree char *output = test_cli_run (0, "ps", NULL);
  g_autofree char *pid = test_dup_number (target->pid);

  g_assert_true (g_str_has_prefix (output, "     PID  User"));
  g_assert_null (strstr (output, "\302\240"));
  g_assert_nonnull (strstr (output, pid));
  g_assert_nonnull (strstr (output, "targets/mutual\n"));
}

static void
test_commands_top_once (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *output = NULL;
  g_auto(GStrv) lines = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("mutual", NULL);
  pid = test_dup_number (target->pid);
  output = test_cli_run (0, "top", pid, "--once", "-d", "1", NULL);
  g_test_message ("%s", output);
  lines = g_strsplit (output, "\n", -1);
  g_assert_true (g_str_has_prefix (lines[0], "mutual · "));

  /* Innermost and largest first; recursion counts once. */
  g_assert_nonnull (strstr (lines[5], "  spin  "));
  g_assert_nonnull (strstr (lines[5], "mutual.c:"));
  g_assert_nonnull (strstr (output, "  ping  "));
  g_assert_null (strstr (output, "200.0 %"));
}

static void
test_commands_top_by_name (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *output = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("framepointer", NULL);
  output = test_cli_run (0, "top", "framepointer", "--once", "-d", "0.5", NULL);
  g_assert_nonnull (strstr (output, "  third  "));
}

static void
test_commands_top_not_on_terminal (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *output = NULL;
  guint count = 0;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("mutual", NULL);
  pid = test_dup_number (target->pid);
  output = test_cli_run (0, "top", pid, "-d", "2", NULL);

  for (const char *at = output; (at = strstr (at, "mutual · ")) != NULL; at++)
    count++;

  /* Twice a second, and the last. */
  g_assert_cmpuint (count, >=, 3);
  g_assert_cmpuint (count, <=, 6);
  g_assert_null (strchr (output, '\033'));
}

static void
test_commands_top_ends_with_process (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *output = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("exiter", "1000", NULL);
  pid = test_dup_number (target->pid);
  output = test_cli_run (0, "top", pid, NULL);
  g_assert_nonnull (strstr (output, "the process ended"));
  g_assert_nonnull (strstr (output, "  spin  "));
}

/* Reads what top draws until @wanted was drawn, for some seconds at most. */
static void
read_until (int         terminal,
            GString    *drawn,
            const char *wanted)
{
  gint64 deadline_us = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (strstr (drawn->str, wanted) == NULL)
    {
      char bytes[4096];
      gssize length = read (terminal, bytes, sizeof bytes);

      if (length > 0)
        g_string_append_len (drawn, bytes, length);
      else
        g_usleep (10000);

      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
    }
}

/* "top PID" on a terminal of 60 by 12 characters; ended by the key q or by @signal_number. */
static void
check_terminal (int signal_number)
{
  g_autoptr(TestProgram) target = test_target_start ("mutual", NULL);
  g_autofree char *pid = test_dup_number (target->pid);
  g_autoptr(GString) drawn = g_string_new (NULL);
  const struct winsize size = { .ws_row = 12, .ws_col = 60 };
  const struct winsize smaller = { .ws_row = 7, .ws_col = 40 };
  struct termios during;
  struct termios after;
  int terminal;
  int status;
  pid_t child = forkpty (&terminal, NULL, NULL, &size);

  if (child == 0)
    {
      g_setenv ("LC_ALL", "C.UTF-8", TRUE);
      execl (test_get_cli_path (), "sonde-cli", "top", pid, NULL);
      _exit (127);
    }

  g_assert_cmpint (child, >, 0);
  fcntl (terminal, F_SETFL, O_NONBLOCK);
  read_until (terminal, drawn, "\033[?1049h");
  read_until (terminal, drawn, "  spin");
  g_assert_cmpint (tcgetattr (terminal, &during), ==, 0);
  g_assert_false (during.c_lflag & (ICANON | ECHO));

  /* A smaller window is filled anew at once. */
  g_string_truncate (drawn, 0);
  g_assert_cmpint (ioctl (terminal, TIOCSWINSZ, &smaller), ==, 0);
  read_until (terminal, drawn, "\033[J");

  if (signal_number == 0)
    g_assert_cmpint (write (terminal, "q", 1), ==, 1);
  else
    g_assert_cmpint (kill (child, signal_number), ==, 0);

  read_until (terminal, drawn, "\033[?25h\033[?1049l");
  read_until (terminal, drawn, "Function");
  while (waitpid (child, &status, WNOHANG) == 0)
    {
      char bytes[4096];

      if (read (terminal, bytes, sizeof bytes) <= 0)
        g_usleep (1000);
    }

  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpint (tcgetattr (terminal, &after), ==, 0);
  g_assert_true (after.c_lflag & ICANON);
  g_assert_true (after.c_lflag & ECHO);
  close (terminal);
}

static void
test_commands_top_on_terminal (void)
{
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  check_terminal (0);
  check_terminal (SIGINT);
}

static void
test_commands_dump (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *output = NULL;
  g_autofree char *main_head = NULL;
  const char *busy;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("sleepers", "2", NULL);
  pid = test_dup_number (target->pid);
  output = test_cli_run (0, "dump", pid, NULL);
  g_test_message ("%s", output);
  main_head = g_strdup_printf ("Thread %d “sleepers” (sleeping)\n#0  0x", (int) target->pid);
  g_assert_true (g_str_has_prefix (output, main_head));
  g_assert_nonnull (strstr (output, " main at "));
  g_assert_nonnull (strstr (output, "“sleeper” (sleeping)\n"));
  g_assert_nonnull (strstr (output, " wait_for_nothing at "));
  g_assert_nonnull (strstr (output, "sleepers.c:"));

  busy = strstr (output, "“busy” (");
  g_assert_nonnull (busy);
  g_assert_nonnull (strstr (busy, "#0 "));
  g_assert_nonnull (strstr (busy, " spin at "));
  g_assert_nonnull (strstr (busy, " run_busy at "));
  g_assert_nonnull (strstr (busy, "(sleepers)\n"));

  /* Afterwards it is as before. */
  g_assert_false (test_is_any_thread_stopped (target->pid));
  g_assert_cmpint (test_read_tracer (target->pid), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/commands/no-python", test_commands_no_python);
  g_test_add_func ("/live/commands/asleep", test_commands_asleep);
  g_test_add_func ("/live/commands/old-python", test_commands_old_python);
  g_test_add_func ("/live/commands/usage", test_commands_usage);
  g_test_add_func ("/live/commands/ps-json", test_commands_ps_json);
  g_test_add_func ("/live/commands/ps-table", test_commands_ps_table);
  g_test_add_func ("/live/commands/top-once", test_commands_top_once);
  g_test_add_func ("/live/commands/top-by-name", test_commands_top_by_name);
  g_test_add_func ("/live/commands/top-not-on-terminal", test_commands_top_not_on_terminal);
  g_test_add_func ("/live/commands/top-ends-with-process", test_commands_top_ends_with_process);
  g_test_add_func ("/live/commands/top-on-terminal", test_commands_top_on_terminal);
  g_test_add_func ("/live/commands/dump", test_commands_dump);
  return g_test_run ();
}
