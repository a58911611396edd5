/* obstacle.h: why a process cannot be attached to, as facts and as a sentence
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/types.h"

G_BEGIN_DECLS

/**
 * SondeObstacleKind:
 * @SONDE_OBSTACLE_NONE: nothing stands in the way
 * @SONDE_OBSTACLE_GONE: there is no such process
 * @SONDE_OBSTACLE_ZOMBIE: it has ended and waits for its parent
 * @SONDE_OBSTACLE_KERNEL: a kernel thread has no program to look at
 * @SONDE_OBSTACLE_SELF: it is Sonde itself
 * @SONDE_OBSTACLE_OTHER_USER: it belongs to @owner, and we are not root
 * @SONDE_OBSTACLE_PTRACE_SCOPE: `kernel.yama.ptrace_scope` is @scope
 * @SONDE_OBSTACLE_PROTECTED: same user, but set-id, more capabilities or not dumpable
 * @SONDE_OBSTACLE_TRACED: @tracer traces it already
 * @SONDE_OBSTACLE_32BIT: a 32-bit program
 * @SONDE_OBSTACLE_LAUNCH: a program to be started could not be; @code is an errno
 * @SONDE_OBSTACLE_FAILED: a system call failed; @code is an errno
 */
typedef enum
{
  SONDE_OBSTACLE_NONE,
  SONDE_OBSTACLE_GONE,
  SONDE_OBSTACLE_ZOMBIE,
  SONDE_OBSTACLE_KERNEL,
  SONDE_OBSTACLE_SELF,
  SONDE_OBSTACLE_OTHER_USER,
  SONDE_OBSTACLE_PTRACE_SCOPE,
  SONDE_OBSTACLE_PROTECTED,
  SONDE_OBSTACLE_TRACED,
  SONDE_OBSTACLE_32BIT,
  SONDE_OBSTACLE_LAUNCH,
  SONDE_OBSTACLE_FAILED,
} SondeObstacleKind;

/**
 * SondeObstacle:
 * @kind: what stands in the way; the other fields hold what that kind needs
 * @pid: the process that cannot be attached to; 0 if there is none yet
 * @tracer: the process that traces it
 * @owner: the user it belongs to
 * @scope: the value of `kernel.yama.ptrace_scope`
 * @code: an errno
 * @is_root: we are root, so that becoming root is no way out
 *
 * Plain data, copied by value. Threads: any.
 */
typedef struct
{
  SondeObstacleKind kind;
  pid_t             pid;
  pid_t             tracer;
  uid_t             owner;
  int               scope;
  int               code;
  gboolean          is_root;
} SondeObstacle;

/* What it is, as one translated sentence for the user ("Belongs to redis."); main thread only. */
char *sonde_obstacle_dup_reason  (const SondeObstacle *self);

/* What the user can do about it, translated, with the command if there is one; NULL if nothing.
 * @verb is what sonde-cli shall do as root, before the process: "top", "record -p".
 */
char *sonde_obstacle_dup_advice  (const SondeObstacle *self,
                                  const char          *verb);

/* The advice without its command; NULL if there is none. */
char *sonde_obstacle_dup_remedy  (const SondeObstacle *self);

/* The command of the advice alone, to be copied; NULL if there is none. Any thread. */
char *sonde_obstacle_dup_command (const SondeObstacle *self,
                                  const char          *verb);

/* The same, as a sentence in the user's language; "" for none. */
const char    *sonde_hindrance_get_text    (SondeHindrance        hindrance);

/* That so many threads run Python of which nothing is seen, translated; NULL for none. */
char          *sonde_unmatched_dup_text    (guint                 n_threads);

G_END_DECLS
