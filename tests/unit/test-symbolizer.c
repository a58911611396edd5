/* test-symbolizer.c: naming the addresses of a process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <dlfcn.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixtures/symbols.h"
#include "symbolizer/symbolizer.h"

/* Reading libc's debug information from a cold disk under a sanitizer. */
#define PATIENCE_US (50 * G_USEC_PER_SEC)

typedef struct
{
  SondeFunctions  *functions;
  SondeMaps       *maps;
  SondeSymbolizer *symbolizer;
  GArray          *renames;
} Fixture;

static SondeAddress
address_of (gconstpointer code)
{
  return GPOINTER_TO_SIZE (code);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->functions = sonde_functions_new ();
  fixture->maps = sonde_maps_read (getpid (), NULL);
  fixture->symbolizer = sonde_symbolizer_new (getpid (), fixture->functions);
  fixture->renames = g_array_new (FALSE, FALSE, sizeof (SondeRename));
  sonde_symbolizer_set_maps (fixture->symbolizer, fixture->maps);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sonde_symbolizer_free (fixture->symbolizer);
  sonde_maps_unref (fixture->maps);
  sonde_functions_unref (fixture->functions);
  g_array_unref (fixture->renames);
}

/* What @address turns out to be in. */
static const SondeFunction *
find_final (Fixture      *fixture,
            SondeAddress  address)
{
  const SondeFunction *function = sonde_symbolizer_resolve (fixture->symbolizer, address);

  g_assert_true (sonde_symbolizer_wait (fixture->symbolizer, PATIENCE_US));
  sonde_symbolizer_take_renames (fixture->symbolizer, fixture->renames);
  for (guint i = 0; i < fixture->renames->len; i++)
    {
      const SondeRename *rename = &g_array_index (fixture->renames, SondeRename, i);

      if (rename->provisional == function)
        return rename->final;
    }

  return function;
}

enum
{
  ADD_UP_LINE = __LINE__ + 4
};

static __attribute__ ((noinline)) int
add_up (int count)
{
  volatile int sum = 0;

  for (int i = 0; i < count; i++)
    sum += i;

  return sum;
}

static void
test_symbolizer_own_function (Fixture       *fixture,
                              gconstpointer  data)
{
  const SondeFunction *provisional;
  const SondeFunction *final;

  g_assert_cmpint (add_up (3), ==, 3);
  provisional = sonde_symbolizer_resolve (fixture->symbolizer, address_of (add_up) + 1);
  g_assert_true (provisional->provisional);
  g_assert_true (g_str_has_prefix (provisional->name, "test-symbolizer+0x"));

  final = find_final (fixture, address_of (add_up) + 1);
  g_assert_false (final->provisional);
  g_assert_cmpstr (final->name, ==, "add_up");
  g_assert_true (g_str_has_suffix (final->file, "/test-symbolizer.c"));
  g_assert_true (g_str_has_suffix (final->module, "/test-symbolizer"));
  g_assert_cmpuint (final->line, ==, ADD_UP_LINE);
  g_assert_cmpuint (sonde_symbolizer_find_line (fixture->symbolizer, address_of (add_up)),
                    >=, ADD_UP_LINE);
  g_assert_cmpuint (sonde_symbolizer_find_line (fixture->symbolizer, address_of (add_up)),
                    <=, ADD_UP_LINE + 9);
}

/* Once a function is found, its other addresses cost no question, and no rename. */
static void
test_symbolizer_range (Fixture       *fixture,
                       gconstpointer  data)
{
  const SondeFunction *final = find_final (fixture, address_of (add_up));
  guint count = sonde_functions_get_count (fixture->functions);

  for (guint i = 0; i < 8; i++)
    g_assert_true (final ==
                   sonde_symbolizer_resolve (fixture->symbolizer, address_of (add_up) + i));

  g_assert_cmpuint (sonde_functions_get_count (fixture->functions), ==, count);
  g_assert_false (sonde_symbolizer_take_renames (fixture->symbolizer, fixture->renames));
}

static void
test_symbolizer_libc (Fixture       *fixture,
                      gconstpointer  data)
{
  /* One that the address sanitizer does not replace by its own. */
  const SondeFunction *function = find_final (fixture, address_of (a64l));

  g_assert_cmpstr (function->name, ==, "a64l");
  g_assert_nonnull (strstr (function->module, "libc.so"));
}

