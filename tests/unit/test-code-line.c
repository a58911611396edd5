/* test-code-line.c: the lines that execute in code objects
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>

#include "support/python-code.h"

#define COPIES 0x40000

static void
test_code_line_recorded (gconstpointer data)
{
  g_autoptr(PythonImage) image = python_code_load_image (GPOINTER_TO_UINT (data));
  g_autoptr(SondePythonCodes) codes = python_code_read (image);

  g_assert_cmpuint (image->lines->len, >, 100);
  for (guint i = 0; i < image->lines->len; i++)
    {
      const PythonLine *line = &g_array_index (image->lines, PythonLine, i);

      g_assert_cmpuint (sonde_python_codes_find_line (codes, line->address, line->instruction), ==,
                        line->line);
    }
}

/* Instructions in the bytecode and at both of its edges; out of it, the first line. */
static void
test_code_line_instructions (void)
{
  static const struct
  {
    gint  offset;
    guint line;
  } cases[] = {
    { -2, 7 }, { 0, 8 }, { 1, 8 }, { 15, 8 }, { 16, 9 }, { 48, 11 }, { 63, 11 }, { 64, 7 },
    { G_MININT, 7 }, { G_MAXINT, 7 },
  };
  const SondePythonOffsets *offsets = python_offsets ();
  const SondeAddress start = AT_CODE + offsets->code.bytecode;
  g_autoptr(PythonImage) image = python_code_make_image (offsets);
  g_autoptr(SondePythonCodes) codes = python_code_read (image);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE,
                                                    start + (guint64) (gint64) cases[i].offset),
                      ==, cases[i].line);
}

/* A line table that is none, is empty, too long or not there gives no line. */
static void
test_code_line_bad_table (void)
{
  static const struct
  {
    guint32 at;
    guint64 word;
  } cases[] = {
    { 8, AT_STR_TYPE },
    { 8, 0 },
    { 16, 0 },
    { 16, 9 },
    { 16, 1024 * 1024 + 1 },
    { 16, G_MAXUINT64 },
  };
  const SondePythonOffsets *offsets = python_offsets ();
  const SondeAddress start = AT_CODE + offsets->code.bytecode;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(PythonImage) image = python_code_make_image (offsets);
      g_autoptr(SondePythonCodes) codes = python_code_read (image);

      python_image_put_word (image, AT_TABLE + cases[i].at, cases[i].word);
      for (guint k = 0; k < 2; k++) /* also when it was tried before */
        g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, start), ==, 0);
      g_assert_cmpuint (image->n_bytes, <, 10000);
    }
}

/* One that ends within its head is none, whatever that says. */
static void
test_code_line_cut_table (void)
{
  const SondePythonOffsets *offsets = python_offsets ();
  g_autoptr(PythonImage) image = python_code_make_image (offsets);
  g_autoptr(SondePythonCodes) codes = python_code_read (image);

  for (guint i = 0; i < image->regions->len; i++)
    if (g_array_index (image->regions, PythonRegion, i).address == AT_TABLE)
      g_array_index (image->regions, PythonRegion, i).length = offsets->bytes.data - 8;

  g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, AT_CODE + offsets->code.bytecode),
                    ==, 0);
}

/* A target may say that the length of bytes lies far behind them. */
static void
test_code_line_far_size (void)
{
  const guint32 far = 504;
  const SondeAddress table = 0x1000000;
  SondePythonOffsets offsets = *python_offsets ();
  g_autoptr(PythonImage) image = python_code_make_image (&offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_autoptr(SondePythonCodes) codes = NULL;

  offsets.bytes.data = 0;
  offsets.object.size = far;
  python_image_add (image, table, NULL, 1024);
  python_image_put_word (image, table + offsets.object.type, AT_BYTES_TYPE);
  python_image_put_word (image, table + far, 1);
  python_image_put_word (image, AT_CODE + offsets.code.linetable, table);

  codes = sonde_python_codes_new (&memory, &offsets, functions);
  g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, AT_CODE + offsets.code.bytecode),
                    ==, 0);
  sonde_python_codes_recheck (codes);
}

/* In a free-threaded Python other threads run copies of the bytecode. */
static void
test_code_line_copies (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030e, TRUE);
  const SondeAddress start = AT_CODE + offsets->code.bytecode;
  g_autoptr(PythonImage) image = python_code_make_image (offsets);
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonCodes) codes = sonde_python_codes_new (&memory, offsets, functions);

  python_image_add (image, COPIES, NULL, 8 * 4);
  python_image_put_word (image, COPIES, 3);
  python_image_put_word (image, COPIES + 8, start);
  python_image_put_word (image, COPIES + 24, 0x70000);
  python_image_put_word (image, AT_CODE + offsets->code.tlbc, COPIES);

  g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, start), ==, 8);
  g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, 0x70000 - 2), ==, 7);
  g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, 0x70000), ==, 8);
  g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, 0x70000 + 62), ==, 11);
  g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, 0x70000 + 64), ==, 7);

  /* An array that says too much. */
  python_image_put_word (image, COPIES, G_MAXUINT64);
  g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, 0x90000), ==, 7);
  g_assert_cmpuint (image->n_bytes, <, 100000);
}

/* A line table that changes in place is read again. */
static void
test_code_line_check_table (void)
{
  const SondePythonOffsets *offsets = python_offsets ();
  const SondeAddress start = AT_CODE + offsets->code.bytecode;
  g_autoptr(PythonImage) image = python_code_make_image (offsets);
  g_autoptr(SondePythonCodes) codes = python_code_read (image);

  g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, start), ==, 8);
  *python_image_at (image, AT_TABLE + offsets->bytes.data) = 0xe7; /* goes on by two lines */
  g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, start), ==, 8);
  g_assert_cmpuint (sonde_python_codes_recheck (codes), ==, 1);
  g_assert_cmpuint (sonde_python_codes_find_line (codes, AT_CODE, start), ==, 9);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  python_code_add_for_versions ("/python/code-line/recorded", test_code_line_recorded);
  g_test_add_func ("/python/code-line/instructions", test_code_line_instructions);
  g_test_add_func ("/python/code-line/far-size", test_code_line_far_size);
  g_test_add_func ("/python/code-line/bad-table", test_code_line_bad_table);
  g_test_add_func ("/python/code-line/cut-table", test_code_line_cut_table);
  g_test_add_func ("/python/code-line/copies", test_code_line_copies);
  g_test_add_func ("/python/code-line/check-table", test_code_line_check_table);
  return g_test_run ();
}
