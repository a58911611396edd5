/* test-frames-running.c: the frames of a made up Python's thread that runs
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "base/clock.h"
#include "python/frames.h"
#include "support/python-frames.h"

#define N_ISLANDS 60
#define N_GENERATORS 5

/* Of memory that is as slow as that of another process. */
#define PIECE_NS 2000

/* A chain of frames that lie far from one another, on the third. */
static SondeAddress
add_islands (PythonImage              *image,
             const SondePythonOffsets *offsets)
{
  SondeAddress last = STACK + 2 * FRAME_BYTES;

  for (guint i = 0; i < N_ISLANDS; i++)
    {
      SondeAddress island = ISLANDS + i * ISLAND_BYTES;

      python_image_add (image, island, NULL, 0x1000);
      python_frames_add (image, offsets, island, last, CODE, TRUE);
      last = island;
    }

  return last;
}

/* Generators that the third has resumed, each by the one before it; the last one executes. */
static void
add_generators (PythonImage              *image,
                const SondePythonOffsets *offsets)
{
  SondeAddress last = STACK + 2 * FRAME_BYTES;

  memset (python_image_at (image, last + offsets->frame.stacktop), 0, sizeof (gint32));
  for (guint i = 0; i < N_GENERATORS; i++)
    {
      SondeAddress island = ISLANDS + i * ISLAND_BYTES;

      python_image_add (image, island, NULL, 0x1000);
      python_frames_add (image, offsets, island, last, CODE, i + 1 < N_GENERATORS);
      *python_image_at (image, island + offsets->frame.owner) =
        (guint8) offsets->owner_values.generator_owner;
      last = island;
    }

  python_image_put_word (image, THREAD + offsets->thread.frame, last);
}

/* What is copied is fitted to the stack now and then, and each time the stack is what it was. */
static void
test_frames_running_fit (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  guint n_read = 0;

  /* Another chain at first, most of which is forgotten when the next one is fitted. */
  python_image_put_word (image, THREAD + offsets->thread.frame, add_islands (image, offsets));
  g_assert_cmpint (sonde_python_frames_read_still (frames, stack), ==, SONDE_PYTHON_READ_OK);
  g_assert_cmpuint (stack->depth, ==, N_ISLANDS + 3);
  python_image_put_word (image, THREAD + offsets->thread.frame, STACK + FRAME_BYTES);

  for (guint i = 0; i < 1000; i++)
    {
      SondePythonRead read = sonde_python_frames_read_running (frames, NULL, 0, stack);

      /* A copy may be interrupted. */
      if (read == SONDE_PYTHON_READ_TORN)
        continue;

      n_read++;
      g_assert_cmpint (read, ==, SONDE_PYTHON_READ_OK);
      g_assert_cmpuint (stack->depth, ==, 3);
      g_assert_cmphex (stack->frames[0].frame, ==, STACK + 2 * FRAME_BYTES);
    }

  g_assert_cmpuint (n_read, >, 500);
}

/* The caller's frame is so long that the callee's lies inside of it: one of them is of another
 * moment. Only what always lies so is believed.
 */
static void
test_frames_running_inside_caller (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  const gint32 words = FRAME_BYTES / 8 + 4;
  guint n_read = 0;

  memcpy (python_image_at (image, CODE + 0x1000 + offsets->code.framesize), &words, sizeof words);
  python_image_put_word (image, THREAD + offsets->thread.frame, STACK + 2 * FRAME_BYTES);
  for (guint i = 0; i < 99; i++)
    g_assert_cmpint (sonde_python_frames_read_running (frames, NULL, 0, stack), ==,
                     SONDE_PYTHON_READ_TORN);

  for (guint i = 0; i < 100; i++)
    n_read += sonde_python_frames_read_running (frames, NULL, 0, stack) == SONDE_PYTHON_READ_OK;
  g_assert_cmpuint (n_read, >, 50);
}

/* The depth of a stack whose innermost frame, the third, has called another, of which nothing is
 * seen, or returns: its instruction is @opcode. It has no values left.
 */
static guint
read_depth_at (const SondePythonOffsets *offsets,
               guint32                   opcode)
{
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);

  python_frames_add (image, offsets, STACK + 2 * FRAME_BYTES, STACK + FRAME_BYTES,
                     CODE + 2 * 0x1000, TRUE);
  python_image_put_word (image, THREAD + offsets->thread.frame, STACK + 2 * FRAME_BYTES);
  *python_image_at (image, CODE + 2 * 0x1000 + offsets->code.bytecode + INSTRUCTION) =
    (guint8) opcode;

  for (guint i = 0; i < 1000; i++)
    if (sonde_python_frames_read_running (frames, NULL, 0, stack) == SONDE_PYTHON_READ_OK)
      return stack->depth;

  return 0;
}