/* Finds a function of the vdso by its name; its addresses are not known here. */
static void
test_symbolizer_vdso (Fixture       *fixture,
                      gconstpointer  data)
{
  gboolean found = FALSE;

  for (guint i = 0; i < sonde_maps_get_count (fixture->maps); i++)
    {
      const SondeMapping *mapping = sonde_maps_get (fixture->maps, i);

      if (g_strcmp0 (mapping->path, "[vdso]") != 0)
        continue;

      for (SondeAddress at = mapping->start; at < mapping->end; at += 16)
        sonde_symbolizer_resolve (fixture->symbolizer, at);
    }

  g_assert_true (sonde_symbolizer_wait (fixture->symbolizer, PATIENCE_US));
  g_assert_true (sonde_symbolizer_take_renames (fixture->symbolizer, fixture->renames));
  for (guint i = 0; i < fixture->renames->len; i++)
    {
      const SondeFunction *final = g_array_index (fixture->renames, SondeRename, i).final;

      g_assert_cmpstr (final->module, ==, "[vdso]");
      found |= strcmp (final->name, "clock_gettime") == 0;
    }
  g_assert_true (found);
}

static void
test_symbolizer_no_mapping (Fixture       *fixture,
                            gconstpointer  data)
{
  g_autofree char *heap = g_malloc (100);
  const SondeFunction *nowhere = find_final (fixture, 0x10);
  const SondeFunction *data_address = find_final (fixture, address_of (heap));

  g_assert_cmpstr (nowhere->name, ==, "unmapped memory");
  g_assert_null (nowhere->module);
  g_assert_true (nowhere->provisional);
  g_assert_true (data_address->provisional);
  g_assert_cmpuint (sonde_symbolizer_find_line (fixture->symbolizer, 0x10), ==, 0);
}

static void
test_symbolizer_generated_code (void)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_autoptr(SondeSymbolizer) symbolizer = sonde_symbolizer_new (getpid (), functions);
  g_autoptr(SondeMaps) maps = NULL;
  const SondeFunction *function;

  maps = sonde_maps_parse ("1000-2000 r-xp 00000000 00:00 0\n"
                           "2000-3000 rwxp 00000000 00:00 0\n", NULL);
  sonde_symbolizer_set_maps (symbolizer, maps);
  function = sonde_symbolizer_resolve (symbolizer, 0x1080);

  g_assert_cmpstr (function->name, ==, "generated code at 0x1000");
  g_assert_cmpint (function->kind, ==, SONDE_FUNCTION_KIND_JIT);
  g_assert_true (function->provisional);
  g_assert_true (function == sonde_symbolizer_resolve (symbolizer, 0x1fff));
  g_assert_true (function != sonde_symbolizer_resolve (symbolizer, 0x2000));
  g_assert_true (sonde_symbolizer_wait (symbolizer, 0));
}

static void
test_symbolizer_no_maps (void)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_autoptr(SondeSymbolizer) symbolizer = sonde_symbolizer_new (getpid (), functions);

  g_assert_cmpstr (sonde_symbolizer_resolve (symbolizer, 0xabc)->name, ==, "unmapped memory");
  g_assert_true (sonde_symbolizer_wait (symbolizer, 0));
}

static void
test_symbolizer_free_at_once (void)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_autoptr(SondeMaps) maps = sonde_maps_read (getpid (), NULL);
  SondeSymbolizer *symbolizer = sonde_symbolizer_new (getpid (), functions);

  sonde_symbolizer_set_maps (symbolizer, maps);
  for (guint i = 0; i < 10000; i++)
    sonde_symbolizer_resolve (symbolizer, address_of (qsort) + i);
  sonde_symbolizer_free (symbolizer);
}

/* Another file at the same place gives another meaning; what stayed in place keeps its own. */
static void
test_symbolizer_changed_map (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr(SondeMaps) other = NULL;
  g_autofree char *line = NULL;
  const SondeFunction *libc = find_final (fixture, address_of (qsort));
  const SondeFunction *own = find_final (fixture, address_of (add_up));
  const SondeMapping *mapping = sonde_maps_find (fixture->maps, address_of (qsort));

  line = g_strdup_printf ("%lx-%lx r-xp %lx %lx:%lx %lu /lib/libc.so\n",
                          (gulong) mapping->start, (gulong) mapping->end,
                          (gulong) mapping->offset, (gulong) (mapping->device >> 32),
                          (gulong) (guint32) mapping->device, (gulong) mapping->inode);
  other = sonde_maps_parse (line, NULL);
  sonde_symbolizer_set_maps (fixture->symbolizer, other);
  g_assert_true (sonde_symbolizer_resolve (fixture->symbolizer, address_of (qsort)) == libc);
  g_assert_true (sonde_symbolizer_resolve (fixture->symbolizer, address_of (add_up)) != own);

  sonde_symbolizer_set_maps (fixture->symbolizer, fixture->maps);
  g_assert_true (find_final (fixture, address_of (add_up)) == own);
}

