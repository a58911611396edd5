/* system-calls.h: what a stop does to each system call
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "target/thread.h"

G_BEGIN_DECLS

/**
 * SondeAsleep:
 * @SONDE_ASLEEP_NEVER: it is not stopped; that of calls that are not known
 * @SONDE_ASLEEP_DISK: only while nothing can disturb its sleep
 * @SONDE_ASLEEP_NO_SOCKET: unless the first argument is a socket
 * @SONDE_ASLEEP_STOP: the kernel goes on with the call, and the program does not see the stop
 *
 * Whether a thread that sleeps in a system call may be stopped.
 */
typedef enum
{
  SONDE_ASLEEP_NEVER,
  SONDE_ASLEEP_DISK,
  SONDE_ASLEEP_NO_SOCKET,
  SONDE_ASLEEP_STOP,
} SondeAsleep;

/**
 * SondeCut:
 * @SONDE_CUT_LEFT: the program sees that; so with calls that are not known
 * @SONDE_CUT_AGAIN: it has done nothing, and is to begin again
 * @SONDE_CUT_ALONE: the same, and it works for long: were it stopped at each tick, it would never
 *   come to its end
 *
 * What is done when a stop had a call end with EINTR.
 */
typedef enum
{
  SONDE_CUT_LEFT,
  SONDE_CUT_AGAIN,
  SONDE_CUT_ALONE,
} SondeCut;

/* What docs/system-calls.md says of the call @number of x86-64. All threads may ask. */
SondeAsleep sonde_system_call_get_asleep     (gint64                 number);
SondeCut    sonde_system_call_get_cut        (gint64                 number);
/* Its name; NULL of one that is not known. */
const char *sonde_system_call_get_name       (gint64                 number);

/* Whether the call that returns to @pc is one of x86-64's: a program may also make those of 32-bit
 * programs, which have other numbers. Reads the target's memory.
 */
gboolean    sonde_system_call_is_native      (pid_t                  tid,
                                              SondeAddress           pc);

/* Whether @thread, which sleeps in @state as @wait says, may be stopped. */
gboolean    sonde_system_call_may_be_stopped (const SondeThread     *thread,
                                              const SondeThreadWait *wait,
                                              SondeThreadState       state);

G_END_DECLS
