/* go-lines.c: answers from Go's table of functions
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "symbolizer/go-lines.h"

#include <string.h>

#include "symbolizer/go-file.h"
#include "symbolizer/source-path.h"

/* Where the two tables name one function differently (runtime.systemstack.abi0), the name that its
 * author wrote is shown.
 */
#define RANK 0

/* In all, as of debug information: a table can make each question long. */
#define TIME_MAX_US (20 * G_USEC_PER_SEC)

struct _SondeGoLines
{
  /* Owned */
  SondeGoFile *file;
  GString     *path; /* the last file found */

  gint64       time_left_us;
};

SondeGoLines *
sonde_go_lines_new (SondeElfFile *file)
{
  SondeGoFile *found;
  SondeGoLines *self;

  g_return_val_if_fail (file != NULL, NULL);

  found = sonde_go_file_open (file);
  if (found == NULL)
    return NULL;

  self = g_new0 (SondeGoLines, 1);
  self->file = found;
  self->path = g_string_new (NULL);
  self->time_left_us = TIME_MAX_US;

  return self;
}

void
sonde_go_lines_free (SondeGoLines *self)
{
  g_return_if_fail (self != NULL);

  sonde_go_file_free (self->file);
  g_string_free (self->path, TRUE);
  g_free (self);
}

guint64
sonde_go_lines_get_bytes (SondeGoLines *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->file->table_bytes.length + self->file->other_bytes.length;
}

void
sonde_go_lines_add_symbols (SondeGoLines     *self,
                            SondeSymbolTable *symbols)
{
  SondeGoFunction function;

  g_return_if_fail (self != NULL && symbols != NULL);

  for (guint64 i = 0; i < sonde_go_table_get_count (&self->file->table); i++)
    {
      SondeSymbol symbol = { .rank = RANK };

      if (!sonde_go_table_get (&self->file->table, i, &function))
        continue;

      symbol.name = sonde_go_file_get_text (self->file, function.name);
      symbol.start = function.start;
      symbol.end = function.end;
      if (symbol.name != NULL && symbol.name[0] != '\0')
        sonde_symbol_table_add (symbols, &symbol);
    }
}

/* The file that the function is in; NULL if that is not known. */
static const char *
find_file (SondeGoLines          *self,
           const SondeGoFunction *function)
{
  SondeAddress at = sonde_go_table_find_file (&self->file->table, function, function->start);
  const char *text = at != 0 ? sonde_go_file_get_text (self->file, at) : NULL;

  if (text == NULL)
    return NULL;

  sonde_source_path_make (self->path, NULL, text);

  return self->path->str;
}

static guint
read_line (SondeGoLines          *self,
           const SondeGoFunction *function,
           guint64                address)
{
  gint32 line;

  return sonde_go_table_run (&self->file->table, function, function->lines, address, &line) &&
         line > 0 ? (guint) line : 0;
}

/* Finds the function at @address, if there is time for a question. */
static gboolean
find (SondeGoLines    *self,
      guint64          address,
      SondeGoFunction *function)
{
  return self->time_left_us > 0 && sonde_go_table_find (&self->file->table, address, function);
}

gboolean
sonde_go_lines_find_function (SondeGoLines       *self,
                              guint64             address,
                              SondeDebugFunction *function)
{
  gint64 start_us = g_get_monotonic_time ();
  SondeGoFunction found;

  g_return_val_if_fail (self != NULL, FALSE);

  memset (function, 0, sizeof *function);
  function->start = function->end = address;
  if (!find (self, address, &found))
    return FALSE;

  function->start = found.start;
  function->end = found.end;
  function->file = find_file (self, &found);
  function->line = found.first_line != 0 ? found.first_line : read_line (self, &found, found.start);
  self->time_left_us -= g_get_monotonic_time () - start_us;

  return function->file != NULL;
}

guint
sonde_go_lines_find_line (SondeGoLines *self,
                          guint64       address)
{
  gint64 start_us = g_get_monotonic_time ();
  SondeGoFunction function;
  guint line;

  g_return_val_if_fail (self != NULL, 0);

  if (!find (self, address, &function))
    return 0;

  address = sonde_go_table_find_call (&self->file->table, &function, address);
  line = read_line (self, &function, address);
  self->time_left_us -= g_get_monotonic_time () - start_us;

  return line;
}
