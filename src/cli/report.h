/* report.h: what goes wrong, said in one line on standard error
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/obstacle.h"
#include "base/types.h"

G_BEGIN_DECLS

#define SONDE_EXIT_DONE 0
#define SONDE_EXIT_FAILED 1
#define SONDE_EXIT_USAGE 2

/* Both print one line and return SONDE_EXIT_FAILED. @verb is as of sonde_obstacle_dup_advice(). */
int sonde_report_error    (const GError        *error);
int sonde_report_obstacle (const SondeObstacle *obstacle,
                           const char          *verb);

/* One line where Python was @wanted, or the process runs it, and native functions are shown.
 * @python is its version, NULL if there is none; @is_readable whether Sonde knows it.
 */
void sonde_report_frames  (SondeFrames          wanted,
                           const char          *python,
                           gboolean             is_readable);
/* One line where threads were stopped for the functions of Python alone. */
void sonde_report_hindrance (SondeHindrance     hindrance);
/* That @n_threads run Python of which nothing was seen. */
void sonde_report_unmatched (guint              n_threads);
/* One line where tasks were @wanted and cannot be followed; none after that of report_frames(). */
void sonde_report_tasks   (gboolean             wanted,
                           const char          *python,
                           gboolean             is_readable,
                           gboolean             has_tasks);
/* One line where samples were asked for whose thread has a lock that there is not, or that cannot
 * be read.
 */
void sonde_report_mode    (SondeMode            mode,
                           const char          *python,
                           gboolean             is_readable,
                           gboolean             has_gil);

G_END_DECLS
