/* test-python-tasks.c: tasks of asyncio in memory that says anything
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * That they are those which the target tells is tested in python.py.
 */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "engine/engine.h"
#include "python/tasks.h"
#include "support/damaged-memory.h"
#include "support/python-target.h"
#include "support/python-versions.h"

#define N_DAMAGES 400
#define WAIT_US (20 * G_USEC_PER_SEC)

/* Each task awaits the next in another way; the last one holds the event loop. The second is
 * awaited by many.
 */
#define SCRIPT \
  "import asyncio, os, time\n" \
  "async def leaf():\n" \
  "  os.write(1, b'ready \\n')\n" \
  "  time.sleep(600)\n" \
  "async def by_gather():\n" \
  "  await asyncio.gather(asyncio.create_task(leaf(), name='le\\u00e4f'))\n" \
  "async def by_group():\n" \
  "  async with asyncio.TaskGroup() as group:\n" \
  "    group.create_task(by_gather())\n" \
  "async def main():\n" \
  "  task = asyncio.create_task(by_group())\n" \
  "  async def other(): await task\n" \
  "  others = [asyncio.create_task(other()) for i in range(20)]\n" \
  "  await asyncio.wait([task, *others])\n" \
  "asyncio.run(main())\n"

typedef struct
{
  TestPythonTarget  target;
  SondeCodeStack   *stack;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  test_python_target_init (&fixture->target, data, SCRIPT);
  g_assert_true (sonde_python_refresh (fixture->target.python));
  fixture->stack = g_new0 (SondeCodeStack, 1);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_free (fixture->stack);
  test_python_target_clear (&fixture->target);
}

/* Gives how many tasks are on the stack of the first thread, read by way of @memory. */
static guint
count_tasks (Fixture                 *fixture,
             const SondePythonMemory *memory)
{
  const SondePythonThread *thread = sonde_python_get_thread (fixture->target.python, 0);
  SondeCodeStack *stack = fixture->stack;
  g_autoptr(SondePythonTasks) tasks =
    sonde_python_tasks_new (memory, &fixture->target.location.offsets, fixture->target.functions,
                            TRUE);
  SondePythonRunning running;
  guint count = 0;

  g_assert_cmpint (sonde_python_read_tid (fixture->target.python, thread->tid, stack), ==,
                   SONDE_PYTHON_READ_OK);
  sonde_python_tasks_read_running (tasks, thread, &running);
  sonde_python_tasks_extend (tasks, thread, &running, stack);

  g_assert_cmpuint (stack->depth, <=, SONDE_STACK_DEPTH_MAX);
  for (guint i = 0; i < stack->depth; i++)
    {
      const SondeFunction *function;

      if (stack->frames[i].code >= SONDE_PYTHON_TASK_NAMES_END)
        continue;

      function = sonde_python_tasks_get_function (tasks, stack->frames[i].code);
      g_assert_nonnull (function);
      g_assert_true (g_utf8_validate (function->name, -1, NULL));
      g_assert_cmpint (function->name[0], ==, '[');
      count++;
    }

  return count;
}

static void
test_python_tasks_whole (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autoptr(SondePythonTasks) tasks =
    sonde_python_tasks_new (&fixture->target.memory, &fixture->target.location.offsets,
                            fixture->target.functions, TRUE);

  g_assert_cmpuint (count_tasks (fixture, &fixture->target.memory), >=, 4);
  g_assert_null (sonde_python_tasks_get_function (tasks, 0));
  g_assert_null (sonde_python_tasks_get_function (tasks, 1));
}

/* Whatever is in its memory, it ends, and every name is clean. */
static void
test_python_tasks_damaged (Fixture       *fixture,
                           gconstpointer  data)
{
  guint found = 0;

  for (guint i = 0; i < N_DAMAGES; i++)
    {
      DamagedMemory damage = { fixture->target.program->pid, i, 64 << i % 12 };
      SondePythonMemory memory = damaged_memory_get (&damage);

      found += count_tasks (fixture, &memory) > 0;
    }

  /* Else the damage was too great to come anywhere. */
  g_assert_cmpuint (found, >, 0);
}

/* Waits until some function is a task's name, or until none is. */
static void
wait_for_tasks (SondeEngine *engine,
                gboolean     wanted)
{
  gint64 deadline_us = g_get_monotonic_time () + WAIT_US;
  gboolean are_there = !wanted;

  while (are_there != wanted && g_get_monotonic_time () < deadline_us)
    {
      g_autoptr(SondeSnapshot) snapshot = sonde_engine_wait_snapshot (engine, WAIT_US);

      g_assert_nonnull (snapshot);
      if (snapshot->n_rows == 0)
        continue;

      g_assert_true (snapshot->has_tasks);
      are_there = FALSE;
      for (guint i = 0; i < snapshot->n_rows; i++)
        are_there |= snapshot->rows[i].function->name[0] == '[' &&
                     snapshot->rows[i].function->name[1] == 'l';
    }

  g_assert_cmpint (are_there, ==, wanted);
}

