/* fuzz-tasks.c: tasks of asyncio that may say anything
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry for libFuzzer and for mutate.c. The first byte of the input says which version, the
 * second whether names that are numbers are told, and whether the target's own word for where its
 * fields are is wrong; the rest is what is wrong in a Python with tasks that await each other.
 * Nothing may fault, read without end, or give a name that is no text; any of it aborts.
 */

#include "config.h"

#include "fuzz/fuzz.h"

#include <string.h>

#include "fuzz/damage.h"
#include "fuzz/memory.h"
#include "support/python-asyncio.h"

/* Of one stack, for which the thread may stand still: some 50 ms. */
#define READS_MAX 60000
#define BYTES_MAX (16 * 1024 * 1024)

static const struct
{
  guint    version;
  gboolean free_threaded;
} versions[] = {
  { 0x030c, FALSE }, { 0x030d, FALSE }, { 0x030d, TRUE }, { 0x030e, FALSE }, { 0x030f, FALSE },
};

static void
look_at_stack (PythonAsyncio    *asyncio,
               SondePythonTasks *tasks,
               SondeCodeStack   *stack)
{
  asyncio->image->n_reads = asyncio->image->n_bytes = 0;
  python_asyncio_read (asyncio, tasks, stack);
  g_assert_cmpuint (asyncio->image->n_reads, <=, READS_MAX);
  g_assert_cmpuint (asyncio->image->n_bytes, <=, BYTES_MAX);

  g_assert_cmpuint (stack->depth, <=, SONDE_STACK_DEPTH_MAX);
  for (guint i = 0; i < stack->depth; i++)
    if (stack->frames[i].code < SONDE_PYTHON_TASK_NAMES_END)
      {
        const SondeFunction *name = sonde_python_tasks_get_function (tasks, stack->frames[i].code);

        g_assert_nonnull (name);
        g_assert_true (g_utf8_validate (name->name, -1, NULL));
      }
}

static void
try_damages (PythonAsyncio            *asyncio,
             const SondePythonOffsets *offsets,
             gboolean                  with_numbers,
             const guint8             *bytes,
             gsize                     length)
{
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  SondePythonMemory memory = python_image_get_memory (asyncio->image);
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_autoptr(GArray) damages = fuzz_damages_parse (bytes, length);
  g_autoptr(SondePythonTasks) tasks = NULL;

  tasks = sonde_python_tasks_new (&memory, offsets, functions, with_numbers);
  /* The frames of coroutines are out of bounds. */
  if (tasks == NULL)
    return;

  for (guint i = 0; i < damages->len; i++)
    {
      fuzz_damages_put (damages, i, asyncio->image);
      if ((g_array_index (damages, FuzzDamage, i).what & 1) != 0)
        look_at_stack (asyncio, tasks, stack);
    }
  look_at_stack (asyncio, tasks, stack);
  fuzz_damages_undo (damages, asyncio->image);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  static PythonAsyncio *made[G_N_ELEMENTS (versions)];
  SondePythonOffsets offsets;
  guint which;
  guint8 what;

  if (length < 2)
    return 0;

  which = bytes[0] % G_N_ELEMENTS (versions);
  what = bytes[1];
  offsets = *sonde_python_offsets_find (versions[which].version, versions[which].free_threaded);
  if (made[which] == NULL)
    made[which] = python_asyncio_new (&offsets);
  bytes += 2;
  length -= 2;
  if ((what & 0x80) != 0)
    {
      gsize n = fuzz_change_offsets (&offsets, bytes, length);

      bytes += n;
      length -= n;
    }
  try_damages (made[which], &offsets, (what & 1) != 0, bytes, length);

  return 0;
}
