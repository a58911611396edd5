/* rate-meter.h: how many ticks a second there really were
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"

G_BEGIN_DECLS

#define SONDE_N_RATE_SLICES 10

/**
 * SondeRateMeter:
 * @count: ticks since the start
 *
 * Counts ticks in slices of a tenth of a second, of which it keeps the last second's.
 * Times are of sonde_clock_now_ns().
 *
 * Threads: worker only.
 */
typedef struct
{
  guint64 start_ns;
  guint64 count;
  guint64 slice;                         /* the number of the slice under way */
  guint64 slices[SONDE_N_RATE_SLICES + 1];
} SondeRateMeter;

void   sonde_rate_meter_init          (SondeRateMeter       *self,
                                       guint64               now_ns);
void   sonde_rate_meter_add           (SondeRateMeter       *self,
                                       guint64               now_ns);
/* Nothing was due in the last @ns, which count for nothing. */
void   sonde_rate_meter_skip          (SondeRateMeter       *self,
                                       guint64               ns);
/* Over the last second, or since the start if that is less ago. */
double sonde_rate_meter_get_second_hz (const SondeRateMeter *self,
                                       guint64               now_ns);
double sonde_rate_meter_get_mean_hz   (const SondeRateMeter *self,
                                       guint64               now_ns);

G_END_DECLS
