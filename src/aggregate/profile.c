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

static void
scope_init (Scope *self)
{
  *self = (Scope) { 0 };
  self->by_function = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->counters = g_ptr_array_new ();
}

static void
scope_clear (Scope *self)
{
  g_hash_table_unref (self->by_function);
  g_ptr_array_unref (self->counters);
}

static Counter *
scope_ensure (Scope               *self,
              const SondeFunction *function)
{
  gpointer key = GSIZE_TO_POINTER ((gsize) function);
  Counter *counter = g_hash_table_lookup (self->by_function, key);

  if (counter == NULL)
    {
      counter = g_new0 (Counter, 1);
      counter->function = function;
      g_hash_table_insert (self->by_function, key, counter);
      g_ptr_array_add (self->counters, counter);
    }

  return counter;
}

/* Takes all functions out, and leaves what does not depend on names. */
static void
scope_drop_functions (Scope *self)
{
  g_hash_table_remove_all (self->by_function);
  g_ptr_array_set_size (self->counters, 0);
}

static void
scope_reset (Scope *self)
{
  scope_drop_functions (self);
  self->tally = (Tally) { 0 };
  memset (self->state_count, 0, sizeof self->state_count);
}

static void
scope_copy (Scope       *self,
            const Scope *from)
{
  scope_init (self);
  self->tally = from->tally;
  memcpy (self->state_count, from->state_count, sizeof self->state_count);

  for (guint i = 0; i < from->counters->len; i++)
    {
      const Counter *counter = g_ptr_array_index (from->counters, i);

      *scope_ensure (self, counter->function) = *counter;
    }
}

static void
tally_add (Tally   *self,
           guint    class,
           guint64  count,
           guint64  ns)
{
  self->count[class] += count;
  self->ns[class] += ns;
}

static guint
hash_node (gconstpointer data)
{
  const Node *node = data;
  guint64 mixed = (guint64) (gsize) node->parent * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  mixed ^= (guint64) (gsize) node->function * G_GUINT64_CONSTANT (0xc2b2ae3d27d4eb4f);

  return (guint) (mixed >> 32);
}

static gboolean
equal_nodes (gconstpointer a,
             gconstpointer b)
{
  const Node *left = a;
  const Node *right = b;

  return left->parent == right->parent && left->function == right->function;
}

static GHashTable *
new_node_table (void)
{
  return g_hash_table_new_full (hash_node, equal_nodes, g_free, NULL);
}

static Node *
ensure_node (SondeProfile        *self,
             SondeProfileThread  *thread,
             Node                *parent,
             const SondeFunction *function)
{
  Node wanted = { .parent = parent, .function = function };
  Node *node = g_hash_table_lookup (self->nodes, &wanted);

  if (node == NULL)
    {
      wanted.next_sibling = parent->first_child;
      wanted.in_all = scope_ensure (&self->all, function);
      wanted.in_thread = scope_ensure (&thread->scope, function);
      node = g_memdup2 (&wanted, sizeof wanted);
      parent->first_child = node;
      g_hash_table_add (self->nodes, node);
    }

  return node;
}

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

  scope_clear (&thread->scope);
  g_free (thread);
}

SondeProfile *
sonde_profile_new (void)
{
  SondeProfile *self = g_new0 (SondeProfile, 1);

  scope_init (&self->all);
  self->threads = g_ptr_array_new_with_free_func (free_thread);
  self->nodes = new_node_table ();

  return self;
}

void
sonde_profile_free (SondeProfile *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->threads);
  g_hash_table_unref (self->nodes);
  scope_clear (&self->all);
  g_clear_pointer (&self->filter, sonde_filter_free);
  g_free (self->filter_text);
  g_free (self);
}

static void
set_thread_name (SondeProfileThread *thread,
                 const char         *name)
{
  g_autofree char *clean = sonde_text_dup_clean (name, strlen (name), '?');

  g_strlcpy (thread->name, clean, sizeof thread->name);
}

/**
 * sonde_profile_add_thread:
 * @self: a profile
 * @tid: the kernel's id, which may be that of a thread that ended
 * @name: any bytes
 *
 * Returns: (transfer none): the thread, for sonde_profile_add(); valid until
 *   sonde_profile_reset() after sonde_profile_end_thread()
 */
