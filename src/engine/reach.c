/* reach.c: how much of a thread's stack its next capture shall copy
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/reach.h"

gboolean
sonde_reach_extend (SondeSampledThread *thread,
                    const SondeCapture *capture,
                    const SondeStack   *stack)
{
  SondeAddress start = capture->stack.start;

  if (stack->end != SONDE_STACK_END_BYTES)
    return FALSE;

  /* The stack goes on above what was copied. */
  if (capture->stack.length == thread->want_bytes && stack->missed >= start &&
      stack->missed - start < SONDE_CAPTURE_BYTES_MAX)
    {
      if (thread->want_bytes == SONDE_CAPTURE_BYTES_MAX)
        return FALSE;

      thread->want_bytes = MIN (2 * thread->want_bytes, SONDE_CAPTURE_BYTES_MAX);
      return TRUE;
    }

  /* It goes on elsewhere: on the stack that a signal handler with one of its own leads back to. */
  if (thread->want_outer == stack->missed)
    return FALSE;

  thread->want_outer = stack->missed;
  return TRUE;
}
