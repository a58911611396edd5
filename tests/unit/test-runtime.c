/* test-runtime.c: runtimes told from executables and memory maps
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "support/fake-proc.h"
#include "target/proc.h"
#include "target/runtime.h"

/* The fixture of that name, next to this program. */
static char *
dup_fixture (const char *name)
{
  g_autofree char *file = g_strconcat ("runtime-", name, NULL);

  return g_test_build_filename (G_TEST_BUILT, "unit", file, NULL);
}

static char *
dup_executable_name (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  SondeRuntime runtime;

  g_assert_no_errno (fd);
  runtime = sonde_runtime_read_executable (fd);
  close (fd);

  return sonde_runtime_dup_name (&runtime);
}

static void
test_runtime_executables (void)
{
  static const struct
  {
    const char *fixture;
    const char *name;
  } cases[] = {
    { "native", "native" },
    { "v8_only", "native" },
    { "python_new", "Python 3.11" },
    { "python_old", "Python" },
    { "node", "Node.js 20" },
    { "node_future", "Node.js" },
    { "perl", "Perl 5.36" },
    { "ruby", "Ruby 3.1" },
    { "dotnet", ".NET" },
    { "go", "Go 1.21" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = dup_fixture (cases[i].fixture);
      g_autofree char *name = dup_executable_name (path);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

/* A file cut at any place is read without a fault, and is never another runtime than the whole one.
 */
static void
test_runtime_cut_file (void)
{
  g_autofree char *whole = dup_fixture ("python_new");
  g_autofree char *bytes = NULL;
  g_autofree char *path = NULL;
  gsize length;
  int fd = g_file_open_tmp ("sonde-cut-XXXXXX", &path, NULL);

  g_assert_true (g_file_get_contents (whole, &bytes, &length, NULL));

  for (gsize keep = 0; keep < length; keep += 61)
    {
      SondeRuntime runtime;

      g_assert_no_errno (ftruncate (fd, 0));
      g_assert_cmpint (pwrite (fd, bytes, keep, 0), ==, keep);
      runtime = sonde_runtime_read_executable (fd);
      g_assert_true (runtime.kind == SONDE_RUNTIME_UNKNOWN ||
                     runtime.kind == SONDE_RUNTIME_NATIVE ||
                     runtime.kind == SONDE_RUNTIME_PYTHON);
    }

  close (fd);
  unlink (path);
}

static void
test_runtime_maps (void)
{
  static const struct
  {
    const char *path;
    const char *name;
  } cases[] = {
    { "/usr/lib/libpython3.11.so.1.0", "Python 3.11" },
    { "/opt/lib/libpython3.7m.so.1.0", "Python 3.7" },
    { "/usr/lib/libpython2.7.so.1.0", "Python 2.7" },
    { "/usr/lib/libpython3.so", "" },
    { "/usr/lib/libpython3.so\n4000-5000 r-xp 0 0:0 5 /usr/lib/libpython3.12.so.1.0",
      "Python 3.12" },
    { "/opt/libpython3.11.so/readme", "" },
    { "/home/me/mylibpython3.11.so", "" },
    { "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so", "Java" },
    { "/usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/libcoreclr.so", ".NET 8.0" },
    { "/opt/app/libcoreclr.so", ".NET" },
    { "/usr/lib/libperl.so.5.36.0", "Perl 5.36" },
    { "/usr/lib/libruby-3.1.so.3.1.2", "Ruby 3.1" },
    { "/usr/lib/libruby.so.2.7", "Ruby 2.7" },
    { "/usr/lib/libnode.so.108", "Node.js" },
    { "/usr/lib/libc.so.6", "" },
    { "[heap]", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("1000-2000 r-xp 00000000 fd:01 3 /usr/bin/x\n"
                                               "3000-4000 r-xp 00000000 fd:01 4 %s\n"
                                               "5000-6000 rw-p 00000000 00:00 0\n", cases[i].path);
      SondeRuntime runtime = sonde_runtime_parse_maps (text);
      g_autofree char *name = sonde_runtime_dup_name (&runtime);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

static char *
dup_process_name (SondeRuntimes *runtimes,
                  const char    *root,
                  const char    *executable,
                  const char    *maps)
{
  SondeRuntime runtime;
  int root_fd;

  fake_proc_set (root, &(FakeProcess) { .pid = 7, .comm = "python3", .executable = executable });
  fake_proc_write (root, 7, "maps", maps, -1);
  root_fd = sonde_proc_open (root);
  runtime = sonde_runtimes_find (runtimes, root_fd, 7);
  close (root_fd);

  return sonde_runtime_dup_name (&runtime);
}

static void
test_runtime_process (void)
{
  static const struct
  {
    const char *fixture;
    const char *maps;
    const char *name;
  } cases[] = {
    { "python_old", "1-2 r-xp 0 0:0 1 /usr/lib/python3.9/lib-dynload/_ssl.so\n", "Python 3.9" },
    { "python_old", "1-2 r-xp 0 0:0 1 /usr/lib/python3.9/site-packages/x.so\n", "Python" },
    { "python_new", "1-2 r-xp 0 0:0 1 /usr/lib/python3.9/lib-dynload/_ssl.so\n", "Python 3.11" },
    { "native", "1-2 r-xp 0 0:0 1 /usr/lib/libpython3.12.so.1.0\n", "Python 3.12" },
    { "go", "1-2 r-xp 0 0:0 1 /usr/lib/libpython3.12.so.1.0\n", "Go 1.21" },
    { "native", "1-2 r-xp 0 0:0 1 /usr/lib/libc.so.6\n", "native" },
    { "native", "", "native" },
  };
  g_autoptr(SondeRuntimes) runtimes = sonde_runtimes_new ();
  char *root = fake_proc_new (0, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *executable = dup_fixture (cases[i].fixture);
      g_autofree char *name = dup_process_name (runtimes, root, executable, cases[i].maps);

      g_assert_cmpstr (name, ==, cases[i].name);
    }

  fake_proc_free (root);
}

/* What is called python3 and is no ELF file, or may not be read, is not taken for Python. */
static void
test_runtime_name_says_nothing (void)
{
  g_autoptr(SondeRuntimes) runtimes = sonde_runtimes_new ();
  g_autofree char *missing = NULL;
  g_autofree char *script = NULL;
  g_autofree char *directory = NULL;
  char *root = fake_proc_new (0, FALSE);

  missing = dup_process_name (runtimes, root, "/nonexistent/python3", "");
  script = dup_process_name (runtimes, root, "/etc/passwd", "");
  directory = dup_process_name (runtimes, root, "/usr", "");

  g_assert_cmpstr (missing, ==, "");
  g_assert_cmpstr (script, ==, "");
  g_assert_cmpstr (directory, ==, "");

  fake_proc_free (root);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/target/runtime/executables", test_runtime_executables);
  g_test_add_func ("/target/runtime/cut-file", test_runtime_cut_file);
  g_test_add_func ("/target/runtime/maps", test_runtime_maps);
  g_test_add_func ("/target/runtime/process", test_runtime_process);
  g_test_add_func ("/target/runtime/name-says-nothing", test_runtime_name_says_nothing);
  return g_test_run ();
}
