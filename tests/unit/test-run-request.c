/* test-run-request.c: reading what the user wants to run
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "base/error.h"
#include "model/run-request.h"

static void
test_run_request_command (void)
{
  static const struct
  {
    const char *command;
    const char *joined;
  } cases[] = {
    { "true", "true" },
    { "  true  a b ", "true|a|b" },
    { "true 'a b' \"c d\" e\\ f", "true|a b|c d|e f" },
    { "true $HOME *", "true|$HOME|*" },
    { "/bin/sh -c 'exit 3'", "/bin/sh|-c|exit 3" },
    { "true ''", "true|" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SondeRunRequest) request = NULL;
      g_autofree char *joined = NULL;
      SondeRunField field;

      request = sonde_run_request_parse (cases[i].command, "", "", &field, &error);
      g_assert_no_error (error);
      joined = g_strjoinv ("|", sonde_run_request_get_argv (request));
      g_assert_cmpstr (joined, ==, cases[i].joined);
      g_assert_null (sonde_run_request_get_directory (request));
    }
}

static void
test_run_request_wrong (void)
{
  static const struct
  {
    const char   *command;
    const char   *directory;
    const char   *environment;
    SondeRunField field;
    const char   *message;
  } cases[] = {
    { "", "", "", SONDE_RUN_FIELD_COMMAND, "Say which program to run." },
    { "  ", "", "", SONDE_RUN_FIELD_COMMAND, "Say which program to run." },
    { "''", "", "", SONDE_RUN_FIELD_COMMAND, "Say which program to run." },
    { "true 'a", "", "", SONDE_RUN_FIELD_COMMAND,
      "A quotation mark is not closed, or a backslash stands at the end." },
    { "true \\", "", "", SONDE_RUN_FIELD_COMMAND,
      "A quotation mark is not closed, or a backslash stands at the end." },
    { "no-such-program-here", "", "", SONDE_RUN_FIELD_COMMAND,
      "There is no program “no-such-program-here” that may be run." },
    { "./true", "/", "", SONDE_RUN_FIELD_COMMAND, "There is no program “./true” that may be run." },
    { "/etc/passwd", "", "", SONDE_RUN_FIELD_COMMAND,
      "There is no program “/etc/passwd” that may be run." },
    { "true", "/nonexistent", "", SONDE_RUN_FIELD_DIRECTORY, "There is no folder “/nonexistent”." },
    { "true", "/etc/passwd", "", SONDE_RUN_FIELD_DIRECTORY, "There is no folder “/etc/passwd”." },
    { "true", "", "A=1\nB", SONDE_RUN_FIELD_ENVIRONMENT, "Line 2 has not the form NAME=value." },
    { "true", "", "=1", SONDE_RUN_FIELD_ENVIRONMENT, "Line 1 has not the form NAME=value." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      SondeRunField field = SONDE_RUN_FIELD_COMMAND;

      g_assert_null (sonde_run_request_parse (cases[i].command, cases[i].directory,
                                              cases[i].environment, &field, &error));
      g_assert_cmpint (field, ==, cases[i].field);
      g_assert_true (error->domain == SONDE_ERROR);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
test_run_request_environment (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SondeRunRequest) request = NULL;
  SondeRunField field;
  char **envp;

  g_setenv ("SONDE_TEST_OLD", "old", TRUE);
  g_setenv ("SONDE_TEST_KEPT", "kept", TRUE);
  request = sonde_run_request_parse ("true", "", "\n SONDE_TEST_OLD=new = x\nSONDE_TEST_EMPTY=\n\n",
                                     &field, &error);
  g_assert_no_error (error);

  envp = sonde_run_request_get_envp (request);
  g_assert_cmpstr (g_environ_getenv (envp, "SONDE_TEST_OLD"), ==, "new = x");
  g_assert_cmpstr (g_environ_getenv (envp, "SONDE_TEST_EMPTY"), ==, "");
  g_assert_cmpstr (g_environ_getenv (envp, "SONDE_TEST_KEPT"), ==, "kept");
}

static void
test_run_request_directory (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SondeRunRequest) home = NULL;
  g_autoptr(SondeRunRequest) relative = NULL;
  SondeRunField field;

  home = sonde_run_request_parse ("true", " ~ ", "", &field, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (sonde_run_request_get_directory (home), g_get_home_dir ()));

  /* A program named from the directory that it will have. */
  relative = sonde_run_request_parse ("bin/sh", "/", "", &field, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sonde_run_request_get_directory (relative), ==, "/");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/run-request/command", test_run_request_command);
  g_test_add_func ("/model/run-request/wrong", test_run_request_wrong);
  g_test_add_func ("/model/run-request/environment", test_run_request_environment);
  g_test_add_func ("/model/run-request/directory", test_run_request_directory);
  return g_test_run ();
}
