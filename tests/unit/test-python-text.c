/* test-python-text.c: text objects of recorded Pythons, and of some that lie
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>

#include "python/text.h"
#include "support/python-image.h"
#include "support/python-versions.h"

#define STR_TYPE 0x10000
#define INT_TYPE 0x12000
#define ADDRESS 0x20000
#define ELSEWHERE 0x40000
#define FLAG_TEXT (1u << 28)

/* A text that is not cut. */
#define LONGEST SONDE_PYTHON_TEXT_CHARACTERS_MAX

static void
test_text_recorded (gconstpointer data)
{
  guint version = GPOINTER_TO_UINT (data);
  g_autofree char *name = g_strdup_printf ("image-3.%u.txt", version & 0xff);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "unit", "fixtures", "python", name,
                                                 NULL);
  g_autoptr(PythonImage) image = python_image_load (path);
  SondePythonMemory memory = python_image_get_memory (image);
  SondePythonHeap heap = {
    .memory = &memory, .offsets = sonde_python_offsets_find (version, FALSE),
  };

  g_assert_cmpuint (image->texts->len, >=, 20);
  for (guint i = 0; i < image->texts->len; i++)
    {
      const PythonObject *object = &g_array_index (image->texts, PythonObject, i);
      g_autofree char *text = sonde_python_text_dup (&heap, object->address, NULL);

      g_assert_cmpstr (text, ==, object->name);
    }
}

/* An image with a text of @n_bytes at ADDRESS, of zeros but for its type. */
static PythonImage *
make_image (const SondePythonOffsets *offsets,
            gsize                     n_bytes)
{
  PythonImage *image = python_image_load (NULL);

  python_image_add_type (image, offsets, STR_TYPE, "str", FLAG_TEXT);
  python_image_add_type (image, offsets, INT_TYPE, "int", 1u << 24);
  python_image_add (image, ADDRESS, NULL, offsets->unicode.compact_data + 8 + n_bytes);
  python_image_put_word (image, ADDRESS + offsets->object.type, STR_TYPE);

  return image;
}

static void
put_state (PythonImage              *image,
           const SondePythonOffsets *offsets,
           guint                     kind,
           guint                     compact,
           guint                     ascii,
           guint                     ready)
{
  guint32 state = kind << offsets->unicode.kind_shift | compact << offsets->unicode.compact_shift |
                  (ascii | ready << 1) << offsets->unicode.ascii_shift;

  memcpy (python_image_at (image, ADDRESS + offsets->unicode.state), &state, sizeof state);
}

static char *
dup_text (PythonImage              *image,
          const SondePythonOffsets *offsets)
{
  SondePythonMemory memory = python_image_get_memory (image);
  SondePythonHeap heap = { .memory = &memory, .offsets = offsets };

  image->n_reads = image->n_bytes = 0;

  return sonde_python_text_dup (&heap, ADDRESS, NULL);
}

/* Lengths that no text has, that are cut, and at both edges of them. */
static void
test_text_lengths (void)
{
  static const struct
  {
    guint64 length;
    gint    shown; /* characters before the "…" if any; -1 for no text */
    gboolean cut;
  } cases[] = {
    { 0, 0, FALSE },
    { 1, 1, FALSE },
    { LONGEST - 1, LONGEST - 1, FALSE },
    { LONGEST, LONGEST, FALSE },
    { LONGEST + 1, LONGEST, TRUE },
    { G_GUINT64_CONSTANT (1) << 47, LONGEST, TRUE },
    { (G_GUINT64_CONSTANT (1) << 47) + 1, -1, FALSE },
    { G_GUINT64_CONSTANT (1) << 61, -1, FALSE },
    { G_GUINT64_CONSTANT (1) << 63, -1, FALSE },
    { G_MAXUINT64, -1, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases) * 3; i++)
    {
      const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030b, FALSE);
      guint64 length = cases[i / 3].length;
      guint width = 1u << (i % 3);
      g_autoptr(PythonImage) image = make_image (offsets, 4 * (LONGEST + 1));
      g_autofree char *text = NULL;
      g_autofree char *zeros = NULL;
      g_autofree char *expected = NULL;

      put_state (image, offsets, width, 1, 0, 1);
      python_image_put_word (image, ADDRESS + offsets->unicode.length, length);
      text = dup_text (image, offsets);

      if (cases[i / 3].shown >= 0)
        {
          zeros = g_strnfill ((gsize) cases[i / 3].shown, '?');
          expected = g_strconcat (zeros, cases[i / 3].cut ? "…" : "", NULL);
        }
      g_assert_cmpstr (text, ==, expected);
      g_assert_cmpuint (image->n_reads, <=, 4);
      g_assert_cmpuint (image->n_bytes, <=, 4 * LONGEST + 600);
    }
}

