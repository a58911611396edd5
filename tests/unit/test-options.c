/* test-options.c: the command line of sonde-cli
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>

#include "cli/options.h"

/* Reads "sonde-cli LINE", where LINE is split at its spaces; gives what is said in @message. */
static gboolean
parse_line_full (SondeOptions  *options,
                 const char    *line,
                 char         **message)
{
  g_autofree char *whole = g_strconcat ("sonde-cli", line[0] == '\0' ? "" : " ", line, NULL);
  g_auto(GStrv) argv = g_strsplit (whole, " ", -1);
  g_autoptr(GError) error = NULL;
  gboolean done = sonde_options_parse (options, (int) g_strv_length (argv), argv, &error);

  g_assert_true (done == (error == NULL));
  if (error != NULL)
    {
      g_test_message ("%s: %s", line, error->message);
      g_assert_cmpstr (error->message, !=, "");
    }
  if (message != NULL)
    *message = error != NULL ? g_strdup (error->message) : NULL;

  return done;
}

static gboolean
parse_line (SondeOptions *options,
            const char   *line)
{
  return parse_line_full (options, line, NULL);
}

static void
test_options_defaults (void)
{
  g_auto(SondeOptions) options = { 0 };

  g_assert_true (parse_line (&options, "record -p 42"));
  g_assert_cmpint (options.command, ==, SONDE_COMMAND_RECORD);
  g_assert_cmpstr (options.target, ==, "42");
  g_assert_null (options.argv);
  g_assert_cmpfloat (options.rate_hz, ==, 1000);
  g_assert_cmpfloat (options.duration_s, ==, 0);
  g_assert_cmpint (options.mode, ==, SONDE_MODE_CPU);
  g_assert_false (options.with_threads);
  g_assert_null (options.output);
  g_assert_null (options.stats);
}

static void
test_options_every_option (void)
{
  g_auto(SondeOptions) options = { 0 };

  g_assert_true (parse_line (&options, "record -r 99.5 -d 0.25 -m wall -t -f folded -o a "
                                       "--stats b --pid x"));
  g_assert_cmpfloat (options.rate_hz, ==, 99.5);
  g_assert_cmpfloat (options.duration_s, ==, 0.25);
  g_assert_cmpint (options.mode, ==, SONDE_MODE_WALL);
  g_assert_true (options.with_threads);
  g_assert_cmpstr (options.output, ==, "a");
  g_assert_cmpstr (options.stats, ==, "b");
  g_assert_cmpstr (options.target, ==, "x");
}

