/* test-maps.c: reading /proc/PID/maps
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>
#include <unistd.h>

#include "base/error.h"
#include "target/maps.h"

static void
test_maps_paths (void)
{
  static const struct
  {
    const char *line;
    const char *path;
    gboolean    deleted;
  } cases[] = {
    { "1000-2000 r-xp 00000000 fd:01 17      /usr/bin/cat", "/usr/bin/cat", FALSE },
    { "1000-2000 r-xp 00000000 fd:01 17      /opt/my app/x", "/opt/my app/x", FALSE },
    { "1000-2000 r-xp 00000000 fd:01 17      /tmp/x (deleted)", "/tmp/x", TRUE },
    { "1000-2000 rw-p 00000000 00:00 0       [heap]", "[heap]", FALSE },
    { "1000-2000 rw-p 00000000 00:00 0 ", NULL, FALSE },
    { "1000-2000 rw-p 00000000 00:00 0", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SondeMaps) maps = sonde_maps_parse (cases[i].line, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (sonde_maps_get_count (maps), ==, 1);
      g_assert_cmpstr (sonde_maps_get (maps, 0)->path, ==, cases[i].path);
      g_assert_cmpint (sonde_maps_get (maps, 0)->deleted, ==, cases[i].deleted);
    }
}

static void
test_maps_fields (void)
{
  g_autoptr(SondeMaps) maps = NULL;

  maps = sonde_maps_parse ("7f00-7f10 r-xp 00002000 fd:01 1311774  /x\n", NULL);

  g_assert_cmphex (sonde_maps_get (maps, 0)->start, ==, 0x7f00);
  g_assert_cmphex (sonde_maps_get (maps, 0)->end, ==, 0x7f10);
  g_assert_cmphex (sonde_maps_get (maps, 0)->offset, ==, 0x2000);
  g_assert_cmphex (sonde_maps_get (maps, 0)->device, ==, G_GUINT64_CONSTANT (0xfd00000001));
  g_assert_cmpuint (sonde_maps_get (maps, 0)->inode, ==, 1311774);
  g_assert_true (sonde_maps_get (maps, 0)->executable);
}

static void
test_maps_malformed (void)
{
  static const char *const texts[] = {
    "nonsense",
    "-1000-2000 r-xp 00000000 00:00 0",
    "1000-1000 r-xp 00000000 00:00 0",
    "2000-1000 r-xp 00000000 00:00 0",
    "1000-2000 r-x",
    "1000-3000 r-xp 00000000 00:00 0\n2000-4000 r-xp 00000000 00:00 0",
    "10000000000000000-20000000000000000 r-xp 00000000 00:00 0",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (sonde_maps_parse (texts[i], &error));
      g_assert_error (error, SONDE_ERROR, SONDE_ERROR_MALFORMED);
    }
}

static void
test_maps_range_edges (void)
{
  g_autoptr(SondeMaps) maps = NULL;

  maps = sonde_maps_parse ("1000-2000 r-xp 0 00:00 0\n3000-4000 r-xp 0 00:00 0\n", NULL);

  g_assert_null (sonde_maps_find (maps, 0xfff));
  g_assert_true (sonde_maps_find (maps, 0x1000) == sonde_maps_get (maps, 0));
  g_assert_true (sonde_maps_find (maps, 0x1fff) == sonde_maps_get (maps, 0));
  g_assert_null (sonde_maps_find (maps, 0x2000));
  g_assert_true (sonde_maps_find (maps, 0x3fff) == sonde_maps_get (maps, 1));
  g_assert_null (sonde_maps_find (maps, 0x4000));
}

static void
test_maps_own_process (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SondeMaps) maps = sonde_maps_read (getpid (), &error);
  const SondeMapping *mapping;
  SondeRoot root;
  int fd;

  g_assert_no_error (error);
  mapping = sonde_maps_find (maps, (SondeAddress) (gsize) test_maps_own_process);
  g_assert_nonnull (mapping);
  g_assert_true (mapping->executable);

  sonde_root_init (&root, getpid ());
  fd = sonde_mapping_open (mapping, &root);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

/* Files of two devices can have the same number. */
static void
test_maps_other_device (void)
{
  g_autoptr(SondeMaps) maps = sonde_maps_read (getpid (), NULL);
  SondeMapping mapping = *sonde_maps_find (maps, (SondeAddress) (gsize) test_maps_own_process);
  SondeRoot root;

  sonde_root_init (&root, getpid ());
  mapping.device ^= 0x55;
  g_assert_cmpint (sonde_mapping_open (&mapping, &root), ==, -1);
}

static void
test_maps_ended_process (void)
{
  g_autoptr(SondeMaps) maps = sonde_maps_read (getpid (), NULL);
  SondeMapping mapping = *sonde_maps_find (maps, (SondeAddress) (gsize) test_maps_own_process);
  SondeRoot root = { .pid = 0x7ffffff, .is_ours = TRUE };
  int fd;

  fd = sonde_mapping_open (&mapping, &root);
  g_assert_cmpint (fd, >=, 0);
  close (fd);

  /* Of a process in a chroot: the library was mapped before. */
  root.is_ours = FALSE;
  root.has_our_mounts = TRUE;
  fd = sonde_mapping_open (&mapping, &root);
  g_assert_cmpint (fd, >=, 0);
  close (fd);

  /* Its files may have been others. */
  root.has_our_mounts = FALSE;
  g_assert_cmpint (sonde_mapping_open (&mapping, &root), ==, -1);

  root.is_ours = TRUE;
  mapping.inode++;
  g_assert_cmpint (sonde_mapping_open (&mapping, &root), ==, -1);
}

static void
test_maps_no_process (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (sonde_maps_read (0x7ffffff, &error));
  g_assert_error (error, SONDE_ERROR, SONDE_ERROR_GONE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/target/maps/paths", test_maps_paths);
  g_test_add_func ("/target/maps/fields", test_maps_fields);
  g_test_add_func ("/target/maps/malformed", test_maps_malformed);
  g_test_add_func ("/target/maps/range-edges", test_maps_range_edges);
  g_test_add_func ("/target/maps/own-process", test_maps_own_process);
  g_test_add_func ("/target/maps/other-device", test_maps_other_device);
  g_test_add_func ("/target/maps/ended-process", test_maps_ended_process);
  g_test_add_func ("/target/maps/no-process", test_maps_no_process);
  return g_test_run ();
}
