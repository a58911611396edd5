/* run-request.c: a program that the user wants to start, checked
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "model/run-request.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/error.h"

/**
 * SondeRunRequest:
 *
 * A program, its arguments, environment and directory. Never changes.
 *
 * Threads: main thread only.
 */
struct _SondeRunRequest
{
  GObject   parent_instance;

  /* Owned, set once */
  char    **argv;
  char    **envp;
  char     *directory;
};

G_DEFINE_FINAL_TYPE (SondeRunRequest, sonde_run_request, G_TYPE_OBJECT)

static void
sonde_run_request_finalize (GObject *object)
{
  SondeRunRequest *self = SONDE_RUN_REQUEST (object);

  g_strfreev (self->argv);
  g_strfreev (self->envp);
  g_free (self->directory);

  G_OBJECT_CLASS (sonde_run_request_parent_class)->finalize (object);
}

static void
sonde_run_request_class_init (SondeRunRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sonde_run_request_finalize;
}

static void
sonde_run_request_init (SondeRunRequest *self)
{
}

static char *
dup_directory (const char *text)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));

  if (trimmed[0] == '\0')
    return NULL;
  if (trimmed[0] == '~' && (trimmed[1] == '/' || trimmed[1] == '\0'))
    return g_build_filename (g_get_home_dir (), trimmed + 1, NULL);

  return g_steal_pointer (&trimmed);
}

static gboolean
parse_command (SondeRunRequest  *self,
               const char       *command,
               GError          **error)
{
  g_autoptr(GError) shell_error = NULL;

  if (g_shell_parse_argv (command, NULL, &self->argv, &shell_error))
    {
      if (self->argv[0][0] != '\0')
        return TRUE;
    }
  else if (!g_error_matches (shell_error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING))
    {
      /* GLib's own sentence is about its parser and quotes all of the text. */
      g_set_error_literal (error, SONDE_ERROR, SONDE_ERROR_MALFORMED,
                           _("A quotation mark is not closed, or a backslash stands at the end."));
      return FALSE;
    }

  g_set_error_literal (error, SONDE_ERROR, SONDE_ERROR_MALFORMED, _("Say which program to run."));
  return FALSE;
}

static gboolean
parse_environment (SondeRunRequest  *self,
                   const char       *environment,
                   GError          **error)
{
  g_auto(GStrv) lines = g_strsplit (environment, "\n", -1);

  self->envp = g_get_environ ();

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strchug (lines[i]);
      char *equals = strchr (line, '=');

      if (*line == '\0')
        continue;

      if (equals == NULL || equals == line)
        {
          g_set_error (error, SONDE_ERROR, SONDE_ERROR_MALFORMED,
                       _("Line %u has not the form NAME=value."), i + 1);
          return FALSE;
        }

      *equals = '\0';
      self->envp = g_environ_setenv (self->envp, line, equals + 1, TRUE);
    }

  return TRUE;
}

/* Looked up in the PATH and from the directory that the program will have. */
static gboolean
check_program (SondeRunRequest  *self,
               GError          **error)
{
  g_autofree char *found = NULL;
  g_autofree char *relative = NULL;

  if (strchr (self->argv[0], '/') == NULL || g_path_is_absolute (self->argv[0]) ||
      self->directory == NULL)
    found = g_find_program_in_path (self->argv[0]);
  else
    {
      relative = g_build_filename (self->directory, self->argv[0], NULL);
      found = g_find_program_in_path (relative);
    }

  /* A PATH given for the program is not ours; the system says then whether it is there. */
  if (found != NULL || g_strcmp0 (g_environ_getenv (self->envp, "PATH"), g_getenv ("PATH")) != 0)
    return TRUE;

  g_set_error (error, SONDE_ERROR, SONDE_ERROR_GONE,
               _("There is no program “%s” that may be run."), self->argv[0]);
  return FALSE;
}

SondeRunRequest *
sonde_run_request_parse (const char     *command,
                         const char     *directory,
                         const char     *environment,
                         SondeRunField  *field,
                         GError        **error)
{
  g_autoptr(SondeRunRequest) self = g_object_new (SONDE_TYPE_RUN_REQUEST, NULL);

  g_return_val_if_fail (command != NULL && directory != NULL && environment != NULL, NULL);
  g_return_val_if_fail (field != NULL, NULL);

  *field = SONDE_RUN_FIELD_COMMAND;
  if (!parse_command (self, command, error))
    return NULL;

  *field = SONDE_RUN_FIELD_DIRECTORY;
  self->directory = dup_directory (directory);
  if (self->directory != NULL && !g_file_test (self->directory, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, SONDE_ERROR, SONDE_ERROR_GONE, _("There is no folder “%s”."),
                   self->directory);
      return NULL;
    }

  *field = SONDE_RUN_FIELD_ENVIRONMENT;
  if (!parse_environment (self, environment, error))
    return NULL;

  *field = SONDE_RUN_FIELD_COMMAND;
  if (!check_program (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

char **
sonde_run_request_get_argv (SondeRunRequest *self)
{
  g_return_val_if_fail (SONDE_IS_RUN_REQUEST (self), NULL);

  return self->argv;
}

char **
sonde_run_request_get_envp (SondeRunRequest *self)
{
  g_return_val_if_fail (SONDE_IS_RUN_REQUEST (self), NULL);

  return self->envp;
}

const char *
sonde_run_request_get_directory (SondeRunRequest *self)
{
  g_return_val_if_fail (SONDE_IS_RUN_REQUEST (self), NULL);

  return self->directory;
}
