/* python-asyncio.c: a made up Python with tasks of asyncio that await each other
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/python-asyncio.h"

#include <string.h>

#include "python/tasks-private.h"

#define NONE SONDE_PYTHON_NO_FIELD
#define WORD 8

#define OBJECT_BYTES 0x200
#define TYPE_BYTES 0x200
/* A frame has two local variables, and what it awaits on top of them. */
#define FRAME_LOCALS 2

#define FLAG_NUMBER (1u << 24)
#define FLAG_TEXT (1u << 28)
#define FLAG_DICT (1u << 29)

#define AT_TYPES 0x10000
#define AT_INTERPRETER 0x100000
#define AT_THREAD 0x200000
#define AT_MODULES 0x210000
#define AT_MODULE 0x218000
#define AT_MODULE_DICT 0x220000
#define AT_CURRENT 0x228000
#define AT_GROUP_DICT 0x230000
#define AT_TASKS 0x300000
#define AT_CODES 0x500000
#define AT_MANY_KEYS 0x600000
#define AT_MANY_CALLS 0x700000
#define N_MANY_CALLS 63

/* What a task has, from where it lies. */
#define TASK_BYTES 0x10000
#define IN_TASK_NAME 0x1000
#define IN_TASK_COROUTINES 0x2000 /* 0x400 each */
#define IN_TASK_CALLABLE 0x3000
#define IN_TASK_SELF 0x4000
#define IN_TASK_LIST 0x5000
#define IN_TASK_ITEMS 0x6000
#define IN_TASK_TUPLE 0x7000
#define IN_TASK_CELL 0x8000
#define IN_TASK_FUTURE 0x9000
#define COROUTINE_BYTES 0x400

typedef enum
{
  TYPE_OBJECT,
  TYPE_STR,
  TYPE_NUMBER,
  TYPE_DICT,
  TYPE_MODULE,
  TYPE_FUTURE,
  TYPE_TASK,
  TYPE_COROUTINE,
  TYPE_BUILTIN,
  TYPE_METHOD,
  TYPE_FUNCTION,
  TYPE_GROUP,
} Type;

static const struct
{
  const char *name;
  guint32     flags;
  Type        base;
} types[] = {
  [TYPE_OBJECT] = { "object", 0, TYPE_OBJECT },
  [TYPE_STR] = { "str", FLAG_TEXT, TYPE_OBJECT },
  [TYPE_NUMBER] = { "int", FLAG_NUMBER, TYPE_OBJECT },
  [TYPE_DICT] = { "dict", FLAG_DICT, TYPE_OBJECT },
  [TYPE_MODULE] = { "module", 0, TYPE_OBJECT },
  [TYPE_FUTURE] = { "_asyncio.Future", 0, TYPE_OBJECT },
  [TYPE_TASK] = { "_asyncio.Task", 0, TYPE_FUTURE },
  [TYPE_COROUTINE] = { "coroutine", 0, TYPE_OBJECT },
  [TYPE_BUILTIN] = { "builtin_function_or_method", 0, TYPE_OBJECT },
  [TYPE_METHOD] = { "method", 0, TYPE_OBJECT },
  [TYPE_FUNCTION] = { "function", 0, TYPE_OBJECT },
  [TYPE_GROUP] = { "TaskGroup", 0, TYPE_OBJECT },
};

static const SondePythonTaskOffsets table[] = {
#include "python/task-offsets-table.inc"
};

/* What all that adds to an image needs. */
typedef struct
{
  PythonImage                  *image;
  const SondePythonOffsets     *offsets;
  const SondePythonTaskOffsets *task_offsets;
} Maker;

static SondeAddress
at_type (Type type)
{
  return AT_TYPES + 0x1000 * type;
}

static SondeAddress
at_task (guint i)
{
  return AT_TASKS + TASK_BYTES * i;
}

