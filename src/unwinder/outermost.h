/* outermost.h: code that has no caller
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "unwinder/tables.h"

G_BEGIN_DECLS

/* Whether a frame without rules that stands at @pc has no caller: the entry point of a program, or
 * what a thread begins with. Threads: worker only.
 */
gboolean sonde_outermost_is_code (SondeTables  *tables,
                                  SondeAddress  pc);

G_END_DECLS
