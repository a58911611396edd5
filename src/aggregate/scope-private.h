/* scope-private.h: the figures of a thread, or of all of them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/functions.h"

G_BEGIN_DECLS

/* Every figure is kept once for samples that ran, for those that could run and for the others, and
 * each of them for those that held a Python interpreter's lock and those that did not: each sample
 * is of one class, and each mode adds some of them up.
 */
enum
{
  CLASS_RUNNING,
  CLASS_READY,
  CLASS_ASLEEP,
  CLASS_RUNNING_WITH_GIL,
  CLASS_READY_WITH_GIL,
  CLASS_ASLEEP_WITH_GIL,
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
 * Cut:
 *
 * What of a function's figures comes from call paths that are not kept any more. Where the names
 * of functions change, they are counted again from the call paths that are; this part stays.
 */
typedef struct
{
  Tally self;
  Tally total;
} Cut;

/**
 * Counter:
 * @cut: (nullable): the part of @self and @total without call paths; owned
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
  Cut                 *cut;
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
  guint64     gil_count[SONDE_N_GILS];
  guint64     collecting_count;
} Scope;

void     sonde_scope_init           (Scope               *self);
void     sonde_scope_clear          (Scope               *self);
void     sonde_scope_copy           (Scope               *self,
                                     const Scope         *from);

Counter *sonde_scope_ensure         (Scope               *self,
                                     const SondeFunction *function);
Cut     *sonde_counter_ensure_cut   (Counter             *self);
/* Takes all functions out, but for what was cut, and leaves what does not depend on names. */
void     sonde_scope_drop_functions (Scope               *self);
void     sonde_scope_reset          (Scope               *self);
/* Counts all samples of @from in @self too. */
void     sonde_scope_merge          (Scope               *self,
                                     const Scope         *from);

static inline void
tally_add (Tally   *self,
           guint    class,
           guint64  count,
           guint64  ns)
{
  self->count[class] += count;
  self->ns[class] += ns;
}

static inline void
tally_merge (Tally       *self,
             const Tally *from)
{
  for (guint class = 0; class < N_CLASSES; class++)
    tally_add (self, class, from->count[class], from->ns[class]);
}

static inline guint
get_class (SondeThreadStatus status)
{
  gboolean has_gil = status.gil == SONDE_GIL_HAS;

  switch (status.state)
    {
    case SONDE_THREAD_STATE_RUNNING:
      return has_gil ? CLASS_RUNNING_WITH_GIL : CLASS_RUNNING;
    case SONDE_THREAD_STATE_READY:
      return has_gil ? CLASS_READY_WITH_GIL : CLASS_READY;
    case SONDE_THREAD_STATE_SLEEPING:
    case SONDE_THREAD_STATE_IO:
    case SONDE_THREAD_STATE_STOPPED:
    default:
      return has_gil ? CLASS_ASLEEP_WITH_GIL : CLASS_ASLEEP;
    }
}

/* The sum of the classes that count in @mode. */
static inline guint64
sum_classes (const guint64 values[N_CLASSES],
             SondeMode     mode)
{
  guint64 running = values[CLASS_RUNNING] + values[CLASS_RUNNING_WITH_GIL];
  guint64 ready = values[CLASS_READY] + values[CLASS_READY_WITH_GIL];

  switch (mode)
    {
    case SONDE_MODE_RUNNING:
      return running;
    case SONDE_MODE_WALL:
      return running + ready + values[CLASS_ASLEEP] + values[CLASS_ASLEEP_WITH_GIL];
    case SONDE_MODE_GIL:
      return values[CLASS_RUNNING_WITH_GIL] + values[CLASS_READY_WITH_GIL] +
             values[CLASS_ASLEEP_WITH_GIL];
    case SONDE_MODE_CPU:
    default:
      return running + ready;
    }
}

static inline guint64
tally_get_count (const Tally *self,
                 SondeMode    mode)
{
  return sum_classes (self->count, mode);
}

static inline guint64
tally_get_ns (const Tally *self,
              SondeMode    mode)
{
  return sum_classes (self->ns, mode);
}

G_END_DECLS
