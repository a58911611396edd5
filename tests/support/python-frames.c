/* python-frames.c: a made up Python's thread with frames, and what is read of it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/python-frames.h"

#include <string.h>
#include <unistd.h>

void
python_frames_add (PythonImage              *image,
                   const SondePythonOffsets *offsets,
                   SondeAddress              address,
                   SondeAddress              previous,
                   SondeAddress              code,
                   gboolean                  is_suspended)
{
  const gint32 top = is_suspended ? 0 : -1;

  python_image_put_word (image, address + offsets->frame.previous, previous);
  python_image_put_word (image, address + offsets->frame.code, code);
  python_image_put_word (image, address + offsets->frame.instruction,
                         code + offsets->code.bytecode + INSTRUCTION);
  if (offsets->version < 0x030e)
    memcpy (python_image_at (image, address + offsets->frame.stacktop), &top, sizeof top);
  else
    python_image_put_word (image, address + offsets->frame.stacktop, address + FRAME_BYTES);
}

void
python_frames_add_code (PythonImage              *image,
                        const SondePythonOffsets *offsets,
                        SondeAddress              address)
{
  const gint32 words = FRAME_BYTES / 8;
  const gint32 locals = words - (gint32) offsets->frame.localsplus / 8;

  python_image_add (image, address, NULL, CODE_BYTES);
  python_image_put_word (image, address + offsets->object.size, BYTECODE_BYTES / 2);
  if (offsets->version >= 0x030e)
    *python_image_at (image, address + offsets->code.bytecode + INSTRUCTION) =
      (guint8) offsets->calls.any;
  if (offsets->code.framesize != SONDE_PYTHON_NO_FIELD)
    memcpy (python_image_at (image, address + offsets->code.framesize), &words, sizeof words);
  else
    memcpy (python_image_at (image, address + offsets->code.nlocalsplus), &locals, sizeof locals);
}

PythonImage *
python_frames_make_image (const SondePythonOffsets *offsets)
{
  PythonImage *image = python_image_load (NULL);

  python_image_add (image, THREAD, NULL, 512);
  python_image_put_word (image, THREAD + offsets->thread.interp, INTERPRETER);
  python_image_put_word (image, THREAD + offsets->thread.frame, STACK + FRAME_BYTES);
  python_image_put_word (image, THREAD + offsets->thread.native_thread_id, (guint64) getpid ());
  python_image_add (image, STACK, NULL, 0x4000);
  for (guint i = 0; i < 3; i++)
    {
      python_frames_add_code (image, offsets, CODE + i * 0x1000);
      python_frames_add (image, offsets, STACK + i * FRAME_BYTES,
                         i > 0 ? STACK + (i - 1) * FRAME_BYTES : 0, CODE + i * 0x1000, i < 2);
    }

  return image;
}

void
python_frames_read_depth (SondePythonFrames *frames,
                          guint              depth)
{
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  for (guint i = 0; i < 1000; i++)
    if (sonde_python_frames_read_running (frames, NULL, 0, stack) == SONDE_PYTHON_READ_OK)
      {
        g_assert_cmpuint (stack->depth, ==, depth);
        return;
      }

  g_assert_not_reached ();
}

void
python_frames_assert_torn (SondePythonFrames *frames)
{
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  for (guint i = 0; i < 100; i++)
    {
      g_assert_cmpint (sonde_python_frames_read_running (frames, NULL, 0, stack), ==,
                       SONDE_PYTHON_READ_TORN);
      g_usleep (1000);
    }
}
