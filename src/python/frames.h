/* frames.h: reads the chain of Python frames of one thread
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/code-stack.h"
#include "python/memory.h"
#include "python/offsets.h"

G_BEGIN_DECLS

/**
 * SondePythonRead:
 * @SONDE_PYTHON_READ_OK: the frames were read
 * @SONDE_PYTHON_READ_TORN: the thread stands in the middle of a call or a return, where the chain
 *   leads nowhere for some ns
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
 * Reads the frames of one thread, which stands still meanwhile, again and again. Where they lay the
 * last time is where they are looked for first the next time, so that a stack mostly costs one
 * call, whatever its depth.
 *
 * Life: sonde_python_frames_new() → read() any number of times → sonde_python_frames_free().
 *
 * Threads: one at a time.
 */
typedef struct _SondePythonFrames SondePythonFrames;

/* @thread is the address of its PyThreadState; the others are borrowed. */
SondePythonFrames *sonde_python_frames_new  (const SondePythonMemory  *memory,
                                             const SondePythonOffsets *offsets,
                                             SondeAddress              thread);
void               sonde_python_frames_free (SondePythonFrames        *self);

/* With @n_more pieces (at most SONDE_PYTHON_MORE_MAX) of the caller's, which are copied in the same
 * call; not OK if one of them is not there.
 */
#define SONDE_PYTHON_MORE_MAX 4
SondePythonRead    sonde_python_frames_read (SondePythonFrames        *self,
                                             const SondeMemoryPiece   *more,
                                             guint                     n_more,
                                             SondeCodeStack           *stack);

/* Where the evaluation function had its struct on the C stack (3.11, 3.12) in the last read; 0 if
 * there is none.
 */
SondeAddress       sonde_python_frames_get_cframe (SondePythonFrames  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePythonFrames, sonde_python_frames_free)

G_END_DECLS
