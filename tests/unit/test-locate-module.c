/* test-locate-module.c: the search of a program's data for CPython
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>

#include "python/locate-module.h"

#define DATA_BYTES (1024 * 1024)

/* Memory of zeros, which counts what is read of it. */
static gsize
read_cb (gpointer     data,
         SondeAddress address,
         gpointer     buffer,
         gsize        length)
{
  gsize *n_bytes_read = data;

  memset (buffer, 0, length);
  *n_bytes_read += length;

  return length;
}

static void
search (gsize  n_bytes_left,
        gsize  n_bytes_expected)
{
  gsize n_bytes_read = 0;
  const SondePythonMemory memory = { .read = read_cb, .data = &n_bytes_read };
  SondePythonModule module = { 0 };

  module.image.n_segments = 1;
  module.image.segments[0] = (SondePythonSegment) {
    .range = { 0x100000, 0x100000 + DATA_BYTES },
    .file_end = 0x100000 + DATA_BYTES,
    .writable = TRUE,
  };
  sonde_python_module_find_in_memory (&module, &memory, &n_bytes_left);

  g_assert_cmpuint (n_bytes_read, ==, n_bytes_expected);
  g_assert_false (sonde_python_module_is_python (&module));
}

/* A target may map as many programs as it likes. */
static void
test_locate_module_search_ends (void)
{
  search (2 * DATA_BYTES, DATA_BYTES);
  search (DATA_BYTES / 2, DATA_BYTES / 2);
  search (0, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/locate-module/search-ends", test_locate_module_search_ends);

  return g_test_run ();
}
