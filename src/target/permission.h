/* permission.h: says before trying whether a process can be attached to
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/obstacle.h"
#include "target/proc.h"

G_BEGIN_DECLS

/**
 * SondeRights:
 * @uid: our real user: that is who the kernel asks about for ptrace()
 * @gid: our real group
 * @capable: whether CAP_SYS_PTRACE is in effect, in our own user namespace
 * @scope: `kernel.yama.ptrace_scope`; 0 where the kernel has no such setting
 * @namespace: the text of our user namespace's link
 *
 * What we may do, the same for all processes. Threads: any.
 */
typedef struct
{
  uid_t    uid;
  gid_t    gid;
  gboolean capable;
  int      scope;
  char     namespace[64];
} SondeRights;

void          sonde_rights_read        (SondeRights           *self,
                                        int                    root_fd);

/* The first thing that stands in the way of attaching to a process whose stat and status have been
 * read.
 */
SondeObstacle sonde_permission_judge   (const SondeRights     *rights,
                                        int                    root_fd,
                                        pid_t                  pid,
                                        const SondeProcStat   *stat,
                                        const SondeProcStatus *status);

/* The same, all read now. */
SondeObstacle sonde_permission_check   (pid_t                  pid);

/* What a ptrace() or process_vm_readv() on @pid that failed with the errno @code was about. Looks
 * again, so that the answer is never SONDE_OBSTACLE_NONE.
 */
SondeObstacle sonde_permission_explain (pid_t                  pid,
                                        int                    code);

G_END_DECLS
