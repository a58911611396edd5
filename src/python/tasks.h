/* tasks.h: the tasks of asyncio that await the one that a thread runs
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/functions.h"
#include "python/python.h"

G_BEGIN_DECLS

/* What is less than this in place of a code object is a task's name. No memory is that low. */
#define SONDE_PYTHON_TASK_NAMES_END 4096

/* Loops that run a task at the same time, each in a thread of its own. */
#define SONDE_PYTHON_RUNNING_MAX 16

/* The tasks that ran when they were read: of one thread since 3.14, before that of all. */
typedef struct
{
  guint        n;
  SondeAddress tasks[SONDE_PYTHON_RUNNING_MAX];
} SondePythonRunning;

/**
 * SondePythonTasks:
 *
 * The stack of a thread with an event loop ends in that loop, whoever wants what the task does that
 * it runs. This puts those that await the task in the loop's place:
 *
 *   work < [worker] < TaskGroup.__aexit__ < main < [main]
 *
 * Life: sonde_python_tasks_new() → (read_running() → the thread's stack → extend()) any number of
 * times → sonde_python_tasks_free().
 *
 * Threads: one at a time.
 */
typedef struct _SondePythonTasks SondePythonTasks;

/* All are borrowed. @with_numbers: a task that has no name but the number that asyncio gave it is
 * "[Task-5]", else "[Task]", so that they add up. (nullable): for a version whose tasks are not
 * known, as those before 3.12, and where the target's own word for its fields cannot be so.
 */
SondePythonTasks    *sonde_python_tasks_new          (const SondePythonMemory  *memory,
                                                      const SondePythonOffsets *offsets,
                                                      SondeFunctions           *functions,
                                                      gboolean                  with_numbers);
void                 sonde_python_tasks_free         (SondePythonTasks         *self);

/* Which tasks run; to be asked before the stack of @thread is read. */
void                 sonde_python_tasks_read_running (SondePythonTasks         *self,
                                                      const SondePythonThread  *thread,
                                                      SondePythonRunning       *running);

/* Puts what awaits the task that is on @stack in the place of the event loop. FALSE if others than
 * @running run by now: then it may be the stack of another one.
 */
gboolean             sonde_python_tasks_extend       (SondePythonTasks         *self,
                                                      const SondePythonThread  *thread,
                                                      const SondePythonRunning *running,
                                                      SondeCodeStack           *stack);

/* The function that stands for the name of a task; @code is less than
 * %SONDE_PYTHON_TASK_NAMES_END. (nullable)
 */
const SondeFunction *sonde_python_tasks_get_function (SondePythonTasks         *self,
                                                      SondeAddress              code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePythonTasks, sonde_python_tasks_free)

G_END_DECLS
