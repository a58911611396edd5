/* test-module-cache.c: modules whose files are overwritten while they are known
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbolizer/module-cache.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)

/* A file that is mapped as a library would be, but for the code, which nobody runs. */
typedef struct
{
  char             *path;
  guint8           *bytes;
  gsize             length;
  SondeMaps        *maps;
  SondeModuleCache *cache;
} Fixture;

/* Writes fixture @name over the file, which stays the same one. */
static void
write_over (Fixture    *fixture,
            const char *name)
{
  g_autofree char *original = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures", name, NULL);
  g_autofree char *contents = NULL;
  int fd = open (fixture->path, O_WRONLY | O_TRUNC | O_CLOEXEC);

  g_assert_true (g_file_get_contents (original, &contents, &fixture->length, NULL));
  g_assert_cmpint (write (fd, contents, fixture->length), ==, (gssize) fixture->length);
  close (fd);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  int fd = g_file_open_tmp ("sonde-XXXXXX", &fixture->path, NULL);

  write_over (fixture, "libsymbols.so");
  fixture->bytes = mmap (NULL, fixture->length, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  g_assert_true (fixture->bytes != MAP_FAILED);
  close (fd);
  fixture->maps = sonde_maps_read (getpid (), NULL);
  fixture->cache = sonde_module_cache_new (getpid ());
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sonde_module_cache_free (fixture->cache);
  sonde_maps_unref (fixture->maps);
  munmap (fixture->bytes, fixture->length);
  g_unlink (fixture->path);
  g_free (fixture->path);
}

static SondeModule *
ensure (Fixture *fixture)
{
  const SondeMapping *mapping = sonde_maps_find (fixture->maps, GPOINTER_TO_SIZE (fixture->bytes));

  g_assert_nonnull (mapping);

  return sonde_module_cache_ensure (fixture->cache, fixture->maps, mapping);
}

/* Looks until the cache says that a file was overwritten: it looks ten times a second. */
static void
wait_for_change (Fixture *fixture)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  while (!sonde_module_cache_check (fixture->cache))
    g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
}

static void
test_module_cache_unchanged (Fixture       *fixture,
                             gconstpointer  data)
{
  SondeModule *module = ensure (fixture);

  g_assert_nonnull (module);
  g_assert_false (sonde_module_cache_check (fixture->cache));
  g_assert_true (ensure (fixture) == module);
}

static void
test_module_cache_overwritten (Fixture       *fixture,
                               gconstpointer  data)
{
  SondeBuildId before = *sonde_module_get_build_id (ensure (fixture));

  write_over (fixture, "libsymbols-dwarf4.so");
  wait_for_change (fixture);
  g_assert_true (sonde_build_id_differs (sonde_module_get_build_id (ensure (fixture)), &before));
}

/* A file of the same size that has its old time again: the kernel still tells, once its own clock
 * has moved on (some milliseconds, before Linux 6.13).
 */
static void
test_module_cache_disguised (Fixture       *fixture,
                             gconstpointer  data)
{
  struct timespec times[2];
  struct stat before;
  struct stat after;

  g_assert_nonnull (ensure (fixture));
  g_assert_cmpint (stat (fixture->path, &before), ==, 0);
  times[0] = before.st_atim;
  times[1] = before.st_mtim;
  do
    {
      write_over (fixture, "libsymbols.so");
      g_assert_cmpint (utimensat (AT_FDCWD, fixture->path, times, 0), ==, 0);
      g_assert_cmpint (stat (fixture->path, &after), ==, 0);
    }
  while (after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);

  wait_for_change (fixture);
}

/* What is in memory is of another build than the file: here by writing into our own copy. */
static void
test_module_cache_other_build (Fixture       *fixture,
                               gconstpointer  data)
{
  SondeBuildId id = *sonde_module_get_build_id (ensure (fixture));
  guint8 *found;

  g_assert_cmpuint (id.length, >, 0);
  found = memmem (fixture->bytes, fixture->length, id.bytes, id.length);
  g_assert_nonnull (found);
  found[0] ^= 1;

  sonde_module_cache_free (fixture->cache);
  fixture->cache = sonde_module_cache_new (getpid ());
  g_assert_null (ensure (fixture));
}

