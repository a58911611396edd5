/* filter.h: which functions a reader wants to see
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/functions.h"

G_BEGIN_DECLS

/**
 * SondeFilter:
 *
 * A compiled filter text: a case-insensitive part of function, file or "file:function", or a
 * regular expression between slashes. A text that starts with a slash and is no complete, valid
 * expression matches everything.
 *
 * Life: sonde_filter_new() → sonde_filter_matches() → sonde_filter_free().
 *
 * Threads: one at a time.
 */
typedef struct _SondeFilter SondeFilter;

SondeFilter *sonde_filter_new        (const char          *text);
void         sonde_filter_free       (SondeFilter         *self);

/* Whether the text is a whole filter; FALSE for "/dict" or "/(/", which match everything. */
gboolean     sonde_filter_is_valid   (const SondeFilter   *self);
gboolean     sonde_filter_matches    (const SondeFilter   *self,
                                      const SondeFunction *function);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeFilter, sonde_filter_free)

G_END_DECLS
