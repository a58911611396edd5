/* python-code.c: recorded and made up Pythons with code objects
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/python-code.h"

#include <string.h>

#include "python/code-private.h"
#include "support/python-versions.h"

const SondePythonOffsets *
python_offsets (void)
{
  return sonde_python_offsets_find (0x030c, FALSE);
}

void
python_code_add (PythonImage              *image,
                 const SondePythonOffsets *offsets,
                 SondeAddress              address,
                 guint                     first_line)
{
  const guint32 line = first_line;

  python_image_add (image, address, NULL, offsets->code.bytecode + 64);
  python_image_put_word (image, address + offsets->object.type, AT_CODE_TYPE);
  python_image_put_word (image, address + offsets->object.size, 32);
  python_image_put_word (image, address + offsets->code.name, AT_NAME);
  python_image_put_word (image, address + offsets->code.qualname, AT_NAME);
  python_image_put_word (image, address + offsets->code.filename, AT_FILE);
  python_image_put_word (image, address + offsets->code.linetable, AT_TABLE);
  memcpy (python_image_at (image, address + offsets->code.firstlineno), &line, sizeof line);
}

PythonImage *
python_code_make_image (const SondePythonOffsets *offsets)
{
  static const guint8 table[] = { 0xdf, 0, 0xdf, 0, 0xdf, 0, 0xdf, 0 };
  PythonImage *image = python_image_load (NULL);

  image->version = offsets->version;
  python_image_add_type (image, offsets, AT_CODE_TYPE, "code", 0);
  python_image_add_type (image, offsets, AT_STR_TYPE, "str", FLAG_TEXT);
  python_image_add_type (image, offsets, AT_BYTES_TYPE, "bytes", FLAG_BYTES);
  python_image_add_text (image, offsets, AT_NAME, AT_STR_TYPE, "Class.method");
  python_image_add_text (image, offsets, AT_FILE, AT_STR_TYPE, "/srv/a.py");
  python_code_add (image, offsets, AT_CODE, 7);

  python_image_add (image, AT_TABLE, NULL, offsets->bytes.data + sizeof table);
  python_image_put_word (image, AT_TABLE + offsets->object.type, AT_BYTES_TYPE);
  python_image_put_word (image, AT_TABLE + offsets->object.size, sizeof table);
  memcpy (python_image_at (image, AT_TABLE + offsets->bytes.data), table, sizeof table);

  return image;
}

PythonImage *
python_code_load_image (guint version)
{
  g_autofree char *name = g_strdup_printf ("image-3.%u.txt", version & 0xff);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "unit", "fixtures", "python", name,
                                                 NULL);

  return python_image_load (path);
}

SondePythonCodes *
python_code_read (PythonImage *image)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  SondePythonMemory memory = python_image_get_memory (image);

  return sonde_python_codes_new (&memory, sonde_python_offsets_find (image->version, FALSE),
                                 functions);
}

void
python_code_age (SondePythonCodes *codes)
{
  do
    {
      g_autoptr(GList) addresses = g_hash_table_get_keys (codes->entries);

      sonde_python_codes_begin_turn (codes);
      for (const GList *at = addresses; at != NULL; at = at->next)
        sonde_python_codes_find (codes, GPOINTER_TO_SIZE (at->data));
      g_assert_cmpuint (sonde_python_codes_recheck (codes), ==, 0);
      for (const GList *at = addresses; at != NULL; at = at->next)
        sonde_python_codes_find (codes, GPOINTER_TO_SIZE (at->data));
    }
  while (sonde_python_codes_needs_recheck (codes));
}

void
python_code_add_for_versions (const char   *parent,
                              GTestDataFunc test)
{
  for (guint version = PYTHON_OLDEST; version <= PYTHON_NEWEST; version++)
    {
      g_autofree char *path = g_strdup_printf ("%s/3.%u", parent, version & 0xff);

      g_test_add_data_func (path, GUINT_TO_POINTER (version), test);
    }
}
