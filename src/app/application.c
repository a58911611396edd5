/* application.c: the desktop program
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "app/application.h"

#include <string.h>
#include <sys/wait.h>

#include <glib/gi18n.h>

#include "base/reaper.h"
#include "model/process-lookup.h"
#include "widgets/window.h"

struct _SondeApplication
{
  AdwApplication parent_instance;
};

G_DEFINE_FINAL_TYPE (SondeApplication, sonde_application, ADW_TYPE_APPLICATION)

typedef struct
{
  const char *action;
  const char *accels[3];
} Accels;

static const Accels accels[] = {
  { "app.quit",              { "<Control>q" } },
  { "win.show-help-overlay", { "F1", "<Control>question" } },
};

static SondeWindow *
ensure_window (SondeApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window == NULL)
    window = GTK_WINDOW (sonde_window_new (GTK_APPLICATION (self)));

  gtk_window_present (window);

  return SONDE_WINDOW (window);
}

typedef struct
{
  SondeApplication *application; /* owned */
  char             *wanted;      /* owned */
} Lookup;

static void
on_looked_up_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Lookup *lookup = user_data;
  SondeWindow *window = ensure_window (lookup->application);
  g_autofree char *text = NULL;
  g_autoptr(SondeProcess) process = NULL;
  guint n_found = 0;

  process = sonde_process_lookup_finish (result, &n_found, NULL);
  if (process == NULL)
    /* Translators: %s is what was given on the command line */
    text = g_strdup_printf (_("No process is called “%s”"), lookup->wanted);
  else if (n_found > 1)
    /* Translators: %u is at least 2 */
    text = g_strdup_printf (ngettext ("%u process is called “%s”; this is the newest",
                                      "%u processes are called “%s”; this is the newest", n_found),
                            n_found, lookup->wanted);

  if (process != NULL)
    sonde_window_attach (window, process->pid, process->start_ticks);
  if (text != NULL)
    sonde_window_say (window, text);

  g_application_release (G_APPLICATION (lookup->application));
  g_object_unref (lookup->application);
  g_free (lookup->wanted);
  g_free (lookup);
}

static void
attach_by_text (SondeApplication *self,
                const char       *wanted)
{
  guint64 pid;
  Lookup *lookup;

  if (g_ascii_string_to_unsigned (wanted, 10, 1, G_MAXINT32, &pid, NULL))
    {
      sonde_window_attach (ensure_window (self), (pid_t) pid, 0);
      return;
    }

  lookup = g_new0 (Lookup, 1);
  lookup->application = g_object_ref (self);
  lookup->wanted = g_strdup (wanted);
  g_application_hold (G_APPLICATION (self));
  sonde_process_lookup_async (wanted, NULL, on_looked_up_cb, lookup);
}

static void
launch (SondeApplication        *self,
        GApplicationCommandLine *command_line,
        char                   **argv)
{
  const char * const *variables = g_application_command_line_get_environ (command_line);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) envp = NULL;

  for (guint i = 0; variables[i] != NULL; i++)
    g_strv_builder_add (builder, variables[i]);

  envp = g_strv_builder_end (builder);
  sonde_window_launch (ensure_window (self), argv, envp,
                       g_application_command_line_get_cwd (command_line));
}

/* Leaves the arguments as they are: GLib's parser would take "--" away. */
static gboolean
sonde_application_local_command_line (GApplication   *application,
                                      char         ***arguments,
                                      int            *exit_status)
{
  GApplicationClass *parent_class = G_APPLICATION_CLASS (sonde_application_parent_class);

  if (g_strcmp0 ((*arguments)[1], "--gapplication-service") == 0)
    return parent_class->local_command_line (application, arguments, exit_status);

  return FALSE;
}

static int
sonde_application_command_line (GApplication            *application,
                                GApplicationCommandLine *command_line)
{
  SondeApplication *self = SONDE_APPLICATION (application);
  g_auto(GStrv) arguments = g_application_command_line_get_arguments (command_line, NULL);
  const char *first = arguments[0] != NULL ? arguments[1] : NULL;

  if (first == NULL)
    ensure_window (self);
  else if (g_str_equal (first, "--"))
    launch (self, command_line, &arguments[2]);
  else
    attach_by_text (self, first);

  return 0;
}

static void
sonde_application_activate (GApplication *application)
{
  ensure_window (SONDE_APPLICATION (application));
}

static void
about_activated (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (user_data));

  adw_show_about_window (window,
                         "application-name", _("Sonde"),
                         "application-icon", SONDE_APPLICATION_ID,
                         "version", SONDE_VERSION,
                         "developer-name", _("The Sonde authors"),
                         "comments", _("See what a running program is doing"),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         /* Translators: your name and address: "Jane Doe <jane@example.org>" */
                         "translator-credits", _("translator-credits"),
                         NULL);
}

static void
quit_activated (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (user_data));

  /* Through its close request, so that it keeps its size and ends the session. */
  if (window != NULL)
    gtk_window_close (window);
}

/* A program that we started, and that nobody looks at any more: the list was gone back to. */
static void
on_child_ended_cb (const char *program,
                   int         status,
                   gpointer    data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (data));
  g_autofree char *name = program != NULL ? g_path_get_basename (program) : g_strdup ("?");
  g_autofree char *text = NULL;

  if (window == NULL)
    return;

  if (WIFSIGNALED (status))
    /* Translators: a program, the name of a signal and its number */
    text = g_strdup_printf (_("“%s” was killed by a signal: %s (%d)"), name,
                            strsignal (WTERMSIG (status)), WTERMSIG (status));
  else
    /* Translators: a program and its exit status */
    text = g_strdup_printf (_("“%s” has ended with status %d"), name, WEXITSTATUS (status));
  sonde_window_say (SONDE_WINDOW (window), text);
}

static const GActionEntry entries[] = {
  { .name = "about", .activate = about_activated },
  { .name = "quit", .activate = quit_activated },
};

static void
sonde_application_startup (GApplication *application)
{
  G_APPLICATION_CLASS (sonde_application_parent_class)->startup (application);

  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries),
                                   application);
  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), accels[i].action,
                                           accels[i].accels);
  sonde_reaper_set_listener (on_child_ended_cb, application);
}

static void
sonde_application_shutdown (GApplication *application)
{
  sonde_reaper_set_listener (NULL, NULL);

  G_APPLICATION_CLASS (sonde_application_parent_class)->shutdown (application);
}

static void
sonde_application_class_init (SondeApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->activate = sonde_application_activate;
  application_class->command_line = sonde_application_command_line;
  application_class->local_command_line = sonde_application_local_command_line;
  application_class->shutdown = sonde_application_shutdown;
  application_class->startup = sonde_application_startup;
}

static void
sonde_application_init (SondeApplication *self)
{
}

SondeApplication *
sonde_application_new (void)
{
  return g_object_new (SONDE_TYPE_APPLICATION,
                       "application-id", SONDE_APPLICATION_ID,
                       "flags", G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_SEND_ENVIRONMENT,
                       "resource-base-path", "/io/github/sondeprofiler/Sonde",
                       NULL);
}
