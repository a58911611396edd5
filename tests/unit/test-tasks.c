/* test-tasks.c: tasks of asyncio that are made up
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * That real ones are those which the target tells is tested in python.py.
 */

#include "config.h"

#include <string.h>

#include "python/dict.h"
#include "support/python-asyncio.h"

/* Of one stack, whatever the target makes of it: some 20 ms. */
#define READS_MAX 20000
#define BYTES_MAX (8 * 1024 * 1024)

static const struct
{
  const char *name;
  guint       version;
  gboolean    free_threaded;
} versions[] = {
  { "3.12", 0x030c, FALSE },
  { "3.13", 0x030d, FALSE },
  { "3.13t", 0x030d, TRUE },
  { "3.14", 0x030e, FALSE },
  { "3.14t", 0x030e, TRUE },
  { "3.15", 0x030f, FALSE },
  { "3.15t", 0x030f, TRUE },
};

/* Where the codes of the coroutines say that they are, by the images' own count, or the names. */
static char *
dup_shown (const SondePythonOffsets *offsets,
           PythonAsyncio            *asyncio)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_autoptr(SondePythonTasks) tasks = NULL;
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  SondePythonMemory memory = python_image_get_memory (asyncio->image);
  GString *shown = g_string_new (NULL);

  tasks = sonde_python_tasks_new (&memory, offsets, functions, TRUE);
  g_assert_true (python_asyncio_read (asyncio, tasks, stack));
  for (guint i = 0; i < stack->depth; i++)
    {
      const SondeFunction *name = sonde_python_tasks_get_function (tasks, stack->frames[i].code);

      if (name != NULL)
        g_string_append_printf (shown, "%s ", name->name);
      else
        g_string_append_printf (shown, "%" G_GINT64_MODIFIER "x ",
                                (stack->frames[i].code & 0xfffff) >> 12);
    }
  g_string_append (shown, stack->is_truncated ? "…" : ".");

  return g_string_free (shown, FALSE);
}

/* Each task's coroutines, and its name, in the place of the loop. */
static void
test_tasks_chain (gconstpointer data)
{
  guint which = GPOINTER_TO_UINT (data);
  const SondePythonOffsets *offsets = sonde_python_offsets_find (versions[which].version,
                                                                 versions[which].free_threaded);
  g_autoptr(PythonAsyncio) asyncio = python_asyncio_new (offsets);
  g_autofree char *shown = dup_shown (offsets, asyncio);

  g_assert_cmpstr (shown, ==,
                   "1 0 [first] 3 2 [Task-1] 5 4 [Task-2] 7 6 [Task-77] .");
}

static void
check_costly (const SondePythonOffsets *offsets,
              guint                     n_attributes)
{
  g_autoptr(PythonAsyncio) asyncio = python_asyncio_new (offsets);
  g_autofree char *shown = NULL;

  python_asyncio_make_costly (asyncio, offsets, n_attributes);
  shown = dup_shown (offsets, asyncio);
  g_test_message ("%u attributes: %" G_GUINT64_FORMAT " reads, %" G_GUINT64_FORMAT " bytes",
                  n_attributes, asyncio->image->n_reads, asyncio->image->n_bytes);
  g_assert_cmpstr (shown, ==, "1 0 [first] 3 2 [Task-1] .");
  g_assert_cmpuint (asyncio->image->n_reads, <=, READS_MAX);
  g_assert_cmpuint (asyncio->image->n_bytes, <=, BYTES_MAX);
}

/* Where many methods are called of something with many attributes, the search ends soon. */
static void
test_tasks_costly (gconstpointer data)
{
  guint which = GPOINTER_TO_UINT (data);
  const SondePythonOffsets *offsets = sonde_python_offsets_find (versions[which].version,
                                                                 versions[which].free_threaded);

  check_costly (offsets, 100);
  check_costly (offsets, SONDE_PYTHON_DICT_ENTRIES_MAX);
}

/* A target may say that the fields of a frame are far from it. */
static void
test_tasks_frame_bounds (void)
{
  const SondePythonOffsets *known = sonde_python_offsets_find (0x030d, FALSE);
  static const struct
  {
    gsize   field;
    guint32 last; /* that fits */
  } fields[] = {
    { G_STRUCT_OFFSET (SondePythonOffsets, frame.owner), 504 },
    { G_STRUCT_OFFSET (SondePythonOffsets, frame.code), 504 },
    { G_STRUCT_OFFSET (SondePythonOffsets, frame.instruction), 504 },
    { G_STRUCT_OFFSET (SondePythonOffsets, frame.stacktop), 504 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    for (guint beyond = 0; beyond < 2; beyond++)
      {
        g_autoptr(SondeFunctions) functions = sonde_functions_new ();
        g_autoptr(SondePythonTasks) tasks = NULL;
        SondePythonMemory memory = { 0 };
        SondePythonOffsets offsets = *known;

        G_STRUCT_MEMBER (guint32, &offsets, fields[i].field) = fields[i].last + beyond;
        tasks = sonde_python_tasks_new (&memory, &offsets, functions, FALSE);
        g_assert_cmpint (tasks == NULL, ==, beyond);
      }
}

/* Of so many names that not all are kept, those that come later are one. */
static void
test_tasks_many_names (void)
{
  const SondePythonOffsets *offsets = sonde_python_offsets_find (0x030e, FALSE);
  g_autoptr(PythonAsyncio) asyncio = python_asyncio_new (offsets);
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_autoptr(SondePythonTasks) tasks = NULL;
  g_autofree SondeCodeStack *stack = g_new0 (SondeCodeStack, 1);
  SondePythonMemory memory = python_image_get_memory (asyncio->image);

  tasks = sonde_python_tasks_new (&memory, offsets, functions, TRUE);
  for (guint i = 0; i < SONDE_PYTHON_TASK_NAMES_END + 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("n%04u", i);
      const SondeFunction *first = NULL;

      python_asyncio_set_name (asyncio, offsets, name);
      g_assert_true (python_asyncio_read (asyncio, tasks, stack));
      for (guint k = 0; k < stack->depth && first == NULL; k++)
        if (stack->frames[k].code < SONDE_PYTHON_TASK_NAMES_END)
          {
            g_assert_cmpuint (stack->frames[k].code, >, 0);
            first = sonde_python_tasks_get_function (tasks, stack->frames[k].code);
          }

      g_assert_nonnull (first);
      if (i < 1000)
        g_assert_nonnull (strstr (first->name, name));
      else if (i > SONDE_PYTHON_TASK_NAMES_END)
        g_assert_cmpstr (first->name, ==, "[Task]");
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/tasks/frame-bounds", test_tasks_frame_bounds);
  g_test_add_func ("/python/tasks/many-names", test_tasks_many_names);
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autofree char *chain = g_strdup_printf ("/python/tasks/chain/%s", versions[i].name);
      g_autofree char *costly = g_strdup_printf ("/python/tasks/costly/%s", versions[i].name);

      g_test_add_data_func (chain, GUINT_TO_POINTER (i), test_tasks_chain);
      if (versions[i].version < 0x030e)
        g_test_add_data_func (costly, GUINT_TO_POINTER (i), test_tasks_costly);
    }

  return g_test_run ();
}
