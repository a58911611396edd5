/* stop-times.c: how long threads were held still
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sampler/stop-times.h"

#define STEP_NS 1000

void
sonde_stop_times_add (SondeStopTimes *self,
                      guint64         ns)
{
  self->sum_ns += ns;
  self->count++;
  self->steps[MIN (ns / STEP_NS, SONDE_N_STOP_TIMES - 1)]++;
}

guint64
sonde_stop_times_get_quantile (const SondeStopTimes *self,
                               double                share)
{
  guint64 wanted = (guint64) (share * (double) self->count);
  guint64 seen = 0;

  if (self->count == 0)
    return 0;

  for (guint i = 0; i < SONDE_N_STOP_TIMES; i++)
    {
      seen += self->steps[i];
      if (seen >= MAX (wanted, 1))
        return (guint64) (i + 1) * STEP_NS;
    }

  return (guint64) SONDE_N_STOP_TIMES * STEP_NS;
}