static void
put (const Maker  *self,
     SondeAddress  address,
     guint32       offset,
     guint64       word)
{
  python_image_put_word (self->image, address + offset, word);
}

static void
add_object (const Maker  *self,
            SondeAddress  address,
            Type          type)
{
  python_image_add (self->image, address, NULL, OBJECT_BYTES);
  put (self, address, self->offsets->object.type, at_type (type));
}

static void
add_types (const Maker *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      SondeAddress address = at_type (i);
      SondeAddress name = address + TYPE_BYTES;

      python_image_add (self->image, address, NULL, TYPE_BYTES);
      python_image_add (self->image, name, NULL, 32);
      strcpy ((char *) python_image_at (self->image, name), types[i].name);
      put (self, address, self->offsets->type.name, name);
      put (self, address, self->offsets->type.flags, types[i].flags);
      put (self, address, self->task_offsets->type.base,
           i != TYPE_OBJECT ? at_type (types[i].base) : 0);
    }

  /* An instance has its dict in its last word. */
  put (self, at_type (TYPE_GROUP), self->offsets->type.dict_offset, OBJECT_BYTES - WORD);
}

/* Room for @n entries without hashes, as where all keys are texts; gives where they begin. */
static SondeAddress
add_keys (const Maker  *self,
          SondeAddress  keys,
          guint         n)
{
  const SondePythonOffsets *offsets = self->offsets;
  SondeAddress entries = keys + offsets->dict_keys.indices + WORD;

  python_image_add (self->image, keys, NULL, entries - keys + 2 * WORD * n);
  *python_image_at (self->image, keys + offsets->dict_keys.log2_index_bytes) = 3;
  *python_image_at (self->image, keys + offsets->dict_keys.kind) = 1;
  put (self, keys, offsets->dict_keys.count, n);

  return entries;
}

static void
add_dict (const Maker        *self,
          SondeAddress        address,
          const char *const  *names,
          const SondeAddress *values,
          guint               n)
{
  SondeAddress entries = add_keys (self, address + OBJECT_BYTES, n);

  add_object (self, address, TYPE_DICT);
  put (self, address, self->offsets->dict.keys, address + OBJECT_BYTES);
  for (guint i = 0; i < n; i++)
    {
      SondeAddress text = address + 0x1000 + 0x400 * i;

      python_image_add_text (self->image, self->offsets, text, at_type (TYPE_STR), names[i]);
      put (self, entries, 2 * WORD * i, text);
      put (self, entries, 2 * WORD * i + WORD, values[i]);
    }
}

/* A coroutine that awaits @awaited, and whose code is the @i-th. */
static void
add_coroutine (const Maker  *self,
               SondeAddress  address,
               SondeAddress  awaited,
               guint         i)
{
  const SondePythonOffsets *offsets = self->offsets;
  SondeAddress frame = address + self->task_offsets->coroutine.frame;
  SondeAddress locals = frame + offsets->frame.localsplus;
  guint32 n_words = FRAME_LOCALS + self->task_offsets->coroutine.awaited;

  python_image_add (self->image, address, NULL, COROUTINE_BYTES);
  put (self, address, offsets->object.type, at_type (TYPE_COROUTINE));
  put (self, frame, offsets->frame.code, AT_CODES + 0x1000 * i);
  put (self, frame, offsets->frame.instruction, AT_CODES + 0x1000 * i + 0x100);
  *python_image_at (self->image, frame + offsets->frame.owner) =
    (guint8) offsets->owner_values.generator_owner;
  put (self, locals, FRAME_LOCALS * WORD, awaited);
  if (offsets->flags.stacktop_is_address)
    put (self, frame, offsets->frame.stacktop, locals + n_words * WORD);
  else
    memcpy (python_image_at (self->image, frame + offsets->frame.stacktop), &n_words,
            sizeof n_words);
}

