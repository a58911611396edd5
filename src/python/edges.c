/* edges.c: which calls between Python functions are believed
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "python/edges.h"

/* Some 4 MB. All are forgotten then, and learned again within milliseconds. */
#define EDGES_MAX 65536

#define READS_IN_A_ROW 3
/* Of what code speaks against: those of two samples. */
#define READS_THAT_LAST 12

/* How often a call is seen at least that is believed, and in one sample of how many. */
typedef struct
{
  guint64 n_min;
  guint64 n_samples_max;
} Evidence;

static const Evidence evidence_first = { 3, 500 };
static const Evidence evidence_another = { 5, 100 };
static const Evidence evidence_unlikely = { 100, 50 };

/* A call, or with no callee all calls from one place, of which one is believed; or with no
 * caller, but the callee's code and version, that it is called from somewhere.
 */
typedef struct
{
  SondeAddress caller;
  guint64      instruction;
  SondeAddress callee;
  gboolean     is_believed;
  guint32      doubted;   /* the version of its callee, if it is; else 0 */
  guint64      first_sample;
  guint64      last_sample;
  guint64      last_read;
  guint        n_reads;   /* one after the other, up to the last */
  guint        n_lasting; /* the same, from sample to sample */
  guint64      n_samples[2]; /* in which it was seen, unlikely and likely */
} Edge;

struct _SondePythonEdges
{
  GHashTable *edges;  /* set of Edge, owned */
  guint64     sample; /* counts up */
  guint64     read;   /* counts up, from sample to sample */
};

static guint
hash_edge (gconstpointer data)
{
  const Edge *edge = data;
  guint64 mixed = edge->caller * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  mixed ^= edge->instruction * G_GUINT64_CONSTANT (0xc2b2ae3d27d4eb4f);
  mixed ^= edge->callee * G_GUINT64_CONSTANT (0x165667b19e3779f9);

  return (guint) (mixed >> 32);
}

static gboolean
equal_edges (gconstpointer a,
             gconstpointer b)
{
  const Edge *left = a;
  const Edge *right = b;

  return left->caller == right->caller && left->instruction == right->instruction &&
         left->callee == right->callee;
}

SondePythonEdges *
sonde_python_edges_new (void)
{
  SondePythonEdges *self = g_new0 (SondePythonEdges, 1);

  self->edges = g_hash_table_new_full (hash_edge, equal_edges, g_free, NULL);

  return self;
}

void
sonde_python_edges_free (SondePythonEdges *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->edges);
  g_free (self);
}

static Edge *
ensure_edge (SondePythonEdges *self,
             const Edge       *wanted)
{
  Edge *edge = g_hash_table_lookup (self->edges, wanted);

  if (edge != NULL)
    return edge;

  edge = g_memdup2 (wanted, sizeof *wanted);
  g_hash_table_add (self->edges, edge);

  return edge;
}

void
sonde_python_edges_begin_sample (SondePythonEdges *self)
{
  self->sample++;
}

void
sonde_python_edges_begin_read (SondePythonEdges *self)
{
  self->read++;
}

/* Whether @edge is seen often enough. What else is called from its place has mostly been believed
 * before, if it is torn.
 */
static gboolean
is_frequent (SondePythonEdges *self,
             const Edge       *edge,
             const Edge       *place,
             gboolean          is_likely)
{
  const Evidence *needed = place->is_believed ? &evidence_another : &evidence_first;
  guint64 n = edge->n_samples[is_likely];

  if (!is_likely)
    needed = &evidence_unlikely;
  else if (!place->is_believed && 2 * n < place->n_samples[TRUE])
    return FALSE;

  return n >= needed->n_min && n * needed->n_samples_max >= self->sample - edge->first_sample;
}

static void
count_sample (SondePythonEdges *self,
              Edge             *edge,
              gboolean          is_likely)
{
  if (edge->last_sample != self->sample)
    edge->n_samples[is_likely]++;
  edge->last_sample = self->sample;
}

