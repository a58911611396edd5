/* jailed.c: a program whose root folder is not ours
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   jailed FOLDER FILE           makes FOLDER its root, maps FILE there as code, and sleeps
 *   jailed FOLDER FILE mounts    with a mount namespace of its own as well, as in a container
 *
 * Without rights it makes itself a user namespace, in which it has them.
 */

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>

#include "target.h"

int
main (int   argc,
      char *argv[])
{
  int flags = argc > 3 ? CLONE_NEWNS : 0;
  int fd;

  if (argc < 3)
    return 1;

  if (geteuid () != 0)
    flags |= CLONE_NEWUSER;
  if ((flags != 0 && unshare (flags) != 0) || chroot (argv[1]) != 0 || chdir ("/") != 0)
    return 1;

  fd = open (argv[2], O_RDONLY | O_CLOEXEC);
  if (fd < 0 || mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED)
    return 1;

  target_block_end ();
  target_ready ();
  target_wait_for_end ();

  return 0;
}
