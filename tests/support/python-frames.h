/* python-frames.h: a made up Python's thread with frames, and what is read of it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/frames.h"
#include "support/python-image.h"

G_BEGIN_DECLS

#define INTERPRETER 0x20000
#define THREAD 0x40000
#define CFRAME 0x60000
#define CFRAME_BYTES 64
#define CODE 0x80000
/* Where generators lie, each on a page of its own, and the stack of frames. */
#define ISLANDS 0x100000
#define ISLAND_BYTES 0x10000
#define STACK 0x8000000
#define FRAME_BYTES 0x100
#define CODE_BYTES 0x200
/* Where in its bytecode a frame is, and how long that is. */
#define INSTRUCTION 16
#define BYTECODE_BYTES 128

/* Adds a frame of @previous that executes, or has called another. Since 3.14 they do not say which,
 * and it has no values left.
 */
void         python_frames_add         (PythonImage              *image,
                                        const SondePythonOffsets *offsets,
                                        SondeAddress              address,
                                        SondeAddress              previous,
                                        SondeAddress              code,
                                        gboolean                  is_suspended);
/* Since 3.14 all that is said of its frames' calls is that they call. */
void         python_frames_add_code    (PythonImage              *image,
                                        const SondePythonOffsets *offsets,
                                        SondeAddress              address);

/* One with a thread whose outermost frame has called another, and that a third. The thread state
 * still says that the second is the innermost.
 */
PythonImage *python_frames_make_image  (const SondePythonOffsets *offsets);

/* Reads on until a stack is believed, which is to be of @depth. */
void         python_frames_read_depth  (SondePythonFrames        *frames,
                                        guint                     depth);
/* Reads some times, and each time the stack is to be torn. */
void         python_frames_assert_torn (SondePythonFrames        *frames);

G_END_DECLS
