/* profile.c: the counts of a session
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "aggregate/profile.h"

#include <string.h>

#include "aggregate/profile-private.h"
#include "base/text.h"

/* Deeper paths are looked up node by node. */
#define PATH_DEPTH_MAX 512

static void
count_in (Counter *counter,
          guint64  stamp,
          guint    class,
          guint64  count,
          guint64  ns)
{
  if (counter->stamp == stamp)
    return;

  counter->stamp = stamp;
  tally_add (&counter->total, class, count, ns);
}

/* Counts samples that ended at @leaf in every function of the path. */
static void
count_path (SondeProfile *self,
            Node         *leaf,
            guint         class,
            guint64       count,
            guint64       ns)
{
  tally_add (&leaf->self, class, count, ns);
  if (leaf->function == NULL)
    return;

  tally_add (&leaf->in_all->self, class, count, ns);
  tally_add (&leaf->in_thread->self, class, count, ns);

  self->stamp++;
  for (Node *node = leaf; node->function != NULL; node = node->parent)
    {
      count_in (node->in_all, self->stamp, class, count, ns);
      count_in (node->in_thread, self->stamp, class, count, ns);
    }
}

static void
free_thread (gpointer data)
{
  SondeProfileThread *thread = data;

  sonde_scope_clear (&thread->scope);
  g_free (thread);
}

SondeProfile *
sonde_profile_new (void)
{
  SondeProfile *self = g_new0 (SondeProfile, 1);

  sonde_scope_init (&self->all);
  self->threads = g_ptr_array_new_with_free_func (free_thread);
  self->nodes = sonde_node_table_new ();
  self->merged = g_hash_table_new (g_str_hash, g_str_equal);
  self->prune_at = SONDE_PROFILE_NODES_MAX;

  return self;
}

void
sonde_profile_free (SondeProfile *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->merged);
  g_ptr_array_unref (self->threads);
  g_hash_table_unref (self->nodes);
  sonde_scope_clear (&self->all);
  g_clear_pointer (&self->filter, sonde_filter_free);
  g_free (self->filter_text);
  g_free (self);
}

static void
set_thread_name (SondeProfileThread *thread,
                 const char         *name)
{
  g_autofree char *clean = sonde_text_dup_clean (name, strlen (name), '?');

  sonde_text_fit (clean, thread->name, sizeof thread->name);
}

/* Where a thread stands: by its id, so that the order is the same each time, and the main thread's
 * place the first, whichever is seen first. A thread that has an id again comes after the older.
 */
static guint
find_place (SondeProfile *self,
            pid_t         tid)
{
  guint place = self->threads->len;

  while (place > 0 && ((SondeProfileThread *) self->threads->pdata[place - 1])->tid > tid)
    place--;

  return place;
}

/**
 * sonde_profile_add_thread:
 * @self: a profile
 * @tid: the kernel's id, which may be that of a thread that ended
 * @name: any bytes
 *
 * Returns: (transfer none): the thread, for sonde_profile_add(); valid until
 *   sonde_profile_end_thread()
 */
SondeProfileThread *
sonde_profile_add_thread (SondeProfile *self,
                          pid_t         tid,
                          const char   *name)
{
  SondeProfileThread *thread = g_new0 (SondeProfileThread, 1);

  thread->tid = tid;
  set_thread_name (thread, name);
  sonde_scope_init (&thread->scope);
  g_ptr_array_insert (self->threads, (int) find_place (self, tid), thread);
  sonde_profile_merge_ended (self);

  return thread;
}

void
sonde_profile_rename_thread (SondeProfile       *self,
                             SondeProfileThread *thread,
                             const char         *name)
{
  set_thread_name (thread, name);
}

void
sonde_profile_end_thread (SondeProfile       *self,
                          SondeProfileThread *thread)
{
  thread->is_ended = TRUE;
  thread->last = NULL;
  self->ended_count++;
}

static void
count_status (Scope             *scope,
              SondeThreadStatus  status,
              guint64            n_samples,
              guint64            ns)
{
  tally_add (&scope->tally, get_class (status), n_samples, ns);
  scope->state_count[status.state] += n_samples;
  scope->gil_count[status.gil] += n_samples;
  if (status.is_collecting)
    scope->collecting_count += n_samples;
}

static void
count_samples (SondeProfile       *self,
               SondeProfileThread *thread,
               SondeThreadStatus   status,
               guint64             n_samples,
               guint64             ns)
{
  count_status (&self->all, status, n_samples, ns);
  count_status (&thread->scope, status, n_samples, ns);
  if (thread->is_last_truncated)
    tally_add (&self->truncated, get_class (status), n_samples, ns);

  count_path (self, thread->last, get_class (status), n_samples, ns);
}

/* The call path that ends at @node, innermost first; gives its depth, 0 if that is above @size. */
static guint
list_path (Node  *node,
           Node **path,
           guint  size)
{
  guint depth = 0;

  for (; node != NULL && node->function != NULL; node = node->parent)
    {
      if (depth == size)
        return 0;
      path[depth++] = node;
    }

  return depth;
}

/* The call path of @functions. Its outer part is mostly that of the thread's last sample, which
 * costs a comparison a frame, where looking a node up costs ten times that.
 */
static Node *
ensure_path (SondeProfile               *self,
             SondeProfileThread         *thread,
             const SondeFunction *const *functions,
             guint                       depth)
{
  Node *last[PATH_DEPTH_MAX];
  guint n_last = list_path (thread->last, last, G_N_ELEMENTS (last));
  Node *node = &thread->root;

  if (self->mark != NULL)
    {
      node = sonde_profile_ensure_node (self, thread, node, self->mark);
      n_last = n_last > 0 && last[n_last - 1] == node ? n_last - 1 : 0;
    }

  for (; depth > 0 && n_last > 0 && last[n_last - 1]->function == functions[depth - 1]; depth--)
    node = last[--n_last];

  while (depth > 0)
    node = sonde_profile_ensure_node (self, thread, node, functions[--depth]);

  return node;
}