static void
test_options_modes (void)
{
  const struct { const char *line; SondeMode mode; } cases[] = {
    { "top 1", SONDE_MODE_CPU },
    { "top 1 -m cpu", SONDE_MODE_CPU },
    { "top 1 -m running", SONDE_MODE_RUNNING },
    { "top 1 --mode=wall", SONDE_MODE_WALL },
    { "record -p 1 -m gil", SONDE_MODE_GIL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(SondeOptions) options = { 0 };

      g_assert_true (parse_line (&options, cases[i].line));
      g_assert_cmpint (options.mode, ==, cases[i].mode);
    }
}

/* The tasks of asyncio have no native frames. */
static void
test_options_async (void)
{
  static const char *const lines[] = { "record --async -p 1", "top --async 1", "dump 1 --async",
                                       "dump --async --frames python 1" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto(SondeOptions) options = { 0 };

      g_assert_true (parse_line (&options, lines[i]));
      g_assert_true (options.with_tasks);
      g_assert_cmpint (options.frames, ==, SONDE_FRAMES_PYTHON);
    }
}

static void
test_options_command_untouched (void)
{
  g_auto(SondeOptions) options = { 0 };

  g_assert_true (parse_line (&options, "record -r 5 -- prog -r 7 -- --help"));
  g_assert_cmpfloat (options.rate_hz, ==, 5);
  g_assert_cmpuint (g_strv_length (options.argv), ==, 5);
  g_assert_cmpstr (options.argv[0], ==, "prog");
  g_assert_cmpstr (options.argv[1], ==, "-r");
  g_assert_cmpstr (options.argv[3], ==, "--");
  g_assert_cmpstr (options.argv[4], ==, "--help");
}

static void
test_options_argument_before_option (void)
{
  g_auto(SondeOptions) options = { 0 };

  g_assert_true (parse_line (&options, "top 42 -r 100 --once"));
  g_assert_cmpint (options.command, ==, SONDE_COMMAND_TOP);
  g_assert_cmpstr (options.target, ==, "42");
  g_assert_cmpfloat (options.rate_hz, ==, 100);
  g_assert_true (options.once);
}

static void
test_options_other_commands (void)
{
  g_auto(SondeOptions) ps = { 0 };
  g_auto(SondeOptions) dump = { 0 };
  g_auto(SondeOptions) named = { 0 };
  g_auto(SondeOptions) version = { 0 };

  g_assert_true (parse_line (&ps, "ps --json"));
  g_assert_cmpint (ps.command, ==, SONDE_COMMAND_PS);
  g_assert_true (ps.json);
  g_assert_true (parse_line (&dump, "dump redis-server"));
  g_assert_cmpint (dump.command, ==, SONDE_COMMAND_DUMP);
  g_assert_cmpstr (dump.target, ==, "redis-server");
  g_assert_true (parse_line (&named, "dump --pid redis-server"));
  g_assert_cmpstr (named.target, ==, "redis-server");
  g_assert_true (parse_line (&version, "--version"));
  g_assert_cmpint (version.command, ==, SONDE_COMMAND_VERSION);
}

static void
test_options_help (void)
{
  const char *const lines[] = {
    "--help", "-h", "ps --help", "top --help", "record -h", "dump --help", "top 4 --help"
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto(SondeOptions) options = { 0 };

      g_assert_true (parse_line (&options, lines[i]));
      g_assert_cmpint (options.command, ==, SONDE_COMMAND_HELP);
      g_assert_nonnull (strstr (options.help, "sonde-cli"));
      g_assert_nonnull (strstr (options.help, "--help"));
    }
}

static void
test_options_usage_errors (void)
{
  const char *const lines[] = {
    "",
    "no-such-command",
    "-x",
    "ps extra",
    "ps -r 5",
    "ps --no-such",
    "top",
    "top 1 2",
    "top -p 1 2",
    "top -p",
    "top -o file 1",
    "top 1 --stats",
    "dump",
    "dump 1 2",
    "dump -r 5 1",
    "record",
    "record 42",
    "record --",
    "record -p 1 -- prog",
    "record -p 1 extra",
    "record -p",
    "record -p 1 -f pprof",
    "record -p 1 -m both",
    "record -p 1 -r",
    "record -p 1 -r 0",
    "record -p 1 -r 0.99",
    "record -p 1 --frames both -r 20001",
    "dump --async --frames both 1",
    "top --frames native --async 1",
    "ps --async",
    "record -p 1 -r 1000001",
    "record -p 1 --frames some",
    "record -p 1 -r -5",
    "record -p 1 -r 1e9",
    "record -p 1 -r 0x10",
    "record -p 1 -r inf",
    "record -p 1 -r nan",
    "record -p 1 -r 100Hz",
    "record -p 1 -d 0",
    "record -p 1 -d -1",
    "record -p 1 -d ten",
    "record -p 1 -d 1e99",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto(SondeOptions) options = { 0 };

      g_assert_false (parse_line (&options, lines[i]));
    }
}

/* What is said is what is wrong. */
static void
test_options_messages (void)
{
  const struct { const char *line; const char *message; } cases[] = {
    { "", "A command of sonde-cli is missing" },
    { "trace 1", "“trace” is no command of sonde-cli" },
    { "record --", "After “--” there must be a program to start" },
    { "record", "“record” needs a process (-p) or a program to start (--)" },
    { "record -p 1 -- ls", "“record” takes a process (-p) or a program to start (--), not both" },
    { "record -p 1 -m both", "The mode must be “cpu”, “running”, “wall” or “gil”, not “both”" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(SondeOptions) options = { 0 };
      g_autofree char *message = NULL;

      g_assert_false (parse_line_full (&options, cases[i].line, &message));
      g_assert_cmpstr (message, ==, cases[i].message);
    }
}

static void
test_options_edges_of_rate (void)
{
  g_auto(SondeOptions) slowest = { 0 };
  g_auto(SondeOptions) fastest = { 0 };

  g_assert_true (parse_line (&slowest, "top 1 -r 1"));
  g_assert_cmpfloat (slowest.rate_hz, ==, 1);
  g_assert_true (parse_line (&fastest, "top 1 --rate=20000"));
  g_assert_cmpfloat (fastest.rate_hz, ==, 20000);
  g_assert_cmpint (fastest.frames, ==, SONDE_FRAMES_AUTO);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/options/defaults", test_options_defaults);
  g_test_add_func ("/cli/options/every-option", test_options_every_option);
  g_test_add_func ("/cli/options/modes", test_options_modes);
  g_test_add_func ("/cli/options/async", test_options_async);
  g_test_add_func ("/cli/options/command-untouched", test_options_command_untouched);
  g_test_add_func ("/cli/options/argument-before-option", test_options_argument_before_option);
  g_test_add_func ("/cli/options/other-commands", test_options_other_commands);
  g_test_add_func ("/cli/options/help", test_options_help);
  g_test_add_func ("/cli/options/usage-errors", test_options_usage_errors);
  g_test_add_func ("/cli/options/messages", test_options_messages);
  g_test_add_func ("/cli/options/edges-of-rate", test_options_edges_of_rate);
  return g_test_run ();
}
