/* target.h: the process that is looked at
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/obstacle.h"
#include "target/maps.h"

G_BEGIN_DECLS

/**
 * SondeTargetChange:
 * @SONDE_TARGET_SAME: it goes on
 * @SONDE_TARGET_EXECED: it has become a new program: another memory map, other threads
 * @SONDE_TARGET_ENDED: it has ended
 * @SONDE_TARGET_CLOSED: it has become a program that we may not look at
 */
typedef enum
{
  SONDE_TARGET_SAME,
  SONDE_TARGET_EXECED,
  SONDE_TARGET_ENDED,
  SONDE_TARGET_CLOSED,
} SondeTargetChange;

/**
 * SondeTarget:
 * @pid: its id
 * @is_child: whether we started it, so that its exit status is ours
 * @maps: its memory map as last read
 * @program: path of its executable, clean UTF-8
 * @program_before: (nullable): that of the program that it was before
 * @children_ns: CPU time, as last seen, of what it has started since we look at it, as far as that
 *   has ended and it has waited for it
 * @exit_status: of a child that has ended, as waitpid() gives it; else -1
 *
 * One process. All fields are read-only for others.
 *
 * Life: sonde_target_new_attach() or …_launch() → poll(), refresh_maps(), reap() →
 * sonde_target_free(), which leaves the process alone; once a child has ended the main loop reaps
 * it.
 *
 * Threads: worker only.
 */
typedef struct
{
  pid_t        pid;
  gboolean     is_child;
  SondeMaps   *maps;        /* owned */
  char        *program;     /* owned */
  char        *program_before; /* owned */
  guint64      children_ns;
  int          exit_status;

  /*< private >*/
  int          root_fd;     /* owned */
  int          pid_fd;      /* owned; -1 where the kernel has none */
  guint64      start_ticks;
  guint64      children_start_ticks; /* what they had before */
  SondeAddress stack_start;
  guint64      closed_ns;   /* since when it has been closed to us; 0 if it is open */
} SondeTarget;

/* NULL with @obstacle set if the process cannot be looked at, or did not begin at @start_ticks
 * since boot (0: whichever has that id).
 */
SondeTarget       *sonde_target_new_attach   (pid_t              pid,
                                              guint64            start_ticks,
                                              SondeObstacle     *obstacle);
/* Starts a program, see sonde_launch(). */
SondeTarget       *sonde_target_new_launch   (const char *const *argv,
                                              const char *const *envp,
                                              const char        *directory,
                                              int                output_fd,
                                              gboolean           null_input,
                                              SondeObstacle     *obstacle);
void               sonde_target_free         (SondeTarget       *self);

/* What has become of it; after EXECED the fields are those of the new program. Some 10 µs. */
SondeTargetChange  sonde_target_poll         (SondeTarget       *self,
                                              SondeObstacle     *obstacle);
/* Where it is polled no more: takes the exit status of a child that has ended, and gives whether
 * it did so just now.
 */
gboolean           sonde_target_reap         (SondeTarget       *self);
/* Reads the memory map again; gives whether code is mapped otherwise than before. */
gboolean           sonde_target_refresh_maps (SondeTarget       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeTarget, sonde_target_free)

G_END_DECLS
