/* figures.h: numbers as text for people, as the locale writes them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All with plain spaces, at which a line can be split again. */

/* "12,345" */
char *sonde_figures_dup_count (guint64 count);

/* "12.3 %"; "–" of nothing. */
char *sonde_figures_dup_share (guint64 part,
                               guint64 whole);

/* 0.123 → "12.3 %" */
char *sonde_figures_dup_percent (double share);

/* "1.23 s", "45.6 ms" */
char *sonde_figures_dup_time (guint64 time_ns);

/* "12.3 MB" */
char *sonde_figures_dup_size (guint64 bytes);

G_END_DECLS
