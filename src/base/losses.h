/* losses.h: samples that were due and not taken, by reason
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondeLoss:
 * @SONDE_LOSS_GONE: the thread was there at the tick, and ended before it was captured
 * @SONDE_LOSS_UNREADABLE: its registers or its stack could not be read
 * @SONDE_LOSS_BUSY: another tracer held the thread
 * @SONDE_LOSS_LATE: the due time had passed before the sampler came to it
 * @SONDE_LOSS_UNSEEN: a sleeping thread ran between two looks at it, or one came and ended
 * @SONDE_LOSS_TORN: its stack changed while it was read
 *
 * What was lost is data: each is counted and shown.
 */
typedef enum
{
  SONDE_LOSS_GONE,
  SONDE_LOSS_UNREADABLE,
  SONDE_LOSS_BUSY,
  SONDE_LOSS_LATE,
  SONDE_LOSS_UNSEEN,
  SONDE_LOSS_TORN,
} SondeLoss;

#define SONDE_N_LOSSES (SONDE_LOSS_TORN + 1)

/**
 * SondeLosses:
 * @count: lost thread samples, by #SondeLoss
 *
 * Plain data, copied by value.
 */
typedef struct
{
  guint64 count[SONDE_N_LOSSES];
} SondeLosses;

guint64     sonde_losses_get_sum   (const SondeLosses *self);

/* The name of @loss in machine-readable output: "gone", "late", … */
const char *sonde_loss_get_keyword (SondeLoss          loss);

G_END_DECLS
