/* test-summary.c: what record and top say of their own figures
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sched.h>
#include <string.h>

#include <glib/gstdio.h>

#include "support/program.h"
#include "support/threads.h"

/* What "record -d 0.5" with @mode says, and in @stats (transfer full) the figures of it. */
static char *
dup_record_errors (pid_t        pid,
                   const char  *mode,
                   JsonNode   **stats)
{
  g_autofree char *number = test_dup_number (pid);
  g_autoptr(TestProgram) cli = test_cli_start ("record", "-p", number, "-d", "0.5", "-m", mode,
                                               "-o", "/dev/null", "--stats", "-", NULL);
  g_autofree char *json = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (test_program_wait (cli), ==, 0);
  json = test_program_dup_output (cli);
  *stats = json_from_string (json, &error);
  g_assert_no_error (error);

  return test_program_dup_errors (cli);
}

/* The figure @name of @stats, or of the object @part of it. */
static gint64
get_count (JsonNode   *stats,
           const char *part,
           const char *name)
{
  JsonObject *object = json_node_get_object (stats);

  if (part != NULL)
    object = json_object_get_object_member (object, part);

  return json_object_get_int_member (object, name);
}

/* A table that comes before the names are there says nothing. */
static void
test_summary_once_waits_for_names (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *output = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("mutual", NULL);
  pid = test_dup_number (target->pid);
  output = test_cli_run (0, "top", pid, "--once", "-d", "0.02", NULL);
  g_test_message ("%s", output);
  g_assert_nonnull (strstr (output, "  spin  "));
  g_assert_null (strstr (output, "mutual+0x"));
  g_assert_null (strstr (output, "unnamed"));
}

/* So does a count of samples without a name. */
static void
test_summary_record_waits_for_names (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) cli = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *errors = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("mutual", NULL);
  pid = test_dup_number (target->pid);
  cli = test_cli_start ("record", "-p", pid, "-d", "0.02", "-o", "/dev/null", NULL);
  g_assert_cmpint (test_program_wait (cli), ==, 0);
  errors = test_program_dup_errors (cli);
  g_assert_nonnull (strstr (errors, " lost"));
  g_assert_null (strstr (errors, "unnamed"));
}

/* Its functions have no names, and without unwind tables and a frame pointer its callers are not
 * known: see targets/stripped.c.
 */
static void
test_summary_says_unnamed (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *output = NULL;
  g_auto(GStrv) lines = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("stripped", NULL);
  pid = test_dup_number (target->pid);
  output = test_cli_run (0, "top", pid, "--once", "-d", "0.2", NULL);
  lines = g_strsplit (output, "\n", 3);
  g_assert_nonnull (strstr (lines[1], " · 100.0 % unnamed · "));
}

/* Two programs on one CPU: each waits half of its time, and that is no work of its own. */
static void
test_summary_ready_is_no_work (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) other = NULL;
  g_autoptr(JsonNode) cpu_stats = NULL;
  g_autoptr(JsonNode) running_stats = NULL;
  g_autofree char *cpu = NULL;
  g_autofree char *running = NULL;
  cpu_set_t all;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  test_stay_on_cpu (&all);
  target = test_target_start ("mutual", NULL);
  other = test_target_start ("mutual", NULL);
  g_assert_cmpint (sched_setaffinity (0, sizeof all, &all), ==, 0);

  cpu = dup_record_errors (target->pid, "cpu", &cpu_stats);
  g_test_message ("%s", cpu);
  g_assert_nonnull (strstr (cpu, "sonde-cli: other programs took the CPU "));
  g_assert_nonnull (strstr (cpu, ": -m running leaves that out\n"));
  g_assert_cmpint (get_count (cpu_stats, "states", "ready"), >, 0);
  g_assert_cmpint (get_count (cpu_stats, NULL, "samples_in_mode"), ==,
                   get_count (cpu_stats, "states", "running") +
                   get_count (cpu_stats, "states", "ready"));

  running = dup_record_errors (target->pid, "running", &running_stats);
  g_assert_null (strstr (running, "-m running"));
  g_assert_cmpint (get_count (running_stats, "states", "ready"), >, 0);
  g_assert_cmpint (get_count (running_stats, NULL, "samples_in_mode"), ==,
                   get_count (running_stats, "states", "running"));
}

/* The parent of this one sleeps: see targets/parent.c. */
static void
test_summary_children_cost (void)
{
  g_autoptr(TestProgram) cli = NULL;
  g_autoptr(JsonNode) stats = NULL;
  g_autofree char *parent = test_dup_target_path ("parent");
  g_autofree char *path = NULL;
  g_autofree char *json = NULL;
  g_autofree char *errors = NULL;
  g_autoptr(GError) error = NULL;
  double seconds;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  g_close (g_file_open_tmp (NULL, &path, &error), NULL);
  g_assert_no_error (error);
  cli = test_cli_start ("record", "-o", "/dev/null", "--stats", path, "--", parent, "300", NULL);
  g_assert_cmpint (test_program_wait (cli), ==, 0);
  errors = test_program_dup_errors (cli);
  g_assert_nonnull (strstr (errors, "what the program started was not looked at: it took "));

  g_assert_true (g_file_get_contents (path, &json, NULL, NULL));
  g_assert_cmpint (g_remove (path), ==, 0);
  stats = json_from_string (json, NULL);
  seconds = json_object_get_double_member (json_node_get_object (stats), "children_cpu_s");
  g_assert_cmpfloat (seconds, >=, 0.29);
  g_assert_cmpfloat (seconds, <=, 0.4);
}

/* It has no figures, but who reads them is told. */
static void
test_summary_stats_of_failure (void)
{
  g_autoptr(TestProgram) cli = test_cli_start ("record", "-o", "/dev/null", "--stats", "-", "--",
                                               "/no/such/program", NULL);
  g_autofree char *json = NULL;
  g_autoptr(JsonNode) stats = NULL;

  g_assert_cmpint (test_program_wait (cli), ==, 1);
  json = test_program_dup_output (cli);
  stats = json_from_string (json, NULL);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (stats), "end"), ==,
                   "failed");
  g_assert_cmpint (get_count (stats, NULL, "samples"), ==, 0);
}

/* A table without rows would not even say that it was asleep. */
static void
test_summary_once_of_sleeper (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) cli = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("zombie", NULL);
  pid = test_dup_number (target->pid);
  cli = test_cli_start ("top", pid, "--once", "-d", "0.3", NULL);
  g_assert_cmpint (test_program_wait (cli), ==, 0);
  output = test_program_dup_output (cli);
  errors = test_program_dup_errors (cli);
  g_test_message ("%s", output);
  g_assert_nonnull (strstr (errors, "no thread ran: the table has where they waited"));
  g_assert_nonnull (strstr (output, " · Wall clock · "));
  g_assert_nonnull (strstr (output, "  main  zombie.c:"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/summary/once-waits-for-names", test_summary_once_waits_for_names);
  g_test_add_func ("/live/summary/record-waits-for-names", test_summary_record_waits_for_names);
  g_test_add_func ("/live/summary/says-unnamed", test_summary_says_unnamed);
  g_test_add_func ("/live/summary/ready-is-no-work", test_summary_ready_is_no_work);
  g_test_add_func ("/live/summary/children-cost", test_summary_children_cost);
  g_test_add_func ("/live/summary/stats-of-failure", test_summary_stats_of_failure);
  g_test_add_func ("/live/summary/once-of-sleeper", test_summary_once_of_sleeper);
  return g_test_run ();
}
