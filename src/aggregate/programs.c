/* programs.c: what a process was before it became another program
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With exec() a process stays the same and runs something else. What was counted until then stays,
 * and each program's call paths get a frame of their own as the outermost one, its mark:
 *
 *   [python3];<module>;work 300
 *   [exec server];main;serve 700
 *
 * Before the first exec() nothing has a mark.
 */

#include "config.h"

#include "aggregate/profile-private.h"

/* Samples at @node and below whose call path was cut. */
static void
sum_cut (const Node *node,
         Tally      *sum)
{
  if (node->function != NULL && sonde_node_is_more (node))
    tally_merge (sum, &node->self);

  for (const Node *child = node->first_child; child != NULL; child = child->next_sibling)
    sum_cut (child, sum);
}

/* Counts for @mark all samples of @thread, which are below it; of those without a frame, self. */
static void
count_mark (SondeProfileThread *thread,
            Node               *mark)
{
  Tally cut = { 0 };

  sum_cut (mark, &cut);
  tally_merge (&mark->in_all->self, &mark->self);
  tally_merge (&mark->in_thread->self, &mark->self);
  tally_merge (&mark->in_all->total, &thread->scope.tally);
  tally_merge (&mark->in_thread->total, &thread->scope.tally);
  tally_merge (&sonde_counter_ensure_cut (mark->in_all)->total, &cut);
  tally_merge (&sonde_counter_ensure_cut (mark->in_thread)->total, &cut);
}

static void
put_below (SondeProfile        *self,
           SondeProfileThread  *thread,
           const SondeFunction *function)
{
  Node *child = g_steal_pointer (&thread->root.first_child);
  Node *mark = sonde_profile_ensure_node (self, thread, &thread->root, function);

  mark->self = thread->root.self;
  thread->root.self = (Tally) { 0 };
  if (thread->last == &thread->root)
    thread->last = mark;

  while (child != NULL)
    {
      Node *next = child->next_sibling;

      /* The table finds a node by its parent. */
      g_hash_table_steal (self->nodes, child);
      child->parent = mark;
      child->next_sibling = mark->first_child;
      mark->first_child = child;
      g_hash_table_add (self->nodes, child);
      child = next;
    }

  count_mark (thread, mark);
}

void
sonde_profile_begin_program (SondeProfile        *self,
                             const SondeFunction *before,
                             const SondeFunction *after)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (before != NULL && after != NULL);

  for (guint i = 0; self->mark == NULL && i < self->threads->len; i++)
    put_below (self, g_ptr_array_index (self->threads, i), before);

  self->mark = after;
}

/* Makes the call paths below @from below @to, which is of @copy. */
static void
copy_paths (SondeProfile             *copy,
            SondeProfileThread       *thread,
            const SondeProfileThread *of,
            const Node               *from,
            Node                     *to)
{
  to->self = from->self;
  if (of->last == from)
    thread->last = to;

  for (const Node *child = from->first_child; child != NULL; child = child->next_sibling)
    copy_paths (copy, thread, of, child,
                sonde_profile_ensure_node (copy, thread, to, child->function));
}

SondeProfile *
sonde_profile_copy (SondeProfile *self,
                    GHashTable   *thread_of)
{
  SondeProfile *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = sonde_profile_freeze (self);
  copy->mark = self->mark;
  copy->stamp = self->stamp;
  copy->ended_count = self->ended_count;
  copy->looked_at = self->looked_at;
  copy->prune_at = self->prune_at;

  for (guint i = 0; i < self->threads->len; i++)
    {
      SondeProfileThread *of = g_ptr_array_index (self->threads, i);
      SondeProfileThread *thread = g_ptr_array_index (copy->threads, i);

      copy_paths (copy, thread, of, &of->root, &thread->root);
      if (of->merged_count > 0)
        g_hash_table_insert (copy->merged, thread->name, thread);
      g_hash_table_insert (thread_of, of, thread);
    }

  return copy;
}
