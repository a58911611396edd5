/* rate-meter.c: how many ticks a second there really were
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/rate-meter.h"

#define SLICE_NS (SONDE_NS_PER_SECOND / SONDE_N_RATE_SLICES)
#define N_KEPT (SONDE_N_RATE_SLICES + 1) /* a second and the slice under way */

void
sonde_rate_meter_init (SondeRateMeter *self,
                       guint64         now_ns)
{
  *self = (SondeRateMeter) { .start_ns = now_ns };
}

static guint64
slice_of (const SondeRateMeter *self,
          guint64               now_ns)
{
  return now_ns > self->start_ns ? (now_ns - self->start_ns) / SLICE_NS : 0;
}

void
sonde_rate_meter_add (SondeRateMeter *self,
                      guint64         now_ns)
{
  guint64 slice = slice_of (self, now_ns);

  for (guint i = 0; self->slice < slice && i < N_KEPT; i++)
    self->slices[++self->slice % N_KEPT] = 0;

  self->slice = MAX (self->slice, slice);
  self->slices[self->slice % N_KEPT]++;
  self->count++;
}

void
sonde_rate_meter_skip (SondeRateMeter *self,
                       guint64         ns)
{
  self->start_ns += ns;
}

double
sonde_rate_meter_get_second_hz (const SondeRateMeter *self,
                                guint64               now_ns)
{
  guint64 now_slice = slice_of (self, now_ns);
  guint64 sum = 0;

  /* The slice under way is left out: it is not over. */
  if (now_slice < SONDE_N_RATE_SLICES)
    return sonde_rate_meter_get_mean_hz (self, now_ns);

  for (guint64 slice = now_slice - SONDE_N_RATE_SLICES; slice < now_slice; slice++)
    if (slice <= self->slice && slice + N_KEPT > self->slice)
      sum += self->slices[slice % N_KEPT];

  return (double) sum;
}

double
sonde_rate_meter_get_mean_hz (const SondeRateMeter *self,
                              guint64               now_ns)
{
  if (now_ns <= self->start_ns)
    return 0.0;

  return (double) self->count * (double) SONDE_NS_PER_SECOND / (double) (now_ns - self->start_ns);
}
