/* profile-private.h: what the parts of a profile share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "aggregate/filter.h"
#include "aggregate/profile.h"
#include "aggregate/scope-private.h"

G_BEGIN_DECLS

typedef struct _Node Node;

/**
 * Node:
 * @function: %NULL for the root of a thread
 * @self: samples that ended here
 *
 * A call path: of the root of its thread, outermost first.
 */
struct _Node
{
  Node                *parent;
  const SondeFunction *function;
  Node                *first_child;
  Node                *next_sibling;
  Counter             *in_all;
  Counter             *in_thread;
  Tally                self;
};

struct _SondeProfileThread
{
  pid_t    tid;
  char     name[SONDE_THREAD_LABEL_BYTES];
  gboolean is_ended;
  guint64  merged_count;   /* threads that are counted together here; 0 for one by itself */
  Scope    scope;
  Node     root;
  Node    *last;           /* where its last sample ended; NULL before the first */
  gboolean is_last_truncated;
};

struct _SondeProfile
{
  Scope        all;
  GPtrArray   *threads;         /* owns SondeProfileThread: merged, then by their ids */
  GHashTable  *merged;          /* name → SondeProfileThread, both borrowed */
  guint        ended_count;     /* of threads: by themselves */
  pid_t        looked_at;       /* the thread of the last fill(); 0 for all */
  GHashTable  *nodes;           /* set of Node, owned, by parent and function */
  guint64      stamp;
  const SondeFunction *mark;    /* the outermost frame of what comes; NULL for none */
  Tally        truncated;       /* samples whose stack was not finished */
  Tally        cut;             /* and those whose call path is not kept whole */
  guint        prune_at;        /* the number of nodes */

  SondeFilter *filter;          /* owned; of the last fill() */
  char        *filter_text;     /* owned */
  guint        filter_serial;
};

GHashTable *sonde_node_table_new      (void);
/* Whether it stands for what is not kept below its parent. */
gboolean    sonde_node_is_more        (const Node          *self);
Node       *sonde_profile_ensure_node (SondeProfile        *self,
                                       SondeProfileThread  *thread,
                                       Node                *parent,
                                       const SondeFunction *function);
/* Cuts call paths that have few samples, if there are too many. */
void        sonde_profile_prune       (SondeProfile        *self);

/* Counts ended threads together while there are too many to be told apart. */
void        sonde_profile_merge_ended (SondeProfile        *self);

G_END_DECLS
