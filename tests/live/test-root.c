/* test-root.c: files of a process whose root folder is not ours
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <unistd.h>

#include <glib/gstdio.h>

#include "support/program.h"
#include "target/maps.h"

#define LIBRARY "/library"

/* A folder with "secret" in it, and "jail", the root of a target: in there are another "secret" and
 * links, some of which would lead out.
 */
typedef struct
{
  char        *folder;
  char        *jail;
  TestProgram *target;
} Jail;

/* In the jail: @name leads to @target. */
typedef struct
{
  const char *name;
  const char *target;
  char        first; /* the first byte that is read; 0 if there is no such file in there */
} Link;

static const Link links[] = {
  { "absolute", "/secret", 'i' },
  { "upwards", "../../../secret", 'i' },
  { "passwd", "/etc/passwd", 0 },
};

static char *
dup_jailed (Jail       *self,
            const char *name)
{
  return g_build_filename (self->jail, name, NULL);
}

static void
jail_init (Jail       *self,
           const char *mounts)
{
  g_autofree char *outside = NULL;
  g_autofree char *inside = NULL;
  g_autofree char *library = NULL;

  self->folder = g_dir_make_tmp ("sonde-XXXXXX", NULL);
  self->jail = g_build_filename (self->folder, "jail", NULL);
  g_assert_cmpint (g_mkdir (self->jail, 0700), ==, 0);
  outside = g_build_filename (self->folder, "secret", NULL);
  inside = dup_jailed (self, "secret");
  library = dup_jailed (self, LIBRARY);
  g_assert_true (g_file_set_contents (outside, "outside", -1, NULL));
  g_assert_true (g_file_set_contents (inside, "inside", -1, NULL));
  g_assert_true (g_file_set_contents (library, "library", -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autofree char *path = dup_jailed (self, links[i].name);

      g_assert_cmpint (symlink (links[i].target, path), ==, 0);
    }

  self->target = test_target_start ("jailed", self->jail, LIBRARY, mounts, NULL);
}

static void
jail_clear (Jail *self)
{
  static const char *const files[] = { "secret", LIBRARY };
  g_autofree char *outside = g_build_filename (self->folder, "secret", NULL);

  g_clear_pointer (&self->target, test_program_free);
  for (guint i = 0; i < G_N_ELEMENTS (files) + G_N_ELEMENTS (links); i++)
    {
      g_autofree char *path = dup_jailed (self, i < G_N_ELEMENTS (files)
                                                ? files[i] : links[i - G_N_ELEMENTS (files)].name);

      g_unlink (path);
    }
  g_rmdir (self->jail);
  g_unlink (outside);
  g_rmdir (self->folder);
  g_free (self->jail);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Jail, jail_clear)

static char
read_first (int fd)
{
  char byte = 0;

  if (fd < 0)
    return 0;

  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  close (fd);

  return byte;
}

/* The library, which the kernel writes with the folder of the jail before it. */
static void
check_mapping (Jail      *self,
               SondeRoot *root)
{
  g_autoptr(SondeMaps) maps = sonde_maps_read (self->target->pid, NULL);
  guint n_found = 0;

  g_assert_nonnull (maps);
  for (guint i = 0; i < sonde_maps_get_count (maps); i++)
    {
      const SondeMapping *mapping = sonde_maps_get (maps, i);
      g_autofree char *path = NULL;

      if (mapping->path == NULL || !g_str_has_suffix (mapping->path, "/jail" LIBRARY))
        continue;

      n_found++;
      path = sonde_root_dup_path (root, mapping->path);
      g_assert_cmpstr (path, ==, LIBRARY);
      g_assert_cmpint (read_first (sonde_mapping_open (mapping, root)), ==, 'l');
    }

  g_assert_cmpuint (n_found, ==, 1);
}

static void
test_root_jail (gconstpointer mounts)
{
  g_auto(Jail) jail = { 0 };
  g_autofree char *outside = NULL;
  SondeRoot root;

  if (test_skip_without (TEST_NEED_CHROOT))
    return;

  jail_init (&jail, mounts);
  sonde_root_init (&root, jail.target->pid);
  g_assert_false (root.is_ours);

  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autofree char *path = g_strconcat ("/", links[i].name, NULL);

      g_assert_cmpint (read_first (sonde_root_open_file (&root, path)), ==, links[i].first);
    }

  check_mapping (&jail, &root);
  outside = g_build_filename (jail.folder, "secret", NULL);
  g_assert_null (sonde_root_dup_path (&root, outside));

  /* So it was when it was last looked at, before it locked itself up. */
  root.is_ours = TRUE;
  g_assert_null (sonde_root_dup_path (&root, outside));
}

/* The program and its libraries, which were mapped before, can be opened too. Who may look into
 * map_files can do that anywhere.
 */
static void
test_root_mapped_before (void)
{
  g_auto(Jail) jail = { 0 };
  g_autoptr(SondeMaps) maps = NULL;
  SondeRoot root;
  guint n_opened = 0;

  if (test_skip_without (TEST_NEED_CHROOT))
    return;

  jail_init (&jail, NULL);
  sonde_root_init (&root, jail.target->pid);
  g_assert_true (root.has_our_mounts);
  maps = sonde_maps_read (jail.target->pid, NULL);
  for (guint i = 0; i < sonde_maps_get_count (maps); i++)
    {
      const SondeMapping *mapping = sonde_maps_get (maps, i);

      if (!mapping->executable || mapping->inode == 0)
        continue;

      g_test_message ("%s", mapping->path);
      g_assert_cmpint (read_first (sonde_mapping_open (mapping, &root)), !=, 0);
      n_opened++;
    }

  g_assert_cmpuint (n_opened, >=, 3);
}

/* A process like us, which has files as long as it lives and after. */
static void
test_root_ours (void)
{
  g_autoptr(TestProgram) target = test_target_start ("sleepers", "1", NULL);
  SondeRoot root;

  sonde_root_init (&root, target->pid);
  g_assert_true (root.is_ours);
  g_assert_cmpint (read_first (sonde_root_open_file (&root, "/proc/self/exe")), ==, '\177');

  g_clear_pointer (&target, test_program_free);
  g_assert_cmpint (read_first (sonde_root_open_file (&root, "/proc/self/exe")), ==, '\177');
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/target/root/chroot", NULL, test_root_jail);
  g_test_add_data_func ("/target/root/mount-namespace", "mounts", test_root_jail);
  g_test_add_func ("/target/root/mapped-before", test_root_mapped_before);
  g_test_add_func ("/target/root/ours", test_root_ours);
  return g_test_run ();
}