SondeProfileThread *
sonde_profile_add_thread (SondeProfile *self,
                          pid_t         tid,
                          const char   *name)
{
  SondeProfileThread *thread = g_new0 (SondeProfileThread, 1);

  thread->tid = tid;
  set_thread_name (thread, name);
  scope_init (&thread->scope);
  g_ptr_array_add (self->threads, thread);

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
}

static void
count_samples (SondeProfile       *self,
               SondeProfileThread *thread,
               SondeThreadState    state,
               guint64             n_samples,
               guint64             ns)
{
  guint class = sonde_thread_state_is_active (state) ? CLASS_ACTIVE : CLASS_ASLEEP;

  tally_add (&self->all.tally, class, n_samples, ns);
  tally_add (&thread->scope.tally, class, n_samples, ns);
  self->all.state_count[state] += n_samples;
  thread->scope.state_count[state] += n_samples;
  if (thread->is_last_truncated)
    self->truncated_count += n_samples;

  count_path (self, thread->last, class, n_samples, ns);
}

void
sonde_profile_add (SondeProfile               *self,
                   SondeProfileThread         *thread,
                   const SondeFunction *const *functions,
                   guint                       depth,
                   gboolean                    truncated,
                   SondeThreadState            state,
                   guint64                     n_samples,
                   guint64                     ns)
{
  Node *node;

  g_return_if_fail (self != NULL);
  g_return_if_fail (thread != NULL);

  node = &thread->root;
  for (guint i = depth; i-- > 0;)
    node = ensure_node (self, thread, node, functions[i]);

  thread->last = node;
  thread->is_last_truncated = truncated;
  count_samples (self, thread, state, n_samples, ns);
}

void
sonde_profile_repeat (SondeProfile       *self,
                      SondeProfileThread *thread,
                      SondeThreadState    state,
                      guint64             n_samples,
                      guint64             ns)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (thread != NULL);

  if (thread->last != NULL)
    count_samples (self, thread, state, n_samples, ns);
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
  Node *node = ensure_node (self, thread, parent, final != NULL ? final : old->function);

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
  self->nodes = new_node_table ();
  scope_drop_functions (&self->all);

  for (guint i = 0; i < self->threads->len; i++)
    {
      SondeProfileThread *thread = g_ptr_array_index (self->threads, i);
      const Node *first = g_steal_pointer (&thread->root.first_child);
      Node *last = thread->last == &thread->root ? thread->last : NULL;

      scope_drop_functions (&thread->scope);
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

  scope_reset (&thread->scope);
  thread->root = (Node) { 0 };
  thread->last = has_last ? &thread->root : NULL;
  for (guint i = functions->len; i-- > 0;)
    thread->last = ensure_node (self, thread, thread->last, g_ptr_array_index (functions, i));
}

void
sonde_profile_reset (SondeProfile *self)
{
  g_autoptr(GHashTable) old_nodes = NULL;

  g_return_if_fail (self != NULL);

  old_nodes = g_steal_pointer (&self->nodes);
  self->nodes = new_node_table ();
  scope_reset (&self->all);
  self->truncated_count = 0;

  for (guint i = self->threads->len; i-- > 0;)
    {
      SondeProfileThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->is_ended)
        g_ptr_array_remove_index (self->threads, i);
      else
        reset_thread (self, thread);
    }
}

SondeProfile *
sonde_profile_freeze (SondeProfile *self)
{
  SondeProfile *frozen;

  g_return_val_if_fail (self != NULL, NULL);

  frozen = g_new0 (SondeProfile, 1);
  scope_copy (&frozen->all, &self->all);
  frozen->threads = g_ptr_array_new_with_free_func (free_thread);
  frozen->nodes = new_node_table ();
  frozen->truncated_count = self->truncated_count;
  frozen->filter_serial = self->filter_serial; /* the counters hold answers of earlier ones */

  for (guint i = 0; i < self->threads->len; i++)
    {
      const SondeProfileThread *thread = g_ptr_array_index (self->threads, i);
      SondeProfileThread *copy = g_memdup2 (thread, sizeof *thread);

      scope_copy (&copy->scope, &thread->scope);
      copy->root = (Node) { 0 };
      copy->last = NULL;
      g_ptr_array_add (frozen->threads, copy);
    }

  return frozen;
}