static void
copy_fixture (const char *name,
              const char *path)
{
  g_autofree char *original = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures", name, NULL);
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (original, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (path, contents, (gssize) length, NULL));
}

/* The kernel lets only the privileged open a mapped file that has no name any more. */
static gboolean
can_open_deleted (const SondeMapping *mapping)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/map_files/%lx-%lx",
                                           (gulong) mapping->start, (gulong) mapping->end);

  return g_access (path, R_OK) == 0;
}

/* A library is loaded, and then its file is gone, or another one (@replacement) has its name. */
static void
check_lost_file (Fixture    *fixture,
                 const char *replacement)
{
  g_autoptr(SondeMaps) maps = NULL;
  g_autofree char *folder = g_dir_make_tmp ("sonde-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "library.so", NULL);
  const SondeFunction *function;
  const FixtureFunction *known;
  void *library;

  copy_fixture ("libsymbols.so", path);
  library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  g_assert_nonnull (library);
  known = dlsym (library, "fixture_functions");

  g_unlink (path);
  if (replacement != NULL)
    copy_fixture (replacement, path);

  maps = sonde_maps_read (getpid (), NULL);
  sonde_symbolizer_set_maps (fixture->symbolizer, maps);
  function = find_final (fixture, address_of (known[FIXTURE_LOCAL].code));
  if (can_open_deleted (sonde_maps_find (maps, address_of (known[FIXTURE_LOCAL].code))))
    g_assert_cmpstr (function->name, ==, "local_function");
  else
    g_assert_true (function->provisional);
  g_assert_cmpstr (function->module, ==, path);

  dlclose (library);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_symbolizer_deleted_file (Fixture       *fixture,
                              gconstpointer  data)
{
  check_lost_file (fixture, NULL);
}

static void
test_symbolizer_replaced_file (Fixture       *fixture,
                               gconstpointer  data)
{
  check_lost_file (fixture, "symbols-stripped.so");
}

/* A map from before the library was loaded knows nothing of it; the next one does. */
static void
test_symbolizer_loaded_later (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures",
                                                 "symbols-symtab.so", NULL);
  g_autoptr(SondeMaps) maps = NULL;
  void *library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  const FixtureFunction *known;
  SondeAddress address;

  g_assert_nonnull (library);
  known = dlsym (library, "fixture_functions");
  address = address_of (known[FIXTURE_LOCAL].code);
  g_assert_null (find_final (fixture, address)->module);

  maps = sonde_maps_read (getpid (), NULL);
  sonde_symbolizer_set_maps (fixture->symbolizer, maps);
  g_assert_cmpstr (find_final (fixture, address)->name, ==, "local_function");

  dlclose (library);
}

static void
add (const char *path,
     void      (*function) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, function, tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("/symbolizer/symbolizer/own-function", test_symbolizer_own_function);
  add ("/symbolizer/symbolizer/range", test_symbolizer_range);
  add ("/symbolizer/symbolizer/libc", test_symbolizer_libc);
  add ("/symbolizer/symbolizer/vdso", test_symbolizer_vdso);
  add ("/symbolizer/symbolizer/no-mapping", test_symbolizer_no_mapping);
  add ("/symbolizer/symbolizer/changed-map", test_symbolizer_changed_map);
  add ("/symbolizer/symbolizer/deleted-file", test_symbolizer_deleted_file);
  add ("/symbolizer/symbolizer/replaced-file", test_symbolizer_replaced_file);
  add ("/symbolizer/symbolizer/loaded-later", test_symbolizer_loaded_later);
  g_test_add_func ("/symbolizer/symbolizer/generated-code", test_symbolizer_generated_code);
  g_test_add_func ("/symbolizer/symbolizer/no-maps", test_symbolizer_no_maps);
  g_test_add_func ("/symbolizer/symbolizer/free-at-once", test_symbolizer_free_at_once);
  return g_test_run ();
}
