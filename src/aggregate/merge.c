/* merge.c: threads that have ended, when there are too many of them to be told apart
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program that starts a thread for each request would fill a profile without end, and each of
 * its snapshots. So some are counted together, with those that had the same name, as one thread
 * that has ended. All samples, functions and call paths are kept: only which of these threads they
 * were of is forgotten.
 */

#include "config.h"

#include "aggregate/profile-private.h"

/* How many at a time: to find those that say least costs more than to merge one. */
#define MERGES_AT_ONCE 32

static int
compare_counts (const SondeProfileThread *left,
                const SondeProfileThread *right,
                SondeMode                 mode)
{
  guint64 left_count = tally_get_count (&left->scope.tally, mode);
  guint64 right_count = tally_get_count (&right->scope.tally, mode);

  return left_count < right_count ? -1 : left_count > right_count;
}

/* First what says less: by what it ran, then by what it slept. */
static int
compare_threads_cb (gconstpointer a,
                    gconstpointer b)
{
  const SondeProfileThread *const *left = a;
  const SondeProfileThread *const *right = b;
  int order = compare_counts (*left, *right, SONDE_MODE_CPU);

  return order != 0 ? order : compare_counts (*left, *right, SONDE_MODE_WALL);
}

/* The threads that could be merged, those that are missed least first: (transfer container). */
static GPtrArray *
list_ended (SondeProfile *self)
{
  GPtrArray *ended = g_ptr_array_sized_new (self->ended_count);

  for (guint i = g_hash_table_size (self->merged); i < self->threads->len; i++)
    {
      SondeProfileThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->is_ended && thread->tid != self->looked_at)
        g_ptr_array_add (ended, thread);
    }
  g_ptr_array_sort (ended, compare_threads_cb);

  return ended;
}

static SondeProfileThread *
ensure_merged (SondeProfile *self,
               const char   *name)
{
  SondeProfileThread *thread = g_hash_table_lookup (self->merged, name);
  guint n_merged = g_hash_table_size (self->merged);

  if (thread == NULL && n_merged >= SONDE_PROFILE_MERGED_NAMES_MAX)
    {
      name = "";
      thread = g_hash_table_lookup (self->merged, name);
    }

  if (thread != NULL)
    return thread;

  thread = g_new0 (SondeProfileThread, 1);
  thread->tid = -1 - (pid_t) n_merged;
  thread->is_ended = TRUE;
  g_strlcpy (thread->name, name, sizeof thread->name);
  sonde_scope_init (&thread->scope);
  g_ptr_array_insert (self->threads, (int) n_merged, thread);
  g_hash_table_insert (self->merged, thread->name, thread);

  return thread;
}

/* Moves the call paths below @node to @parent, and frees them. */
static void
move_children (SondeProfile       *self,
               SondeProfileThread *merged,
               Node               *node,
               Node               *parent)
{
  Node *child = g_steal_pointer (&node->first_child);

  while (child != NULL)
    {
      Node *next = child->next_sibling;
      Node *moved = sonde_profile_ensure_node (self, merged, parent, child->function);

      tally_merge (&moved->self, &child->self);
      move_children (self, merged, child, moved);
      g_hash_table_remove (self->nodes, child);
      child = next;
    }
}

static void
merge (SondeProfile       *self,
       SondeProfileThread *thread)
{
  SondeProfileThread *merged = ensure_merged (self, thread->name);

  merged->merged_count++;
  sonde_scope_merge (&merged->scope, &thread->scope);
  tally_merge (&merged->root.self, &thread->root.self);
  move_children (self, merged, &thread->root, &merged->root);

  g_ptr_array_remove (self->threads, thread);
  self->ended_count--;
}

void
sonde_profile_merge_ended (SondeProfile *self)
{
  g_autoptr(GPtrArray) ended = NULL;

  if (self->ended_count <= SONDE_PROFILE_ENDED_MAX)
    return;

  ended = list_ended (self);
  for (guint i = 0; i < MIN (ended->len, MERGES_AT_ONCE); i++)
    merge (self, g_ptr_array_index (ended, i));
}
