/* test-frames.c: frames of a Python that is made up
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "python/frames.h"
#include "support/python-image.h"

#define RUNTIME 0x10000
#define INTERPRETER 0x20000
#define THREAD 0x40000
#define FRAME 0x60000
/* With what lies above it. */
#define FRAME_BYTES 2048
#define SHIM 0x6f000
#define CFRAME 0x70000
#define CODE 0x80000
#define STEADY_READS 300

/* A frame of which @previous is the caller. */
static void
add_frame (PythonImage              *image,
           const SondePythonOffsets *offsets,
           SondeAddress              address,
           SondeAddress              previous,
           SondeAddress              code)
{
  python_image_add (image, address, NULL, FRAME_BYTES);
  python_image_put_word (image, address + offsets->frame.previous, previous);
  python_image_put_word (image, address + offsets->frame.code, code);
}

/* A frame of the interpreter's own, which stands where C has called Python. */
static void
add_shim (PythonImage              *image,
          const SondePythonOffsets *offsets,
          SondeAddress              address,
          SondeAddress              previous)
{
  add_frame (image, offsets, address, previous, 0);
  *python_image_at (image, address + offsets->frame.owner) =
    (guint8) (offsets->owner_values.object_owner + 1);
}

/* Since 3.12: with a thread in an interpreter, and a function that was called by another. */
static PythonImage *
make_image (const SondePythonOffsets *offsets)
{
  PythonImage *image = python_image_load (NULL);

  python_image_add (image, RUNTIME, NULL, 8192);
  python_image_put_word (image, RUNTIME + offsets->runtime.interpreters_head, INTERPRETER);
  python_image_add (image, INTERPRETER, NULL, 65536);
  python_image_put_word (image, INTERPRETER + offsets->interpreter.threads_head, THREAD);
  python_image_add (image, THREAD, NULL, 512);
  python_image_put_word (image, THREAD + offsets->thread.interp, INTERPRETER);
  python_image_put_word (image, THREAD + offsets->thread.frame, FRAME);
  python_image_put_word (image, THREAD + offsets->thread.native_thread_id, (guint64) getpid ());
  add_frame (image, offsets, FRAME, FRAME + 0x1000, CODE);
  add_frame (image, offsets, FRAME + 0x1000, SHIM, CODE + 0x1000);
  add_shim (image, offsets, SHIM, 0);

  return image;
}

static SondePythonRead
read_frames (PythonImage              *image,
             const SondePythonOffsets *offsets,
             SondeCodeStack           *stack)
{
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonFrames) frames = NULL;

  frames = sonde_python_frames_new (&memory, offsets, THREAD);

  return sonde_python_frames_read (frames, NULL, 0, stack);
}

static void
test_frames_chain (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  g_assert_cmpint (read_frames (image, offsets, stack), ==, SONDE_PYTHON_READ_OK);
  g_assert_cmpuint (stack->depth, ==, 2);
  g_assert_cmphex (stack->frames[0].code, ==, CODE);
  g_assert_cmphex (stack->frames[1].code, ==, CODE + 0x1000);
  g_assert_false (stack->is_truncated);
}

/* Once it is known where the frames lie, all of them are copied in one call. */
static void
test_frames_steady (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, THREAD);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  sonde_python_frames_read (frames, NULL, 0, stack);
  image->n_reads = 0;
  for (guint i = 0; i < STEADY_READS; i++)
    {
      g_assert_cmpint (sonde_python_frames_read (frames, NULL, 0, stack), ==, SONDE_PYTHON_READ_OK);
      g_assert_cmpuint (stack->depth, ==, 2);
    }
  /* The thread state, and a piece for each of three frames far from one another. */
  g_assert_cmpuint (image->n_reads, ==, 4 * STEADY_READS);
}

/* The stack has become another one since, some of it where nothing was. */
static void
test_frames_moved (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, THREAD);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  sonde_python_frames_read (frames, NULL, 0, stack);
  add_frame (image, offsets, FRAME + 0x4000, FRAME, CODE + 0x2000);
  python_image_put_word (image, THREAD + offsets->thread.frame, FRAME + 0x4000);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (sonde_python_frames_read (frames, NULL, 0, stack), ==, SONDE_PYTHON_READ_OK);
      g_assert_cmpuint (stack->depth, ==, 3);
      g_assert_cmphex (stack->frames[0].code, ==, CODE + 0x2000);
    }
}