/* They can be asked for, and no more, while it is looked at. */
static void
test_python_tasks_asked_for (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr(SondeEngine) engine = NULL;
  SondeSettings settings;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  sonde_settings_init (&settings);
  settings.query.mode = SONDE_MODE_WALL;
  settings.query.frames = SONDE_FRAMES_PYTHON;
  engine = sonde_engine_new_attach (fixture->target.program->pid, 0, &settings);
  wait_for_tasks (engine, FALSE);

  settings.with_tasks = TRUE;
  sonde_engine_set_settings (engine, &settings);
  wait_for_tasks (engine, TRUE);

  settings.with_tasks = FALSE;
  sonde_engine_set_settings (engine, &settings);
  sonde_engine_reset (engine);
  wait_for_tasks (engine, FALSE);
  sonde_settings_clear (&settings);
}

/* Main sleeps, and a thread that ends with a signal. */
#define SCRIPT_OF_THREADS \
  "import os, signal, threading, time\n" \
  "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})\n" \
  "threading.Thread(target=signal.sigwait, args=({signal.SIGUSR1},)).start()\n" \
  "os.write(1, b'ready \\n')\n" \
  "time.sleep(600)\n"

/* Waits until @n_threads are seen, @n_exited of which have ended. */
static void
wait_for_threads (SondeEngine *engine,
                  guint        n_threads,
                  guint        n_exited)
{
  gint64 deadline_us = g_get_monotonic_time () + WAIT_US;
  guint n = 0;
  guint n_ended = 0;

  while ((n != n_threads || n_ended != n_exited) && g_get_monotonic_time () < deadline_us)
    {
      g_autoptr(SondeSnapshot) snapshot = sonde_engine_wait_snapshot (engine, WAIT_US);

      g_assert_nonnull (snapshot);
      n = snapshot->n_threads;
      n_ended = 0;
      for (guint i = 0; i < n; i++)
        n_ended += snapshot->threads[i].exited;
    }

  g_assert_cmpuint (n, ==, n_threads);
  g_assert_cmpuint (n_ended, ==, n_exited);
}

/* A thread that was there before tasks were asked for is known to end after that. */
static void
test_python_tasks_threads_end (gconstpointer data)
{
  g_autoptr(SondeEngine) engine = NULL;
  TestPythonTarget target;
  SondeSettings settings;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  test_python_target_init (&target, data, SCRIPT_OF_THREADS);
  sonde_settings_init (&settings);
  settings.query.mode = SONDE_MODE_WALL;
  settings.query.frames = SONDE_FRAMES_PYTHON;
  engine = sonde_engine_new_attach (target.program->pid, 0, &settings);
  wait_for_threads (engine, 2, 0);

  settings.with_tasks = TRUE;
  sonde_engine_set_settings (engine, &settings);
  sonde_engine_reset (engine);
  wait_for_threads (engine, 2, 0);
  g_assert_cmpint (kill (target.program->pid, SIGUSR1), ==, 0);
  wait_for_threads (engine, 2, 1);

  sonde_settings_clear (&settings);
  test_python_target_clear (&target);
}

/* Tasks of other versions have other fields. */
static void
test_python_tasks_unknown (void)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  SondePythonMemory memory = sonde_python_memory_of_process (1);
  SondePythonOffsets offsets = { .version = 0x030b };

  g_assert_null (sonde_python_tasks_new (&memory, &offsets, functions, FALSE));
  offsets.version = PYTHON_NEWEST + 1;
  g_assert_null (sonde_python_tasks_new (&memory, &offsets, functions, FALSE));
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GPtrArray) pythons = NULL;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/tasks/unknown", test_python_tasks_unknown);
  pythons = pythons_list ();
  for (guint i = 0; i < pythons->len; i++)
    {
      const TestPython *python = g_ptr_array_index (pythons, i);
      g_autofree char *whole = g_strdup_printf ("/python/tasks/whole/%s", python->name);
      g_autofree char *asked_for = g_strdup_printf ("/python/tasks/asked-for/%s", python->name);
      g_autofree char *threads_end = g_strdup_printf ("/python/tasks/threads-end/%s", python->name);
      g_autofree char *damaged = g_strdup_printf ("/python/tasks/damaged/%s", python->name);

      if (python->version < PYTHON_OLDEST_WITH_TASKS || python->version > PYTHON_NEWEST)
        continue;

      g_test_add (whole, Fixture, python, set_up, test_python_tasks_whole, tear_down);
      g_test_add (asked_for, Fixture, python, set_up, test_python_tasks_asked_for, tear_down);
      g_test_add_data_func (threads_end, python, test_python_tasks_threads_end);
      g_test_add (damaged, Fixture, python, set_up, test_python_tasks_damaged, tear_down);
    }

  return g_test_run ();
}
