/* test-frames-code.c: what the code of frames says of the calls between them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>

#include "support/python-frames.h"

#define SHIM (CFRAME + 0x100)
#define CALLER (CODE + 0x1000)
#define CALLEE (CODE + 2 * 0x1000)
#define OTHER (CODE + 3 * 0x1000)

#define CALLER_FRAME (STACK + FRAME_BYTES)
#define CALLEE_FRAME (STACK + 2 * FRAME_BYTES)

/* Where a second call of the caller stands. */
#define ELSEWHERE 32

typedef struct
{
  const SondePythonOffsets *offsets;
  PythonImage              *image;
  SondePythonMemory         memory;
  SondePythonEdges         *edges;
  SondePythonFrames        *frames;
} Fixture;

static void
put_version (Fixture      *fixture,
             SondeAddress  address,
             guint32       version)
{
  memcpy (python_image_at (fixture->image, address), &version, sizeof version);
}

/* Puts an instruction of the caller that is specialised for functions of a version. */
static void
put_call (Fixture *fixture,
          guint    at,
          guint32  version)
{
  SondeAddress address = CALLER + fixture->offsets->code.bytecode + at;

  *python_image_at (fixture->image, address) = (guint8) fixture->offsets->exact_calls.py;
  put_version (fixture, address + 4, version);
}

static void
put_instruction (Fixture      *fixture,
                 SondeAddress  frame,
                 SondeAddress  code,
                 guint         at)
{
  python_image_put_word (fixture->image, frame + fixture->offsets->frame.instruction,
                         code + fixture->offsets->code.bytecode + at);
}

static void
put_callee (Fixture      *fixture,
            SondeAddress  code)
{
  python_frames_add (fixture->image, fixture->offsets, CALLEE_FRAME, CALLER_FRAME, code, TRUE);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->offsets = sonde_python_offsets_find (GPOINTER_TO_UINT (data), FALSE);
  fixture->image = python_frames_make_image (fixture->offsets);
  python_frames_add_code (fixture->image, fixture->offsets, OTHER);
  put_version (fixture, CALLEE + fixture->offsets->code.version, 7);
  put_version (fixture, OTHER + fixture->offsets->code.version, 8);
  put_call (fixture, INSTRUCTION, 7);
  put_call (fixture, ELSEWHERE, 8);
  python_image_put_word (fixture->image, THREAD + fixture->offsets->thread.frame, CALLEE_FRAME);

  fixture->memory = python_image_get_memory (fixture->image);
  fixture->edges = sonde_python_edges_new ();
  fixture->frames = sonde_python_frames_new (&fixture->memory, fixture->offsets, fixture->edges,
                                             THREAD);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sonde_python_frames_free (fixture->frames);
  sonde_python_edges_free (fixture->edges);
  python_image_free (fixture->image);
}

/* Reads twice: what the caller's code speaks against is torn, and then what it called is seen. */
static void
assert_torn_for_once (Fixture      *fixture,
                      SondeAddress  code)
{
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  for (guint i = 0; i < 100; i++)
    {
      put_callee (fixture, code);
      g_assert_cmpint (sonde_python_frames_read_running (fixture->frames, NULL, 0, stack), ==,
                       SONDE_PYTHON_READ_TORN);
      put_callee (fixture, CALLEE);
      python_frames_read_depth (fixture->frames, 3);
    }
}

/* A call is not shown whose place calls another, once the one that it seems to call is known to be
 * called from elsewhere: its frame was copied when the other caller's was there. But one is that
 * lasts, or whose place may have been specialised for another since.
 */
static void
test_frames_code_version (Fixture       *fixture,
                          gconstpointer  data)
{
  python_frames_read_depth (fixture->frames, 3);
  put_callee (fixture, OTHER);
  python_frames_read_depth (fixture->frames, 3);

  put_instruction (fixture, CALLER_FRAME, CALLER, ELSEWHERE);
  python_frames_read_depth (fixture->frames, 3);

  put_instruction (fixture, CALLER_FRAME, CALLER, INSTRUCTION);
  assert_torn_for_once (fixture, OTHER);
  put_callee (fixture, OTHER);
  python_frames_read_depth (fixture->frames, 3);

  put_call (fixture, INSTRUCTION, 8);
  python_frames_read_depth (fixture->frames, 3);
}