/* The old form has another length, with the same bounds. */
static void
test_text_old_form (void)
{
  static const struct
  {
    guint64  length;
    gboolean is_text;
  } cases[] = {
    { 0, TRUE },
    { 1, TRUE },
    { LONGEST + 1, TRUE },
    { G_GUINT64_CONSTANT (1) << 47, TRUE },
    { (G_GUINT64_CONSTANT (1) << 47) + 1, FALSE },
    { G_MAXUINT64, FALSE },
  };
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030b, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(PythonImage) image = make_image (offsets, 64);
      g_autofree char *text = NULL;

      python_image_add (image, ELSEWHERE, NULL, 4 * LONGEST);
      python_image_put_word (image, ADDRESS + offsets->unicode.length, 12345);
      python_image_put_word (image, ADDRESS + offsets->unicode.ascii_data - 8, ELSEWHERE);
      python_image_put_word (image, ADDRESS + offsets->unicode.compact_data - 8, cases[i].length);
      put_state (image, offsets, 0, 0, 0, 0);
      text = dup_text (image, offsets);

      g_assert_cmpint (text != NULL, ==, cases[i].is_text);
      if (text != NULL)
        g_assert_cmpint (g_utf8_strlen (text, -1), ==, MIN (cases[i].length, LONGEST + 1));
    }
}

/* A text is told from one that is longer, shorter or other; few bytes are read whatever it says. */
static void
test_text_is (void)
{
  static const struct
  {
    const char *text;
    gboolean    is;
  } cases[] = {
    { "_active", TRUE }, { "_activ", FALSE }, { "_active_", FALSE }, { "_actiwe", FALSE },
    { "", FALSE },
  };
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  const guint64 far = G_GUINT64_CONSTANT (1) << 40;
  SondePythonHeap heap = { .offsets = offsets };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(PythonImage) image = python_image_load (NULL);
      SondePythonMemory memory = python_image_get_memory (image);

      heap.memory = &memory;
      python_image_add_type (image, offsets, STR_TYPE, "str", FLAG_TEXT);
      python_image_add_text (image, offsets, ADDRESS, STR_TYPE, cases[i].text);
      g_assert_cmpint (sonde_python_text_is (&heap, ADDRESS, "_active"), ==, cases[i].is);
      g_assert_false (sonde_python_text_is (&heap, STR_TYPE, "_active"));
      g_assert_false (sonde_python_text_is (&heap, 0, "_active"));
      python_image_put_word (image, ADDRESS + offsets->unicode.length, far);
      g_assert_false (sonde_python_text_is (&heap, ADDRESS, "_active"));
      g_assert_cmpuint (image->n_bytes, <, 2000);
    }
}

/* What is no text: by its type, or by a state that no text has. */
static void
test_text_no_text (void)
{
  static const struct
  {
    guint    version;
    guint64  type;
    guint    kind, compact, ascii, ready;
    gboolean is_text;
  } cases[] = {
    { 0x030b, STR_TYPE, 1, 1, 1, 1, TRUE },
    { 0x030b, STR_TYPE, 1, 1, 0, 1, TRUE },
    { 0x030b, STR_TYPE, 2, 1, 0, 1, TRUE },
    { 0x030b, STR_TYPE, 4, 1, 0, 1, TRUE },
    { 0x030b, INT_TYPE, 1, 1, 1, 1, FALSE },
    { 0x030b, 0, 1, 1, 1, 1, FALSE },
    { 0x030b, 0x666000, 1, 1, 1, 1, FALSE },
    { 0x030b, G_MAXUINT64, 1, 1, 1, 1, FALSE },
    { 0x030b, STR_TYPE, 0, 1, 0, 1, FALSE },
    { 0x030b, STR_TYPE, 3, 1, 0, 1, FALSE },
    { 0x030b, STR_TYPE, 5, 1, 0, 1, FALSE },
    { 0x030b, STR_TYPE, 7, 1, 0, 1, FALSE },
    { 0x030b, STR_TYPE, 2, 1, 1, 1, FALSE },
    { 0x030b, STR_TYPE, 1, 1, 1, 0, FALSE }, /* the old form, without characters */
    { 0x030b, STR_TYPE, 1, 0, 0, 1, FALSE }, /* characters elsewhere, at 0 */
    { 0x030c, STR_TYPE, 1, 1, 1, 0, TRUE },  /* the old form is gone */
    { 0x030c, STR_TYPE, 0, 1, 1, 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const SondePythonOffsets *offsets = sonde_python_offsets_find (cases[i].version, FALSE);
      g_autoptr(PythonImage) image = make_image (offsets, 64);
      g_autofree char *text = NULL;

      put_state (image, offsets, cases[i].kind, cases[i].compact, cases[i].ascii, cases[i].ready);
      python_image_put_word (image, ADDRESS + offsets->object.type, cases[i].type);
      python_image_put_word (image, ADDRESS + offsets->unicode.length, 1);
      text = dup_text (image, offsets);

      g_test_message ("case %u", i);
      g_assert_cmpstr (text, ==, cases[i].is_text ? "?" : NULL);
    }
}

/* Numbers beyond the last character, and the bytes of UCS2 and UCS4 at their edges. */
static void
test_text_characters (void)
{
  static const struct
  {
    guint32     character;
    const char *shown;
  } cases[] = {
    { 0x1f, "?" },       { 0x20, " " },         { 0x7e, "~" },           { 0x7f, "?" },
    { 0x80, "?" },       { 0x9f, "?" },         { 0xa0, "\u00a0" },      { 0xff, "ÿ" },
    { 0xd7ff, "\ud7ff" }, { 0xd800, "\ufffd" },  { 0xdfff, "\ufffd" },    { 0xe000, "\ue000" },
    { 0xffff, "\uffff" }, { 0x10000, "\U00010000" }, { 0x10ffff, "\U0010ffff" },
    { 0x110000, "\ufffd" }, { G_MAXUINT32, "\ufffd" },
  };
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030e, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint width = 1; width <= 4; width *= 2)
      {
        g_autoptr(PythonImage) image = make_image (offsets, 64);
        g_autofree char *text = NULL;

        if (width < 4 && cases[i].character >> (8 * width) != 0)
          continue;
        put_state (image, offsets, width, 1, 0, 0);
        python_image_put_word (image, ADDRESS + offsets->unicode.length, 1);
        memcpy (python_image_at (image, ADDRESS + offsets->unicode.compact_data),
                &cases[i].character, width);
        text = dup_text (image, offsets);

        g_assert_cmpstr (text, ==, cases[i].shown);
      }
}

