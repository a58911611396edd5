/* fuzz-frames.c: threads and frames of a Python that may say anything
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry for libFuzzer and for mutate.c. The first byte of the input says which version, the
 * second what is tried with the rest. Nothing may fault or read without end; either aborts.
 */

#include "config.h"

#include "fuzz/fuzz.h"

#include <unistd.h>

#include "fuzz/memory.h"
#include "python/locks.h"
#include "python/thread-names.h"

/* Reads that are enough for what is copied to be fitted to the stack again. */
#define MANY_READS 80

static gboolean
are_equal (const SondeCodeStack *left,
           const SondeCodeStack *right)
{
  for (guint i = 0; i < MIN (left->depth, right->depth); i++)
    if (left->frames[i].frame != right->frames[i].frame ||
        left->frames[i].code != right->frames[i].code ||
        left->frames[i].instruction != right->frames[i].instruction ||
        left->frames[i].is_entry != right->frames[i].is_entry ||
        left->frames[i].n_empty != right->frames[i].n_empty)
      return FALSE;

  return left->depth == right->depth && left->is_truncated == right->is_truncated &&
         left->entry == right->entry;
}

/* The frames of a thread, which are read again and again, and are others each time. Of memory that
 * has not changed they are the same.
 */
static void
try_frames (const SondePythonOffsets *offsets,
            const guint8             *bytes,
            gsize                     length,
            guint                     n_reads)
{
  g_autoptr(SondePythonFrames) frames = NULL;
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  g_autofree SondeCodeStack *again = g_new0 (SondeCodeStack, 1);
  g_autofree guint8 *copy = g_memdup2 (bytes, length);
  SondePythonMemory memory;
  FuzzMemory all;

  memory = fuzz_memory_open (&all, offsets, copy, length, length % 4 != 0);
  frames = sonde_python_frames_new (&memory, offsets, FUZZ_TYPES_END);
  for (guint i = 0; i < n_reads && all.n_reads < FUZZ_READS_ALIVE; i++)
    {
      SondePythonRead read = sonde_python_frames_read (frames, NULL, 0, stack);
      SondePythonRead second;

      g_assert_cmpuint (stack->depth, <=, SONDE_STACK_DEPTH_MAX);
      second = sonde_python_frames_read (frames, NULL, 0, again);
      if (all.n_reads < FUZZ_READS_ALIVE)
        {
          g_assert_cmpint (second, ==, read);
          g_assert_true (read != SONDE_PYTHON_READ_OK || are_equal (stack, again));
        }
      if (length > 0) /* it goes on */
        copy[(bytes[0] + 37 * i) % length] ^= bytes[length - 1 - i % length];
    }
}

/* All threads, of which there may seem to be many, and their locks. */
static void
try_threads (const SondePythonOffsets *offsets,
             const guint8             *bytes,
             gsize                     length)
{
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  g_autoptr(SondePython) python = NULL;
  SondePythonMemory memory;
  FuzzMemory all;

  memory = fuzz_memory_open (&all, offsets, bytes, length, length % 4 != 0);
  python = sonde_python_new (getpid (), &memory, FUZZ_TYPES_END, offsets);
  for (guint i = 0; i < 2 && sonde_python_refresh (python); i++)
    {
      sonde_python_read_locks (python);
      sonde_python_has_gil (python);
      for (guint k = 0; k < MIN (sonde_python_get_count (python), 4); k++)
        {
          SondePythonThread *thread = sonde_python_get_thread (python, k);

          sonde_python_judge_gil (python, thread, thread->interpreter->gil.address);
          sonde_python_read_tid (python, thread->tid, stack);
        }
    }
}

/* Dicts and instances, which is where the names of threads are. */
static void
try_names (const SondePythonOffsets *offsets,
           const guint8             *bytes,
           gsize                     length)
{
  g_autoptr(SondePythonThreadNames) names = NULL;
  SondePythonMemory memory;
  FuzzMemory all;

  memory = fuzz_memory_open (&all, offsets, bytes, length, length % 4 != 0);
  names = sonde_python_thread_names_new (&memory, offsets, FUZZ_TYPES_END);
  for (guint i = 0; i < 2; i++)
    {
      const char *name;

      sonde_python_thread_names_refresh (names, G_MAXUINT, i * length);
      name = sonde_python_thread_names_find (names, length);
      g_assert_true (name == NULL || g_utf8_validate (name, -1, NULL));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  SondePythonOffsets offsets;
  guint8 what;

  if (length < 2)
    return 0;

  what = bytes[1];
  offsets = *fuzz_choose_offsets (bytes[0]);
  bytes += 2;
  length -= 2;
  if ((what & 0x80) != 0)
    {
      gsize n = fuzz_change_offsets (&offsets, bytes, length);

      bytes += n;
      length -= n;
    }

  if (what % 4 < 2)
    try_frames (&offsets, bytes, length, (what & 0x40) != 0 ? MANY_READS : 4);
  else if (what % 4 == 2)
    try_threads (&offsets, bytes, length);
  else
    try_names (&offsets, bytes, length);

  return 0;
}
