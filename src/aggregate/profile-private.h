/* profile-private.h: what profile.c, rank.c and folded.c share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "aggregate/filter.h"
#include "aggregate/profile.h"

G_BEGIN_DECLS

/* Every figure is kept once for samples that ran or could run, and once for the others. */
enum
{
  CLASS_ACTIVE,
  CLASS_ASLEEP,
  N_CLASSES,
};

/**
 * Tally:
 *
 * A number of samples and the real time that they stand for.
 */
typedef struct
{
  guint64 count[N_CLASSES];
  guint64 ns[N_CLASSES];
} Tally;

/**
 * Counter:
 * @stamp: the last sample counted in @total, so that recursion counts once
 * @match_serial: the filter that @is_match is the answer of
 *
 * The figures of one function in one scope.
 */
typedef struct
{
  const SondeFunction *function;
  Tally                self;
  Tally                total;
  guint64              stamp;
  guint                match_serial;
  gboolean             is_match;
} Counter;

/**
 * Scope:
 *
 * The figures of a thread, or of all of them.
 */
typedef struct
{
  GHashTable *by_function; /* const SondeFunction * → Counter, owned */
  GPtrArray  *counters;    /* the same, borrowed: quick to walk */
  Tally       tally;
  guint64     state_count[SONDE_N_THREAD_STATES];
} Scope;

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
  char     name[4 * SONDE_THREAD_NAME_BYTES];
  gboolean is_ended;
  Scope    scope;
  Node     root;
  Node    *last;           /* where its last sample ended; NULL before the first */
  gboolean is_last_truncated;
};

struct _SondeProfile
{
  Scope        all;
  GPtrArray   *threads;         /* owns SondeProfileThread, in order of first sight */
  GHashTable  *nodes;           /* set of Node, owned, by parent and function */
  guint64      stamp;
  guint64      truncated_count;

  SondeFilter *filter;          /* owned; of the last fill() */
  char        *filter_text;     /* owned */
  guint        filter_serial;
};

static inline guint64
tally_get_count (const Tally *self,
                 SondeMode    mode)
{
  return self->count[CLASS_ACTIVE] + (mode == SONDE_MODE_WALL ? self->count[CLASS_ASLEEP] : 0);
}

static inline guint64
tally_get_ns (const Tally *self,
              SondeMode    mode)
{
  return self->ns[CLASS_ACTIVE] + (mode == SONDE_MODE_WALL ? self->ns[CLASS_ASLEEP] : 0);
}

G_END_DECLS
