/* test-summary.c: what record and top say of their own figures
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "support/program.h"

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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/summary/once-waits-for-names", test_summary_once_waits_for_names);
  g_test_add_func ("/live/summary/record-waits-for-names", test_summary_record_waits_for_names);
  g_test_add_func ("/live/summary/says-unnamed", test_summary_says_unnamed);
  return g_test_run ();
}
