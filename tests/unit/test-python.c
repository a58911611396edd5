/* test-python.c: interpreters, threads and locks of a Python that is made up
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
#define CODE 0x80000
#define RECORD 0x90000
#define GIL 0xa0000
#define INNER 0xb0000
#define INNER_THREAD 0xd0000
#define FIRST_STACK 0x7ffd00000000

typedef struct
{
  int      tid;
  GThread *thread;
  GMutex   lock; /* held until it is to end */
} TestOther;

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

/* With an interpreter that has one thread, the first of this process. */
static PythonImage *
make_image (const SondePythonOffsets *offsets)
{
  PythonImage *image = python_image_load (NULL);

  python_image_add (image, RUNTIME, NULL, 8192);
  python_image_put_word (image, RUNTIME + offsets->runtime.interpreters_head, INTERPRETER);
  python_image_add (image, INTERPRETER, NULL, 65536);
  python_image_put_word (image, INTERPRETER + offsets->interpreter.threads_head, THREAD);
  add_state (image, offsets, THREAD, RECORD);
  if (sonde_python_has_field (offsets->thread.native_thread_id))
    python_image_put_word (image, THREAD + offsets->thread.native_thread_id, (guint64) getpid ());

  return image;
}

/* @holder has the lock of the interpreter. */
static void
add_lock (PythonImage              *image,
          const SondePythonOffsets *offsets,
          SondeAddress              holder)
{
  const guint32 locked = 1;

  python_image_add (image, GIL, NULL, 4096);
  python_image_put_word (image, INTERPRETER + offsets->interpreter.gil, GIL);
  python_image_put_word (image, GIL + offsets->gil.last_holder, holder);
  memcpy (python_image_at (image, GIL + offsets->gil.locked), &locked, sizeof locked);
}