/* The edge, and the one of all calls from its place. */
static Edge *
ensure_edge_and_place (SondePythonEdges     *self,
                       const SondeCodeFrame *caller,
                       SondeAddress          callee_code,
                       Edge                **place)
{
  Edge wanted = {
    .caller = caller->code,
    .instruction = caller->instruction,
    .first_sample = self->sample,
  };

  if (g_hash_table_size (self->edges) + 3 > EDGES_MAX)
    g_hash_table_remove_all (self->edges);

  *place = ensure_edge (self, &wanted);
  wanted.callee = callee_code;

  return ensure_edge (self, &wanted);
}

void
sonde_python_edges_believe (SondePythonEdges     *self,
                            const SondeCodeFrame *caller,
                            SondeAddress          callee_code,
                            guint32               version)
{
  const Edge from_anywhere = { .instruction = callee_code, .callee = version };
  Edge *place;
  Edge *edge = ensure_edge_and_place (self, caller, callee_code, &place);

  edge->is_believed = TRUE;
  edge->doubted = 0;
  place->is_believed = TRUE;
  ensure_edge (self, &from_anywhere)->is_believed = TRUE;
}

static gboolean
is_called (SondePythonEdges *self,
           SondeAddress      callee_code,
           guint32           version)
{
  const Edge from_anywhere = { .instruction = callee_code, .callee = version };

  return g_hash_table_contains (self->edges, &from_anywhere);
}

gboolean
sonde_python_edges_doubt (SondePythonEdges     *self,
                          const SondeCodeFrame *caller,
                          SondeAddress          callee_code,
                          guint32               version)
{
  Edge *place;

  if (is_called (self, callee_code, version))
    return TRUE;

  ensure_edge_and_place (self, caller, callee_code, &place)->doubted = version;

  return FALSE;
}

gboolean
sonde_python_edges_check (SondePythonEdges     *self,
                          const SondeCodeFrame *caller,
                          const SondeCodeFrame *callee,
                          gboolean              is_likely)
{
  Edge *place;
  Edge *edge = ensure_edge_and_place (self, caller, callee->code, &place);

  if (edge->is_believed)
    return TRUE;

  edge->n_reads = edge->last_sample == self->sample && edge->last_read + 1 == self->read
                  ? edge->n_reads + 1 : 1;
  edge->last_read = self->read;
  count_sample (self, edge, is_likely);
  count_sample (self, place, is_likely);
  edge->is_believed = (is_likely && edge->n_reads >= READS_IN_A_ROW) ||
                      is_frequent (self, edge, place, is_likely);
  place->is_believed |= edge->is_believed;

  return edge->is_believed;
}

gboolean
sonde_python_edges_lasts (SondePythonEdges     *self,
                          const SondeCodeFrame *caller,
                          SondeAddress          callee_code)
{
  Edge *place;
  Edge *edge = ensure_edge_and_place (self, caller, callee_code, &place);

  edge->n_lasting = edge->last_read + 1 == self->read ? edge->n_lasting + 1 : 1;
  edge->last_read = self->read;

  return edge->n_lasting >= READS_THAT_LAST;
}

static const Edge *
find_edge (SondePythonEdges     *self,
           const SondeCodeFrame *caller,
           SondeAddress          callee_code)
{
  const Edge wanted = {
    .caller = caller->code,
    .instruction = caller->instruction,
    .callee = callee_code,
  };

  return g_hash_table_lookup (self->edges, &wanted);
}

gboolean
sonde_python_edges_was_checked (SondePythonEdges     *self,
                                const SondeCodeFrame *caller,
                                SondeAddress          callee_code)
{
  const Edge *edge = find_edge (self, caller, callee_code);

  return edge != NULL && edge->last_sample == self->sample;
}

gboolean
sonde_python_edges_is_known (SondePythonEdges     *self,
                             const SondeCodeFrame *caller,
                             SondeAddress          callee_code)
{
  const Edge *edge = find_edge (self, caller, callee_code);

  return edge != NULL && edge->is_believed &&
         (edge->doubted == 0 || !is_called (self, callee_code, edge->doubted));
}
