/* frame.h: what the bytes of one Python frame say
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/offsets.h"

G_BEGIN_DECLS

/* No version has fields that matter beyond this in a frame. */
#define SONDE_PYTHON_FRAME_BYTES_MAX 512

/**
 * SondePythonFrame:
 * @previous: the frame that called it; 0 for none
 * @code: its code object
 * @instruction: which instruction, as in #SondeCodeFrame
 * @is_shim: it is one of the interpreter's own, that stands where C has called Python
 * @is_entry: C has called it, as far as it says so itself
 *
 * A struct _PyInterpreterFrame, or up to 3.10 a frame object.
 */
typedef struct
{
  SondeAddress previous;
  SondeAddress code;
  guint64      instruction;
  gboolean     is_shim;
  gboolean     is_entry;
} SondePythonFrame;

/* How many bytes of a frame hold all that is looked at; 0 if the target says that it lies beyond
 * %SONDE_PYTHON_FRAME_BYTES_MAX.
 */
gsize sonde_python_frame_get_bytes (const SondePythonOffsets *offsets);

/* What so many @bytes of one say. Threads: any. */
void  sonde_python_frame_decode    (const SondePythonOffsets *offsets,
                                    const guint8             *bytes,
                                    SondePythonFrame         *frame);

G_END_DECLS
