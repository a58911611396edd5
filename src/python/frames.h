/* frames.h: the chain of Python frames of one thread
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/code-stack.h"
#include "python/edges.h"
#include "python/memory.h"
#include "python/offsets.h"

G_BEGIN_DECLS

/**
 * SondePythonRead:
 * @SONDE_PYTHON_READ_OK: the frames are those of one instant
 * @SONDE_PYTHON_READ_TORN: they changed under the read each time that it was tried
 * @SONDE_PYTHON_READ_UNREADABLE: memory that should be there is not
 * @SONDE_PYTHON_READ_GONE: the thread state is another thread's, or none any more
 */
typedef enum
{
  SONDE_PYTHON_READ_OK,
  SONDE_PYTHON_READ_TORN,
  SONDE_PYTHON_READ_UNREADABLE,
  SONDE_PYTHON_READ_GONE,
} SondePythonRead;

/**
 * SondePythonFrames:
 *
 * Reads the frames of one thread again and again. Where they lay the last time is where they are
 * looked for the next time, so that a stack costs one call whatever its depth.
 *
 * Life: sonde_python_frames_new() → read_still() or read_running() any number of times →
 * sonde_python_frames_free().
 *
 * Threads: worker only.
 */
typedef struct _SondePythonFrames SondePythonFrames;

/* @thread is the address of its PyThreadState; the others are borrowed. @edges are those of all
 * threads of the process.
 */
SondePythonFrames *sonde_python_frames_new          (const SondePythonMemory  *memory,
                                                     const SondePythonOffsets *offsets,
                                                     SondePythonEdges         *edges,
                                                     SondeAddress              thread);
void               sonde_python_frames_free         (SondePythonFrames        *self);

/* Of a thread that stands still or sleeps: as many calls as it takes. */
SondePythonRead    sonde_python_frames_read_still   (SondePythonFrames        *self,
                                                     SondeCodeStack           *stack);

/* Of a thread that may be running: all in one call, and @n_more pieces (at most
 * SONDE_PYTHON_MORE_MAX) of the caller's with them. Tries a few times.
 */
#define SONDE_PYTHON_MORE_MAX 4
SondePythonRead    sonde_python_frames_read_running (SondePythonFrames        *self,
                                                     const SondeMemoryPiece   *more,
                                                     guint                     n_more,
                                                     SondeCodeStack           *stack);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePythonFrames, sonde_python_frames_free)

G_END_DECLS