static void
add_number (const Maker  *self,
            SondeAddress  address,
            guint32       number)
{
  add_object (self, address, TYPE_NUMBER);
  put (self, address, self->offsets->number.tag, 1 << 3);
  memcpy (python_image_at (self->image, address + self->offsets->number.digits), &number,
          sizeof number);
}

static void
add_task (const Maker *self,
          guint        i)
{
  const SondePythonTaskOffsets *offsets = self->task_offsets;
  SondeAddress task = at_task (i);
  SondeAddress coroutine = task + IN_TASK_COROUTINES;

  add_object (self, task, TYPE_TASK);
  put (self, task, offsets->task.coroutine, coroutine);
  put (self, task, offsets->task.name, task + IN_TASK_NAME);
  if (i == 0)
    python_image_add_text (self->image, self->offsets, task + IN_TASK_NAME, at_type (TYPE_STR),
                           "first");
  else if (i == PYTHON_ASYNCIO_TASKS - 1)
    python_image_add_text (self->image, self->offsets, task + IN_TASK_NAME, at_type (TYPE_STR),
                           "Task-77");
  else
    add_number (self, task + IN_TASK_NAME, i);

  for (guint k = 0; k < PYTHON_ASYNCIO_COROUTINES; k++)
    add_coroutine (self, coroutine + COROUTINE_BYTES * k,
                   k + 1 < PYTHON_ASYNCIO_COROUTINES ? coroutine + COROUTINE_BYTES * (k + 1)
                                                     : task + IN_TASK_FUTURE,
                   PYTHON_ASYNCIO_COROUTINES * i + k);
}

/* A built-in method of the @awaiter-th task is what @future, or a task, calls. */
static void
call_task (const Maker  *self,
           SondeAddress  future,
           SondeAddress  callable,
           guint         awaiter)
{
  add_object (self, callable, TYPE_BUILTIN);
  put (self, callable, self->task_offsets->builtin.self, at_task (awaiter));
  put (self, future, self->task_offsets->task.callback, callable);
}

/* A method of a TaskGroup is, with a context, in a list of what @task calls. */
static void
call_group (const Maker  *self,
            SondeAddress  task,
            guint         awaiter)
{
  static const char *const names[] = { "_entered", "_parent_task" };
  const SondeAddress values[] = { at_type (TYPE_OBJECT), at_task (awaiter) };

  add_dict (self, AT_GROUP_DICT, names, values, G_N_ELEMENTS (names));
  add_object (self, task + IN_TASK_SELF, TYPE_GROUP);
  put (self, task + IN_TASK_SELF, OBJECT_BYTES - WORD, AT_GROUP_DICT);
  add_object (self, task + IN_TASK_CALLABLE, TYPE_METHOD);
  put (self, task + IN_TASK_CALLABLE, self->task_offsets->method.self, task + IN_TASK_SELF);
  add_object (self, task + IN_TASK_TUPLE, TYPE_OBJECT);
  put (self, task + IN_TASK_TUPLE, self->offsets->tuple.data, task + IN_TASK_CALLABLE);
  add_object (self, task + IN_TASK_ITEMS, TYPE_OBJECT);
  put (self, task + IN_TASK_ITEMS, 0, task + IN_TASK_TUPLE);
  add_object (self, task + IN_TASK_LIST, TYPE_OBJECT);
  put (self, task + IN_TASK_LIST, self->offsets->list.data, task + IN_TASK_ITEMS);
  put (self, task + IN_TASK_LIST, self->offsets->object.size, 1);
  put (self, task, self->task_offsets->task.callbacks, task + IN_TASK_LIST);
}

