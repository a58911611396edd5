/* outermost.h: where a stack that lost its way ends
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/stack.h"
#include "target/maps.h"

G_BEGIN_DECLS

/* Takes the outermost frames off @stack that lie in no code of @maps, and counts it as truncated if
 * there were any: a return address to nowhere is none. The innermost frame stays, since that is
 * where the thread was. Worker only.
 */
void sonde_outermost_cut (SondeStack *stack,
                          SondeMaps  *maps);

G_END_DECLS
