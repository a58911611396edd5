/* pacer.h: when samples are due
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondePacer:
 *
 * Due times at a steady rate, each three to five quarters of a period after the one before. A
 * program that does something in step with them would be met at the same place each time, and much
 * is in step: at 1,000 Hz all that begins when the kernel's timer gives another program the CPU,
 * every 1, 4 or 10 ms. So they sweep back and forth over a period of their grid, at a steady pace,
 * and are moved by a tenth of it at random on top. Times are of CLOCK_MONOTONIC, in ns.
 *
 * Life: sonde_pacer_init() → (wait until get_due() → sonde_pacer_advance()) any number of times.
 *
 * Threads: one at a time.
 */
typedef struct
{
  guint64 start_ns;
  double  period_ns;
  guint64 index;     /* of the next due time */
  guint64 due_ns;
  guint32 seed;
} SondePacer;

/* The first due time is @now_ns. @seed decides the jitter: two pacers that began with the same have
 * the same due times, whichever of them they skip.
 */
void    sonde_pacer_init    (SondePacer *self,
                             double      rate_hz,
                             guint64     now_ns,
                             guint32     seed);
/* Goes on to the next due time after @now_ns; gives how many had passed by then and are skipped. */
guint64 sonde_pacer_advance (SondePacer *self,
                             guint64     now_ns);

G_END_DECLS