/* Nor one at an instruction that calls nothing, or that is another code's, unless it lasts. */
static void
test_frames_code_instruction (Fixture       *fixture,
                              gconstpointer  data)
{
  const guint nothing = ELSEWHERE + 16;
  const guint at = fixture->offsets->code.bytecode + nothing;
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  python_frames_read_depth (fixture->frames, 3);

  *python_image_at (fixture->image, CALLER + at) = (guint8) fixture->offsets->opcodes.return_value;
  *python_image_at (fixture->image, OTHER + at) = (guint8) fixture->offsets->calls.any;
  for (guint i = 0; i < 100; i++)
    {
      put_instruction (fixture, CALLER_FRAME, i % 2 == 0 ? CALLER : OTHER, nothing);
      g_assert_cmpint (sonde_python_frames_read_running (fixture->frames, NULL, 0, stack), ==,
                       SONDE_PYTHON_READ_TORN);
      put_instruction (fixture, CALLER_FRAME, CALLER, INSTRUCTION);
      python_frames_read_depth (fixture->frames, 3);
    }

  put_instruction (fixture, CALLER_FRAME, CALLER, nothing);
  python_frames_read_depth (fixture->frames, 3);
}

/* A frame that has been made and not entered is not where the thread is; but one that lasts is. */
static void
test_frames_code_made (Fixture       *fixture,
                       gconstpointer  data)
{
  python_frames_read_depth (fixture->frames, 3);
  put_instruction (fixture, CALLEE_FRAME, CALLEE, 0);
  python_frames_read_depth (fixture->frames, 2);
  python_frames_read_depth (fixture->frames, 3);
  python_image_put_word (fixture->image, THREAD + fixture->offsets->thread.frame, CALLER_FRAME);
  python_frames_read_depth (fixture->frames, 2);
}

/* What was called after the thread state was copied is seen, with C between or not. */
static void
test_frames_code_called_since (Fixture       *fixture,
                               gconstpointer  data)
{
  python_frames_read_depth (fixture->frames, 3);
  python_image_put_word (fixture->image, THREAD + fixture->offsets->thread.frame, CALLER_FRAME);
  python_frames_read_depth (fixture->frames, 3);

  python_image_add (fixture->image, CFRAME, NULL, 0x1000);
  python_frames_add (fixture->image, fixture->offsets, SHIM, CALLER_FRAME, CODE, TRUE);
  *python_image_at (fixture->image, SHIM + fixture->offsets->frame.owner) =
    (guint8) fixture->offsets->owner_values.object_owner + 1;
  python_frames_add (fixture->image, fixture->offsets, CALLEE_FRAME, SHIM, CALLEE, TRUE);
  python_image_put_word (fixture->image, THREAD + fixture->offsets->thread.frame, CALLEE_FRAME);
  python_frames_read_depth (fixture->frames, 3);
  python_image_put_word (fixture->image, THREAD + fixture->offsets->thread.frame, CALLER_FRAME);
  python_frames_read_depth (fixture->frames, 3);

  python_image_put_word (fixture->image, CALLEE_FRAME + fixture->offsets->frame.code, 0);
  python_frames_read_depth (fixture->frames, 2);
}

#define ADD(name, version, function) \
  g_test_add ("/python/frames-code/" name, Fixture, GUINT_TO_POINTER (version), set_up, function, \
              tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("version/3.14", 0x030e, test_frames_code_version);
  ADD ("version/3.15", 0x030f, test_frames_code_version);
  ADD ("instruction/3.14", 0x030e, test_frames_code_instruction);
  ADD ("instruction/3.15", 0x030f, test_frames_code_instruction);
  ADD ("made/3.14", 0x030e, test_frames_code_made);
  ADD ("called-since/3.14", 0x030e, test_frames_code_called_since);
  return g_test_run ();
}
