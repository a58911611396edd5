/* test-line-table.c: lines of Python bytecode, against what each version's own reader says
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "python/offsets.h"
#include "support/python-image.h"
#include "support/python-versions.h"

/* A line of the fixture: "table FIRST-LINE BYTES END:LINE,…". Gives how many offsets it has. */
static guint
compare_table (SondePythonLines   format,
               char             **words)
{
  g_auto(GStrv) runs = g_strsplit (words[3], ",", -1);
  g_autofree guint8 *table = NULL;
  gsize length;
  guint offset = 0;

  table = python_image_parse_hex (g_str_equal (words[2], "-") ? "" : words[2], &length);
  for (guint i = 0; runs[i] != NULL; i++)
    {
      char *line;
      guint end = (guint) strtoul (runs[i], &line, 16);

      for (; offset < end; offset++)
        g_assert_cmpuint (sonde_python_line_table_find (format, table, length, atoi (words[1]),
                                                        offset),
                          ==, (guint) atoi (line + 1));
    }

  return offset;
}

static void
test_line_table_recorded (gconstpointer data)
{
  guint version = GPOINTER_TO_UINT (data);
  SondePythonLines format = sonde_python_offsets_find (version, FALSE)->flags.line_table;
  g_autofree char *name = g_strdup_printf ("lines-3.%u.txt", version & 0xff);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "unit", "fixtures", "python", name,
                                                 NULL);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  guint n_tables = 0, n_offsets = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto(GStrv) words = g_strsplit (lines[i], " ", -1);

      n_offsets += compare_table (format, words);
      n_tables++;
    }

  g_assert_cmpuint (n_tables, >, 80);
  g_assert_cmpuint (n_offsets, >, 4000);
}

/* Each at the edges of what its format can say. */
static void
test_line_table_edges (void)
{
  const SondePythonLines steps = SONDE_PYTHON_LINES_STEPS;
  const SondePythonLines ranges = SONDE_PYTHON_LINES_RANGES;
  const SondePythonLines entries = SONDE_PYTHON_LINES_ENTRIES;
  const struct
  {
    SondePythonLines format;
    const char      *table;
    gint             first;
    guint            offset;
    guint            line;
  } cases[] = {
    { steps, "", 7, 0, 7 },
    { steps, "0001", 7, 0, 8 },
    { steps, "0201", 7, 1, 7 },
    { steps, "0201", 7, 2, 8 },
    { steps, "ff00017f", 7, 255, 7 },
    { steps, "ff00017f", 7, 256, 134 },
    { steps, "0280", 200, 2, 72 },
    { steps, "0280", 7, 2, 0 },
    { steps, "02", 7, 2, 7 },
    { ranges, "", 7, 0, 0 },
    { ranges, "0201", 7, 1, 8 },
    { ranges, "0201", 7, 2, 0 },
    { ranges, "0280", 7, 0, 0 },
    { ranges, "02800201", 7, 2, 8 },
    { ranges, "007f0201", 7, 0, 135 },
    { ranges, "0281", 200, 0, 73 },
    { entries, "", 7, 0, 0 },
    { entries, "8000", 7, 1, 7 },
    { entries, "8000", 7, 2, 0 },
    { entries, "8700", 7, 15, 7 },
    { entries, "e00102", 7, 0, 9 },
    { entries, "e802", 7, 0, 8 },
    { entries, "e803", 7, 0, 6 },
    { entries, "f8e802", 7, 0, 0 },
    { entries, "f8e802", 7, 2, 8 },
    { entries, "e8420100", 7, 0, 40 },
    { entries, "f0020000", 7, 0, 8 },
    { entries, "e8", 7, 0, 7 },
    { entries, "e87f7f7f7f7f7f7f7f7f", 7, 0, 0 },
    { entries, "e87e7f7f7f7f7f7f7f7f", 7, 0, 0 },
    { entries, "0000", 7, 0, 7 },
    { entries, "d802", G_MAXINT, 0, 0 },
    { entries, "8000", 0, 0, 0 },
    { entries, "8000", -7, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length;
      g_autofree guint8 *table = python_image_parse_hex (cases[i].table, &length);

      g_test_message ("%s at %u", cases[i].table, cases[i].offset);
      g_assert_cmpuint (sonde_python_line_table_find (cases[i].format, table, length,
                                                      cases[i].first, cases[i].offset),
                        ==, cases[i].line);
    }
}

/* Any bytes are read without a fault, up to their end and no further. */
static void
test_line_table_any_bytes (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < 20000; i++)
    {
      gsize length = (gsize) g_rand_int_range (random, 0, 40);
      g_autofree guint8 *table = g_malloc (length);

      for (gsize k = 0; k < length; k++)
        table[k] = (guint8) g_rand_int (random);
      for (guint format = 0; format <= SONDE_PYTHON_LINES_ENTRIES; format++)
        g_assert_cmpuint (sonde_python_line_table_find (format, table, length,
                                                        (gint) g_rand_int (random),
                                                        g_rand_int_range (random, 0, 100)),
                          <=, G_MAXINT);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint version = PYTHON_OLDEST; version <= PYTHON_NEWEST; version++)
    {
      g_autofree char *path = g_strdup_printf ("/python/line-table/recorded/3.%u", version & 0xff);

      g_test_add_data_func (path, GUINT_TO_POINTER (version), test_line_table_recorded);
    }
  g_test_add_func ("/python/line-table/edges", test_line_table_edges);
  g_test_add_func ("/python/line-table/any-bytes", test_line_table_any_bytes);
  return g_test_run ();
}
