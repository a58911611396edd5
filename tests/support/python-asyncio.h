/* python-asyncio.h: a made up Python with tasks of asyncio that await each other
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/python.h"
#include "python/tasks.h"
#include "support/python-image.h"

G_BEGIN_DECLS

/* How many tasks there are: each but the last is awaited by the next, and the first one runs. */
#define PYTHON_ASYNCIO_TASKS 4
/* How many coroutines each has, one within the other. */
#define PYTHON_ASYNCIO_COROUTINES 2

/**
 * PythonAsyncio:
 * @image: owned
 * @thread: that which runs the first task
 * @stack: that of the thread: the first task's coroutines, and two functions of its loop
 *
 * Up to 3.13 the second task awaits the first one itself, the third one by a TaskGroup, and the
 * last one by a function with a future in its closure, as gather() has. Since 3.14 the second one
 * is told, the third one is in a set, and the last one is told again. Their names are "first", two
 * numbers and a text that is one.
 */
typedef struct
{
  PythonImage            *image;
  SondePythonInterpreter  interpreter;
  SondePythonThread       thread;
  SondeCodeStack          stack;
} PythonAsyncio;

/* Of one of the versions whose tasks are known. */
PythonAsyncio *python_asyncio_new           (const SondePythonOffsets *offsets);
void           python_asyncio_free          (PythonAsyncio            *self);

/* Names the first task anew: by as many letters of ASCII as it had. */
void           python_asyncio_set_name      (PythonAsyncio            *self,
                                             const SondePythonOffsets *offsets,
                                             const char               *name);

/* Up to 3.13: the TaskGroup gets so many attributes, none with the name that is looked for, and
 * every one of many calls is of it.
 */
void           python_asyncio_make_costly   (PythonAsyncio            *self,
                                             const SondePythonOffsets *offsets,
                                             guint                     n_attributes);

/* Reads the stack with the tasks that await what runs on it into @stack. FALSE as of
 * sonde_python_tasks_extend().
 */
gboolean       python_asyncio_read          (PythonAsyncio            *self,
                                             SondePythonTasks         *tasks,
                                             SondeCodeStack           *stack);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PythonAsyncio, python_asyncio_free)

G_END_DECLS
