/* test-regular-file.c: opening files whose paths come from a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/regular-file.h"

static void
test_regular_file_text (void)
{
  g_autofree char *path = NULL;
  char byte = 0;
  int fd;

  close (g_file_open_tmp ("sonde-XXXXXX", &path, NULL));
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));

  fd = sonde_regular_file_open (path);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  g_assert_cmpint (byte, ==, 'x');

  close (fd);
  g_unlink (path);
}

/* A plain open() would wait here for somebody to write. */
static void
test_regular_file_others (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sonde-XXXXXX", NULL);
  g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_cmpint (sonde_regular_file_open (pipe), ==, -1);
  g_assert_cmpint (sonde_regular_file_open (folder), ==, -1);
  g_assert_cmpint (sonde_regular_file_open ("/dev/null"), ==, -1);
  g_assert_cmpint (sonde_regular_file_open ("/nowhere/at/all"), ==, -1);

  g_unlink (pipe);
  g_rmdir (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/target/regular-file/text", test_regular_file_text);
  g_test_add_func ("/target/regular-file/others", test_regular_file_others);
  return g_test_run ();
}