/* C has called the outermost frame, and no other here. */
static void
test_frames_entries (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  g_assert_cmpint (read_frames (image, offsets, stack), ==, SONDE_PYTHON_READ_OK);
  g_assert_false (stack->frames[0].is_entry);
  g_assert_true (stack->frames[1].is_entry);
  g_assert_cmphex (stack->entry, ==, SHIM);
}

/* What C has called may have no frame any more. What is in the thread state was not called. */
static void
test_frames_empty_calls (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  add_shim (image, offsets, SHIM + 0x2000, THREAD + 384);
  *python_image_at (image, THREAD + 384 + offsets->frame.owner) =
    (guint8) (offsets->owner_values.object_owner + 1);
  python_image_put_word (image, SHIM + offsets->frame.previous, SHIM + 0x2000);
  g_assert_cmpint (read_frames (image, offsets, stack), ==, SONDE_PYTHON_READ_OK);
  g_assert_cmpuint (stack->depth, ==, 2);
  g_assert_cmpuint (stack->frames[0].n_empty, ==, 0);
  g_assert_cmpuint (stack->frames[1].n_empty, ==, 1);
}

/* A chain that leads to where nothing is was not finished when it was read. */
static void
test_frames_cut (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  python_image_put_word (image, FRAME + offsets->frame.previous, 0x7000000);
  g_assert_cmpint (read_frames (image, offsets, stack), ==, SONDE_PYTHON_READ_TORN);
}

/* A frame that is made, and not linked to its caller yet. */
static void
test_frames_unlinked (void)
{
  static const guint versions[] = { 0x030b, 0x030c, 0x030d, 0x030e, 0x030f };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      const SondePythonOffsets *offsets = sonde_python_offsets_find (versions[i], FALSE);
      g_autoptr(PythonImage) image = make_image (offsets);
      g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

      if (sonde_python_has_field (offsets->cframe.current_frame))
        {
          python_image_add (image, CFRAME, NULL, 64);
          python_image_put_word (image, THREAD + offsets->thread.frame, CFRAME);
          python_image_put_word (image, CFRAME + offsets->cframe.current_frame, FRAME);
        }
      python_image_put_word (image, FRAME + offsets->frame.previous, 0);
      g_assert_cmpint (read_frames (image, offsets, stack), ==, SONDE_PYTHON_READ_TORN);
    }
}

/* In 3.12, with C between the two functions. A struct on the C stack that is linked and not filled
 * in leads to what was called from there before: then the thread is still in the caller.
 */
static void
test_frames_stale_cframe (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030c, FALSE);

  for (guint i = 0; i < 3; i++)
    {
      gboolean is_stale = i > 0;
      SondeAddress head = i < 2 ? FRAME : 0;
      g_autoptr(PythonImage) image = make_image (offsets);
      g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

      add_shim (image, offsets, SHIM + 0x2000, is_stale ? FRAME + 0x8000 : FRAME + 0x1000);
      python_image_put_word (image, FRAME + offsets->frame.previous, SHIM + 0x2000);
      python_image_add (image, CFRAME, NULL, 128);
      python_image_put_word (image, THREAD + offsets->thread.frame, CFRAME);
      python_image_put_word (image, CFRAME + offsets->cframe.current_frame, head);
      python_image_put_word (image, CFRAME + offsets->cframe.previous, CFRAME + 64);
      python_image_put_word (image, CFRAME + 64 + offsets->cframe.current_frame, FRAME + 0x1000);

      g_assert_cmpint (read_frames (image, offsets, stack), ==, SONDE_PYTHON_READ_OK);
      g_assert_cmpuint (stack->depth, ==, is_stale ? 1 : 2);
      g_assert_cmphex (stack->frames[stack->depth - 1].code, ==, CODE + 0x1000);
      g_assert_cmphex (stack->entry, ==, is_stale ? SHIM : SHIM + 0x2000);
    }
}

/* What lay on the C stack before leads to no frame, or to no other struct: it says nothing of a
 * thread, whose stack is not empty.
 */