/* The fields of a free-threaded Python lie elsewhere, those of its state too. */
static void
test_text_free_threaded (void)
{
  for (guint version = 0x030d; version <= PYTHON_NEWEST; version++)
    {
      const SondePythonOffsets *offsets = sonde_python_offsets_find (version, TRUE);
      g_autoptr(PythonImage) image = python_image_load (NULL);
      g_autofree char *text = NULL;

      python_image_add_type (image, offsets, STR_TYPE, "str", FLAG_TEXT);
      python_image_add_text (image, offsets, ADDRESS, STR_TYPE, "free");
      text = dup_text (image, offsets);

      g_assert_cmpstr (text, ==, "free");
    }
}

/* A text that ends before its length does is none, wherever its characters lie. */
static void
test_text_cut_short (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030c, FALSE);

  for (guint compact = 0; compact <= 1; compact++)
    for (guint length = 99; length <= 101; length++)
      {
        g_autoptr(PythonImage) image = make_image (offsets, 92);
        g_autofree char *text = NULL;

        python_image_add (image, ELSEWHERE, NULL, 100);
        put_state (image, offsets, 1, compact, 0, 0);
        python_image_put_word (image, ADDRESS + offsets->unicode.length, length);
        if (!compact)
          python_image_put_word (image, ADDRESS + offsets->unicode.compact_data, ELSEWHERE);
        text = dup_text (image, offsets);

        g_assert_cmpint (text != NULL, ==, length <= 100);
      }
}

/* Where the target says that fields lie is not believed beyond what is read. */
static void
test_text_far_fields (void)
{
  for (guint i = 0; i < 5; i++)
    {
      SondePythonOffsets offsets = *sonde_python_offsets_find (0x030d, FALSE);
      guint32 *fields[] = {
        &offsets.object.type, &offsets.unicode.length, &offsets.unicode.state,
        &offsets.unicode.ascii_data, &offsets.unicode.compact_data,
      };
      g_autoptr(PythonImage) image = make_image (&offsets, 4096);

      put_state (image, &offsets, 1, 1, 1, 0);
      *fields[i] = 255;
      g_assert_null (dup_text (image, &offsets));
      *fields[i] = SONDE_PYTHON_NO_FIELD;
      g_assert_null (dup_text (image, &offsets));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint version = PYTHON_OLDEST; version <= PYTHON_NEWEST; version++)
    {
      g_autofree char *path = g_strdup_printf ("/python/text/recorded/3.%u", version & 0xff);

      g_test_add_data_func (path, GUINT_TO_POINTER (version), test_text_recorded);
    }
  g_test_add_func ("/python/text/lengths", test_text_lengths);
  g_test_add_func ("/python/text/old-form", test_text_old_form);
  g_test_add_func ("/python/text/is", test_text_is);
  g_test_add_func ("/python/text/no-text", test_text_no_text);
  g_test_add_func ("/python/text/characters", test_text_characters);
  g_test_add_func ("/python/text/free-threaded", test_text_free_threaded);
  g_test_add_func ("/python/text/cut-short", test_text_cut_short);
  g_test_add_func ("/python/text/far-fields", test_text_far_fields);
  return g_test_run ();
}
