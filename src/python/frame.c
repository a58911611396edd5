/* frame.c: what the bytes of one Python frame say
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "python/frame.h"

#include "python/memory.h"

/* Frames of the interpreter's own have one of two owners at most (pycore_interpframe_structs.h,
 * enum _frameowner).
 */
#define N_SHIM_OWNERS 2

/* What may be beside an address, and is no part of it. */
#define TAGS G_GUINT64_CONSTANT (3)

gsize
sonde_python_frame_get_bytes (const SondePythonOffsets *offsets)
{
  const guint32 fields[] = {
    offsets->frame.code, offsets->frame.previous, offsets->frame.instruction,
    offsets->frame.owner, offsets->frame.is_entry, offsets->frame.stacktop,
  };

  return sonde_python_offsets_get_bytes (fields, G_N_ELEMENTS (fields),
                                         SONDE_PYTHON_FRAME_BYTES_MAX);
}

static gboolean
is_shim (const SondePythonOffsets *offsets,
         const guint8             *bytes)
{
  guint owner;

  if (!offsets->flags.has_shims)
    return FALSE;

  owner = bytes[offsets->frame.owner];

  return owner > offsets->owner_values.object_owner &&
         owner <= offsets->owner_values.object_owner + N_SHIM_OWNERS;
}

/* Up to 3.10 C calls the evaluation function for each frame; in 3.11 a frame says whether it did.
 * Since 3.12 a shim says it of the frame above it.
 */
static gboolean
is_entry (const SondePythonOffsets *offsets,
          const guint8             *bytes)
{
  return offsets->flags.frames_are_objects ||
         (sonde_python_has_field (offsets->frame.is_entry) && bytes[offsets->frame.is_entry] != 0);
}

void
sonde_python_frame_decode (const SondePythonOffsets *offsets,
                           const guint8             *bytes,
                           SondePythonFrame         *frame)
{
  frame->previous = sonde_python_get_word (bytes, offsets->frame.previous);
  frame->code = sonde_python_get_word (bytes, offsets->frame.code);
  if (offsets->flags.code_is_tagged)
    frame->code &= ~TAGS;
  frame->instruction = offsets->flags.instruction_is_address
                       ? sonde_python_get_word (bytes, offsets->frame.instruction)
                       : (guint64) sonde_python_get_int (bytes, offsets->frame.instruction);
  frame->is_shim = is_shim (offsets, bytes);
  frame->is_entry = is_entry (offsets, bytes);
}
