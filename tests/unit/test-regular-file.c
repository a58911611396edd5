/* test-regular-file.c: opening files whose paths come from a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/regular-file.h"

/* A folder with a folder "jail" in it, which is the root of somebody:
 *
 *   secret        "outside"
 *   jail/secret   "inside"
 *   jail/…        links, a pipe
 */
typedef struct
{
  char *folder;
  char *jail;
  int   root_fd;
} Fixture;

typedef struct
{
  const char *name;
  const char *target; /* of a symbolic link that is made for it; NULL for none */
  char        first;  /* the first byte that is read; 0 if it must not be opened */
  gboolean    is_link; /* something on the way is one */
} Way;

/* @@ stands for the folder outside. */
static const Way ways[] = {
  { "secret", NULL, 'i', FALSE },
  { "/secret", NULL, 'i', FALSE },
  { "//sub/./../secret", NULL, 'i', TRUE },
  { "../secret", NULL, 'i', TRUE },
  { "absolute", "/secret", 'i', TRUE },
  { "upwards", "../../../../secret", 'i', TRUE },
  { "leading-out", "@@/secret", 0, TRUE },
  { "folder-out/secret", "@@", 0, TRUE },
  { "magic", "/proc/self/root/etc/passwd", 0, TRUE },
  { "round", "round", 0, TRUE },
  { "piped", "pipe", 0, TRUE },
  { "pipe", NULL, 0, FALSE },
  { "sub", NULL, 0, FALSE },
  { "nothing", NULL, 0, FALSE },
  { "secret/beyond", NULL, 0, FALSE },
};

static void
make_link (Fixture   *fixture,
           const Way *way)
{
  g_auto(GStrv) steps = g_strsplit (way->name, "/", 2);
  g_auto(GStrv) parts = g_strsplit (way->target, "@@", 2);
  g_autofree char *target = g_strjoinv (fixture->folder, parts);
  g_autofree char *path = g_build_filename (fixture->jail, steps[0], NULL);

  g_assert_cmpint (symlink (target, path), ==, 0);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *outside = NULL;
  g_autofree char *inside = NULL;
  g_autofree char *pipe = NULL;
  g_autofree char *sub = NULL;

  fixture->folder = g_dir_make_tmp ("sonde-XXXXXX", NULL);
  fixture->jail = g_build_filename (fixture->folder, "jail", NULL);
  outside = g_build_filename (fixture->folder, "secret", NULL);
  inside = g_build_filename (fixture->jail, "secret", NULL);
  pipe = g_build_filename (fixture->jail, "pipe", NULL);
  sub = g_build_filename (fixture->jail, "sub", NULL);

  g_assert_cmpint (g_mkdir (fixture->jail, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_true (g_file_set_contents (outside, "outside", -1, NULL));
  g_assert_true (g_file_set_contents (inside, "inside", -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    if (ways[i].target != NULL)
      make_link (fixture, &ways[i]);

  fixture->root_fd = open (fixture->jail, O_PATH | O_DIRECTORY | O_CLOEXEC);
  g_assert_cmpint (fixture->root_fd, >=, 0);
}

static void
remove_all (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        remove_all (path);
      else
        g_unlink (path);
    }

  g_rmdir (folder);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  close (fixture->root_fd);
  remove_all (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->jail);
}

/* The first byte of what @fd, which is closed, is open for; 0 if it is not. */
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

static void
test_regular_file_text (void)
{
  g_autofree char *path = NULL;

  close (g_file_open_tmp ("sonde-XXXXXX", &path, NULL));
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  g_assert_cmpint (read_first (sonde_regular_file_open (path)), ==, 'x');
  g_unlink (path);
}

/* A plain open() would wait here for somebody to write. */
static void
test_regular_file_others (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autofree char *pipe = g_build_filename (fixture->jail, "pipe", NULL);

  g_assert_cmpint (sonde_regular_file_open (pipe), ==, -1);
  g_assert_cmpint (sonde_regular_file_open (fixture->folder), ==, -1);
  g_assert_cmpint (sonde_regular_file_open ("/dev/null"), ==, -1);
  g_assert_cmpint (sonde_regular_file_open ("/nowhere/at/all"), ==, -1);
}

/* The kernel would have us wait for the owner of a lease to give it up, and tell it by SIGIO. */
static void
test_regular_file_lease (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->jail, "secret", NULL);
  int owner = open (path, O_WRONLY | O_CLOEXEC);

  signal (SIGIO, SIG_IGN);
  if (fcntl (owner, F_SETLEASE, F_WRLCK) != 0)
    g_test_skip ("this file system has no leases");
  else
    g_assert_cmpint (sonde_regular_file_open (path), ==, -1);

  close (owner);
  signal (SIGIO, SIG_DFL);
}

static void
test_regular_file_within (Fixture       *fixture,
                          gconstpointer  data)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_test_message ("%s", ways[i].name);
      g_assert_cmpint (read_first (sonde_regular_file_open_in (fixture->root_fd, ways[i].name)),
                       ==, ways[i].first);
    }
}

/* Has the kernel answer openat2() with @error in this thread, as a container may. */
static void
forbid_openat2 (int error)
{
  struct sock_filter rules[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (guint) error),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { G_N_ELEMENTS (rules), rules };

  g_assert_cmpint (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), ==, 0);
  g_assert_cmpint (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), ==, 0);
  g_assert_cmpint (syscall (SYS_openat2, -1, "", NULL, 0), ==, -1);
  g_assert_cmpint (errno, ==, error);
}

typedef struct
{
  Fixture *fixture;
  int      error;
} Limited;

static gpointer
look_without_openat2 (gpointer data)
{
  const Limited *limited = data;

  forbid_openat2 (limited->error);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      int fd = sonde_regular_file_open_in (limited->fixture->root_fd, ways[i].name);

      g_test_message ("%s", ways[i].name);
      g_assert_cmpint (read_first (fd), ==, ways[i].is_link ? 0 : ways[i].first);
    }

  return NULL;
}

/* In a thread of its own, which the limit dies with. */
static void
test_regular_file_without_openat2 (Fixture       *fixture,
                                   gconstpointer  data)
{
  static const int errors[] = { ENOSYS, EPERM };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      Limited limited = { fixture, errors[i] };

      g_thread_join (g_thread_new ("limited", look_without_openat2, &limited));
    }
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
  g_test_add_func ("/target/regular-file/text", test_regular_file_text);
  add ("/target/regular-file/others", test_regular_file_others);
  add ("/target/regular-file/lease", test_regular_file_lease);
  add ("/target/regular-file/within", test_regular_file_within);
  add ("/target/regular-file/without-openat2", test_regular_file_without_openat2);
  return g_test_run ();
}
