/* options.c: reads the command line of sonde-cli
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   sonde-cli record -r 100 -t -o out.folded -- openssl speed -seconds 5 sha256
 *
 * All before the first "--" is Sonde's and read by GOption; all behind it is the
 * program to start, never looked at. A number is read the same in every locale.
 */

#include "config.h"

#include "cli/options.h"

#include <string.h>

#include <glib/gi18n.h>

#define DURATION_S_MAX 1e7

/* The words of the command line before they are judged. All owned. */
typedef struct
{
  char     *pid;
  char     *rate;
  char     *duration;
  char     *mode;
  char     *frames;
  char     *format;
  gboolean  help;
} Words;

typedef struct
{
  SondeCommand  command;
  const char   *name;
  const char   *usage;
  const char   *summary;
} CommandText;

static const CommandText command_texts[] = {
  { SONDE_COMMAND_PS, "ps", "[--json]", N_("List the processes that Sonde can look at.") },
  { SONDE_COMMAND_TOP, "top", "[-p] PID|NAME [-r HZ] [-d SECONDS] [-m cpu|running|wall|gil] "
    "[--frames python|native|both] [--async] [--once]",
    N_("Show a live table of the functions of a process.") },
  { SONDE_COMMAND_RECORD, "record",
    "(-p PID|NAME | -- COMMAND ARGS…) [-r HZ] [-d SECONDS] [-m cpu|running|wall|gil] "
    "[--frames python|native|both] [--async] [-t] [-f folded] [-o FILE] [--stats FILE]",
    N_("Count the stacks of a process and write them as folded text.") },
  { SONDE_COMMAND_DUMP, "dump", "[-p] PID|NAME [--frames python|native|both] [--async]",
    N_("Print the stack of every thread once.") },
};

static void
words_clear (Words *self)
{
  g_free (self->pid);
  g_free (self->rate);
  g_free (self->duration);
  g_free (self->mode);
  g_free (self->frames);
  g_free (self->format);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, words_clear)

static const CommandText *
find_command_text (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (command_texts); i++)
    if (g_str_equal (command_texts[i].name, name))
      return &command_texts[i];

  return NULL;
}

/* TRUE if all of @text is a number from @minimum to @maximum. */
static gboolean
parse_number (const char *text,
              double      minimum,
              double      maximum,
              double     *number)
{
  char *end = NULL;

  /* No sign, no hexadecimal, no "inf". */
  if (!g_ascii_isdigit (text[0]) || g_ascii_tolower (text[1]) == 'x')
    return FALSE;

  *number = g_ascii_strtod (text, &end);

  return *end == '\0' && *number >= minimum && *number <= maximum;
}

static gboolean
judge_frames (SondeOptions  *self,
              const char    *word,
              GError       **error)
{
  if (word == NULL)
    self->frames = SONDE_FRAMES_AUTO;
  else if (g_str_equal (word, "python"))
    self->frames = SONDE_FRAMES_PYTHON;
  else if (g_str_equal (word, "native"))
    self->frames = SONDE_FRAMES_NATIVE;
  else if (g_str_equal (word, "both"))
    self->frames = SONDE_FRAMES_BOTH;
  else
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("The frames must be “python”, “native” or “both”, not “%s”"), word);
      return FALSE;
    }

  return TRUE;
}

static gboolean
judge_tasks (SondeOptions  *self,
             GError       **error)
{
  if (!self->with_tasks || self->frames == SONDE_FRAMES_PYTHON)
    return TRUE;

  if (self->frames == SONDE_FRAMES_AUTO)
    {
      self->frames = SONDE_FRAMES_PYTHON;
      return TRUE;
    }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("“--async” goes with the functions of Python alone"));

  return FALSE;
}

static gboolean
judge_rate (SondeOptions  *self,
            const char    *word,
            GError       **error)
{
  if (word == NULL || parse_number (word, SONDE_RATE_HZ_MIN, SONDE_RATE_HZ_MAX, &self->rate_hz))
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("The rate must be a number from %d to %d, not “%s”"),
               (int) SONDE_RATE_HZ_MIN, (int) SONDE_RATE_HZ_MAX, word);

  return FALSE;
}

static gboolean
parse_mode (const char *word,
            SondeMode  *mode)
{
  static const char *const words[] = {
    [SONDE_MODE_CPU] = "cpu",
    [SONDE_MODE_RUNNING] = "running",
    [SONDE_MODE_WALL] = "wall",
    [SONDE_MODE_GIL] = "gil",
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (!g_str_equal (words[i], word))
        continue;

      *mode = i;
      return TRUE;
    }

  return FALSE;
}