/* Only one that returns has gone. */
static void
test_frames_running_returns (void)
{
  const SondePythonOffsets *before = sonde_python_offsets_find (0x030d, FALSE);
  const SondePythonOffsets *since = sonde_python_offsets_find (0x030e, FALSE);

  g_assert_cmpuint (read_depth_at (before, before->opcodes.return_value), ==, 2);
  g_assert_cmpuint (read_depth_at (before, before->opcodes.return_const), ==, 2);
  g_assert_cmpuint (read_depth_at (before, before->opcodes.return_generator), ==, 2);
  g_assert_cmpuint (read_depth_at (before, 0), ==, 3);
  g_assert_cmpuint (read_depth_at (since, since->opcodes.return_value), ==, 2);
  g_assert_cmpuint (read_depth_at (since, since->opcodes.instrumented_return_value), ==, 2);
  g_assert_cmpuint (read_depth_at (since, 0), ==, 3);
}

static guint
read_slowly_cb (gpointer                data,
                const SondeMemoryPiece *pieces,
                guint                   n_pieces)
{
  const SondePythonMemory *memory = data;
  guint64 end_ns = sonde_clock_now_ns () + n_pieces * PIECE_NS;

  while (sonde_clock_now_ns () < end_ns)
    ;

  return memory->read_pieces (memory->data, pieces, n_pieces);
}

static gsize
read_slowly_one_cb (gpointer     data,
                    SondeAddress address,
                    gpointer     buffer,
                    gsize        length)
{
  const SondePythonMemory *memory = data;

  return memory->read (memory->data, address, buffer, length);
}

static SondePythonMemory
make_slow (SondePythonMemory *memory)
{
  return (SondePythonMemory) {
    .read = read_slowly_one_cb, .read_pieces = read_slowly_cb, .data = memory,
  };
}

/* A thread that lives for one look only is seen in it. Up to 3.12 its frames begin in yet another
 * struct, which is found first.
 */
static void
test_frames_running_first (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030c, FALSE);
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  SondePythonMemory slow = make_slow (&memory);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  guint n_read = 0;

  python_image_add (image, CFRAME, NULL, CFRAME_BYTES);
  python_image_put_word (image, CFRAME + offsets->cframe.current_frame, STACK + 2 * FRAME_BYTES);
  python_image_put_word (image, THREAD + offsets->thread.frame, CFRAME);

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&slow, offsets,
                                                                     edges, THREAD);

      n_read += sonde_python_frames_read_running (frames, NULL, 0, stack) == SONDE_PYTHON_READ_OK &&
                stack->depth == 3;
    }

  g_assert_cmpuint (n_read, >, 90);
}

typedef struct
{
  const SondePythonMemory *memory;
  PythonImage             *image;
  SondeAddress             word;
  guint                    n_reads;
} Turns;

static guint
read_in_turns_cb (gpointer                data,
                  const SondeMemoryPiece *pieces,
                  guint                   n_pieces)
{
  Turns *turns = data;

  python_image_put_word (turns->image, turns->word, CFRAME + (turns->n_reads++ % 2) * CFRAME_BYTES);

  return turns->memory->read_pieces (turns->memory->data, pieces, n_pieces);
}

static gsize
read_in_turns_one_cb (gpointer     data,
                      SondeAddress address,
                      gpointer     buffer,
                      gsize        length)
{
  const Turns *turns = data;

  return turns->memory->read (turns->memory->data, address, buffer, length);
}

/* One that resumes generators and is resumed, so that another struct on the C stack leads to the
 * innermost frame each time, is read all the same.
 */
static void
test_frames_running_turns (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030c, FALSE);
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  Turns turns = { .memory = &memory, .image = image, .word = THREAD + offsets->thread.frame };
  SondePythonMemory taking_turns = {
    .read = read_in_turns_one_cb, .read_pieces = read_in_turns_cb, .data = &turns,
  };
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&taking_turns, offsets, edges,
                                                                 THREAD);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  guint n_read = 0;

  python_image_add (image, CFRAME, NULL, 2 * CFRAME_BYTES);
  for (guint i = 0; i < 2; i++)
    python_image_put_word (image, CFRAME + i * CFRAME_BYTES + offsets->cframe.current_frame,
                           STACK + 2 * FRAME_BYTES);

  for (guint i = 0; i < 200; i++)
    n_read += sonde_python_frames_read_running (frames, NULL, 0, stack) == SONDE_PYTHON_READ_OK;

  g_assert_cmpuint (n_read, >, 150);
}

/* What comes to lie on more pages takes longer to copy, and not because it was interrupted. */
static void
test_frames_running_more_pages (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  SondePythonMemory slow = make_slow (&memory);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&slow, offsets, edges, THREAD);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  guint n_torn = 0;

  for (guint i = 0; i < 20; i++)
    sonde_python_frames_read_running (frames, NULL, 0, stack);
  g_assert_cmpuint (stack->depth, ==, 3);

  add_generators (image, offsets);
  while (n_torn < 1000 &&
         sonde_python_frames_read_running (frames, NULL, 0, stack) != SONDE_PYTHON_READ_OK)
    n_torn++;

  g_assert_cmpuint (stack->depth, ==, 3 + N_GENERATORS);
  g_assert_cmpuint (n_torn, <, 5);
}

