/* unseen.c: CPU time of the target that no sample stands for
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/unseen.h"

#include <math.h>

/* Of n samples that are due by chance, n + 3 √n are missing once in a thousand times at most; and
 * the two clocks are not read at the same moment.
 */
#define N_DEVIATIONS 3.0
#define SHARE_MIN 0.01

static guint64
get_cpu_ns (const SondeUnseen *self,
            guint64            cpu_ns)
{
  return self->cpu_ns +
         (self->is_going ? cpu_ns - MIN (self->began_cpu_ns, cpu_ns) : 0);
}

void
sonde_unseen_pause (SondeUnseen *self,
                    guint64      cpu_ns)
{
  self->cpu_ns = get_cpu_ns (self, cpu_ns);
  self->is_going = FALSE;
}

void
sonde_unseen_begin (SondeUnseen *self,
                    guint64      cpu_ns)
{
  sonde_unseen_pause (self, cpu_ns);
  self->began_cpu_ns = cpu_ns;
  self->is_going = TRUE;
}

void
sonde_unseen_add (SondeUnseen *self,
                  guint64      ns)
{
  self->seen_ns += ns;
}

guint64
sonde_unseen_get (const SondeUnseen *self,
                  guint64            cpu_ns,
                  guint64            period_ns)
{
  guint64 all_ns = get_cpu_ns (self, cpu_ns);
  double by_chance_ns = N_DEVIATIONS * sqrt ((double) all_ns * (double) period_ns) +
                        SHARE_MIN * (double) all_ns;

  if (all_ns <= self->seen_ns || (double) (all_ns - self->seen_ns) <= by_chance_ns)
    return 0;

  return all_ns - self->seen_ns;
}
