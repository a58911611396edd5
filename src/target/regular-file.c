/* regular-file.c: opens files whose paths come from a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file is looked up first, which opens nothing (O_PATH), then looked at, and only then opened.
 */

#include "config.h"

#include "target/regular-file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A rename beside a ".." makes the kernel give up; openat2(2) says to try again. */
#define TRIES_MAX 16

/* Opens what was found at @place, whatever lies at its path by now. Closes @place. */
static int
open_place (int place)
{
  char path[64];
  struct stat status;
  int fd = -1;

  if (place < 0)
    return -1;

  g_snprintf (path, sizeof path, "/proc/self/fd/%d", place);

  /* fcntl(2): to open a file on which its owner has a lease waits until that gives it up, 45 s at
   * most, but with O_NONBLOCK fails at once. It means nothing else for a regular file.
   */
  if (fstat (place, &status) == 0 && S_ISREG (status.st_mode))
    fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  close (place);

  return fd;
}

int
sonde_regular_file_open (const char *path)
{
  g_return_val_if_fail (path != NULL, -1);

  return open_place (open (path, O_PATH | O_CLOEXEC));
}

/* Takes one step from the folder @at, which it closes. */
static int
step_down (int         at,
           const char *name,
           gsize       length)
{
  g_autofree char *step = g_strndup (name, length);
  struct stat status;
  int next = openat (at, step, O_PATH | O_NOFOLLOW | O_CLOEXEC);

  close (at);

  /* With these flags a link is not followed but opened itself. */
  if (next >= 0 && (fstat (next, &status) != 0 || S_ISLNK (status.st_mode)))
    {
      close (next);
      return -1;
    }

  return next;
}

/* What needs neither a link nor a "..". */
static int
walk_down (int         root_fd,
           const char *path)
{
  int at = openat (root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

  while (at >= 0 && *path != '\0')
    {
      gsize length = strcspn (path, "/");

      if (length == 2 && path[0] == '.' && path[1] == '.')
        {
          close (at);
          return -1;
        }

      if (length > 0)
        at = step_down (at, path, length);
      path += length + (path[length] == '/');
    }

  return at;
}

/* Finds what is at @path: a descriptor with O_PATH, or -1. */
static int
find_in (int         root_fd,
         const char *path)
{
  struct open_how how = {
    .flags = O_PATH | O_CLOEXEC,
    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  };
  int place = -1;
  guint n_tries = 0;

  do
    place = (int) syscall (SYS_openat2, root_fd, path, &how, sizeof how);
  while (place < 0 && errno == EAGAIN && ++n_tries < TRIES_MAX);

  if (place < 0 && (errno == ENOSYS || errno == EPERM))
    place = walk_down (root_fd, path);

  return place;
}

int
sonde_regular_file_open_in (int         root_fd,
                            const char *path)
{
  g_return_val_if_fail (path != NULL, -1);

  return open_place (find_in (root_fd, path));
}

gboolean
sonde_regular_file_stat_in (int          root_fd,
                            const char  *path,
                            struct stat *status)
{
  gboolean is_there;
  int place;

  g_return_val_if_fail (path != NULL && status != NULL, FALSE);

  place = find_in (root_fd, path);
  is_there = place >= 0 && fstat (place, status) == 0;
  if (place >= 0)
    close (place);

  return is_there;
}
