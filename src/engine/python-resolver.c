/* python-resolver.c: which functions a stack of code objects is
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/python-resolver.h"

/* How often a stack is looked at whose functions were not those that they were. */
#define RESOLVE_TRIES 3

typedef struct
{
  SondeAddress         code;
  const SondeFunction *function;
  gboolean             is_inner;
} Resolved;

struct _SondePythonResolver
{
  SondePythonCodes *codes;    /* borrowed */
  SondePythonTasks *tasks;    /* borrowed; NULL if they cannot be followed */
  GArray           *resolved; /* of Resolved: the last stack, outermost first */
  gboolean          was_rechecked; /* the last stack was: none of it is taken over */
};

/**
 * sonde_python_resolver_new:
 * @codes: (transfer none): outlives the resolver, which rechecks it
 * @tasks: (transfer none) (nullable): the same; who reads the tasks that stacks have in them
 *
 * Returns: (transfer full): one that knows of no stack yet
 */
SondePythonResolver *
sonde_python_resolver_new (SondePythonCodes *codes,
                           SondePythonTasks *tasks)
{
  SondePythonResolver *self = g_new0 (SondePythonResolver, 1);

  self->codes = codes;
  self->tasks = tasks;
  self->resolved = g_array_new (FALSE, FALSE, sizeof (Resolved));

  return self;
}

void
sonde_python_resolver_free (SondePythonResolver *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->resolved);
  g_free (self);
}

/* What is used again is to be found again, or it would not be looked at. */
void
sonde_python_resolver_begin_turn (SondePythonResolver *self)
{
  g_array_set_size (self->resolved, 0);
  sonde_python_codes_begin_turn (self->codes);
}

/* Since 3.12 the interpreter puts a frame of its own between an __init__ and the function that
 * makes the object. Its code says that it is in a file of that name, and Python never shows it.
 */
static gboolean
is_inner (const SondeFunction *function)
{
  return function != NULL && g_strcmp0 (function->file, "__init__") == 0 &&
         g_str_equal (function->name, "__init__");
}

static const SondeFunction *
find_function (SondePythonResolver *self,
               SondeAddress         code)
{
  if (self->tasks != NULL && code < SONDE_PYTHON_TASK_NAMES_END)
    return sonde_python_tasks_get_function (self->tasks, code);

  return sonde_python_codes_find (self->codes, code);
}

/* Finds the functions of @codes, as they were the last time where the stack is the same. FALSE if
 * what is there is no code.
 */
static gboolean
find_functions (SondePythonResolver  *self,
                const SondeCodeStack *codes)
{
  guint n_same = 0;

  while (n_same < MIN (codes->depth, self->resolved->len) &&
         g_array_index (self->resolved, Resolved, n_same).code ==
         codes->frames[codes->depth - 1 - n_same].code)
    n_same++;

  g_array_set_size (self->resolved, n_same);
  for (guint i = codes->depth - n_same; i-- > 0;)
    {
      Resolved resolved = { .code = codes->frames[i].code };

      resolved.function = find_function (self, resolved.code);
      if (resolved.function == NULL)
        return FALSE;

      resolved.is_inner = is_inner (resolved.function);
      g_array_append_val (self->resolved, resolved);
    }

  return TRUE;
}

/* The outer frames are mostly those of the last stack. But the memory of what lived for a moment
 * may be that of another function by now.
 */
gboolean
sonde_python_resolver_settle (SondePythonResolver  *self,
                              const SondeCodeStack *codes)
{
  if (self->was_rechecked)
    g_array_set_size (self->resolved, 0);
  self->was_rechecked = FALSE;
  for (guint i = 0; i < RESOLVE_TRIES; i++)
    {
      gboolean are_functions = find_functions (self, codes);

      if (!sonde_python_codes_needs_recheck (self->codes))
        return are_functions;

      self->was_rechecked = TRUE;
      if (sonde_python_codes_recheck (self->codes) == 0)
        return are_functions;

      g_array_set_size (self->resolved, 0);
    }

  return FALSE;
}

guint
sonde_python_resolver_fill (SondePythonResolver  *self,
                            const SondeFunction **functions)
{
  guint depth = 0;

  for (guint i = self->resolved->len; i-- > 0;)
    {
      const Resolved *resolved = &g_array_index (self->resolved, Resolved, i);

      if (!resolved->is_inner)
        functions[depth++] = resolved->function;
    }

  return depth;
}

const SondeFunction *
sonde_python_resolver_find (SondePythonResolver  *self,
                            const SondeCodeFrame *frame)
{
  const SondeFunction *function = find_function (self, frame->code);

  return is_inner (function) ? NULL : function;
}