/* What glibc keeps of a thread (nptl/descr.h), with a small number before its id. */
static void
add_record (PythonImage  *image,
            SondeAddress  address,
            int           n_threads,
            pid_t         tid)
{
  python_image_add (image, address, NULL, 0x1000);
  python_image_put_word (image, address + 16, address);
  python_image_put_word (image, address + 24, (guint64) n_threads);
  python_image_put_word (image, address + 784, (guint64) n_threads);
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
test_python_threads (void)
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
test_python_forked (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030d, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  SondePythonMemory memory;
  g_autoptr(SondePython) python = open_python (image, &memory, offsets);

  add_state (image, offsets, THREAD + 0x1000, RECORD + 0x1000);
  add_record (image, RECORD + 0x1000, 0, 0);
  python_image_put_word (image, THREAD + offsets->thread.next, THREAD + 0x1000);
  for (guint i = 0; i < 2; i++)
    python_image_put_word (image, THREAD + i * 0x1000 + offsets->thread.native_thread_id,
                           (guint64) getppid ());

  /* Without it nothing is known. That a thread is missing, who has the lock shows. */
  g_assert_true (sonde_python_refresh (python));
  g_assert_cmpuint (sonde_python_get_count (python), ==, 0);
  g_assert_cmpuint (sonde_python_count_unmatched (python), ==, 0);

  add_lock (image, offsets, THREAD);
  g_assert_true (sonde_python_refresh (python));
  sonde_python_read_locks (python);
  g_assert_true (sonde_python_refresh (python));
  g_assert_cmpuint (sonde_python_count_unmatched (python), ==, 1);

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

static void
start_other (TestOther *other)
{
  g_mutex_init (&other->lock);
  g_mutex_lock (&other->lock);
  other->thread = g_thread_new ("other", wait_for_end, other);
  while (g_atomic_int_get (&other->tid) == 0)
    g_thread_yield ();
}

static void
end_other (TestOther *other)
{
  g_mutex_unlock (&other->lock);
  g_thread_join (other->thread);
  g_mutex_clear (&other->lock);
}

/* Up to 3.10 only the C library's record of a thread has the id. That of a container's first
 * process is 1, and so is a field of older glibc as soon as there are several threads.
 */
static void
test_python_first_process (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x0308, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  SondePythonMemory memory;
  g_autoptr(SondePython) python = open_python (image, &memory, offsets);
  TestOther other = { 0 };

  start_other (&other);
  add_state (image, offsets, THREAD + 0x1000, RECORD + 0x1000);
  /* The oldest, which is last in the list, is looked at first. */
  python_image_put_word (image, THREAD + offsets->thread.next, THREAD + 0x1000);
  add_record (image, RECORD, getpid (), getpid ());
  add_record (image, RECORD + 0x1000, getpid (), other.tid);

  g_assert_true (sonde_python_refresh (python));
  g_assert_cmpuint (sonde_python_get_count (python), ==, 2);
  g_assert_cmphex (sonde_python_find_thread (python, getpid ())->state, ==, THREAD);
  g_assert_cmphex (sonde_python_find_thread (python, other.tid)->state, ==, THREAD + 0x1000);

  end_other (&other);
}

/* In 3.12: the first thread has made an interpreter, whose state tells it; nobody runs that yet. */
static void
add_inner (PythonImage              *image,
           const SondePythonOffsets *offsets,
           pid_t                     other)
{
  python_image_add (image, INNER, NULL, 65536);
  python_image_put_word (image, RUNTIME + offsets->runtime.interpreters_head, INNER);
  python_image_put_word (image, INNER + offsets->interpreter.next, INTERPRETER);
  python_image_put_word (image, INNER + offsets->interpreter.threads_head, INNER_THREAD);
  add_state (image, offsets, INNER_THREAD, RECORD);
  add_state (image, offsets, THREAD + 0x1000, RECORD + 0x1000);
  python_image_put_word (image, INNER_THREAD + offsets->thread.interp, INNER);
  python_image_put_word (image, INNER_THREAD + offsets->thread.native_thread_id,
                         (guint64) getpid ());
  python_image_put_word (image, INNER_THREAD + offsets->thread.frame,
                         INNER_THREAD + offsets->cframe.outermost);
  python_image_put_word (image, THREAD + offsets->thread.next, THREAD + 0x1000);
  python_image_put_word (image, THREAD + 0x1000 + offsets->thread.native_thread_id,
                         (guint64) other);
  add_record (image, RECORD, 0, getpid ());
  add_record (image, RECORD + 0x1000, 0, other);
  python_image_add (image, FRAME, NULL, 4096);
}

/* A function runs in that interpreter, called from C with @cframe on the stack. */
static void
run_inner (PythonImage              *image,
           const SondePythonOffsets *offsets,
           SondeAddress              cframe)
{
  python_image_put_word (image, INNER_THREAD + offsets->thread.frame, cframe);
  python_image_put_word (image, cframe + offsets->cframe.current_frame, FRAME);
  python_image_put_word (image, cframe + offsets->cframe.previous,
                         INNER_THREAD + offsets->cframe.outermost);
  python_image_put_word (image, FRAME + offsets->frame.code, CODE);
  python_image_put_word (image, FRAME + offsets->frame.previous, FRAME + 1024);
  *python_image_at (image, FRAME + 1024 + offsets->frame.owner) =
    (guint8) (offsets->owner_values.object_owner + 1);
}

/* Who runs an interpreter is the one on whose stack it does, from when that is so. */
static void
test_python_runner (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030c, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  SondePythonMemory memory;
  g_autoptr(SondePython) python = open_python (image, &memory, offsets);
  TestOther other = { 0 };

  start_other (&other);
  add_inner (image, offsets, other.tid);
  python_image_add (image, FIRST_STACK, NULL, 4096);

  /* The one that made it takes it up: nothing is lost. */
  g_assert_true (sonde_python_refresh (python));
  g_assert_cmphex (sonde_python_find_thread (python, getpid ())->state, ==, INNER_THREAD);
  run_inner (image, offsets, FIRST_STACK);
  g_assert_cmpint (sonde_python_read_thread (python, sonde_python_find_thread (python, getpid ()),
                                             NULL, 0, stack), ==, SONDE_PYTHON_READ_OK);
  g_assert_cmpuint (stack->depth, ==, 1);

  /* Another one does: it is no frame of the first thread's, at once. */
  run_inner (image, offsets, RECORD + 0x1000 - 256);
  g_assert_cmpint (sonde_python_read_thread (python, sonde_python_find_thread (python, getpid ()),
                                             NULL, 0, stack), ==, SONDE_PYTHON_READ_TORN);
  g_assert_cmpint (sonde_python_read_tid (python, getpid (), stack), ==, SONDE_PYTHON_READ_OK);
  g_assert_cmpuint (stack->depth, ==, 0);
  g_assert_cmphex (sonde_python_find_thread (python, other.tid)->state, ==, INNER_THREAD);
  g_assert_cmphex (sonde_python_find_thread (python, other.tid)->ident, ==, RECORD + 0x1000);
  g_assert_cmpint (sonde_python_read_tid (python, other.tid, stack), ==, SONDE_PYTHON_READ_OK);
  g_assert_cmpuint (stack->depth, ==, 1);
  g_assert_cmphex (stack->entry, ==, FRAME + 1024);

  end_other (&other);
}

/* Where the thread that it is expected to be does not run, the lock tells. */
static void
test_python_runner_by_lock (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030c, FALSE);
  g_autoptr(PythonImage) image = make_image (offsets);
  SondePythonMemory memory;
  g_autoptr(SondePython) python = open_python (image, &memory, offsets);
  TestOther other = { 0 };

  start_other (&other);
  add_inner (image, offsets, other.tid);
  add_lock (image, offsets, INNER_THREAD);
  python_image_put_word (image, INNER + offsets->interpreter.gil, GIL);
  g_assert_true (sonde_python_refresh (python));
  run_inner (image, offsets, RECORD + 0x1000 - 256);
  g_assert_cmphex (sonde_python_find_thread (python, other.tid)->state, ==, THREAD + 0x1000);

  sonde_python_read_locks (python);
  g_assert_true (sonde_python_refresh_new (python));
  g_assert_cmphex (sonde_python_find_thread (python, other.tid)->state, ==, INNER_THREAD);
  sonde_python_read_locks (python);
  g_assert_false (sonde_python_refresh_new (python));

  end_other (&other);
}

/* An interpreter that is just made has no lock yet: then it tells nothing of who ran. */
static void
test_python_no_lock (void)
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
test_python_collecting (void)
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
test_python_endless_lists (void)
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
test_python_many_states (void)
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
  g_test_add_func ("/python/python/threads", test_python_threads);
  g_test_add_func ("/python/python/forked", test_python_forked);
  g_test_add_func ("/python/python/first-process", test_python_first_process);
  g_test_add_func ("/python/python/runner", test_python_runner);
  g_test_add_func ("/python/python/runner-by-lock", test_python_runner_by_lock);
  g_test_add_func ("/python/python/no-lock", test_python_no_lock);
  g_test_add_func ("/python/python/collecting", test_python_collecting);
  g_test_add_func ("/python/python/endless-lists", test_python_endless_lists);
  g_test_add_func ("/python/python/many-states", test_python_many_states);
  return g_test_run ();
}
