/* test-code.c: code objects of recorded Pythons, and what is seen when they change
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
test_code_recorded (gconstpointer data)
{
  g_autoptr(PythonImage) image = python_code_load_image (GPOINTER_TO_UINT (data));
  g_autoptr(SondePythonCodes) codes = python_code_read (image);

  g_assert_cmpuint (image->codes->len, >, 10);
  for (guint i = 0; i < image->codes->len; i++)
    {
      const PythonObject *code = &g_array_index (image->codes, PythonObject, i);
      const SondeFunction *function = sonde_python_codes_find (codes, code->address);

      g_assert_nonnull (function);
      g_assert_cmpstr (function->name, ==, code->name);
      g_assert_cmpstr (function->file, ==, code->file);
      g_assert_cmpuint (function->line, ==, code->line);
      g_assert_cmpuint (function->kind, ==, SONDE_FUNCTION_KIND_PYTHON);
      g_assert_null (function->module);
    }
}

static void
assert_function (const SondeFunction *function,
                 const char          *name,
                 const char          *file,
                 guint                line)
{
  g_assert_nonnull (function);
  g_assert_cmpstr (function->name, ==, name);
  g_assert_cmpstr (function->file, ==, file);
  g_assert_cmpuint (function->line, ==, line);
}

/* What is read once is not read again within a turn, and looked at once in each. */
static void
test_code_read_once (void)
{
  g_autoptr(PythonImage) image = python_code_make_image (python_offsets ());
  g_autoptr(SondePythonCodes) codes = python_code_read (image);
  const SondeFunction *function = sonde_python_codes_find (codes, AT_CODE);

  assert_function (function, "Class.method", "/srv/a.py", 7);
  g_assert_cmpuint (image->n_reads, <=, 7); /* three objects, two types, one name of a type */

  python_code_age (codes);
  image->n_reads = 0;
  for (guint i = 0; i < 5; i++)
    {
      g_assert_true (sonde_python_codes_find (codes, AT_CODE) == function);
      g_assert_cmpuint (image->n_reads, ==, 0);
      g_assert_false (sonde_python_codes_needs_recheck (codes));
      sonde_python_codes_begin_turn (codes);
      g_assert_true (sonde_python_codes_find (codes, AT_CODE) == function);
      g_assert_cmpuint (sonde_python_codes_recheck (codes), ==, 0);
      g_assert_cmpuint (image->n_reads, ==, 4);
      image->n_reads = 0;
    }
  g_assert_cmpuint (g_hash_table_size (codes->entries), ==, 1);
}

static void
test_code_no_code (void)
{
  static const SondeAddress addresses[] = {
    0, 1, AT_CODE - 8, AT_CODE + 8, AT_NAME, AT_TABLE, AT_CODE_TYPE, 0x999000,
    G_MAXUINT64, G_MAXUINT64 - 300, G_GUINT64_CONSTANT (1) << 63,
  };
  const guint n = G_N_ELEMENTS (addresses);
  g_autoptr(PythonImage) image = python_code_make_image (python_offsets ());
  g_autoptr(SondePythonCodes) codes = python_code_read (image);

  for (guint i = 0; i < 2 * n; i++)
    {
      /* Before the type of code objects is known, and after. */
      if (i == n)
        g_assert_nonnull (sonde_python_codes_find (codes, AT_CODE));
      g_assert_null (sonde_python_codes_find (codes, addresses[i % n]));
      g_assert_cmpuint (sonde_python_codes_find_line (codes, addresses[i % n], AT_CODE), ==, 0);
    }
  g_assert_cmpuint (g_hash_table_size (codes->entries), ==, 1);
}