static void
test_frames_empty_cframe (void)
{
  static const struct { SondeAddress previous; SondePythonRead read; } cases[] = {
    { 0, SONDE_PYTHON_READ_TORN },
    { CFRAME + 64, SONDE_PYTHON_READ_TORN },
    { 0x7000000, SONDE_PYTHON_READ_TORN },
    { THREAD, SONDE_PYTHON_READ_OK }, /* the one in the thread state */
  };

  for (guint version = 0x030b; version <= 0x030c; version++)
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        const SondePythonOffsets *offsets = sonde_python_offsets_find (version, FALSE);
        g_autoptr(PythonImage) image = make_image (offsets);
        g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
        SondeAddress previous = cases[i].previous;

        if (previous == THREAD)
          previous += offsets->cframe.outermost;
        python_image_add (image, CFRAME, NULL, 128);
        python_image_put_word (image, THREAD + offsets->thread.frame, CFRAME);
        python_image_put_word (image, CFRAME + offsets->cframe.previous, previous);

        g_assert_cmpint (read_frames (image, offsets, stack), ==, cases[i].read);
        g_assert_cmpuint (stack->depth, ==, 0);
      }
}

/* In 3.12 a frame may be the innermost one before it is linked to its caller: what lies there still
 * leads to one that C called, and from there out. That is no stack of a thread that C has called
 * from nowhere.
 */
static void
test_frames_stale_link (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030c, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  add_shim (image, offsets, SHIM + 0x2000, FRAME + 0x1000);
  python_image_put_word (image, FRAME + offsets->frame.previous, SHIM + 0x2000);
  python_image_add (image, CFRAME, NULL, 64);
  python_image_put_word (image, THREAD + offsets->thread.frame, CFRAME);
  python_image_put_word (image, CFRAME + offsets->cframe.current_frame, FRAME);
  python_image_put_word (image, CFRAME + offsets->cframe.previous,
                         THREAD + offsets->cframe.outermost);

  g_assert_cmpint (read_frames (image, offsets, stack), ==, SONDE_PYTHON_READ_TORN);
}

/* A chain that leads back into itself ends at the bound. */
static void
test_frames_endless (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  python_image_put_word (image, FRAME + 0x1000 + offsets->frame.previous, FRAME);
  g_assert_cmpint (read_frames (image, offsets, stack), ==, SONDE_PYTHON_READ_OK);
  g_assert_cmpuint (stack->depth, ==, SONDE_STACK_DEPTH_MAX);
  g_assert_true (stack->is_truncated);
}

/* A target that says that its fields lie beyond any honest struct is not read. */
static void
test_frames_far_fields (void)
{
  for (guint i = 0; i < 6; i++)
    {
      SondePythonOffsets offsets = *sonde_python_offsets_find (0x030d, FALSE);
      guint32 *fields[] = {
        &offsets.thread.interp, &offsets.thread.frame, &offsets.frame.code, &offsets.frame.previous,
        &offsets.frame.instruction, &offsets.frame.owner,
      };
      g_autoptr(PythonImage) image = make_image (&offsets);
      g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

      *fields[i] = 1024 * 1024 - 1;
      g_assert_cmpint (read_frames (image, &offsets, stack), ==, SONDE_PYTHON_READ_UNREADABLE);
      g_assert_cmpuint (image->n_bytes, ==, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/frames/chain", test_frames_chain);
  g_test_add_func ("/python/frames/steady", test_frames_steady);
  g_test_add_func ("/python/frames/moved", test_frames_moved);
  g_test_add_func ("/python/frames/entries", test_frames_entries);
  g_test_add_func ("/python/frames/empty-calls", test_frames_empty_calls);
  g_test_add_func ("/python/frames/cut", test_frames_cut);
  g_test_add_func ("/python/frames/unlinked", test_frames_unlinked);
  g_test_add_func ("/python/frames/stale-cframe", test_frames_stale_cframe);
  g_test_add_func ("/python/frames/empty-cframe", test_frames_empty_cframe);
  g_test_add_func ("/python/frames/stale-link", test_frames_stale_link);
  g_test_add_func ("/python/frames/endless", test_frames_endless);
  g_test_add_func ("/python/frames/far-fields", test_frames_far_fields);
  return g_test_run ();
}
