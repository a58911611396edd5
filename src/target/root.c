/* root.c: opens files where the paths of a process lead
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * /proc/PID/root is a magic link to the root folder of a process, in its mount namespace. An
 * absolute symbolic link below it leads on from the root of who follows it, which is us: so paths
 * are not put behind it, but looked up with it as the root (regular-file.h).
 */

#include "config.h"

#include "target/root.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "target/regular-file.h"
#include "target/thread.h"

/* Whether both lead to one and the same. */
static gboolean
is_same (const char *left,
         const char *right)
{
  struct stat a;
  struct stat b;

  return stat (left, &a) == 0 && stat (right, &b) == 0 &&
         a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Opens the root folder (an owned descriptor); -1 if there is none any more, or we may not. */
static int
open_root (SondeRoot *self)
{
  char root[64];
  char mounts[64];
  pid_t living = sonde_threads_find_living (self->pid);
  int fd;

  g_snprintf (root, sizeof root, "/proc/%d/root", living);
  g_snprintf (mounts, sizeof mounts, "/proc/%d/ns/mnt", living);
  fd = open (root, O_PATH | O_DIRECTORY | O_CLOEXEC);

  /* In another namespace other things are mounted below the same folder. */
  if (fd >= 0)
    {
      self->has_our_mounts = is_same (mounts, "/proc/self/ns/mnt");
      self->is_ours = self->has_our_mounts && is_same (root, "/");
    }

  return fd;
}

/* Looks whose root it is now. */
static void
look (SondeRoot *self)
{
  int fd = self->pid != 0 ? open_root (self) : -1;

  if (fd >= 0)
    close (fd);
}

void
sonde_root_init (SondeRoot *self,
                 pid_t      pid)
{
  self->pid = pid;
  self->is_ours = pid == 0;
  self->has_our_mounts = pid == 0;
  look (self);
}

char *
sonde_root_dup_path (SondeRoot  *self,
                     const char *mapped_path)
{
  g_autofree char *link = NULL;
  char folder[PATH_MAX];
  gssize length;

  look (self);
  if (self->is_ours)
    return g_strdup (mapped_path);

  link = g_strdup_printf ("/proc/%d/root", sonde_threads_find_living (self->pid));
  length = readlink (link, folder, sizeof folder - 1);
  if (length <= 0)
    return NULL;

  /* "/" in another mount namespace, where the kernel writes paths from its root on. */
  folder[length] = '\0';
  if (length == 1)
    return g_strdup (mapped_path);

  return strncmp (mapped_path, folder, (gsize) length) == 0 && mapped_path[length] == '/'
         ? g_strdup (mapped_path + length) : NULL;
}

int
sonde_root_open_file (SondeRoot  *self,
                      const char *path)
{
  int folder;
  int fd = -1;

  g_return_val_if_fail (self != NULL && path != NULL, -1);

  folder = self->pid != 0 ? open_root (self) : -1;
  if (self->is_ours)
    fd = sonde_regular_file_open (path);
  else if (folder >= 0)
    fd = sonde_regular_file_open_in (folder, path);

  if (folder >= 0)
    close (folder);

  return fd;
}

gboolean
sonde_root_stat (SondeRoot   *self,
                 const char  *path,
                 struct stat *status)
{
  gboolean is_there;
  int folder;

  g_return_val_if_fail (self != NULL && path != NULL && status != NULL, FALSE);

  if (self->is_ours)
    return stat (path, status) == 0;

  folder = open_root (self);
  is_there = folder >= 0 && sonde_regular_file_stat_in (folder, path, status);
  if (folder >= 0)
    close (folder);

  return is_there;
}
