/* pacer.c: when samples are due
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sampler/pacer.h"

#include "base/types.h"

/* Parts of the period. */
#define JITTER_SHARE 0.1
#define SWEEP_SHARE 0.5
/* Ticks from one end of a sweep to the other. */
#define SWEEP_TICKS 62

/* From 0 to 1, for each index another: the finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
static double
get_random (const SondePacer *self)
{
  guint64 bits = self->seed + self->index * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  bits = (bits ^ (bits >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  bits = (bits ^ (bits >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  bits ^= bits >> 31;

  return (double) (bits >> 32) / (double) G_MAXUINT32;
}

/* From -1 to 1 and back, at the same pace all the time; 0 for the first. */
static double
get_sweep (const SondePacer *self)
{
  double at = (double) ((self->index + SWEEP_TICKS / 2) % (2 * SWEEP_TICKS)) / SWEEP_TICKS;

  return at < 1.0 ? 2.0 * at - 1.0 : 3.0 - 2.0 * at;
}

static void
set_due (SondePacer *self)
{
  double moved = (double) self->index + SWEEP_SHARE * get_sweep (self) +
                 JITTER_SHARE * (2.0 * get_random (self) - 1.0);

  self->due_ns = self->start_ns + (guint64) (MAX (moved, 0.0) * self->period_ns);
}

void
sonde_pacer_init (SondePacer *self,
                  double      rate_hz,
                  guint64     now_ns,
                  guint32     seed)
{
  g_return_if_fail (rate_hz > 0.0);

  self->start_ns = now_ns;
  self->period_ns = (double) SONDE_NS_PER_SECOND / rate_hz;
  self->index = 0;
  self->due_ns = now_ns;
  self->seed = seed;
}

guint64
sonde_pacer_advance (SondePacer *self,
                     guint64     now_ns)
{
  guint64 previous = self->index;
  guint64 passed;

  g_return_val_if_fail (self->period_ns > 0.0, 0);

  /* Grid points around @now_ns may have been moved to before or behind it. */
  passed = now_ns > self->start_ns
           ? (guint64) ((double) (now_ns - self->start_ns) / self->period_ns) : 0;
  self->index = MAX (previous + 1, passed);
  set_due (self);
  while (self->due_ns <= now_ns)
    {
      self->index++;
      set_due (self);
    }

  return self->index - previous - 1;
}