void
sonde_profile_add (SondeProfile               *self,
                   SondeProfileThread         *thread,
                   const SondeFunction *const *functions,
                   guint                       depth,
                   gboolean                    truncated,
                   SondeThreadStatus           status,
                   guint64                     n_samples,
                   guint64                     ns)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (thread != NULL);

  thread->last = ensure_path (self, thread, functions, depth);
  thread->is_last_truncated = truncated;
  count_samples (self, thread, status, n_samples, ns);
  sonde_profile_prune (self);
}

void
sonde_profile_repeat (SondeProfile       *self,
                      SondeProfileThread *thread,
                      SondeThreadStatus   status,
                      guint64             n_samples,
                      guint64             ns)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (thread != NULL);

  if (thread->last != NULL)
    count_samples (self, thread, status, n_samples, ns);
}

/* Counts again, under @parent, all that was counted at @old and below. */
static void
recount (SondeProfile       *self,
         SondeProfileThread *thread,
         GHashTable         *final_of,
         const Node         *old,
         Node               *parent,
         Node              **last)
{
  const SondeFunction *final = g_hash_table_lookup (final_of, old->function);
  Node *node;

  node = sonde_profile_ensure_node (self, thread, parent, final != NULL ? final : old->function);
  if (sonde_node_is_more (old))
    {
      tally_merge (&node->self, &old->self);
      return;
    }

  for (guint class = 0; class < N_CLASSES; class++)
    if (old->self.count[class] > 0)
      count_path (self, node, class, old->self.count[class], old->self.ns[class]);

  if (thread->last == old)
    *last = node;

  for (const Node *child = old->first_child; child != NULL; child = child->next_sibling)
    recount (self, thread, final_of, child, node, last);
}

void
sonde_profile_rename (SondeProfile *self,
                      GHashTable   *final_of)
{
  g_autoptr(GHashTable) old_nodes = NULL;

  g_return_if_fail (self != NULL);

  old_nodes = g_steal_pointer (&self->nodes);
  self->nodes = sonde_node_table_new ();
  sonde_scope_drop_functions (&self->all);

  for (guint i = 0; i < self->threads->len; i++)
    {
      SondeProfileThread *thread = g_ptr_array_index (self->threads, i);
      const Node *first = g_steal_pointer (&thread->root.first_child);
      Node *last = thread->last == &thread->root ? thread->last : NULL;

      sonde_scope_drop_functions (&thread->scope);
      for (const Node *child = first; child != NULL; child = child->next_sibling)
        recount (self, thread, final_of, child, &thread->root, &last);
      thread->last = last;
    }
}

/* A thread asleep says nothing new about its stack for as long as it sleeps: the last one stays. */
static void
reset_thread (SondeProfile       *self,
              SondeProfileThread *thread)
{
  g_autoptr(GPtrArray) functions = g_ptr_array_new ();
  gboolean has_last = thread->last != NULL;

  for (const Node *node = thread->last; node != NULL && node->function != NULL;
       node = node->parent)
    g_ptr_array_add (functions, (gpointer) (gsize) node->function);

  sonde_scope_reset (&thread->scope);
  thread->root = (Node) { 0 };
  thread->last = has_last ? &thread->root : NULL;
  for (guint i = functions->len; i-- > 0;)
    thread->last = sonde_profile_ensure_node (self, thread, thread->last,
                                              g_ptr_array_index (functions, i));
}

void
sonde_profile_reset (SondeProfile *self)
{
  g_autoptr(GHashTable) old_nodes = NULL;

  g_return_if_fail (self != NULL);

  old_nodes = g_steal_pointer (&self->nodes);
  self->nodes = sonde_node_table_new ();
  sonde_scope_reset (&self->all);
  g_hash_table_remove_all (self->merged);
  self->ended_count = 0;
  self->truncated = (Tally) { 0 };
  self->cut = (Tally) { 0 };
  self->prune_at = SONDE_PROFILE_NODES_MAX;

  for (guint i = self->threads->len; i-- > 0;)
    {
      SondeProfileThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->is_ended)
        g_ptr_array_remove_index (self->threads, i);
      else
        reset_thread (self, thread);
    }
}

guint64
sonde_profile_get_count (const SondeProfile *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return tally_get_count (&self->all.tally, SONDE_MODE_WALL);
}

SondeProfile *
sonde_profile_freeze (SondeProfile *self)
{
  SondeProfile *frozen;

  g_return_val_if_fail (self != NULL, NULL);

  frozen = g_new0 (SondeProfile, 1);
  sonde_scope_copy (&frozen->all, &self->all);
  frozen->threads = g_ptr_array_new_with_free_func (free_thread);
  frozen->nodes = sonde_node_table_new ();
  frozen->merged = g_hash_table_new (g_str_hash, g_str_equal);
  frozen->truncated = self->truncated;
  frozen->cut = self->cut;
  frozen->filter_serial = self->filter_serial; /* the counters hold answers of earlier ones */

  for (guint i = 0; i < self->threads->len; i++)
    {
      const SondeProfileThread *thread = g_ptr_array_index (self->threads, i);
      SondeProfileThread *copy = g_memdup2 (thread, sizeof *thread);

      sonde_scope_copy (&copy->scope, &thread->scope);
      copy->root = (Node) { 0 };
      copy->last = NULL;
      g_ptr_array_add (frozen->threads, copy);
    }

  return frozen;
}