/* A type is that of code objects if it is named so and no program made it. */
static void
test_code_type (void)
{
  static const struct
  {
    const char *name;
    guint32     flags;
    gboolean    is_code;
  } cases[] = {
    { "code", 0, TRUE },
    { "code", FLAG_HEAP_TYPE, FALSE },
    { "code", FLAG_TEXT, FALSE },
    { "codec", 0, FALSE },
    { "cod", 0, FALSE },
    { "", 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(PythonImage) image = python_code_make_image (python_offsets ());
      g_autoptr(SondePythonCodes) codes = python_code_read (image);

      python_image_put_word (image, AT_CODE_TYPE + python_offsets ()->type.name, 0x50000);
      python_image_add (image, 0x50000, (const guint8 *) cases[i].name,
                        strlen (cases[i].name) + 1);
      python_image_put_word (image, AT_CODE_TYPE + python_offsets ()->type.flags,
                             cases[i].flags);
      g_assert_cmpint (sonde_python_codes_find (codes, AT_CODE) != NULL, ==, cases[i].is_code);
    }
}

/* ---- Another object at the same address */

static void
change_name (PythonImage *image)
{
  python_image_add_text (image, python_offsets (), 0x60000, AT_STR_TYPE, "other");
  python_image_put_word (image, AT_CODE + python_offsets ()->code.qualname, 0x60000);
}

static void
change_name_in_place (PythonImage *image)
{
  memcpy (python_image_at (image, AT_NAME + python_offsets ()->unicode.ascii_data), "Klass", 5);
}

static void
change_file_in_place (PythonImage *image)
{
  memcpy (python_image_at (image, AT_FILE + python_offsets ()->unicode.ascii_data), "/SRV", 4);
}

static void
change_file (PythonImage *image)
{
  python_image_put_word (image, AT_CODE + python_offsets ()->code.filename, AT_NAME);
}

static void
change_table (PythonImage *image)
{
  python_image_put_word (image, AT_CODE + python_offsets ()->code.linetable, 0);
}

static void
change_size (PythonImage *image)
{
  python_image_put_word (image, AT_CODE + python_offsets ()->object.size, 31);
}

static void
change_line (PythonImage *image)
{
  *python_image_at (image, AT_CODE + python_offsets ()->code.firstlineno) = 99;
}

static void
change_type (PythonImage *image)
{
  python_image_put_word (image, AT_CODE + python_offsets ()->object.type, AT_STR_TYPE);
}

/* There is but one type of code objects. */
static void
change_type_to_same_name (PythonImage *image)
{
  python_image_add_type (image, python_offsets (), 0x70000, "code", 0);
  python_image_put_word (image, AT_CODE + python_offsets ()->object.type, 0x70000);
}

static void
change_name_type (PythonImage *image)
{
  change_name (image);
  python_image_put_word (image, 0x60000 + python_offsets ()->object.type, AT_BYTES_TYPE);
}

static void
lose_code (PythonImage *image)
{
  for (guint i = 0; i < image->regions->len; i++)
    if (g_array_index (image->regions, PythonRegion, i).address == AT_CODE)
      g_array_index (image->regions, PythonRegion, i).length = 8;
}

static const struct
{
  void       (*change) (PythonImage *image);
  guint        n_changed; /* of the three code objects of the test */
  const char  *name;      /* NULL if there is no code object any more */
  const char  *file;
  guint        line;
} changes[] = {
  { change_name, 1, "other", "/srv/a.py", 7 },
  { change_name_in_place, 3, "Klass.method", "/srv/a.py", 7 },
  { change_file_in_place, 3, "Class.method", "/SRV/a.py", 7 },
  { change_file, 1, "Class.method", "Class.method", 7 },
  { change_table, 1, "Class.method", "/srv/a.py", 7 },
  { change_size, 1, "Class.method", "/srv/a.py", 7 },
  { change_line, 1, "Class.method", "/srv/a.py", 99 },
  { change_type, 1, NULL, NULL, 0 },
  { change_type_to_same_name, 1, NULL, NULL, 0 },
  { change_name_type, 1, NULL, NULL, 0 },
  { lose_code, 1, NULL, NULL, 0 },
};

static void
assert_changed (SondePythonCodes *codes,
                guint             change)
{
  const SondeFunction *function = sonde_python_codes_find (codes, AT_CODE);

  if (changes[change].name == NULL)
    g_assert_null (function);
  else
    assert_function (function, changes[change].name, changes[change].file, changes[change].line);
}

static void
find_three (SondePythonCodes    *codes,
            const SondeFunction *functions[3])
{
  for (guint i = 0; i < 3; i++)
    functions[i] = sonde_python_codes_find (codes, AT_CODE - 0x1000 + i * 0x1000);
}

/* Another object is seen in the next turn, and none that is still there is forgotten; of young ones
 * in the same turn.
 */
static void
test_code_recheck (gconstpointer data)
{
  gboolean is_young = GPOINTER_TO_INT (data);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr(PythonImage) image = python_code_make_image (python_offsets ());
      g_autoptr(SondePythonCodes) codes = python_code_read (image);
      const SondeFunction *before[3], *after[3];

      python_code_add (image, python_offsets (), AT_CODE - 0x1000, 1);
      python_code_add (image, python_offsets (), AT_CODE + 0x1000, 2);
      g_assert_false (sonde_python_codes_needs_recheck (codes));
      find_three (codes, before);
      g_assert_true (sonde_python_codes_needs_recheck (codes));
      g_assert_cmpuint (sonde_python_codes_recheck (codes), ==, 0);
      g_assert_false (sonde_python_codes_needs_recheck (codes));
      if (!is_young)
        {
          python_code_age (codes);
          sonde_python_codes_begin_turn (codes);
        }

      changes[i].change (image);
      /* A recursion has one more than once. */
      find_three (codes, before);
      find_three (codes, before);
      g_assert_cmpuint (sonde_python_codes_recheck (codes), ==, changes[i].n_changed);
      g_assert_cmpuint (g_hash_table_size (codes->entries), ==, 3 - changes[i].n_changed);
      assert_changed (codes, i);
      if (changes[i].n_changed > 1)
        continue;

      find_three (codes, after);
      g_assert_true (after[0] == before[0] && after[2] == before[2]);
      g_assert_cmpuint (sonde_python_codes_recheck (codes), ==, 0);
    }
}

