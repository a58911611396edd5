/* main.c: sonde-cli, the engine without a window
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <signal.h>

#include "base/descriptors.h"
#include "base/locale.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/report.h"
#include "engine/engine.h"

/* How long threads of the target are waited for that are on their way to a stop. */
#define END_TIMEOUT_US (2 * G_USEC_PER_SEC)

/* Only here so that a write to a closed pipe fails instead of ending us. A handler, unlike
 * SIG_IGN, is not passed on to the program that record starts.
 */
static void
on_broken_pipe_cb (int signal_number)
{
}

static void
catch_broken_pipe (void)
{
  struct sigaction action = { .sa_handler = on_broken_pipe_cb, .sa_flags = SA_RESTART };

  sigaction (SIGPIPE, &action, NULL);
}

static int
print (const char *text)
{
  g_autoptr(GError) error = NULL;

  return sonde_output_print (text, &error) ? SONDE_EXIT_DONE : sonde_report_error (error);
}

static int
run (const SondeOptions *options)
{
  switch (options->command)
    {
    case SONDE_COMMAND_HELP:
      return print (options->help);
    case SONDE_COMMAND_VERSION:
      return print ("sonde-cli " SONDE_VERSION "\n");
    case SONDE_COMMAND_PS:
      return sonde_command_ps (options);
    case SONDE_COMMAND_TOP:
      return sonde_command_top (options);
    case SONDE_COMMAND_RECORD:
      return sonde_command_record (options);
    case SONDE_COMMAND_DUMP:
      return sonde_command_dump (options);
    default:
      g_return_val_if_reached (SONDE_EXIT_FAILED);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_auto(SondeOptions) options = { 0 };
  g_autoptr(GError) error = NULL;
  int status;

  sonde_locale_init ();
  g_set_prgname ("sonde-cli");
  catch_broken_pipe ();
  if (!sonde_descriptors_prepare ())
    {
      g_printerr ("sonde-cli: %s\n", g_strerror (errno));
      return SONDE_EXIT_FAILED;
    }

  if (!sonde_options_parse (&options, argc, argv, &error))
    {
      g_autofree char *usage = sonde_command_dup_usage (options.command);

      sonde_report_error (error);
      g_printerr ("%s", usage);
      return SONDE_EXIT_USAGE;
    }

  status = run (&options);
  sonde_engines_wait (END_TIMEOUT_US);

  return status;
}
