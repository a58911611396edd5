/* task-awaiters.c: who awaits a future of asyncio
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Since 3.14 a future knows the tasks that await it. Before that it only knows what is to be called
 * when it is done: a task that awaits it has a built-in method of its own called; a TaskGroup a
 * method of itself, and it knows the task that it belongs to; gather(), wait() and shield() have
 * functions inside called, in whose closures another future is, which a task awaits.
 */

#include "config.h"

#include "python/tasks-private.h"

#include <stdlib.h>

#define WORD 8

#define BASES_MAX 8
#define SET_KEYS_MAX 4096
#define CALLBACKS_MAX 64
#define CELLS_MAX 32
/* Futures within futures. */
#define NESTING_MAX 4

typedef enum
{
  KIND_OTHER,
  KIND_BUILTIN,
  KIND_METHOD,
  KIND_FUNCTION,
} Kind;

/* One place of the table of a set. */
typedef struct
{
  SondeAddress object; /* 0 for none */
  guint64      hash;
} Key;

static SondeAddress
read_word (SondePythonAwaiters *self,
           SondeAddress         address)
{
  return sonde_python_heap_read_word (&self->heap, address);
}

static SondeAddress
read_type (SondePythonAwaiters *self,
           SondeAddress         object)
{
  if (object == 0 || self->budget == 0)
    return 0;

  self->budget--;

  return read_word (self, object + self->heap.offsets->object.type);
}

/* Whether the object at @address is of @type or of one that is made of it. */
static gboolean
is_a (SondePythonAwaiters *self,
      SondeAddress         address,
      SondeAddress         type)
{
  SondeAddress base = read_type (self, address);

  for (guint i = 0; base != 0 && i < BASES_MAX; i++)
    {
      if (base == type)
        return TRUE;
      base = read_word (self, base + self->offsets->type.base);
    }

  return FALSE;
}

gboolean
sonde_python_awaiters_is_task (SondePythonAwaiters *self,
                               SondeAddress         address)
{
  gboolean is_task = is_a (self, address, self->module->task_type);

  self->module->is_seen |= is_task;

  return is_task;
}

static int
compare_keys_cb (gconstpointer a,
                 gconstpointer b)
{
  const Key *left = a;
  const Key *right = b;

  return left->object < right->object ? -1 : left->object > right->object;
}

/* The lowest of the tasks in the set at @set. */
static SondeAddress
find_in_set (SondePythonAwaiters *self,
             SondeAddress         set)
{
  guint64 n_keys = read_word (self, set + self->offsets->set.mask) + 1;
  SondeAddress table = read_word (self, set + self->offsets->set.table);
  g_autofree Key *keys = NULL;

  if (n_keys == 0 || n_keys > SET_KEYS_MAX)
    return 0;

  keys = g_new (Key, n_keys);
  if (!sonde_python_memory_copy (self->heap.memory, table, keys, n_keys * sizeof *keys))
    return 0;

  qsort (keys, n_keys, sizeof *keys, compare_keys_cb);
  for (guint i = 0; i < n_keys && self->budget > 0; i++)
    if (sonde_python_awaiters_is_task (self, keys[i].object))
      return keys[i].object;

  return 0;
}

static SondeAddress
find_told (SondePythonAwaiters *self,
           SondeAddress         task)
{
  SondeAddress awaiters = read_word (self, task + self->offsets->task.awaiters);
  guint8 is_set;

  if (awaiters == 0 ||
      !sonde_python_memory_copy (self->heap.memory, task + self->offsets->task.has_awaiters,
                                 &is_set, 1))
    return 0;

  if (is_set != 0)
    return find_in_set (self, awaiters);

  return sonde_python_awaiters_is_task (self, awaiters) ? awaiters : 0;
}

static Kind
read_kind (SondePythonAwaiters *self,
           SondeAddress         callable)
{
  static const struct
  {
    const char *name;
    Kind        kind;
  } kinds[] = {
    { "builtin_function_or_method", KIND_BUILTIN },
    { "method", KIND_METHOD },
    { "function", KIND_FUNCTION },
  };
  SondeAddress type = read_type (self, callable);
  char name[32] = "";

  if (type == 0 ||
      !sonde_python_memory_copy (self->heap.memory,
                                 read_word (self, type + self->heap.offsets->type.name), name,
                                 sizeof name - 1))
    return KIND_OTHER;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (name, kinds[i].name))
      return kinds[i].kind;

  return KIND_OTHER;
}