/* A function is what @task calls, and in its closure are @task and a future that is awaited. */
static void
call_function (const Maker  *self,
               SondeAddress  task,
               guint         awaiter)
{
  SondeAddress closure = task + IN_TASK_TUPLE;

  add_object (self, task + IN_TASK_FUTURE, TYPE_FUTURE);
  call_task (self, task + IN_TASK_FUTURE, task + IN_TASK_SELF, awaiter);
  add_object (self, task + IN_TASK_CELL, TYPE_OBJECT);
  put (self, task + IN_TASK_CELL, self->task_offsets->cell.value, task + IN_TASK_FUTURE);
  add_object (self, task + IN_TASK_ITEMS, TYPE_OBJECT);
  put (self, task + IN_TASK_ITEMS, self->task_offsets->cell.value, task);
  add_object (self, closure, TYPE_OBJECT);
  put (self, closure, self->offsets->object.size, 2);
  put (self, closure, self->offsets->tuple.data, task + IN_TASK_ITEMS);
  put (self, closure, self->offsets->tuple.data + WORD, task + IN_TASK_CELL);
  add_object (self, task + IN_TASK_CALLABLE, TYPE_FUNCTION);
  put (self, task + IN_TASK_CALLABLE, self->task_offsets->function.closure, closure);
  put (self, task, self->task_offsets->task.callback, task + IN_TASK_CALLABLE);
}

/* The next one is told, or is the last but one in a set of eight places. */
static void
tell (const Maker  *self,
      guint         awaited,
      gboolean      is_set)
{
  SondeAddress task = at_task (awaited);
  SondeAddress table_of_set = task + IN_TASK_ITEMS;

  put (self, task, self->task_offsets->task.awaiters, is_set ? task + IN_TASK_LIST
                                                             : at_task (awaited + 1));
  if (!is_set)
    return;

  *python_image_at (self->image, task + self->task_offsets->task.has_awaiters) = 1;
  add_object (self, task + IN_TASK_LIST, TYPE_OBJECT);
  put (self, task + IN_TASK_LIST, self->task_offsets->set.mask, 7);
  put (self, task + IN_TASK_LIST, self->task_offsets->set.table, table_of_set);
  python_image_add (self->image, table_of_set, NULL, 8 * 2 * WORD);
  put (self, table_of_set, 2 * WORD, at_type (TYPE_OBJECT));
  put (self, table_of_set, 6 * 2 * WORD, at_task (awaited + 1));
}

static void
add_awaiters (const Maker *self)
{
  if (self->task_offsets->task.awaiters != NONE)
    {
      tell (self, 0, FALSE);
      tell (self, 1, TRUE);
      tell (self, 2, FALSE);
    }
  else
    {
      call_task (self, at_task (0), at_task (0) + IN_TASK_CALLABLE, 1);
      call_group (self, at_task (1), 2);
      call_function (self, at_task (2), 3);
    }
}

static void
add_module (const Maker *self)
{
  static const char *const modules[] = { "os", "_asyncio" };
  static const char *const names[] = { "Future", "Task", "_current_tasks" };
  const SondeAddress loaded[] = { at_type (TYPE_OBJECT), AT_MODULE };
  const SondeAddress values[] = { at_type (TYPE_FUTURE), at_type (TYPE_TASK), AT_CURRENT };
  const SondeAddress running = at_task (0);
  static const char *const loop = "a loop";

  python_image_add (self->image, AT_INTERPRETER, NULL,
                    self->offsets->interpreter.modules + WORD);
  put (self, AT_INTERPRETER, self->offsets->interpreter.modules, AT_MODULES);
  add_dict (self, AT_MODULES, modules, loaded, G_N_ELEMENTS (loaded));
  add_object (self, AT_MODULE, TYPE_MODULE);
  put (self, AT_MODULE, self->offsets->module.dict, AT_MODULE_DICT);
  add_dict (self, AT_MODULE_DICT, names, values, G_N_ELEMENTS (values));
  add_dict (self, AT_CURRENT, &loop, &running, 1);
}

