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

/* What a thread is called: its name as one line of UTF-8, with the closing zero; or the longer one
 * that its Python has for it.
 */
#define SONDE_THREAD_LABEL_BYTES 128

#define SONDE_NS_PER_SECOND G_GUINT64_CONSTANT (1000000000)

/**
 * SondeMode:
 * @SONDE_MODE_CPU: a sample counts when its thread was running or ready to run
 * @SONDE_MODE_RUNNING: a sample counts when its thread was running
 * @SONDE_MODE_WALL: every thread counts, asleep or not
 * @SONDE_MODE_GIL: a sample counts when its thread held the global lock of its Python interpreter
 *
 * Which samples are looked at. A view: every sample is taken and kept in either mode, so the mode
 * can change at any time and nothing is lost.
 */
typedef enum
{
  SONDE_MODE_CPU,
  SONDE_MODE_RUNNING,
  SONDE_MODE_WALL,
  SONDE_MODE_GIL,
} SondeMode;

/**
 * SondeFrames:
 * @SONDE_FRAMES_NATIVE: the frames of the C stack, an interpreter's own among them
 * @SONDE_FRAMES_PYTHON: Python functions alone
 * @SONDE_FRAMES_BOTH: Python functions in place of the interpreter's frames that execute them
 * @SONDE_FRAMES_AUTO: PYTHON where there is Python, else NATIVE
 *
 * Which frames of a stack are looked at.
 */
typedef enum
{
  SONDE_FRAMES_NATIVE,
  SONDE_FRAMES_PYTHON,
  SONDE_FRAMES_BOTH,
  SONDE_FRAMES_AUTO,
} SondeFrames;

#define SONDE_N_FRAMES (SONDE_FRAMES_BOTH + 1)

/**
 * SondeHindrance:
 * @SONDE_HINDRANCE_NONE: nothing
 * @SONDE_HINDRANCE_CPUS: it runs on CPUs on which Sonde may not run
 * @SONDE_HINDRANCE_PRIORITY: it has a real-time priority
 *
 * Why the CPU cannot be taken from a target, so that it is stopped to be read.
 */
typedef enum
{
  SONDE_HINDRANCE_NONE,
  SONDE_HINDRANCE_CPUS,
  SONDE_HINDRANCE_PRIORITY,
} SondeHindrance;

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

/**
 * SondeGil:
 * @SONDE_GIL_NEITHER: does without it, or there is none
 * @SONDE_GIL_HAS: holds it
 * @SONDE_GIL_WANTS: waits for it
 *
 * What a thread had to do with the global lock of its Python interpreter at the instant of a
 * sample.
 */
typedef enum
{
  SONDE_GIL_NEITHER,
  SONDE_GIL_HAS,
  SONDE_GIL_WANTS,
} SondeGil;

#define SONDE_N_GILS (SONDE_GIL_WANTS + 1)

/**
 * SondeThreadStatus:
 * @state: whether it ran
 * @gil: what it had to do with the global lock; NEITHER of a thread without Python
 * @is_collecting: whether it held the lock while garbage was collected
 *
 * What a thread was doing at the instant of a sample.
 */
typedef struct
{
  SondeThreadState state;
  SondeGil         gil;
  gboolean         is_collecting;
} SondeThreadStatus;

/* The status of a thread without Python. */
static inline SondeThreadStatus
sonde_thread_status (SondeThreadState state)
{
  SondeThreadStatus status = { .state = state };

  return status;
}

/* Whether a sample in @state counts in CPU mode. */
static inline gboolean
sonde_thread_state_is_active (SondeThreadState state)
{
  return state == SONDE_THREAD_STATE_RUNNING || state == SONDE_THREAD_STATE_READY;
}

G_END_DECLS
