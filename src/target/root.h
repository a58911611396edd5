/* root.h: the root folder of a process, in which the paths of its files lead
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondeRoot:
 * @pid: whose root it is; 0 for our own
 * @is_ours: whether it is the one that we have too, when last looked at
 * @has_our_mounts: whether it is in our mount namespace, as that of a plain chroot is
 *
 * Where the paths of a process begin. That of a container is a folder of its own, and nothing that
 * it names leads out of there. The root is looked up each time, since an exec() in a container that
 * is just made comes after it; of a process that has ended there is none any more, and its files
 * are ours if its root was.
 *
 * Caller's struct. Threads: one at a time, any.
 */
typedef struct
{
  pid_t    pid;
  gboolean is_ours;
  gboolean has_our_mounts;
} SondeRoot;

/* A @pid of 0 makes it our own. */
void  sonde_root_init      (SondeRoot   *self,
                            pid_t        pid);

/* The kernel writes the paths of a memory map as we would have to follow them: below the folder of
 * a chroot. Gives how it is called in there (transfer full), or NULL for what lies outside, as the
 * libraries of a process do that has locked itself up.
 */
char *sonde_root_dup_path  (SondeRoot   *self,
                            const char  *mapped_path);

/* Opens the regular file at @path for reading (an owned descriptor), or -1. */
int   sonde_root_open_file (SondeRoot   *self,
                            const char  *path);

/* Asks what is at @path, which opens nothing; FALSE if nothing is. */
gboolean sonde_root_stat   (SondeRoot   *self,
                            const char  *path,
                            struct stat *status);

G_END_DECLS
