/* cost.h: what something costs that is done again and again
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SONDE_COST_TIMES 3

/**
 * SondeCost:
 *
 * The CPU time, in ns, of the last few times that the same work was done. How often it is done may
 * hang on what it costs, and one time tells little of that: an interrupt, or a virtual machine that
 * loses its CPU for some milliseconds, is in the CPU time of whoever ran. A time can be too long,
 * never too short, so the shortest counts.
 *
 * All zero is one that nothing is known of yet. Threads: one at a time.
 */
typedef struct
{
  guint64 times_ns[SONDE_COST_TIMES];
  guint   next;
} SondeCost;

/* Takes in a time. Gives what the work costs; 0 before the third one. */
guint64 sonde_cost_add (SondeCost *self,
                        guint64    ns);

G_END_DECLS