static void
add_generator (PythonImage              *image,
               const SondePythonOffsets *offsets,
               SondeAddress              address,
               SondeAddress              code)
{
  python_image_add (image, address & ~(SondeAddress) 0xfff, NULL, 0x1000);
  python_frames_add (image, offsets, address, 0, code, FALSE);
  *python_image_at (image, address + offsets->frame.owner) =
    (guint8) offsets->owner_values.generator_owner;
}

/* A generator that was resumed by another, and resumes that one now: it has forgotten by whom it
 * was resumed.
 */
static void
test_frames_running_loop (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);
  const SondeAddress one = ISLANDS;
  const SondeAddress other = ISLANDS + ISLAND_BYTES + 0x10;
  const gint32 suspended = 0;

  python_frames_read_depth (frames, 3);
  add_generator (image, offsets, one, CODE);
  add_generator (image, offsets, other, CODE);
  python_image_put_word (image, one + offsets->frame.previous, other);
  python_image_put_word (image, other + offsets->frame.previous, STACK + FRAME_BYTES);
  memcpy (python_image_at (image, other + offsets->frame.stacktop), &suspended, sizeof suspended);
  python_image_put_word (image, THREAD + offsets->thread.frame, one);
  python_frames_read_depth (frames, 4);

  memcpy (python_image_at (image, one + offsets->frame.stacktop), &suspended, sizeof suspended);
  python_image_put_word (image, one + offsets->frame.previous, 0);
  python_image_put_word (image, other + offsets->frame.previous, one);
  python_image_put_word (image, THREAD + offsets->thread.frame, other);
  python_frames_assert_torn (frames);
}

/* One that nobody has resumed is not what a thread begins with. */
static void
test_frames_running_generator_alone (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);

  python_frames_read_depth (frames, 3);
  add_generator (image, offsets, ISLANDS, CODE);
  python_image_put_word (image, THREAD + offsets->thread.frame, ISLANDS);
  python_frames_assert_torn (frames);
}

/* Each frame of a generator is copied at a moment of its own, and has yielded by then, or executes:
 * the thread was where the thread state says all the same.
 */
static void
test_frames_running_in_generator (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&memory, offsets, edges, THREAD);
  const gint32 executing = -1;

  add_generators (image, offsets);
  python_frames_read_depth (frames, 3 + N_GENERATORS);

  for (guint i = 1; i < N_GENERATORS; i++)
    python_image_put_word (image, ISLANDS + i * ISLAND_BYTES + offsets->frame.previous, 0);
  memcpy (python_image_at (image, ISLANDS + ISLAND_BYTES + offsets->frame.stacktop), &executing,
          sizeof executing);
  python_frames_read_depth (frames, 3 + N_GENERATORS);
}

typedef struct
{
  const SondePythonMemory *memory;
  SondeAddress             near;   /* copied last before the thread state */
} Order;

static guint
read_in_order_cb (gpointer                data,
                  const SondeMemoryPiece *pieces,
                  guint                   n_pieces)
{
  Order *order = data;

  for (guint i = 1; i < n_pieces; i++)
    if (pieces[i].address == THREAD)
      order->near = pieces[i - 1].address;

  return order->memory->read_pieces (order->memory->data, pieces, n_pieces);
}

static gsize
read_in_order_one_cb (gpointer     data,
                      SondeAddress address,
                      gpointer     buffer,
                      gsize        length)
{
  const Order *order = data;

  return order->memory->read (order->memory->data, address, buffer, length);
}

/* What the thread state led to the last time is copied next to it. */
static void
test_frames_running_near (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = python_frames_make_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  Order order = { .memory = &memory };
  SondePythonMemory ordered = {
    .read = read_in_order_one_cb, .read_pieces = read_in_order_cb, .data = &order,
  };
  g_autoptr(SondePythonEdges) edges = sonde_python_edges_new ();
  g_autoptr(SondePythonFrames) frames = sonde_python_frames_new (&ordered, offsets, edges, THREAD);

  add_generators (image, offsets);
  python_frames_read_depth (frames, 3 + N_GENERATORS);

  for (guint i = 1; i + 1 < N_GENERATORS; i++)
    {
      python_image_put_word (image, THREAD + offsets->thread.frame, ISLANDS + i * ISLAND_BYTES);
      python_frames_read_depth (frames, 4 + i);
      python_frames_read_depth (frames, 4 + i);
      g_assert_cmphex (order.near, ==, ISLANDS + i * ISLAND_BYTES);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/frames-running/first", test_frames_running_first);
  g_test_add_func ("/python/frames-running/fit", test_frames_running_fit);
  g_test_add_func ("/python/frames-running/inside-caller", test_frames_running_inside_caller);
  g_test_add_func ("/python/frames-running/more-pages", test_frames_running_more_pages);
  g_test_add_func ("/python/frames-running/returns", test_frames_running_returns);
  g_test_add_func ("/python/frames-running/turns", test_frames_running_turns);
  g_test_add_func ("/python/frames-running/loop", test_frames_running_loop);
  g_test_add_func ("/python/frames-running/generator-alone", test_frames_running_generator_alone);
  g_test_add_func ("/python/frames-running/in-generator", test_frames_running_in_generator);
  g_test_add_func ("/python/frames-running/near", test_frames_running_near);
  return g_test_run ();
}