static gboolean
judge_words (SondeOptions  *self,
             const Words   *words,
             GError       **error)
{
  if (!judge_frames (self, words->frames, error) || !judge_tasks (self, error) ||
      !judge_rate (self, words->rate, error))
    return FALSE;

  if (words->duration != NULL &&
      (!parse_number (words->duration, 0, DURATION_S_MAX, &self->duration_s) ||
       self->duration_s <= 0))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("The duration must be a number of seconds above 0, not “%s”"),
                   words->duration);
      return FALSE;
    }

  if (words->mode != NULL && !parse_mode (words->mode, &self->mode))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("The mode must be “cpu”, “running”, “wall” or “gil”, not “%s”"),
                   words->mode);
      return FALSE;
    }

  if (words->format != NULL && !g_str_equal (words->format, "folded"))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("The format must be “folded”, not “%s”"), words->format);
      return FALSE;
    }

  return TRUE;
}

/* Takes the process from -p or, but for “record”, from the one argument without a dash. */
static gboolean
judge_target (SondeOptions       *self,
              const CommandText  *text,
              Words              *words,
              char              **rest,
              GError            **error)
{
  gboolean recording = self->command == SONDE_COMMAND_RECORD;
  gboolean positional = words->pid == NULL && (self->command == SONDE_COMMAND_TOP ||
                                               self->command == SONDE_COMMAND_DUMP);
  const char *unexpected = positional && rest[0] != NULL ? rest[1] : rest[0];

  if (unexpected != NULL && recording && words->pid == NULL && self->argv == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
                 _("Write “-p” before a process, or “--” before a command to start: “%s”"),
                 unexpected);
  else if (unexpected != NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
                 _("Unexpected argument “%s”"), unexpected);
  else if (positional && (rest[0] == NULL || rest[0][0] == '\0'))
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _("“%s” needs the number or the name of a process"), text->name);
  else if (recording && words->pid != NULL && self->argv != NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _("“record” takes a process (-p) or a program to start (--), not both"));
  else if (recording && words->pid == NULL && self->argv == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _("“record” needs a process (-p) or a program to start (--)"));
  else
    {
      self->target = positional ? g_strdup (rest[0]) : g_steal_pointer (&words->pid);
      return TRUE;
    }

  return FALSE;
}

static void
add_entry (GOptionContext *context,
           const char     *long_name,
           char            short_name,
           GOptionArg      kind,
           gpointer        data,
           const char     *description,
           const char     *value_name)
{
  const GOptionEntry entries[] = {
    { long_name, short_name, 0, kind, data, description, value_name },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static void
add_entries (GOptionContext *context,
             SondeOptions   *self,
             Words          *words)
{
  if (self->command != SONDE_COMMAND_PS)
    add_entry (context, "pid", 'p', G_OPTION_ARG_STRING, &words->pid,
               N_("Look at this process"), N_("PID|NAME"));

  if (self->command == SONDE_COMMAND_RECORD || self->command == SONDE_COMMAND_TOP)
    {
      add_entry (context, "rate", 'r', G_OPTION_ARG_STRING, &words->rate,
                 N_("Look this often a second, 1 to 20000; else 1000"),
                 N_("HZ"));
      add_entry (context, "duration", 'd', G_OPTION_ARG_STRING, &words->duration,
                 N_("End after this time; else when the process ends or with Ctrl+C"),
                 N_("SECONDS"));
      add_entry (context, "mode", 'm', G_OPTION_ARG_STRING, &words->mode,
                 N_("Count threads that run or are ready to (cpu, the default), only those that "
                    "run (running), all (wall), or those that hold Python’s lock (gil)"),
                 "cpu|running|wall|gil");
    }

  if (self->command != SONDE_COMMAND_PS)
    {
      add_entry (context, "frames", 0, G_OPTION_ARG_STRING, &words->frames,
                 N_("Show the functions of Python (the default where there is any), native ones, "
                    "or both in one stack"),
                 "python|native|both");
      add_entry (context, "async", 0, G_OPTION_ARG_NONE, &self->with_tasks,
                 N_("Show the asyncio tasks that await what runs, in place of their event loop"),
                 NULL);
    }

  if (self->command == SONDE_COMMAND_RECORD)
    {
      add_entry (context, "threads", 't', G_OPTION_ARG_NONE, &self->with_threads,
                 N_("Begin each stack with the thread’s name"), NULL);
      add_entry (context, "format", 'f', G_OPTION_ARG_STRING, &words->format,
                 N_("The form of the output; there is only “folded”"), "folded");
      add_entry (context, "output", 'o', G_OPTION_ARG_FILENAME, &self->output,
                 N_("Write the stacks to this file; “-” is standard output, the default"),
                 N_("FILE"));
      add_entry (context, "stats", 0, G_OPTION_ARG_FILENAME, &self->stats,
                 N_("Write the figures of the recording to this file, as JSON"), N_("FILE"));
    }

  if (self->command == SONDE_COMMAND_TOP)
    add_entry (context, "once", 0, G_OPTION_ARG_NONE, &self->once,
               N_("Print one table after the duration (2 seconds if not given) and end"), NULL);

  if (self->command == SONDE_COMMAND_PS)
    add_entry (context, "json", 0, G_OPTION_ARG_NONE, &self->json, N_("Print JSON"), NULL);

  add_entry (context, "help", 'h', G_OPTION_ARG_NONE, &words->help, N_("Show this help"), NULL);
}

/* GLib's help without its first paragraph, which has not the command's name in it. */
static char *
dup_command_help (SondeCommand    command,
                  GOptionContext *context)
{
  g_autofree char *usage = sonde_command_dup_usage (command);
  g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);
  const char *rest = strstr (help, "\n\n");

  return g_strconcat (usage, rest != NULL ? rest + 1 : help, NULL);
}

/* Reads the arguments of one command; @args (NULL-terminated) begins with its name. */
static gboolean
parse_command (SondeOptions       *self,
               const CommandText  *text,
               char             ***args,
               GError            **error)
{
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);
  g_auto(Words) words = { NULL };

  g_option_context_set_summary (context, _(text->summary));
  g_option_context_set_help_enabled (context, FALSE);
  add_entries (context, self, &words);

  if (!g_option_context_parse_strv (context, args, error))
    return FALSE;

  if (words.help)
    {
      self->help = dup_command_help (self->command, context);
      self->command = SONDE_COMMAND_HELP;
      return TRUE;
    }

  return judge_words (self, &words, error) &&
         judge_target (self, text, &words, *args + 1, error);
}

