/* test-frames.c: frames and threads of a Python that is made up
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "python/locks.h"
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
#define RECORD 0x90000
#define STEADY_READS 300

typedef struct
{
  int    tid;
  GMutex lock; /* held until it is to end */
} TestOther;

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

static void
add_state (PythonImage              *image,
           const SondePythonOffsets *offsets,
           SondeAddress              address,
           SondeAddress              record)
{
  python_image_add (image, address, NULL, 512);
  python_image_put_word (image, address + offsets->thread.interp, INTERPRETER);
  python_image_put_word (image, address + offsets->thread.thread_id, record);
}

/* What glibc keeps of a thread (nptl/descr.h), with a small number before its id. */
static void
add_record (PythonImage  *image,
            SondeAddress  address,
            int           n_threads,
            pid_t         tid)
{
  python_image_add (image, address, NULL, 0x1000);
  python_image_put_word (image, address + 24, (guint64) n_threads);
  python_image_put_word (image, address + 720, (guint64) tid);
  python_image_put_word (image, address + 736, address + 736);
}

static SondePython *
open_python (PythonImage              *image,
             SondePythonMemory        *memory,
             const SondePythonOffsets *offsets)
{
  *memory = python_image_get_memory (image);

  return sonde_python_new (getpid (), memory, RUNTIME, offsets);
}

static void
test_frames_threads (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  SondePythonMemory memory;
  g_autoptr(SondePython) python = open_python (image, &memory, offsets);

  g_assert_true (sonde_python_refresh (python));
  g_assert_cmpuint (sonde_python_get_count (python), ==, 1);
  g_assert_cmphex (sonde_python_find_thread (python, getpid ())->state, ==, THREAD);
}

/* What a child has that C alone has forked: the state of the thread that goes on, and one of a
 * thread of the parent, each with that thread's id. The C library knows the id of the first.
 */
static void
test_frames_forked (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  SondePythonMemory memory;
  g_autoptr(SondePython) python = open_python (image, &memory, offsets);

  add_state (image, offsets, THREAD + 0x1000, RECORD + 0x1000);
  add_record (image, RECORD + 0x1000, 0, 0);
  python_image_put_word (image, THREAD + offsets->thread.next, THREAD + 0x1000);
  python_image_put_word (image, THREAD + offsets->thread.thread_id, RECORD);
  for (guint i = 0; i < 2; i++)
    python_image_put_word (image, THREAD + i * 0x1000 + offsets->thread.native_thread_id,
                           (guint64) getppid ());

  /* Without it nothing is known. */
  g_assert_true (sonde_python_refresh (python));
  g_assert_cmpuint (sonde_python_get_count (python), ==, 0);
  g_assert_cmpuint (sonde_python_count_unmatched (python), >, 0);

  add_record (image, RECORD, 0, getpid ());
  g_assert_true (sonde_python_refresh (python));
  g_assert_cmpuint (sonde_python_get_count (python), ==, 1);
  g_assert_cmphex (sonde_python_find_thread (python, getpid ())->state, ==, THREAD);
  g_assert_cmpuint (sonde_python_count_unmatched (python), ==, 0);
}

static gpointer
wait_for_end (gpointer data)
{
  TestOther *other = data;

  g_atomic_int_set (&other->tid, gettid ());
  g_mutex_lock (&other->lock);
  g_mutex_unlock (&other->lock);

  return NULL;
}

/* Up to 3.10 only the C library's record of a thread has the id. That of a container's first
 * process is 1, and so is a field of older glibc as soon as there are several threads.
 */
static void
test_frames_first_process (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x0308, FALSE);
  g_autoptr(PythonImage) image = python_image_load (NULL);
  SondePythonMemory memory;
  g_autoptr(SondePython) python = open_python (image, &memory, offsets);
  TestOther other = { 0 };
  GThread *thread;

  g_mutex_init (&other.lock);
  g_mutex_lock (&other.lock);
  thread = g_thread_new ("other", wait_for_end, &other);
  while (g_atomic_int_get (&other.tid) == 0)
    g_thread_yield ();

  python_image_add (image, RUNTIME, NULL, 8192);
  python_image_put_word (image, RUNTIME + offsets->runtime.interpreters_head, INTERPRETER);
  python_image_add (image, INTERPRETER, NULL, 65536);
  python_image_put_word (image, INTERPRETER + offsets->interpreter.threads_head, THREAD + 0x1000);
  add_state (image, offsets, THREAD, RECORD);
  add_state (image, offsets, THREAD + 0x1000, RECORD + 0x1000);
  python_image_put_word (image, THREAD + 0x1000 + offsets->thread.next, THREAD);
  add_record (image, RECORD, getpid (), getpid ());
  add_record (image, RECORD + 0x1000, getpid (), other.tid);

  g_assert_true (sonde_python_refresh (python));
  g_assert_cmpuint (sonde_python_get_count (python), ==, 2);
  g_assert_cmphex (sonde_python_find_thread (python, getpid ())->state, ==, THREAD);
  g_assert_cmphex (sonde_python_find_thread (python, other.tid)->state, ==, THREAD + 0x1000);

  g_mutex_unlock (&other.lock);
  g_thread_join (thread);
  g_mutex_clear (&other.lock);
}

