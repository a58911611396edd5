/* regular-file.c: opens files whose paths come from a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "target/regular-file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int
sonde_regular_file_open (const char *path)
{
  g_autofree char *again = NULL;
  struct stat status;
  int place;
  int fd = -1;

  g_return_val_if_fail (path != NULL, -1);

  place = open (path, O_PATH | O_CLOEXEC);
  if (place < 0)
    return -1;

  /* What was looked at is opened, whatever lies at the path by now. */
  if (fstat (place, &status) == 0 && S_ISREG (status.st_mode))
    {
      again = g_strdup_printf ("/proc/self/fd/%d", place);
      fd = open (again, O_RDONLY | O_CLOEXEC);
    }

  close (place);

  return fd;
}
