/* tasks.c: the tasks of asyncio that await the one that a thread runs
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * While a thread runs a task, the frame of the task's coroutine is on its stack. The others are
 * suspended, and stay so: only that thread could make them go on. Their frames lie in their
 * coroutines, and what each awaits is on top of its stack.
 *
 * Where the fields of a task are is the module's own affair and may change with any release: a task
 * is only taken for one if its type is that of the module.
 */

#include "config.h"

#include "python/tasks.h"

#include <string.h>

#include "base/clock.h"
#include "python/frame.h"
#include "python/tasks-private.h"
#include "python/text.h"

#define NONE SONDE_PYTHON_NO_FIELD
#define WORD 8

#define LOOK_INTERVAL_NS (SONDE_NS_PER_SECOND / 2)

/* How far from where it is in the release that was asked the task of a thread is looked for. */
#define SHIFT_WORDS 8

#define TASKS_MAX 256
#define COROUTINES_MAX 512
/* For all of a stack, whatever the target makes of it: some 20 ms. */
#define OBJECTS_MAX 4096
#define STACK_WORDS_MAX 8192

/* The lowest bits of what a frame refers to may be tags. */
#define TAGS G_GUINT64_CONSTANT (3)

static const SondePythonTaskOffsets table[] = {
#include "python/task-offsets-table.inc"
};

struct _SondePythonTasks
{
  SondePythonAwaiters  awaiters;
  const SondePythonOffsets *offsets;   /* borrowed */
  gsize                frame_bytes;    /* what is read of a frame */
  SondeFunctions      *functions;      /* borrowed */
  gboolean             with_numbers;
  GHashTable          *modules;        /* owned; of an interpreter → SondePythonTaskModule */
  GArray              *names;          /* of const SondeFunction *; the code is the place + 1 */
  GHashTable          *codes;          /* id of a function → its code */
  guint32              task_in_thread; /* since 3.14 */
  gboolean             is_sure;        /* that it is there */
  SondeCodeFrame       frames[COROUTINES_MAX];
};

static const SondePythonTaskOffsets *
find_offsets (const SondePythonOffsets *offsets)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].version == offsets->version &&
        table[i].free_threaded == offsets->free_threaded)
      return &table[i];

  return NULL;
}

SondePythonTasks *
sonde_python_tasks_new (const SondePythonMemory  *memory,
                        const SondePythonOffsets *offsets,
                        SondeFunctions           *functions,
                        gboolean                  with_numbers)
{
  const SondePythonTaskOffsets *task_offsets = find_offsets (offsets);
  gsize frame_bytes = sonde_python_frame_get_bytes (offsets);
  SondePythonTasks *self;

  if (task_offsets == NULL || frame_bytes == 0)
    return NULL;

  self = g_new0 (SondePythonTasks, 1);
  self->awaiters.heap.memory = memory;
  self->awaiters.heap.offsets = offsets;
  self->awaiters.offsets = task_offsets;
  self->offsets = offsets;
  self->frame_bytes = frame_bytes;
  self->functions = functions;
  self->with_numbers = with_numbers;
  self->task_in_thread = task_offsets->thread.task;
  self->modules = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->names = g_array_new (FALSE, FALSE, sizeof (const SondeFunction *));
  self->codes = g_hash_table_new (NULL, NULL);

  return self;
}

void
sonde_python_tasks_free (SondePythonTasks *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->modules);
  g_array_unref (self->names);
  g_hash_table_unref (self->codes);
  g_free (self);
}

static SondeAddress
read_word (SondePythonTasks *self,
           SondeAddress      address)
{
  return sonde_python_heap_read_word (&self->awaiters.heap, address);
}

static void
look_for_module (SondePythonTasks      *self,
                 SondeAddress           interpreter,
                 SondePythonTaskModule *module)
{
  SondePythonHeap *heap = &self->awaiters.heap;
  SondeAddress dict = sonde_python_heap_find_module (heap, interpreter, "_asyncio");

  if (dict == 0)
    return;

  module->future_type = sonde_python_heap_find_item (heap, dict, "Future");
  if (!sonde_python_has_field (self->task_in_thread))
    module->current_tasks = sonde_python_heap_find_item (heap, dict, "_current_tasks");
  module->task_type = sonde_python_heap_find_item (heap, dict, "Task");
}

/* NULL if asyncio is not there. */
static SondePythonTaskModule *
find_module (SondePythonTasks *self,
             SondeAddress      interpreter)
{
  gpointer key = GSIZE_TO_POINTER (interpreter);
  SondePythonTaskModule *module = g_hash_table_lookup (self->modules, key);
  guint64 now_ns = sonde_clock_now_ns ();

  if (module == NULL)
    {
      module = g_new0 (SondePythonTaskModule, 1);
      g_hash_table_insert (self->modules, key, module);
    }
  else if (now_ns - module->looked_ns < LOOK_INTERVAL_NS)
    {
      return module->task_type != 0 ? module : NULL;
    }

  /* An interpreter may have ended, and another lie at its address: then there are no such tasks. */
  if (!module->is_seen)
    look_for_module (self, interpreter, module);
  module->is_seen = FALSE;
  module->looked_ns = now_ns;

  return module->task_type != 0 ? module : NULL;
}

