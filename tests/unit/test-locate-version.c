/* test-locate-version.c: versions of CPython told from text
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>

#include "python/locate-version.h"

typedef struct
{
  const char *text;
  guint       version;
} Case;

static void
test_locate_version_paths (void)
{
  static const Case cases[] = {
    { "/usr/lib/libpython3.11.so.1.0", 0x030b },
    { "/opt/lib/libpython3.7m.so.1.0", 0x0307 },
    { "libpython2.7.so.1.0", 0x0207 },
    { "/usr/bin/python3.8", 0x0308 },
    { "/usr/bin/python3.13t", 0x030d },
    { "/usr/bin/python3", 0 },
    { "/usr/bin/python", 0 },
    { "/usr/lib/libpython3.so", 0 },
    { "/usr/lib/python3.9/lib-dynload/_ssl.so", 0 },
    { "/usr/bin/mypython3.8", 0 },
    { "/usr/bin/python4.8", 0 },
    { "/usr/bin/python3.256", 0 },
    { "", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint version = sonde_python_version_parse_path (cases[i].text);

      g_test_message ("%s", cases[i].text);
      g_assert_cmphex (version, ==, cases[i].version);
    }
}

static void
test_locate_version_texts (void)
{
  static const Case cases[] = {
    { "3.9.18 (main, May  9 2026, 07:33:22) \n[GCC 12.2.0]", 0x0309 },
    { "3.8.0 (default, Oct 1 2019) [Clang 17.0.6 ]", 0x0308 },
    { "2.7.18 (default, May  9 2026) \n[GCC 12.2.0]", 0x0207 },
    { "3.10.13+ (heads/3.10:abc, Jan 1 2024) [GCC 13]", 0x030a },
    { "3.12.0rc1 (main, Aug 6 2023) [GCC 12.2.0]", 0x030c },
    { "\x01\x02 3.9.1 (x) [GCC]", 0x0309 },
    { "1 (2) 4.2 (x) [y] 3.9.2 (main) [GCC]", 0x0309 },
    { "3.9.18 (main, May  9 2026, 07:33:22) \n", 0 },
    { "3.9.18 (main, May  9 2026, 07:33:22)", 0 },
    { "3.9.18 (", 0 },
    { "3.9.18", 0 },
    { "13.9.18 (main) [GCC]", 0 },
    { "4.9.18 (main) [GCC]", 0 },
    { "3.9. (main) [GCC]", 0 },
    { "3 (main) [GCC]", 0 },
    { " (main) [GCC]", 0 },
    { "", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      /* Without a closing zero, so that reading beyond the end is a fault under a sanitizer. */
      gsize length = strlen (cases[i].text);
      g_autofree char *bytes = g_memdup2 (cases[i].text, length);
      guint version = sonde_python_version_parse_text (bytes, length);

      g_test_message ("%s", cases[i].text);
      g_assert_cmphex (version, ==, cases[i].version);
    }
}

/* Memory of 200,000 bytes at address 4096, with a hole before 8192. */
static gsize
read_image_cb (gpointer     data,
               SondeAddress address,
               gpointer     buffer,
               gsize        length)
{
  GByteArray *image = data;

  if (address < 8192 || address - 4096 >= image->len)
    return 0;

  length = MIN (length, image->len - (address - 4096));
  memcpy (buffer, image->data + (address - 4096), length);

  return length;
}

/* Wherever the text begins, across the borders of the pieces that are read too. */
static void
test_locate_version_memory (void)
{
  static const char text[] = "3.9.18 (main, May  9 2026, 07:33:22) \n[GCC 12.2.0]";
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  SondePythonMemory memory = { .read = read_image_cb, .data = bytes };
  SondePythonImage image = {
    .segments = {
      { { 4096, 12288 }, 12288, FALSE, TRUE },
      { { 8192, 8192 }, 8192, TRUE, FALSE },
      { { 8192, 4096 + 200000 }, 8192, TRUE, FALSE },
    },
    .n_segments = 3,
  };

  g_byte_array_set_size (bytes, 200000);
  for (gsize at = 4096; at + sizeof text <= bytes->len; at += at > 64000 && at < 72000 ? 1 : 997)
    {
      guint version;

      memset (bytes->data, 0, bytes->len);
      memcpy (bytes->data + at, text, sizeof text);
      version = sonde_python_version_read (&memory, &image);
      g_assert_cmphex (version, ==, 0x0309);
    }

  memset (bytes->data, 0, bytes->len);
  g_assert_cmphex (sonde_python_version_read (&memory, &image), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/locate-version/paths", test_locate_version_paths);
  g_test_add_func ("/python/locate-version/texts", test_locate_version_texts);
  g_test_add_func ("/python/locate-version/memory", test_locate_version_memory);
  return g_test_run ();
}
