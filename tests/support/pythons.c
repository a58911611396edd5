/* pythons.c: the CPythons that are installed here
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/pythons.h"

#include <glob.h>
#include <stdlib.h>
#include <stdio.h>

#define QUESTION \
  "import sys, sysconfig\n" \
  "print(getattr(getattr(sys, 'implementation', None), 'name', 'cpython'),\n" \
  "      '%d %d %d' % tuple(sys.version_info[:3]),\n" \
  "      int(bool(sysconfig.get_config_var('Py_GIL_DISABLED'))))\n"

static void
free_python (gpointer data)
{
  TestPython *self = data;

  g_free (self->path);
  g_free (self->name);
  g_free (self);
}

/* The Python at @path (transfer full), or NULL if it is none. */
static TestPython *
ask_python (const char *path)
{
  const char *const argv[] = { path, "-S", "-c", QUESTION, NULL };
  g_autofree char *output = NULL;
  TestPython *self;
  guint major;
  guint minor;
  guint micro;
  int free_threaded;
  int status;

  if (!g_spawn_sync (NULL, (char **) (gsize) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                     &output, NULL, &status, NULL) ||
      status != 0)
    return NULL;

  /* Python 2 prints a tuple. */
  g_strdelimit (output, "(),'", ' ');
  if (sscanf (output, " cpython %u %u %u %d", &major, &minor, &micro, &free_threaded) != 4)
    return NULL;

  self = g_new0 (TestPython, 1);
  self->path = g_strdup (path);
  self->version = major << 8 | minor;
  self->micro = micro;
  self->free_threaded = free_threaded;
  self->name = g_strdup_printf ("%u.%u.%u%s", major, minor, micro, free_threaded ? "t" : "");

  return self;
}

static int
compare_cb (gconstpointer a,
            gconstpointer b)
{
  const TestPython *left = *(TestPython *const *) a;
  const TestPython *right = *(TestPython *const *) b;
  guint left_key = left->version << 8 | MIN (left->micro, 0xff);
  guint right_key = right->version << 8 | MIN (right->micro, 0xff);

  if (left_key != right_key)
    return left_key < right_key ? -1 : 1;
  if (left->free_threaded != right->free_threaded)
    return left->free_threaded ? 1 : -1;

  return g_strcmp0 (left->path, right->path);
}

/* Adds what is at @path if it is not there under another name. */
static void
add_python (GPtrArray  *pythons,
            GHashTable *seen,
            const char *path)
{
  char *real = realpath (path, NULL);
  TestPython *python;

  if (real == NULL || g_hash_table_contains (seen, real))
    {
      free (real);
      return;
    }

  /* By its real name: a program that starts another one, like pyenv's, is not a Python. */
  g_hash_table_add (seen, g_strdup (real));
  python = g_str_has_suffix (real, "-config") ? NULL : ask_python (real);
  if (python != NULL)
    g_ptr_array_add (pythons, python);
  free (real);
}

static void
add_pattern (GPtrArray  *pythons,
             GHashTable *seen,
             const char *folder,
             const char *pattern)
{
  g_autofree char *whole = g_build_filename (folder, pattern, NULL);
  glob_t found;

  if (glob (whole, 0, NULL, &found) == 0)
    for (gsize i = 0; i < found.gl_pathc; i++)
      add_python (pythons, seen, found.gl_pathv[i]);

  globfree (&found);
}

/* Adds what matches @pattern in the folders of @list; without a pattern, the programs of @list. The
 * shims of pyenv start another Python each, and by the folder one stands in.
 */
static void
add_list (GPtrArray  *pythons,
          GHashTable *seen,
          const char *list,
          const char *pattern)
{
  g_auto(GStrv) words = g_strsplit (list != NULL ? list : "", ":", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (pattern != NULL && !g_str_has_suffix (words[i], "/shims"))
      add_pattern (pythons, seen, words[i], pattern);
    else if (pattern == NULL && words[i][0] != '\0')
      add_python (pythons, seen, words[i]);
}

/* Two of the same version have different names. */
static void
number_names (GPtrArray *pythons)
{
  guint same = 1;

  for (guint i = 1; i < pythons->len; i++)
    {
      const TestPython *before = g_ptr_array_index (pythons, i - 1);
      TestPython *python = g_ptr_array_index (pythons, i);

      same = python->version == before->version && python->micro == before->micro &&
             python->free_threaded == before->free_threaded ? same + 1 : 1;
      if (same > 1)
        {
          g_autofree char *name = g_steal_pointer (&python->name);

          python->name = g_strdup_printf ("%s-%u", name, same);
        }
    }
}

GPtrArray *
pythons_list (void)
{
  GPtrArray *pythons = g_ptr_array_new_with_free_func (free_python);
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *root = g_getenv ("PYENV_ROOT");
  g_autofree char *pyenv = root != NULL ? g_strdup (root)
                                        : g_build_filename (g_get_home_dir (), ".pyenv", NULL);

  add_list (pythons, seen, g_getenv ("PATH"), "python3*");
  add_pattern (pythons, seen, "/usr/bin", "python3*");
  add_pattern (pythons, seen, pyenv, "versions/*/bin/python");
  add_list (pythons, seen, g_getenv ("SONDE_TEST_PYTHONS"), NULL);
  g_ptr_array_sort (pythons, compare_cb);
  number_names (pythons);

  return pythons;
}
