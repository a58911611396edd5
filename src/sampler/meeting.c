/* meeting.c: when a thread of ours shall come that another one waits for
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both figures follow a quantile: a small step for each case, as many up as down once they are
 * where they belong.
 */

#include "config.h"

#include "sampler/meeting.h"

#define STEP_NS 500
#define DELAY_NS_MAX 100000

#define PATIENCE_NS_MIN 5000
#define PATIENCE_NS_MAX 50000
#define N_MET_A_MISSED 9

/* After so many meetings in vain it is not waited for, and after so many it is again. */
#define N_IN_VAIN 32
#define N_UNTIL_AGAIN 320

void
sonde_meeting_add_met (SondeMeeting *self,
                       guint64       at_ns,
                       guint64       guest_ns,
                       guint64       host_ns,
                       guint64       max_ns)
{
  guint64 late_ns = guest_ns - MIN (at_ns, guest_ns);

  if (guest_ns < host_ns)
    self->delay_ns += STEP_NS;
  else
    self->delay_ns -= MIN (self->delay_ns, STEP_NS);
  self->delay_ns = MIN (self->delay_ns, MIN (max_ns, DELAY_NS_MAX));

  if (late_ns < self->patience_ns && self->patience_ns > PATIENCE_NS_MIN)
    self->patience_ns -= STEP_NS;
  self->patience_ns = MIN (self->patience_ns, max_ns);
  self->n_in_vain = 0;
}

void
sonde_meeting_add_missed (SondeMeeting *self,
                          guint64       max_ns)
{
  self->n_in_vain = (self->n_in_vain + 1) % N_UNTIL_AGAIN;
  self->delay_ns = MIN (self->delay_ns, max_ns);
  self->patience_ns = MIN (self->patience_ns + N_MET_A_MISSED * STEP_NS,
                           MIN (max_ns, PATIENCE_NS_MAX));
  if (self->n_in_vain >= N_IN_VAIN)
    {
      self->delay_ns = 0;
      self->patience_ns = MIN (max_ns, PATIENCE_NS_MIN);
    }
}