/* Once a task was seen where it is kept, it is always there. */
static SondeAddress
read_task_of_thread (SondePythonTasks *self,
                     SondeAddress      state)
{
  SondeAddress words[2 * SHIFT_WORDS + 1];
  guint32 first = self->awaiters.offsets->thread.task - SHIFT_WORDS * WORD;

  if (self->is_sure)
    return read_word (self, state + self->task_in_thread);

  if (!sonde_python_memory_copy (self->awaiters.heap.memory, state + first, words, sizeof words))
    return 0;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i] != 0 && sonde_python_awaiters_is_task (&self->awaiters, words[i]))
      {
        self->is_sure = TRUE;
        self->task_in_thread = first + i * WORD;
        return words[i];
      }

  return 0;
}

void
sonde_python_tasks_read_running (SondePythonTasks        *self,
                                 const SondePythonThread *thread,
                                 SondePythonRunning      *running)
{
  g_autoptr(GArray) items = NULL;

  *running = (SondePythonRunning) { 0 };
  self->awaiters.budget = OBJECTS_MAX;
  self->awaiters.module = find_module (self, thread->interpreter->address);
  if (self->awaiters.module == NULL)
    return;

  if (sonde_python_has_field (self->task_in_thread))
    {
      running->tasks[0] = read_task_of_thread (self, thread->state);
      running->n = running->tasks[0] != 0;
      return;
    }

  items = sonde_python_heap_list_dict (&self->awaiters.heap, self->awaiters.module->current_tasks);
  for (guint i = 0; items != NULL && i < items->len && running->n < SONDE_PYTHON_RUNNING_MAX; i++)
    running->tasks[running->n++] = g_array_index (items, SondePythonItem, i).value;
}

static gboolean
append (SondeCodeStack *stack,
        SondeCodeFrame  frame)
{
  if (stack->depth == SONDE_STACK_DEPTH_MAX)
    {
      stack->is_truncated = TRUE;
      return FALSE;
    }

  stack->frames[stack->depth++] = frame;

  return TRUE;
}

/* Whether it is "Task-" and a number. */
static gboolean
is_numbered (const char *text)
{
  static const char prefix[] = "Task-";

  return g_str_has_prefix (text, prefix) &&
         text[strspn (text + strlen (prefix), "0123456789") + strlen (prefix)] == '\0';
}

/* (transfer full): a task's name. That which asyncio gave it is a number, or the text of one once
 * somebody has asked for it.
 */
static char *
dup_name (SondePythonTasks *self,
          SondeAddress      task)
{
  SondePythonHeap *heap = &self->awaiters.heap;
  SondeAddress address = read_word (self, task + self->awaiters.offsets->task.name);
  g_autofree char *text = NULL;
  guint64 number;

  if (sonde_python_heap_read_number (heap, address, &number))
    text = g_strdup_printf ("Task-%" G_GUINT64_FORMAT, number);
  else
    text = sonde_python_text_dup (heap, address, NULL);

  if (text == NULL || (!self->with_numbers && is_numbered (text)))
    return g_strdup ("[Task]");

  return g_strconcat ("[", text, "]", NULL);
}

/* What stands for the name of @task in place of a code object. */
static SondeAddress
find_code_of_name (SondePythonTasks *self,
                   SondeAddress      task)
{
  g_autofree char *name = dup_name (self, task);
  SondeFunction wanted = { .kind = SONDE_FUNCTION_KIND_PYTHON, .name = name };
  const SondeFunction *function;
  gpointer code;

  /* The last one is for all others. */
  if (self->names->len >= SONDE_PYTHON_TASK_NAMES_END - 2)
    wanted.name = "[Task]";

  function = sonde_functions_intern (self->functions, &wanted);
  code = g_hash_table_lookup (self->codes, GUINT_TO_POINTER (function->id));
  if (code == NULL && self->names->len < SONDE_PYTHON_TASK_NAMES_END - 1)
    {
      g_array_append_val (self->names, function);
      code = GUINT_TO_POINTER (self->names->len);
      g_hash_table_insert (self->codes, GUINT_TO_POINTER (function->id), code);
    }

  return GPOINTER_TO_UINT (code);
}

const SondeFunction *
sonde_python_tasks_get_function (SondePythonTasks *self,
                                 SondeAddress      code)
{
  return code > 0 && code <= self->names->len
         ? g_array_index (self->names, const SondeFunction *, code - 1) : NULL;
}

