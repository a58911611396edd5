/* reach.h: how much of a thread's stack its next capture shall copy
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/stack.h"
#include "sampler/stop-sampler.h"

G_BEGIN_DECLS

/* Makes the next capture of @thread reach what @stack, made of @capture, did not. Gives whether it
 * will reach further. Worker only.
 */
gboolean sonde_reach_extend (SondeSampledThread *thread,
                             const SondeCapture *capture,
                             const SondeStack   *stack);

G_END_DECLS
