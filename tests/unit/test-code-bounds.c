/* test-code-bounds.c: code objects of Pythons that lie
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>

#include "python/code-private.h"
#include "support/python-code.h"

static void
test_code_bounds_of_count (void)
{
  const guint n_codes = SONDE_PYTHON_CODES_MAX + 10000;
  const SondePythonOffsets *offsets = python_offsets ();
  const gsize size = (offsets->code.bytecode + 64 + 15) / 16 * 16;
  const SondeAddress start = 0x10000000;
  g_autoptr(PythonImage) image = python_code_make_image (offsets);
  g_autoptr(SondePythonCodes) codes = python_code_read (image);
  guint8 *all = python_image_add (image, start, NULL, n_codes * size);

  for (guint i = 0; i < n_codes; i++)
    {
      memcpy (all + i * size, python_image_at (image, AT_CODE), offsets->code.bytecode + 64);
      g_assert_nonnull (sonde_python_codes_find (codes, start + i * size));
      g_assert_cmpuint (g_hash_table_size (codes->entries), <=, SONDE_PYTHON_CODES_MAX);
      g_assert_cmpuint (codes->bytes, <=, SONDE_PYTHON_CODES_BYTES_MAX);
      if (i % 1000 == 999)
        {
          g_assert_nonnull (sonde_python_codes_find (codes, AT_CODE)); /* is always in use */
          sonde_python_codes_recheck (codes);
          sonde_python_codes_begin_turn (codes);
        }
    }
  g_assert_cmpuint (g_hash_table_size (codes->entries), >, SONDE_PYTHON_CODES_MAX / 2);

  image->n_reads = 0;
  sonde_python_codes_find (codes, AT_CODE);
  sonde_python_codes_find (codes, start + (n_codes - 1) * size);
  g_assert_cmpuint (image->n_reads, ==, 0);
}

/* Line tables count, and those in use go too if there is no other way. */
static void
test_code_bounds_of_tables (void)
{
  const SondePythonOffsets *offsets = python_offsets ();
  g_autoptr(PythonImage) image = python_code_make_image (offsets);
  g_autoptr(SondePythonCodes) codes = python_code_read (image);
  const gsize length = 1000000;

  python_image_add (image, 0x1000000, NULL, offsets->bytes.data + length);
  python_image_put_word (image, 0x1000000 + offsets->object.type, AT_BYTES_TYPE);
  python_image_put_word (image, 0x1000000 + offsets->object.size, length);
  memset (python_image_at (image, 0x1000000 + offsets->bytes.data), 0x80, length);

  for (guint i = 0; i < 400; i++)
    {
      SondeAddress address = 0x2000000 + i * 0x1000;

      python_code_add (image, offsets, address, 5);
      python_image_put_word (image, address + offsets->code.linetable, 0x1000000);
      g_assert_cmpuint (sonde_python_codes_find_line (codes, address,
                                                      address + offsets->code.bytecode),
                        ==, 5);
      g_assert_cmpuint (codes->bytes, <=, SONDE_PYTHON_CODES_BYTES_MAX);
    }
  g_assert_cmpuint (g_hash_table_size (codes->entries), >, 8);
  g_assert_cmpuint (g_hash_table_size (codes->entries), <=,
                    SONDE_PYTHON_CODES_BYTES_MAX / length);
  g_assert_cmpuint (sonde_python_codes_recheck (codes), ==, 0);
}

/* Asks for all that an image has, and looks at what that reads. */
static void
use_all (PythonImage      *image,
         SondePythonCodes *codes)
{
  for (guint i = 0; i < image->codes->len; i++)
    {
      SondeAddress address = g_array_index (image->codes, PythonObject, i).address;
      const SondeFunction *function;

      image->n_reads = image->n_bytes = 0;
      function = sonde_python_codes_find (codes, address);
      if (function != NULL)
        g_assert_true (g_utf8_validate (function->name, -1, NULL) &&
                       g_utf8_validate (function->file, -1, NULL));
      sonde_python_codes_find_line (codes, address, address + 300 + i);
      g_assert_cmpuint (image->n_reads, <=, 24);
      g_assert_cmpuint (image->n_bytes, <=, 2 * 1024 * 1024);
    }
}

/* All is as it was recorded. */
static void
assert_whole (PythonImage      *image,
              SondePythonCodes *codes)
{
  sonde_python_codes_recheck (codes);
  for (guint i = 0; i < image->codes->len; i++)
    {
      const PythonObject *code = &g_array_index (image->codes, PythonObject, i);
      const SondeFunction *function = sonde_python_codes_find (codes, code->address);

      g_assert_nonnull (function);
      g_assert_cmpstr (function->name, ==, code->name);
      g_assert_cmpstr (function->file, ==, code->file);
    }
}

/* Puts @word at @at, looks what comes of it with and without what is known, and puts it right. */
static void
damage (PythonImage      *image,
        SondePythonCodes *codes,
        guint8           *at,
        guint64           word)
{
  g_autoptr(SondePythonCodes) fresh = python_code_read (image);
  guint64 whole;

  memcpy (&whole, at, sizeof whole);
  memcpy (at, &word, sizeof word);
  use_all (image, fresh);
  use_all (image, codes);
  sonde_python_codes_recheck (codes);
  use_all (image, codes);

  memcpy (at, &whole, sizeof whole);
  assert_whole (image, codes);
}

/* Every word of an image in turn says something else: nothing faults or reads without end, and all
 * is well again once the word is.
 */
static void
test_code_bounds_damaged (gconstpointer data)
{
  g_autoptr(PythonImage) image = python_code_load_image (GPOINTER_TO_UINT (data));
  g_autoptr(SondePythonCodes) codes = python_code_read (image);
  const guint64 words[] = {
    0, G_MAXUINT64, G_MAXINT64, 4096, g_array_index (image->codes, PythonObject, 0).address,
    g_array_index (image->texts, PythonObject, 0).address,
  };

  g_array_set_size (image->codes, 6); /* of all kinds; more take long with sanitizers */
  assert_whole (image, codes);
  for (guint i = 0; i < image->regions->len; i++)
    {
      PythonRegion *region = &g_array_index (image->regions, PythonRegion, i);

      for (gsize at = 0; at + 8 <= MIN (region->length, 320); at += 8)
        for (guint k = 0; k < G_N_ELEMENTS (words); k++)
          damage (image, codes, region->bytes + at, words[k]);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  python_code_add_for_versions ("/python/code-bounds/damaged", test_code_bounds_damaged);
  g_test_add_func ("/python/code-bounds/of-count", test_code_bounds_of_count);
  g_test_add_func ("/python/code-bounds/of-tables", test_code_bounds_of_tables);
  return g_test_run ();
}
