/* stats.h: the figures of a recording as JSON
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "aggregate/snapshot.h"

G_BEGIN_DECLS

/* One JSON object and a newline (transfer full); the same in every locale. */
char *sonde_stats_dup_json (const SondeSnapshot *snapshot);

G_END_DECLS
