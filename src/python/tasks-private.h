/* tasks-private.h: what tasks.c and task-awaiters.c share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/dict.h"

G_BEGIN_DECLS

/* Where the fields of tasks are; what the version has not is %SONDE_PYTHON_NO_FIELD. */
typedef struct
{
  guint version;
  gboolean free_threaded;
  struct
  {
    guint32 coroutine, name, callback, callbacks;
    guint32 awaiters, has_awaiters; /* since 3.14: a task, or a set and 1 in this byte */
  } task;                           /* callback and callbacks of every future */
  struct { guint32 frame, awaited; } coroutine; /* words below the top of the frame's stack */
  struct { guint32 task; } thread;  /* since 3.14 */
  struct { guint32 closure; } function;
  struct { guint32 value; } cell;
  struct { guint32 self; } method, builtin;
  struct { guint32 base; } type;
  struct { guint32 mask, table; } set;
} SondePythonTaskOffsets;

/* The module _asyncio of one interpreter. */
typedef struct
{
  SondeAddress task_type;     /* 0 before it was imported */
  SondeAddress future_type;
  SondeAddress current_tasks; /* up to 3.13: the dict of the tasks that run, by their loops */
  gboolean     is_seen;       /* a task of this type, since @looked_ns */
  guint64      looked_ns;
} SondePythonTaskModule;

/* Looks for who awaits a future. */
typedef struct
{
  SondePythonHeap               heap;
  const SondePythonTaskOffsets *offsets; /* borrowed */
  SondePythonTaskModule        *module;  /* borrowed; of the task that is looked at */
  SondeAddress                  key;     /* of the text "_parent_task" */
  guint                         budget;  /* how many objects and entries may be read yet */
} SondePythonAwaiters;

/* Whether the object at @address is a task, or of a type that is made of that. */
gboolean     sonde_python_awaiters_is_task (SondePythonAwaiters *self,
                                            SondeAddress         address);

/* The task that awaits @future, through gather(), a TaskGroup and the like too; 0 if none does or
 * it cannot be known. Of several the one at the lowest address, or the first that asked.
 */
SondeAddress sonde_python_awaiters_find    (SondePythonAwaiters *self,
                                            SondeAddress         future);

G_END_DECLS