/* The objects of the tuple or list whose items lie at @items, as far as there is room. */
static guint
read_items (SondePythonAwaiters *self,
            SondeAddress         object,
            SondeAddress         items,
            guint                max,
            SondeAddress        *objects)
{
  guint64 n = read_word (self, object + self->heap.offsets->object.size);

  n = MIN (n, max);

  return sonde_python_memory_copy (self->heap.memory, items, objects, n * WORD) ? n : 0;
}

/* What is called when @future is done, in this order. */
static guint
read_callbacks (SondePythonAwaiters *self,
                SondeAddress         future,
                SondeAddress         callbacks[CALLBACKS_MAX])
{
  const SondePythonOffsets *offsets = self->heap.offsets;
  SondeAddress first = read_word (self, future + self->offsets->task.callback);
  SondeAddress list = read_word (self, future + self->offsets->task.callbacks);
  SondeAddress pairs[CALLBACKS_MAX - 1];
  guint n_pairs = 0;
  guint n = 0;

  if (first != 0)
    callbacks[n++] = first;
  if (list != 0)
    n_pairs = read_items (self, list, read_word (self, list + offsets->list.data),
                          CALLBACKS_MAX - 1, pairs);

  /* Each with the context that it is to be called in. */
  for (guint i = 0; i < n_pairs && self->budget > 0; i++, self->budget--)
    callbacks[n++] = read_word (self, pairs[i] + offsets->tuple.data);

  return n;
}

static SondeAddress find_called (SondePythonAwaiters *self,
                                 SondeAddress         future,
                                 guint                nesting);

/* Who awaits another future that is in the closure of @function. */
static SondeAddress
find_in_closure (SondePythonAwaiters *self,
                 SondeAddress         function,
                 SondeAddress         future,
                 guint                nesting)
{
  SondeAddress closure = read_word (self, function + self->offsets->function.closure);
  SondeAddress cells[CELLS_MAX];
  SondeAddress found = 0;
  guint n = 0;

  if (closure != 0)
    n = read_items (self, closure, closure + self->heap.offsets->tuple.data, CELLS_MAX, cells);

  for (guint i = 0; i < n && found == 0; i++)
    {
      SondeAddress value = read_word (self, cells[i] + self->offsets->cell.value);

      if (value != future && is_a (self, value, self->module->future_type))
        found = find_called (self, value, nesting + 1);
    }

  return found;
}

static SondeAddress
find_of_method (SondePythonAwaiters *self,
                SondeAddress         method)
{
  SondeAddress group = read_word (self, method + self->offsets->method.self);
  SondeAddress task;

  /* Many methods may be of what has many attributes. */
  self->heap.budget = &self->budget;
  task = sonde_python_heap_find_attribute (&self->heap, group, "_parent_task", &self->key);
  self->heap.budget = NULL;

  return task != 0 && sonde_python_awaiters_is_task (self, task) ? task : 0;
}

/* By what is called when @future is done: first of what says it at once. */
static SondeAddress
find_called (SondePythonAwaiters *self,
             SondeAddress         future,
             guint                nesting)
{
  SondeAddress callbacks[CALLBACKS_MAX];
  Kind kinds[CALLBACKS_MAX];
  guint n = nesting < NESTING_MAX ? read_callbacks (self, future, callbacks) : 0;
  SondeAddress task = 0;

  for (guint i = 0; i < n && task == 0; i++)
    {
      kinds[i] = read_kind (self, callbacks[i]);
      if (kinds[i] == KIND_METHOD)
        task = find_of_method (self, callbacks[i]);
      else if (kinds[i] == KIND_BUILTIN)
        {
          SondeAddress object = read_word (self, callbacks[i] + self->offsets->builtin.self);

          task = sonde_python_awaiters_is_task (self, object) ? object : 0;
        }
    }

  for (guint i = 0; i < n && task == 0; i++)
    if (kinds[i] == KIND_FUNCTION)
      task = find_in_closure (self, callbacks[i], future, nesting);

  return task;
}

SondeAddress
sonde_python_awaiters_find (SondePythonAwaiters *self,
                            SondeAddress         future)
{
  return sonde_python_has_field (self->offsets->task.awaiters) ? find_told (self, future)
                                                               : find_called (self, future, 0);
}
