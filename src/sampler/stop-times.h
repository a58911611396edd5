/* stop-times.h: how long threads were held still
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SONDE_N_STOP_TIMES 2000

/**
 * SondeStopTimes:
 *
 * A histogram with a step of 1 µs; the last step holds all that was longer. Plain data, begins
 * as zeros.
 */
typedef struct
{
  guint64 sum_ns;
  guint64 count;
  guint32 steps[SONDE_N_STOP_TIMES];
} SondeStopTimes;

void    sonde_stop_times_add          (SondeStopTimes       *self,
                                       guint64               ns);
/* The time that the share @share (0–1) of all stops did not exceed, in ns; 0 if there was none. */
guint64 sonde_stop_times_get_quantile (const SondeStopTimes *self,
                                       double                share);

G_END_DECLS