/* What was in memory when it was looked at was not what the map says. */
static void
test_module_cache_passing_mismatch (Fixture       *fixture,
                                    gconstpointer  data)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  for (guint is_other = 0; is_other <= 1; is_other++)
    {
      SondeBuildId id = *sonde_module_get_build_id (ensure (fixture));
      guint8 *found = memmem (fixture->bytes, fixture->length, id.bytes, id.length);

      g_assert_nonnull (found);
      found[0] ^= 1;
      sonde_module_cache_free (fixture->cache);
      fixture->cache = sonde_module_cache_new (getpid ());
      g_assert_null (ensure (fixture));
      found[0] ^= 1;

      if (is_other)
        {
          sonde_maps_unref (fixture->maps);
          fixture->maps = sonde_maps_read (getpid (), NULL);
          g_assert_nonnull (ensure (fixture));
        }

      while (ensure (fixture) == NULL)
        g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
    }
}

/* Of what is too much together the one that was asked for last is kept. */
static void
test_module_cache_limit (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures",
                                                 "libsymbols-dwarf4.so", NULL);
  g_autoptr(GMappedFile) other = g_mapped_file_new (path, FALSE, NULL);
  const SondeMapping *mapping;
  SondeModule *module;
  guint64 alone;

  g_assert_nonnull (other);
  sonde_maps_unref (fixture->maps);
  fixture->maps = sonde_maps_read (getpid (), NULL);
  mapping = sonde_maps_find (fixture->maps, GPOINTER_TO_SIZE (g_mapped_file_get_contents (other)));
  g_assert_nonnull (mapping);

  g_assert_nonnull (ensure (fixture));
  alone = sonde_module_cache_get_bytes (fixture->cache);
  g_assert_cmpuint (alone, >, 0);
  module = sonde_module_cache_ensure (fixture->cache, fixture->maps, mapping);
  g_assert_cmpuint (sonde_module_cache_get_bytes (fixture->cache), ==,
                    alone + sonde_module_get_bytes (module));

  sonde_module_cache_free (fixture->cache);
  fixture->cache = sonde_module_cache_new (getpid ());
  sonde_module_cache_set_bytes_max (fixture->cache, alone);
  g_assert_nonnull (ensure (fixture));
  g_assert_cmpuint (sonde_module_cache_get_bytes (fixture->cache), ==, alone);
  module = sonde_module_cache_ensure (fixture->cache, fixture->maps, mapping);
  g_assert_nonnull (module);
  g_assert_cmpuint (sonde_module_cache_get_bytes (fixture->cache), ==,
                    sonde_module_get_bytes (module));
  g_assert_nonnull (ensure (fixture));
  g_assert_cmpuint (sonde_module_cache_get_bytes (fixture->cache), ==, alone);
}

static void
test_module_cache_removed (Fixture       *fixture,
                           gconstpointer  data)
{
  g_assert_nonnull (ensure (fixture));
  g_unlink (fixture->path);
  g_assert_false (sonde_module_cache_check (fixture->cache));
  g_assert_nonnull (ensure (fixture));
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
  add ("/symbolizer/module-cache/unchanged", test_module_cache_unchanged);
  add ("/symbolizer/module-cache/overwritten", test_module_cache_overwritten);
  add ("/symbolizer/module-cache/disguised", test_module_cache_disguised);
  add ("/symbolizer/module-cache/other-build", test_module_cache_other_build);
  add ("/symbolizer/module-cache/passing-mismatch", test_module_cache_passing_mismatch);
  add ("/symbolizer/module-cache/limit", test_module_cache_limit);
  add ("/symbolizer/module-cache/removed", test_module_cache_removed);
  return g_test_run ();
}
