/* dump.h: every thread's stack, once
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/functions.h"
#include "base/obstacle.h"

G_BEGIN_DECLS

/**
 * SondeDumpFrame:
 * @function: borrowed from the dump
 * @address: where execution stands, or will return to; 0 of a Python function
 * @line: the line at @address in the function's file; 0 if not known
 */
typedef struct
{
  const SondeFunction *function;
  SondeAddress         address;
  guint                line;
} SondeDumpFrame;

/**
 * SondeDumpThread:
 * @tid: the kernel's id
 * @name: valid UTF-8
 * @state: what it was doing
 * @captured: whether its stack could be read at all
 * @truncated: whether outer frames are missing
 * @guessed: whether outer frames were found without a register that they hang on
 * @frames: (element-type SondeDumpFrame): innermost first
 */
typedef struct
{
  pid_t            tid;
  char             name[SONDE_THREAD_LABEL_BYTES];
  SondeThreadState state;
  gboolean         captured;
  gboolean         truncated;
  gboolean         guessed;
  GArray          *frames;
} SondeDumpThread;

/**
 * SondeDump:
 * @functions: owns the functions
 * @threads: (element-type SondeDumpThread): in the kernel's order
 * @python: (nullable): version of the Python that it runs
 * @is_readable: whether that is one whose frames can be read
 * @has_tasks: whether asyncio's tasks could be followed
 */
typedef struct
{
  SondeFunctions *functions;
  GPtrArray      *threads;
  char           *python;
  gboolean        is_readable;
  gboolean        has_tasks;
} SondeDump;

/* Captures and names every thread of @pid (transfer full), @with_tasks of asyncio that await what
 * one runs in the place of its event loop; NULL with @obstacle set. May take long: reads files.
 */
SondeDump *sonde_dump_new  (pid_t          pid,
                            guint64        start_ticks,
                            SondeFrames    frames,
                            gboolean       with_tasks,
                            SondeObstacle *obstacle);
void       sonde_dump_free (SondeDump     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeDump, sonde_dump_free)

G_END_DECLS
