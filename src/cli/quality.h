/* quality.h: how much of what was looked at can be relied on, in words
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "aggregate/snapshot.h"

G_BEGIN_DECLS

/* "12.0 % truncated · 300 lost (5.7 %: late 250, torn 50)" with " · " for @separator (transfer
 * full): what share of the samples of the mode is truncated or has no name, if that is more than
 * 1 %, and how many samples were lost, by reason.
 */
char *sonde_quality_dup_text (const SondeSnapshot *snapshot,
                              const char          *separator);

/* "looked 612 times a second, not 1000" (transfer full); NULL where that was near enough. */
char *sonde_quality_dup_rate (const SondeSnapshot *snapshot);

/* "other programs took the CPU 38.0 % of the time" (transfer full); NULL where that was not more
 * than a little.
 */
char *sonde_quality_dup_contention (const SondeSnapshot *snapshot);

G_END_DECLS
