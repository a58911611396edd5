/* test-frames-calls.c: the frames of a made up Python's thread that C calls, and that calls C
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>

#include "support/python-frames.h"

#define SHIM (CFRAME + 0x100)

/* The thread state leads to a call of the evaluation function that had ended a moment before. */
static void
test_frames_calls_ended (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030c, FALSE);
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);
  const SondeAddress shim = STACK + 3 * FRAME_BYTES;

  python_image_add (image, CFRAME, NULL, CFRAME_BYTES);
  python_image_put_word (image, CFRAME + offsets->cframe.current_frame, STACK + 2 * FRAME_BYTES);
  python_image_put_word (image, THREAD + offsets->thread.frame, CFRAME);
  python_frames_read_depth (frames, 3);

  python_frames_add (image, offsets, shim, STACK + 2 * FRAME_BYTES, CODE, FALSE);
  *python_image_at (image, shim + offsets->frame.owner) =
    (guint8) offsets->owner_values.object_owner + 1;
  python_image_put_word (image, CFRAME + offsets->cframe.current_frame, shim);
  python_frames_assert_torn (frames);
}

/* In 3.11 it leads to where the struct of the outer call does, which lies above its own. */
static void
test_frames_calls_ended_before (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030b, FALSE);
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  const SondeAddress inner = CFRAME;
  const SondeAddress outer = CFRAME + CFRAME_BYTES;

  python_image_add (image, CFRAME, NULL, 2 * CFRAME_BYTES);
  python_image_put_word (image, outer + offsets->cframe.current_frame, STACK + 2 * FRAME_BYTES);
  python_image_put_word (image, inner + offsets->cframe.current_frame, STACK + 2 * FRAME_BYTES);
  python_image_put_word (image, THREAD + offsets->thread.frame, outer);
  python_frames_read_depth (frames, 3);
  python_image_put_word (image, THREAD + offsets->thread.frame, inner);
  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (sonde_python_frames_read_running (frames, NULL, 0, stack), ==,
                     SONDE_PYTHON_READ_TORN);
  python_image_put_word (image, THREAD + offsets->thread.frame, outer);
  python_frames_read_depth (frames, 3);
}

static void
put_frame (PythonImage              *image,
           const SondePythonOffsets *offsets,
           SondeAddress              address,
           SondeAddress              previous,
           guint8                    state)
{
  python_image_put_word (image, address + offsets->frame.previous, previous);
  python_image_put_word (image, address + offsets->frame.code, CODE);
  *python_image_at (image, address + offsets->frame.state) = state;
}

/* Up to 3.10, what has returned since the thread state was copied is where the thread was, as long
 * as it leads to its caller.
 */
static void
test_frames_calls_returned (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030a, FALSE);
  const SondeAddress callee = STACK + FRAME_BYTES;
  const guint8 executing = 0;
  const guint8 returned = 1;
  g_autoptr(PythonImage) image = python_image_load (NULL);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);

  python_image_add (image, THREAD, NULL, 512);
  python_image_put_word (image, THREAD + offsets->thread.interp, INTERPRETER);
  python_image_put_word (image, THREAD + offsets->thread.frame, callee);
  python_image_add (image, STACK, NULL, 0x1000);
  put_frame (image, offsets, STACK, 0, executing);
  put_frame (image, offsets, callee, STACK, executing);
  python_frames_read_depth (frames, 2);

  put_frame (image, offsets, callee, STACK, returned);
  python_frames_read_depth (frames, 2);
  put_frame (image, offsets, callee, 0, returned);
  python_frames_assert_torn (frames);
}

/* 3.13, with a thread whose second frame has called C, and that the third. */
static PythonImage *
make_image_with_c (const SondePythonOffsets *offsets)
{
  PythonImage *image = python_frames_make_image (offsets);

  python_image_add (image, CFRAME, NULL, 0x1000);
  python_frames_add (image, offsets, STACK + FRAME_BYTES, STACK, CODE + 0x1000, FALSE);
  python_frames_add (image, offsets, SHIM, STACK + FRAME_BYTES, CODE, FALSE);
  *python_image_at (image, SHIM + offsets->frame.owner) =
    (guint8) offsets->owner_values.object_owner + 1;
  python_frames_add (image, offsets, STACK + 2 * FRAME_BYTES, SHIM, CODE + 2 * 0x1000, FALSE);
  python_image_put_word (image, THREAD + offsets->thread.frame, STACK + 2 * FRAME_BYTES);

  return image;
}

/* The interpreter's own frame between the two lies on the C stack, which is used again. */
static void
test_frames_calls_shim_gone (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image_with_c (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);

  python_frames_read_depth (frames, 3);
  memset (python_image_at (image, SHIM), 0x10, FRAME_BYTES);
  *python_image_at (image, SHIM + offsets->frame.owner) = 0;
  python_frames_read_depth (frames, 3);
}

/* What C had called has returned since the thread state was copied, which says where it was. */
static void
test_frames_calls_returned_to_c (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image_with_c (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);

  python_frames_add (image, offsets, STACK + 2 * FRAME_BYTES, SHIM, CODE + 2 * 0x1000, TRUE);
  *python_image_at (image, CODE + 2 * 0x1000 + offsets->code.bytecode + 16) =
    (guint8) offsets->opcodes.return_value;
  python_frames_read_depth (frames, 3);
}

/* Another function has come to lie where the one that called C was, by the time it is copied. */
static void
test_frames_calls_other_caller (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image_with_c (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  const gint32 words = FRAME_BYTES / 8 + 4;
  const SondeAddress other = CODE + 3 * 0x1000;

  python_frames_read_depth (frames, 3);

  python_frames_add_code (image, offsets, other);
  memcpy (python_image_at (image, other + offsets->code.framesize), &words, sizeof words);
  python_frames_add (image, offsets, STACK + FRAME_BYTES, STACK, other, FALSE);
  for (guint i = 0; i < 15; i++)
    g_assert_cmpint (sonde_python_frames_read_running (frames, NULL, 0, stack), ==,
                     SONDE_PYTHON_READ_TORN);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/frames-calls/ended", test_frames_calls_ended);
  g_test_add_func ("/python/frames-calls/ended-before", test_frames_calls_ended_before);
  g_test_add_func ("/python/frames-calls/returned", test_frames_calls_returned);
  g_test_add_func ("/python/frames-calls/shim-gone", test_frames_calls_shim_gone);
  g_test_add_func ("/python/frames-calls/returned-to-c", test_frames_calls_returned_to_c);
  g_test_add_func ("/python/frames-calls/other-caller", test_frames_calls_other_caller);
  return g_test_run ();
}
