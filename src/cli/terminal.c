/* terminal.c: a terminal taken over, with the sequences that all of today's know
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/output.h"

#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define TO_TOP "\033[H"
#define CLEAR_LINE_AND_NEXT "\033[K\r\n"
#define CLEAR_BELOW "\033[J"

#define COLUMNS_DEFAULT 80
#define LINES_DEFAULT 24

struct _SondeTerminal
{
  struct termios before;
  struct termios ours;
  gboolean       has_keys;
};

SondeTerminal *
sonde_terminal_new (void)
{
  SondeTerminal *self;

  if (!isatty (STDOUT_FILENO))
    return NULL;

  self = g_new0 (SondeTerminal, 1);
  self->has_keys = isatty (STDIN_FILENO) && tcgetattr (STDIN_FILENO, &self->before) == 0 &&
                   tcgetpgrp (STDIN_FILENO) == getpgrp ();

  self->ours = self->before;
  self->ours.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
  self->ours.c_cc[VMIN] = 0;
  self->ours.c_cc[VTIME] = 0;
  sonde_terminal_enter (self);

  return self;
}

void
sonde_terminal_free (SondeTerminal *self)
{
  if (self == NULL)
    return;

  sonde_terminal_leave (self);
  g_free (self);
}

/* In the background this has the kernel send SIGTTOU. */
void
sonde_terminal_enter (SondeTerminal *self)
{
  if (self->has_keys)
    tcsetattr (STDIN_FILENO, TCSANOW, &self->ours);

  /* A terminal that cannot be written to is found out by the first table. */
  (void) !write (STDOUT_FILENO, ENTER, strlen (ENTER));
}

void
sonde_terminal_leave (SondeTerminal *self)
{
  (void) !write (STDOUT_FILENO, LEAVE, strlen (LEAVE));

  if (self->has_keys)
    tcsetattr (STDIN_FILENO, TCSANOW, &self->before);
}

void
sonde_terminal_get_size (SondeTerminal *self,
                         guint         *columns,
                         guint         *lines)
{
  struct winsize size = { 0 };

  g_return_if_fail (self != NULL);

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    size.ws_col = size.ws_row = 0;

  *columns = size.ws_col > 0 ? size.ws_col : COLUMNS_DEFAULT;
  *lines = size.ws_row > 0 ? size.ws_row : LINES_DEFAULT;
}

gboolean
sonde_terminal_draw (SondeTerminal  *self,
                     const char     *text,
                     GError        **error)
{
  g_auto(GStrv) lines = NULL;
  GString *frame = g_string_new (TO_TOP);
  g_autofree char *frame_text = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  /* Each line is overwritten and only its rest cleared: nothing flickers. After the last line
   * comes no newline, which would scroll a full window.
   */
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean last = lines[i + 1] == NULL || (lines[i + 1][0] == '\0' && lines[i + 2] == NULL);

      g_string_append (frame, lines[i]);
      if (last)
        break;
      g_string_append (frame, CLEAR_LINE_AND_NEXT);
    }

  g_string_append (frame, CLEAR_BELOW);
  frame_text = g_string_free (frame, FALSE);

  return sonde_output_print (frame_text, error);
}

gboolean
sonde_terminal_take_key (SondeTerminal *self,
                         char           key)
{
  char keys[32];
  gssize length;

  g_return_val_if_fail (self != NULL, FALSE);

  if (!self->has_keys)
    return FALSE;

  length = read (STDIN_FILENO, keys, sizeof keys);

  return length > 0 && memchr (keys, key, (gsize) length) != NULL;
}
