/* losses.c: counts of samples that were due and not taken
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/losses.h"

guint64
sonde_losses_get_sum (const SondeLosses *self)
{
  guint64 sum = 0;

  for (guint i = 0; i < SONDE_N_LOSSES; i++)
    sum += self->count[i];

  return sum;
}

const char *
sonde_loss_get_keyword (SondeLoss loss)
{
  switch (loss)
    {
    case SONDE_LOSS_GONE:
      return "gone";
    case SONDE_LOSS_UNREADABLE:
      return "unreadable";
    case SONDE_LOSS_BUSY:
      return "busy";
    case SONDE_LOSS_LATE:
      return "late";
    case SONDE_LOSS_UNSEEN:
      return "unseen";
    case SONDE_LOSS_TORN:
      return "torn";
    default:
      g_return_val_if_reached ("unknown");
    }
}