/* Reads the frame of the coroutine at @coroutine, and what it awaits: 0 if it does not stand at an
 * await. FALSE if it has no frame.
 */
static gboolean
read_coroutine (SondePythonTasks *self,
                SondeAddress      coroutine,
                SondeCodeFrame   *frame,
                SondeAddress     *awaited)
{
  const SondePythonOffsets *offsets = self->offsets;
  SondeAddress address = coroutine + self->awaiters.offsets->coroutine.frame;
  guint8 bytes[SONDE_PYTHON_FRAME_BYTES_MAX];
  SondePythonFrame decoded;
  gint64 n_words;

  if (!sonde_python_memory_copy (self->awaiters.heap.memory, address, bytes, self->frame_bytes) ||
      bytes[offsets->frame.owner] != offsets->owner_values.generator_owner)
    return FALSE;

  sonde_python_frame_decode (offsets, bytes, &decoded);
  *frame = (SondeCodeFrame) {
    .frame = address, .code = decoded.code, .instruction = decoded.instruction,
  };
  if (offsets->flags.stacktop_is_address)
    n_words = (gint64) (sonde_python_get_word (bytes, offsets->frame.stacktop) -
                        (address + offsets->frame.localsplus)) / WORD;
  else
    n_words = sonde_python_get_int (bytes, offsets->frame.stacktop);

  n_words -= self->awaiters.offsets->coroutine.awaited;
  *awaited = 0;
  if (n_words >= 0 && n_words < STACK_WORDS_MAX)
    *awaited = read_word (self, address + offsets->frame.localsplus + (guint64) n_words * WORD) &
               ~TAGS;

  return frame->code >= SONDE_PYTHON_TASK_NAMES_END;
}

/* The frames of a suspended task, and its name. What a coroutine awaits is another one if it is of
 * the same type.
 */
static void
append_task (SondePythonTasks *self,
             SondeAddress      task,
             SondeCodeStack   *stack)
{
  SondeAddress coroutine = read_word (self, task + self->awaiters.offsets->task.coroutine);
  SondeAddress type = read_word (self, coroutine + self->offsets->object.type);
  SondeAddress awaited;
  guint n = 0;

  while (n < COROUTINES_MAX && coroutine != 0 &&
         read_word (self, coroutine + self->offsets->object.type) == type &&
         read_coroutine (self, coroutine, &self->frames[n], &awaited))
    {
      n++;
      coroutine = awaited;
    }

  stack->is_truncated |= n == COROUTINES_MAX;
  while (n > 0 && append (stack, self->frames[n - 1]))
    n--;
  append (stack, (SondeCodeFrame) { .code = find_code_of_name (self, task) });
}

/* Cuts off what is outside of the task that runs on @stack, and gives that task; 0 if none does. */
static SondeAddress
cut_loop (SondePythonTasks         *self,
          const SondePythonRunning *running,
          SondeCodeStack           *stack)
{
  const SondePythonTaskOffsets *offsets = self->awaiters.offsets;

  for (guint i = 0; i < running->n; i++)
    {
      SondeAddress task = running->tasks[i];
      SondeAddress frame = read_word (self, task + offsets->task.coroutine) +
                           offsets->coroutine.frame;

      for (guint k = stack->depth; k-- > 0;)
        if (stack->frames[k].frame == frame &&
            sonde_python_awaiters_is_task (&self->awaiters, task))
          {
            stack->depth = k + 1;
            stack->is_truncated = FALSE;
            return task;
          }
    }

  return 0;
}

static gboolean
is_among (const SondeAddress *tasks,
          guint               n,
          SondeAddress        task)
{
  for (guint i = 0; i < n; i++)
    if (tasks[i] == task)
      return TRUE;

  return FALSE;
}

gboolean
sonde_python_tasks_extend (SondePythonTasks         *self,
                           const SondePythonThread  *thread,
                           const SondePythonRunning *running,
                           SondeCodeStack           *stack)
{
  SondeAddress tasks[TASKS_MAX];
  SondePythonRunning now;
  SondeAddress task;
  guint n = 0;

  sonde_python_tasks_read_running (self, thread, &now);
  if (memcmp (&now, running, sizeof now) != 0)
    return FALSE;

  task = cut_loop (self, &now, stack);
  if (task != 0)
    append (stack, (SondeCodeFrame) { .code = find_code_of_name (self, task) });

  /* Tasks that await each other would go on for ever. */
  while (task != 0 && n < TASKS_MAX && stack->depth < SONDE_STACK_DEPTH_MAX)
    {
      tasks[n++] = task;
      task = sonde_python_awaiters_find (&self->awaiters, task);
      if (task == 0 || is_among (tasks, n, task))
        return TRUE;

      append_task (self, task, stack);
    }

  stack->is_truncated |= task != 0;

  return TRUE;
}
