/* bench-code.c: what it costs to know a Python's code objects
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starts each Python that is installed, which prints where some of its code objects are, and asks
 * for all of them: when they are not known yet, when they are, when they are looked at again, and
 * for the line in the middle of each.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "python/code.h"
#include "support/pythons.h"

#define COMMAND "./dev bench code"
#define N_CODES 300 /* as many as a large program has in use at once */
#define N_ROUNDS 50

#define PROGRAM \
  "import argparse, ast, inspect, sys, types\n" \
  "for module in argparse, ast, inspect:\n" \
  "  for part in list(vars(module).values()):\n" \
  "    for thing in [part] + list(getattr(part, '__dict__', {}).values()):\n" \
  "      if isinstance(thing, types.FunctionType):\n" \
  "        print(id(thing.__code__), len(thing.__code__.co_code) // 4 * 2)\n" \
  "print(flush=True)\n" \
  "sys.stdin.read()\n"

typedef struct
{
  SondeAddress address;
  guint64      middle; /* of its bytecode, in bytes */
} Place;

static double
get_time_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);

  return (double) now.tv_sec * 1e9 + (double) now.tv_nsec;
}

static GArray *
read_places (int output)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (Place));
  FILE *file = fdopen (output, "r");
  char line[128];

  while (fgets (line, sizeof line, file) != NULL && *line != '\n')
    {
      char *rest;
      Place place = { .address = strtoull (line, &rest, 10) };

      place.middle = strtoull (rest, NULL, 10);
      if (places->len < N_CODES)
        g_array_append_val (places, place);
    }
  fclose (file);

  return places;
}

static void
find_all (SondePythonCodes *codes,
          const GArray     *places)
{
  for (guint i = 0; i < places->len; i++)
    g_assert_nonnull (sonde_python_codes_find (codes, g_array_index (places, Place, i).address));
}

static void
find_lines (SondePythonCodes         *codes,
            const SondePythonOffsets *offsets,
            const GArray             *places)
{
  for (guint i = 0; i < places->len; i++)
    {
      const Place *place = &g_array_index (places, Place, i);
      guint64 instruction = place->middle / (offsets->flags.instruction_is_count ? 2 : 1);

      if (offsets->flags.instruction_is_address)
        instruction += place->address + offsets->code.bytecode;
      sonde_python_codes_find_line (codes, place->address, instruction);
    }
}

static void
print_figure (const TestPython *python,
              const char       *what,
              double            begun,
              guint             n)
{
  g_print ("%s, %s\t%.0f ns\t-\t" COMMAND "\n", what, python->name,
           (get_time_ns () - begun) / n);
}

static void
measure (const TestPython         *python,
         const SondePythonOffsets *offsets,
         GPid                      pid,
         const GArray             *places)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  SondePythonMemory memory = sonde_python_memory_of_process (pid);
  g_autoptr(SondePythonCodes) codes = sonde_python_codes_new (&memory, offsets, functions);
  double begun = get_time_ns ();

  find_all (codes, places);
  print_figure (python, "code object, first time", begun, places->len);

  begun = get_time_ns ();
  for (guint i = 0; i < N_ROUNDS; i++)
    find_all (codes, places);
  print_figure (python, "code object, known", begun, places->len * N_ROUNDS);

  begun = get_time_ns ();
  find_lines (codes, offsets, places);
  print_figure (python, "line, first time", begun, places->len);

  sonde_python_codes_recheck (codes);
  sonde_python_codes_begin_turn (codes);
  find_all (codes, places);
  begun = get_time_ns ();
  g_assert_cmpuint (sonde_python_codes_recheck (codes), <=, 1);
  print_figure (python, "code object, looked at again", begun, places->len);
}

static void
measure_python (const TestPython *python)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (python->version,
                                                                 python->free_threaded);
  char *argv[] = { python->path, g_strdup ("-c"), g_strdup (PROGRAM), NULL };
  g_autoptr(GArray) places = NULL;
  g_autoptr(GError) error = NULL;
  GPid pid;
  int input, output;

  if (offsets != NULL)
    {
      g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                                &input, &output, NULL, &error);
      g_assert_no_error (error);
      places = read_places (output);
      measure (python, offsets, pid, places);
      g_close (input, NULL);
      waitpid (pid, NULL, 0);
    }
  g_free (argv[1]);
  g_free (argv[2]);
}

int
main (void)
{
  g_autoptr(GPtrArray) pythons = pythons_list ();

  for (guint i = 0; i < pythons->len; i++)
    measure_python (pythons->pdata[i]);

  return 0;
}
