/* cost.c: what something costs that is done again and again
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/cost.h"

guint64
sonde_cost_add (SondeCost *self,
                guint64    ns)
{
  guint64 least_ns = ns;

  self->times_ns[self->next] = ns;
  self->next = (self->next + 1) % SONDE_COST_TIMES;
  for (guint i = 0; i < SONDE_COST_TIMES; i++)
    least_ns = MIN (least_ns, self->times_ns[i]);

  return least_ns;
}
