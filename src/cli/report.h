/* report.h: what goes wrong, said in one line on standard error
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/obstacle.h"

G_BEGIN_DECLS

#define SONDE_EXIT_DONE 0
#define SONDE_EXIT_FAILED 1
#define SONDE_EXIT_USAGE 2

/* Both print one line and return SONDE_EXIT_FAILED. */
int sonde_report_error    (const GError        *error);
int sonde_report_obstacle (const SondeObstacle *obstacle);

G_END_DECLS
