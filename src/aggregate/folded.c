/* folded.c: a profile as text
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The form that flame graph tools read, one call path a line:
 *
 *   main;work;spin 3
 *
 * Ended threads that are counted together have one tree a name, so their lines are the same.
 */

#include "config.h"

#include <string.h>

#include "aggregate/profile-private.h"

/* The separator cannot stand in a frame; a C++ name may have one only in a lambda's signature. */
static void
append_frame (GString    *path,
              const char *name)
{
  gsize start;

  if (path->len > 0)
    g_string_append_c (path, ';');

  start = path->len;
  g_string_append (path, name);
  for (gsize i = start; i < path->len; i++)
    if (path->str[i] == ';')
      path->str[i] = ':';
}

/* A line always begins with a name, also where it was not kept, or never known. */
static const char *
get_thread_name (const SondeProfileThread *thread)
{
  if (thread->name[0] != '\0')
    return thread->name;

  return thread->merged_count > 0 ? "[ended threads]" : "[thread]";
}

static void
collect (const Node *node,
         SondeMode   mode,
         GString    *path,
         GHashTable *counts)
{
  gsize length = path->len;
  guint64 count = tally_get_count (&node->self, mode);

  if (node->function != NULL)
    append_frame (path, node->function->name);

  if (count > 0 && path->len > 0)
    {
      guint64 *sum = g_hash_table_lookup (counts, path->str);

      if (sum == NULL)
        {
          sum = g_new0 (guint64, 1);
          g_hash_table_insert (counts, g_strdup (path->str), sum);
        }
      *sum += count;
    }

  for (const Node *child = node->first_child; child != NULL; child = child->next_sibling)
    collect (child, mode, path, counts);

  g_string_truncate (path, length);
}

static int
compare_lines_cb (gconstpointer a,
                  gconstpointer b,
                  gpointer      data)
{
  GHashTable *counts = data;
  const char *const *left = a;
  const char *const *right = b;
  const guint64 *left_count = g_hash_table_lookup (counts, *left);
  const guint64 *right_count = g_hash_table_lookup (counts, *right);

  if (*left_count != *right_count)
    return *left_count > *right_count ? -1 : 1;

  return strcmp (*left, *right);
}

char *
sonde_profile_dup_folded (SondeProfile *self,
                          SondeMode     mode,
                          gboolean      with_threads)
{
  g_autoptr(GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GString) path = g_string_new (NULL);
  g_autoptr(GPtrArray) lines = g_ptr_array_new ();
  GString *text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer key;

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->threads->len; i++)
    {
      const SondeProfileThread *thread = g_ptr_array_index (self->threads, i);

      g_string_truncate (path, 0);
      if (with_threads)
        append_frame (path, get_thread_name (thread));
      collect (&thread->root, mode, path, counts);
    }

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (lines, key);
  g_ptr_array_sort_with_data (lines, compare_lines_cb, counts);

  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = g_ptr_array_index (lines, i);
      const guint64 *count = g_hash_table_lookup (counts, line);

      g_string_append_printf (text, "%s %" G_GUINT64_FORMAT "\n", line, *count);
    }

  return g_string_free (text, FALSE);
}
