/* paths.c: the call paths of a profile, and how they are kept within bounds
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program that calls itself in a new way each time has call paths without end. When there are
 * too many, those with the fewest samples are cut: their samples are counted where the path that
 * is kept ends, as "[more]". A function's figures do not change by that.
 */

#include "config.h"

#include <string.h>

#include "aggregate/profile-private.h"

/* Cutting goes on to half of the limit, so that it is rare. */
#define NODES_AFTER (SONDE_PROFILE_NODES_MAX / 2)

#define N_SIZES 65

/* What stands for all that is not kept below a node: it is no function, and not counted as one. */
static const SondeFunction more = { .id = G_MAXUINT32, .name = "[more]" };

typedef struct
{
  SondeProfile *profile;
  GHashTable   *pinned;        /* set of Node, owned: where threads are, and all above */
  gboolean      with_unnamed;  /* whether paths with a provisional function may go too */
  guint64       limit;         /* what has fewer samples goes */
  guint         n_by_size[N_SIZES]; /* nodes that may go, by the bits of their samples */
} Pruning;

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

GHashTable *
sonde_node_table_new (void)
{
  return g_hash_table_new_full (hash_node, equal_nodes, g_free, NULL);
}

gboolean
sonde_node_is_more (const Node *self)
{
  return self->function == &more;
}

Node *
sonde_profile_ensure_node (SondeProfile        *self,
                           SondeProfileThread  *thread,
                           Node                *parent,
                           const SondeFunction *function)
{
  Node wanted = { .parent = parent, .function = function };
  Node *node = g_hash_table_lookup (self->nodes, &wanted);

  if (node == NULL)
    {
      wanted.next_sibling = parent->first_child;
      if (function != &more)
        {
          wanted.in_all = sonde_scope_ensure (&self->all, function);
          wanted.in_thread = sonde_scope_ensure (&thread->scope, function);
        }
      node = g_memdup2 (&wanted, sizeof wanted);
      parent->first_child = node;
      g_hash_table_add (self->nodes, node);
    }

  return node;
}

static guint64
get_count (const Tally *tally)
{
  return tally_get_count (tally, SONDE_MODE_WALL);
}

/* Whether a node whose callers are all named, or as good as, may go. */
static gboolean
may_go (const Pruning *self,
        const Node    *node,
        gboolean      *is_named)
{
  *is_named = *is_named && (self->with_unnamed || !node->function->provisional);

  return *is_named && !g_hash_table_contains (self->pinned, node);
}

/* Gives the samples of @node and all below it, and in @is_free whether all of that may go. */
static guint64
measure (Pruning    *self,
         const Node *node,
         gboolean    is_named,
         gboolean   *is_free)
{
  guint64 count = get_count (&node->self);

  for (const Node *child = node->first_child; child != NULL; child = child->next_sibling)
    {
      gboolean is_child_named = is_named;
      gboolean is_child_free;
      guint64 child_count;

      if (sonde_node_is_more (child))
        {
          count += get_count (&child->self);
          continue;
        }

      is_child_free = may_go (self, child, &is_child_named);
      child_count = measure (self, child, is_child_named, &is_child_free);
      if (is_child_free)
        self->n_by_size[g_bit_storage (child_count)]++;
      *is_free = *is_free && is_child_free;
      count += child_count;
    }

  return count;
}

/* The samples that end at @node stay counted in its functions, whatever becomes of the node. */
static void
cut_samples (SondeProfile *self,
             const Node   *leaf)
{
  Cut *cut;

  if (get_count (&leaf->self) == 0)
    return;

  tally_merge (&self->cut, &leaf->self);
  tally_merge (&sonde_counter_ensure_cut (leaf->in_all)->self, &leaf->self);
  tally_merge (&sonde_counter_ensure_cut (leaf->in_thread)->self, &leaf->self);

  self->stamp++;
  for (const Node *node = leaf; node->function != NULL; node = node->parent)
    {
      cut = sonde_counter_ensure_cut (node->in_all);
      if (node->in_all->stamp == self->stamp)
        continue;

      node->in_all->stamp = self->stamp;
      tally_merge (&cut->total, &leaf->self);
      tally_merge (&sonde_counter_ensure_cut (node->in_thread)->total, &leaf->self);
    }
}