/* Cuts @args at the first "--" and keeps what is behind it as the program to start. */
static gboolean
take_argv (SondeOptions  *self,
           char         **args,
           GError       **error)
{
  for (guint i = 0; args[i] != NULL; i++)
    {
      if (!g_str_equal (args[i], "--"))
        continue;

      if (args[i + 1] == NULL)
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       _("After “--” there must be a program to start"));
          return FALSE;
        }

      self->argv = g_strdupv (args + i + 1);
      for (guint j = i; args[j] != NULL; j++)
        g_clear_pointer (&args[j], g_free);
      break;
    }

  return TRUE;
}

/**
 * sonde_options_parse:
 * @self: (out caller-allocates): the options; to be cleared whatever is returned
 * @argc: as of main()
 * @argv: as of main(); not changed
 * @error: return location for a #GError
 *
 * Reads a command line and fills in what was not given. After an error
 * @self->command is the command it is about, %SONDE_COMMAND_HELP if there is none.
 *
 * Errors: those of %G_OPTION_ERROR, each a sentence for the user.
 *
 * Returns: whether the command line can be acted on
 */
gboolean
sonde_options_parse (SondeOptions  *self,
                     int            argc,
                     char         **argv,
                     GError       **error)
{
  g_auto(GStrv) args = g_strdupv (argc > 0 ? argv + 1 : argv);
  const CommandText *text;

  *self = (SondeOptions) { .command = SONDE_COMMAND_HELP, .rate_hz = SONDE_RATE_HZ_DEFAULT };

  if (args[0] == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("A command of sonde-cli is missing"));
      return FALSE;
    }

  if (g_str_equal (args[0], "--help") || g_str_equal (args[0], "-h"))
    {
      self->help = sonde_command_dup_usage (SONDE_COMMAND_HELP);
      return TRUE;
    }

  if (g_str_equal (args[0], "--version"))
    {
      self->command = SONDE_COMMAND_VERSION;
      return TRUE;
    }

  text = find_command_text (args[0]);
  if (text == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
                   _("“%s” is no command of sonde-cli"), args[0]);
      return FALSE;
    }

  self->command = text->command;

  return (text->command != SONDE_COMMAND_RECORD || take_argv (self, args, error)) &&
         parse_command (self, text, &args, error);
}

void
sonde_options_clear (SondeOptions *self)
{
  g_clear_pointer (&self->help, g_free);
  g_clear_pointer (&self->target, g_free);
  g_clear_pointer (&self->argv, g_strfreev);
  g_clear_pointer (&self->output, g_free);
  g_clear_pointer (&self->stats, g_free);
}

static void
append_commands (GString *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (command_texts); i++)
    g_string_append_printf (text, "  %-8s%s\n", command_texts[i].name, _(command_texts[i].summary));

  g_string_append_printf (text, "\n%s\n",
                          _("“sonde-cli COMMAND --help” tells the options of a command."));
}

char *
sonde_command_dup_usage (SondeCommand command)
{
  GString *usage = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (command_texts); i++)
    if (command == command_texts[i].command || command == SONDE_COMMAND_HELP)
      g_string_append_printf (usage, "%s sonde-cli %s %s\n",
                              usage->len == 0 ? _("Usage:") : "      ",
                              command_texts[i].name, command_texts[i].usage);

  if (command == SONDE_COMMAND_HELP)
    {
      g_string_append (usage, "       sonde-cli --help | --version\n\n");
      append_commands (usage);
    }

  return g_string_free (usage, FALSE);
}