static void
add_stack (const Maker    *self,
           SondeCodeStack *stack)
{
  for (guint k = PYTHON_ASYNCIO_COROUTINES; k-- > 0;)
    stack->frames[stack->depth++] = (SondeCodeFrame) {
      .frame = at_task (0) + IN_TASK_COROUTINES + COROUTINE_BYTES * k +
               self->task_offsets->coroutine.frame,
      .code = AT_CODES + 0x1000 * k,
    };
  for (guint k = 0; k < 2; k++)
    stack->frames[stack->depth++] = (SondeCodeFrame) {
      .frame = AT_THREAD + 0x800 + 0x100 * k, .code = AT_CODES + 0x100000 + 0x1000 * k,
    };
}

static Maker
make (PythonAsyncio            *self,
      const SondePythonOffsets *offsets)
{
  Maker maker = { .image = self->image, .offsets = offsets };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].version == offsets->version && table[i].free_threaded == offsets->free_threaded)
      maker.task_offsets = &table[i];
  g_assert_nonnull (maker.task_offsets);

  return maker;
}

PythonAsyncio *
python_asyncio_new (const SondePythonOffsets *offsets)
{
  PythonAsyncio *self = g_new0 (PythonAsyncio, 1);
  Maker maker;

  self->image = python_image_load (NULL);
  self->image->version = offsets->version;
  self->interpreter.address = AT_INTERPRETER;
  self->thread.interpreter = &self->interpreter;
  self->thread.state = AT_THREAD;

  maker = make (self, offsets);
  add_types (&maker);
  add_module (&maker);
  python_image_add (self->image, AT_THREAD, NULL, 0x800);
  for (guint i = 0; i < PYTHON_ASYNCIO_TASKS; i++)
    add_task (&maker, i);
  add_awaiters (&maker);
  if (maker.task_offsets->thread.task != NONE)
    put (&maker, AT_THREAD, maker.task_offsets->thread.task, at_task (0));
  add_stack (&maker, &self->stack);

  return self;
}

void
python_asyncio_free (PythonAsyncio *self)
{
  if (self == NULL)
    return;

  python_image_free (self->image);
  g_free (self);
}

void
python_asyncio_set_name (PythonAsyncio            *self,
                         const SondePythonOffsets *offsets,
                         const char               *name)
{
  SondeAddress text = at_task (0) + IN_TASK_NAME + offsets->unicode.ascii_data;

  g_assert_cmpuint (strlen (name), ==, strlen ((char *) python_image_at (self->image, text)));
  memcpy (python_image_at (self->image, text), name, strlen (name));
}

void
python_asyncio_make_costly (PythonAsyncio            *self,
                            const SondePythonOffsets *offsets,
                            guint                     n_attributes)
{
  Maker maker = make (self, offsets);
  SondeAddress entries = add_keys (&maker, AT_MANY_KEYS, n_attributes);
  SondeAddress list = at_task (1) + IN_TASK_LIST;

  for (guint i = 0; i < n_attributes; i++)
    {
      put (&maker, entries, 2 * WORD * i, at_task (0) + IN_TASK_NAME);
      put (&maker, entries, 2 * WORD * i + WORD, at_task (0));
    }
  put (&maker, AT_GROUP_DICT, offsets->dict.keys, AT_MANY_KEYS);

  python_image_add (self->image, AT_MANY_CALLS, NULL, N_MANY_CALLS * WORD);
  for (guint i = 0; i < N_MANY_CALLS; i++)
    put (&maker, AT_MANY_CALLS, i * WORD, at_task (1) + IN_TASK_TUPLE);
  put (&maker, list, offsets->list.data, AT_MANY_CALLS);
  put (&maker, list, offsets->object.size, N_MANY_CALLS);
}

gboolean
python_asyncio_read (PythonAsyncio    *self,
                     SondePythonTasks *tasks,
                     SondeCodeStack   *stack)
{
  SondePythonRunning running;

  sonde_python_tasks_read_running (tasks, &self->thread, &running);
  *stack = self->stack;

  return sonde_python_tasks_extend (tasks, &self->thread, &running, stack);
}
