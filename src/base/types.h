/* types.h: the small words that every stage uses
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An address in the target's address space. */
typedef guint64 SondeAddress;

#define SONDE_RATE_HZ_MIN 1.0
#define SONDE_RATE_HZ_MAX 20000.0
#define SONDE_RATE_HZ_DEFAULT 1000.0

/* The kernel's TASK_COMM_LEN, with the closing zero. */
#define SONDE_THREAD_NAME_BYTES 16

#define SONDE_NS_PER_SECOND G_GUINT64_CONSTANT (1000000000)

/**
 * SondeMode:
 * @SONDE_MODE_CPU: a sample counts when its thread was running or ready to run
 * @SONDE_MODE_WALL: every thread counts, asleep or not
 *
 * Which samples are looked at. A view: every sample is taken and kept in either mode, so the mode
 * can change at any time and nothing is lost.
 */
typedef enum
{
  SONDE_MODE_CPU,
  SONDE_MODE_WALL,
} SondeMode;

/**
 * SondeThreadState:
 * @SONDE_THREAD_STATE_RUNNING: on a CPU
 * @SONDE_THREAD_STATE_READY: could run, waits for a CPU
 * @SONDE_THREAD_STATE_SLEEPING: waits for an event
 * @SONDE_THREAD_STATE_IO: waits uninterruptibly, mostly for a disk
 * @SONDE_THREAD_STATE_STOPPED: held by a stop signal or a debugger
 *
 * What a thread was doing at the instant of a sample.
 */
typedef enum
{
  SONDE_THREAD_STATE_RUNNING,
  SONDE_THREAD_STATE_READY,
  SONDE_THREAD_STATE_SLEEPING,
  SONDE_THREAD_STATE_IO,
  SONDE_THREAD_STATE_STOPPED,
} SondeThreadState;

#define SONDE_N_THREAD_STATES (SONDE_THREAD_STATE_STOPPED + 1)

/* Whether a sample in @state counts in CPU mode. */
static inline gboolean
sonde_thread_state_is_active (SondeThreadState state)
{
  return state == SONDE_THREAD_STATE_RUNNING || state == SONDE_THREAD_STATE_READY;
}

G_END_DECLS