/* Takes @node, which has nothing below it but "[more]", out of its tree. Its samples go to @sum. */
static void
fold (SondeProfile *self,
      Node         *node,
      Tally        *sum)
{
  cut_samples (self, node);
  tally_merge (sum, &node->self);

  if (node->first_child != NULL)
    {
      tally_merge (sum, &node->first_child->self);
      g_hash_table_remove (self->nodes, node->first_child);
    }
  g_hash_table_remove (self->nodes, node);
}

/* Whether nothing is kept below @node. */
static gboolean
is_end (const Node *node)
{
  const Node *child = node->first_child;

  return child == NULL || (sonde_node_is_more (child) && child->next_sibling == NULL);
}

/* Of nodes with about as many samples as the last that must go, no more than must. */
static gboolean
has_few (const Pruning *self,
         guint64        count)
{
  return count < self->limit &&
         (count < self->limit / 2 || g_hash_table_size (self->profile->nodes) > NODES_AFTER);
}

/* Folds what may go below @node and has few samples; gives the samples of @node and below. */
static guint64
prune (Pruning            *self,
       SondeProfileThread *thread,
       Node               *node,
       gboolean            is_named)
{
  guint64 count = get_count (&node->self);
  Tally folded = { 0 };
  Node **at = &node->first_child;

  while (*at != NULL)
    {
      Node *child = *at;
      gboolean is_child_named = is_named;
      gboolean is_free = sonde_node_is_more (child) ? FALSE : may_go (self, child, &is_child_named);
      guint64 child_count = prune (self, thread, child, is_child_named);

      count += child_count;
      if (is_free && is_end (child) && has_few (self, child_count))
        {
          *at = child->next_sibling;
          fold (self->profile, child, &folded);
        }
      else
        at = &child->next_sibling;
    }

  if (get_count (&folded) > 0)
    tally_merge (&sonde_profile_ensure_node (self->profile, thread, node, &more)->self, &folded);

  return count;
}

/* The number of samples with fewer of which nodes must go, so that few enough are left. */
static guint64
find_limit (const Pruning *self)
{
  guint n_left = g_hash_table_size (self->profile->nodes);
  guint bits;

  for (bits = 0; bits < N_SIZES - 1 && n_left > NODES_AFTER; bits++)
    n_left -= MIN (n_left, self->n_by_size[bits]);

  return bits == 0 ? 0 : G_GUINT64_CONSTANT (1) << (bits - 1);
}

static void
run_pass (Pruning *self)
{
  GPtrArray *threads = self->profile->threads;

  memset (self->n_by_size, 0, sizeof self->n_by_size);
  for (guint i = 0; i < threads->len; i++)
    {
      SondeProfileThread *thread = g_ptr_array_index (threads, i);
      gboolean is_free = TRUE;

      measure (self, &thread->root, TRUE, &is_free);
    }

  self->limit = find_limit (self);
  for (guint i = 0; i < threads->len; i++)
    {
      SondeProfileThread *thread = g_ptr_array_index (threads, i);

      prune (self, thread, &thread->root, TRUE);
    }
}

/* A thread that sleeps is counted again where it was. */
static GHashTable *
list_pinned (SondeProfile *self)
{
  GHashTable *pinned = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->threads->len; i++)
    {
      const SondeProfileThread *thread = g_ptr_array_index (self->threads, i);

      for (Node *node = thread->last; node != NULL; node = node->parent)
        g_hash_table_add (pinned, node);
    }

  return pinned;
}

/* What has no name yet is best kept until it has one, since figures are counted again then. */
void
sonde_profile_prune (SondeProfile *self)
{
  g_autoptr(GHashTable) pinned = NULL;
  Pruning pruning = { .profile = self };

  if (g_hash_table_size (self->nodes) <= self->prune_at)
    return;

  pinned = list_pinned (self);
  pruning.pinned = pinned;
  run_pass (&pruning);
  if (g_hash_table_size (self->nodes) > SONDE_PROFILE_NODES_MAX)
    {
      pruning.with_unnamed = TRUE;
      run_pass (&pruning);
    }

  /* Of very many threads, what they are in may be more than that by itself. */
  self->prune_at = MAX (SONDE_PROFILE_NODES_MAX, 2 * g_hash_table_size (self->nodes));
}