/* An interpreter that is just made has no lock yet: then it tells nothing of who ran. */
static void
test_frames_no_lock (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  SondePythonMemory memory;
  g_autoptr(SondePython) python = open_python (image, &memory, offsets);

  g_assert_true (sonde_python_refresh (python));
  sonde_python_read_locks (python);
  g_assert_false (sonde_python_has_gil (python));
  g_assert_false (sonde_python_get_thread (python, 0)->interpreter->gil.is_enabled);

  python_image_add (image, RUNTIME + 0x8000, NULL, 512);
  python_image_put_word (image, INTERPRETER + offsets->interpreter.gil, RUNTIME + 0x8000);
  g_assert_true (sonde_python_refresh (python));
  sonde_python_read_locks (python);
  g_assert_true (sonde_python_has_gil (python));
}

/* Who collects has the lock; where there is none, all that run do. */
static void
test_frames_collecting (void)
{
  static const struct
  {
    gboolean has_lock;
    SondeGil gil;
    gboolean is_active;
    gboolean expected;
  } cases[] = {
    { TRUE, SONDE_GIL_HAS, TRUE, TRUE },
    { TRUE, SONDE_GIL_HAS, FALSE, TRUE },
    { TRUE, SONDE_GIL_WANTS, TRUE, FALSE },
    { TRUE, SONDE_GIL_NEITHER, TRUE, FALSE },
    { FALSE, SONDE_GIL_NEITHER, TRUE, TRUE },
    { FALSE, SONDE_GIL_NEITHER, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SondePythonInterpreter interpreter = { .gil.is_enabled = cases[i].has_lock };
      const SondePythonThread thread = { .interpreter = &interpreter };

      g_assert_false (sonde_python_is_collecting (&thread, cases[i].gil, cases[i].is_active));
      interpreter.is_collecting = TRUE;
      g_assert_true (sonde_python_is_collecting (&thread, cases[i].gil, cases[i].is_active) ==
                     cases[i].expected);
    }
}

/* Lists of interpreters and of threads that lead back into themselves, with any thread or none. */
static void
test_frames_endless_lists (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);

  for (guint has_thread = 0; has_thread <= 1; has_thread++)
    {
      g_autoptr(PythonImage) image = make_image (offsets);
      SondePythonMemory memory;
      g_autoptr(SondePython) python = open_python (image, &memory, offsets);

      python_image_add (image, THREAD + 0x1000, NULL, 512);
      python_image_put_word (image, THREAD + offsets->thread.next, THREAD + 0x1000);
      python_image_put_word (image, THREAD + 0x1000 + offsets->thread.next, THREAD);
      python_image_put_word (image, INTERPRETER + offsets->interpreter.next, INTERPRETER);
      if (!has_thread)
        python_image_put_word (image, THREAD + offsets->thread.native_thread_id, 0);

      g_assert_true (sonde_python_refresh (python));
      g_assert_cmpuint (sonde_python_get_count (python), ==, has_thread);
      g_assert_cmpuint (image->n_reads, <, 10000);
    }
}

/* So many states that do not lead back that all of them cannot be: the first are looked at. */
static void
test_frames_many_states (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  const guint n_states = 100000;
  const SondeAddress start = 0x1000000;
  g_autoptr(PythonImage) image = make_image (offsets);
  SondePythonMemory memory;
  g_autoptr(SondePython) python = open_python (image, &memory, offsets);

  python_image_add (image, start, NULL, (n_states + 1) * 512);
  python_image_put_word (image, INTERPRETER + offsets->interpreter.threads_head, start);
  python_image_put_word (image, INTERPRETER + offsets->interpreter.next, INTERPRETER);
  for (guint i = 0; i < n_states; i++)
    python_image_put_word (image, start + i * 512 + offsets->thread.next, start + (i + 1) * 512);

  g_assert_true (sonde_python_refresh (python));
  g_assert_cmpuint (sonde_python_get_count (python), ==, 0);
  g_assert_cmpuint (image->n_reads, <, 50000);
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
  g_test_add_func ("/python/frames/threads", test_frames_threads);
  g_test_add_func ("/python/frames/forked", test_frames_forked);
  g_test_add_func ("/python/frames/first-process", test_frames_first_process);
  g_test_add_func ("/python/frames/no-lock", test_frames_no_lock);
  g_test_add_func ("/python/frames/collecting", test_frames_collecting);
  g_test_add_func ("/python/frames/endless-lists", test_frames_endless_lists);
  g_test_add_func ("/python/frames/many-states", test_frames_many_states);
  return g_test_run ();
}
