/* test-symbol-bounds.c: how far a name reaches whose symbol has no size
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

#include "fixtures/unsized.h"
#include "symbolizer/module.h"
#include "symbolizer/range-index.h"
#include "symbolizer/symbol-bounds.h"

static SondeModule *
open_module (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  SondeRoot root;

  g_assert_cmpint (fd, >=, 0);
  sonde_root_init (&root, getpid ());

  return sonde_module_new (fd, path, &root);
}

/* What @file, loaded, says of its places is found in it. */
static void
check_places (const char *file,
              gboolean    is_stripped)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures", file, NULL);
  g_autoptr(SondeModule) module = open_module (path);
  void *library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  const UnsizedPlace *places;
  Dl_info loaded;

  g_assert_nonnull (library);
  places = dlsym (library, "unsized_places");
  g_assert_nonnull (places);
  g_assert_cmpint (dladdr (places, &loaded), !=, 0);

  for (guint i = 0; i < UNSIZED_N_PLACES; i++)
    {
      guint64 address = GPOINTER_TO_SIZE (places[i].code) - GPOINTER_TO_SIZE (loaded.dli_fbase);
      const char *name = is_stripped ? places[i].stripped : places[i].name;
      SondeModuleFunction function = { 0 };
      gboolean is_found = sonde_module_find_function (module, address, &function);

      g_test_message ("%u: %s", i, is_found ? function.name : "nothing");
      if (name != NULL)
        {
          g_assert_true (is_found);
          g_assert_cmpstr (function.name, ==, name);
        }
      else if (is_found)
        g_assert_true (g_str_has_prefix (function.name, file));
    }

  dlclose (library);
}

static void
test_symbol_bounds_complete (void)
{
  check_places ("libunsized.so", FALSE);
}

static void
test_symbol_bounds_stripped (void)
{
  check_places ("unsized-stripped.so", TRUE);
}

/* The edges of each rule, without a file. */
static void
test_symbol_bounds_edges (void)
{
  static const SondeRange ranges[] = { { 0x2000, 0x2100, 0 }, { 0x3000, 0x9000, 0 } };
  g_autoptr(GArray) frames = g_array_new (FALSE, FALSE, sizeof (SondeRange));
  SondeSymbolBounds bounds = { .frames = frames, .is_complete = TRUE };

  g_array_append_vals (frames, ranges, G_N_ELEMENTS (ranges));
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x1fff, 0x20000), ==, 0x2000);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x1fff, 0x2000), ==, 0x2000);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x2000, 0x20000), ==, 0x2100);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x20ff, 0x20000), ==, 0x2100);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x2100, 0x20000), ==, 0x3000);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x3000, 0x20000), ==, 0x9000);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x9000, 0x9001), ==, 0x9001);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x9000, 0x20000), ==, 0xd000);

  bounds.is_complete = FALSE;
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x9000, 0x20000), ==, 0xa000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/symbolizer/symbol-bounds/complete", test_symbol_bounds_complete);
  g_test_add_func ("/symbolizer/symbol-bounds/stripped", test_symbol_bounds_stripped);
  g_test_add_func ("/symbolizer/symbol-bounds/edges", test_symbol_bounds_edges);
  return g_test_run ();
}