/* What was not used for a turn is looked at before it is used. */
static void
test_code_unused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr(PythonImage) image = python_code_make_image (python_offsets ());
      g_autoptr(SondePythonCodes) codes = python_code_read (image);

      sonde_python_codes_find (codes, AT_CODE);
      python_code_age (codes);
      sonde_python_codes_begin_turn (codes);
      sonde_python_codes_begin_turn (codes);
      changes[i].change (image);
      sonde_python_codes_find (codes, AT_CODE);
      g_assert_cmpuint (sonde_python_codes_recheck (codes), ==, 1);
      assert_changed (codes, i);
    }
}

/* What has stood there for long is young no more, until something goes. */
static void
test_code_young (void)
{
  g_autoptr(PythonImage) image = python_code_make_image (python_offsets ());
  g_autoptr(SondePythonCodes) codes = python_code_read (image);

  python_code_add (image, python_offsets (), AT_CODE + 0x1000, 2);
  sonde_python_codes_find (codes, AT_CODE);
  sonde_python_codes_find (codes, AT_CODE + 0x1000);
  for (guint i = 0; i < 10; i++)
    {
      sonde_python_codes_begin_turn (codes);
      g_assert_cmpuint (sonde_python_codes_recheck (codes), ==, 0);
      sonde_python_codes_find (codes, AT_CODE);
      g_assert_true (sonde_python_codes_needs_recheck (codes));
    }

  python_code_age (codes);
  change_line (image);
  sonde_python_codes_begin_turn (codes);
  sonde_python_codes_find (codes, AT_CODE);
  g_assert_cmpuint (sonde_python_codes_recheck (codes), ==, 1);
  for (guint i = 0; i < 2; i++)
    {
      sonde_python_codes_find (codes, AT_CODE + 0x1000);
      g_assert_true (sonde_python_codes_needs_recheck (codes));
      g_assert_cmpuint (sonde_python_codes_recheck (codes), ==, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  python_code_add_for_versions ("/python/code/recorded", test_code_recorded);
  g_test_add_func ("/python/code/read-once", test_code_read_once);
  g_test_add_func ("/python/code/no-code", test_code_no_code);
  g_test_add_func ("/python/code/type", test_code_type);
  g_test_add_data_func ("/python/code/recheck", GINT_TO_POINTER (FALSE), test_code_recheck);
  g_test_add_data_func ("/python/code/recheck-young", GINT_TO_POINTER (TRUE), test_code_recheck);
  g_test_add_func ("/python/code/unused", test_code_unused);
  g_test_add_func ("/python/code/young", test_code_young);
  return g_test_run ();
}
