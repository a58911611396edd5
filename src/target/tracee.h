/* tracee.h: holding one thread still for the moment of a capture
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/capture.h"

G_BEGIN_DECLS

/**
 * SondeTraceeOutcome:
 * @SONDE_TRACEE_OK: done
 * @SONDE_TRACEE_PENDING: asked to stop, and still on its way
 * @SONDE_TRACEE_GONE: the thread has ended, or an exec() made it another
 * @SONDE_TRACEE_REFUSED: the kernel does not let us, or the thread is a zombie
 */
typedef enum
{
  SONDE_TRACEE_OK,
  SONDE_TRACEE_PENDING,
  SONDE_TRACEE_GONE,
  SONDE_TRACEE_REFUSED,
} SondeTraceeOutcome;

/* A thread is held in this order, all in one thread of ours, since ptrace() is bound to it:
 * ask() → poll() until it is not PENDING → if OK: read_registers() → release().
 * After GONE and REFUSED there is nothing to release.
 */
SondeTraceeOutcome sonde_tracee_ask            (pid_t    tid);
/* Asks once more a thread that is PENDING: an exec() forgets the first request. Never waits. */
void               sonde_tracee_ask_again      (pid_t    tid);
SondeTraceeOutcome sonde_tracee_poll           (pid_t    tid,
                                                int     *signal);
/* @call is the number of the system call on whose way out it stopped; -1 for none. */
gboolean           sonde_tracee_read_registers (pid_t    tid,
                                                guint64  registers[SONDE_N_REGISTERS],
                                                gint64  *call);
/* Whether a call has to begin again that would never end if that happened often. */
gboolean           sonde_tracee_release        (pid_t    tid,
                                                int      signal);

/* After GONE: takes the remains of a thread that ended while we held it, which the kernel keeps for
 * its tracer. Not for our own child, whose exit status somebody still waits for.
 */
void               sonde_tracee_bury           (pid_t    tid);

/* The same for every thread of @pid but its first. Any thread of ours may call it, for one that
 * waits in ask() cannot.
 */
void               sonde_tracee_bury_all       (pid_t    pid);

/* Releases every stopped thread that we hold and that is not in @expected (of pid_t): after
 * an exec() a thread we asked may turn up under the id of its process.
 */
void               sonde_tracee_release_strays (const GArray *expected);

G_END_DECLS
