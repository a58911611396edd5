/* main.c: `sonde`, the desktop program
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib/gi18n.h>

#include "app/application.h"
#include "base/descriptors.h"
#include "base/locale.h"
#include "model/session.h"

#define EXIT_USAGE 2

/* How long threads of the target are waited for that are on their way to a stop. */
#define END_TIMEOUT_US (2 * G_USEC_PER_SEC)

static void
print_usage (FILE *stream)
{
  fprintf (stream, "%s\n  sonde [%s|%s]\n  sonde -- %s\n", _("Usage:"), _("PID"), _("NAME"),
           _("COMMAND [ARGUMENT…]"));
}

/* Whether @argument is one that the application itself understands. */
static gboolean
is_for_application (const char *argument)
{
  return *argument != '-' || g_str_equal (argument, "--") ||
         g_str_equal (argument, "--gapplication-service");
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(SondeApplication) application = NULL;
  int status;

  sonde_locale_init ();

  if (argc > 1 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h")))
    {
      print_usage (stdout);
      return EXIT_SUCCESS;
    }

  if (argc > 1 && g_str_equal (argv[1], "--version"))
    {
      printf ("sonde %s\n", SONDE_VERSION);
      return EXIT_SUCCESS;
    }

  if (argc > 1 && (!is_for_application (argv[1]) ||
                   (g_str_equal (argv[1], "--") ? argc == 2 : argc > 2)))
    {
      print_usage (stderr);
      return EXIT_USAGE;
    }

  if (!sonde_descriptors_prepare ())
    {
      g_printerr ("sonde: %s\n", g_strerror (errno));
      return EXIT_FAILURE;
    }

  g_set_application_name (_("Sonde"));
  application = sonde_application_new ();

  status = g_application_run (G_APPLICATION (application), argc, argv);
  g_clear_object (&application);
  sonde_session_wait_for_all (END_TIMEOUT_US);

  return status;
}
