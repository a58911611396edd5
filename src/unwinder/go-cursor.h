/* go-cursor.h: moves libunwind's cursor from a frame of Go to its caller
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libunwind.h>

#include "base/stack.h"
#include "unwinder/go-step.h"

G_BEGIN_DECLS

/* Fills the registers of @frame, whose address is known and of Go, from @cursor, and makes it the
 * caller, whose registers @cursor is to begin anew from; @read_stack reads captured bytes. FALSE at
 * the end, with @end set.
 */
gboolean sonde_go_cursor_step (SondeGoRules    *rules,
                               unw_cursor_t    *cursor,
                               SondeGoFrame    *frame,
                               SondeGoWordFunc  read_stack,
                               gpointer         data,
                               SondeStackEnd   *end);

G_END_DECLS
