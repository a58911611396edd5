/* reach.c: how much of a thread's stack its next capture shall copy
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/reach.h"

/* Whether @missed lies above what was copied from @piece, of which @want bytes were asked for; then
 * there will be more of it.
 */
static gboolean
extend_piece (const SondeStackPiece *piece,
              SondeAddress           missed,
              gsize                 *want)
{
  if (piece->length != *want || missed < piece->start ||
      missed - piece->start >= SONDE_CAPTURE_BYTES_MAX || *want == SONDE_CAPTURE_BYTES_MAX)
    return FALSE;

  *want = MIN (2 * *want, SONDE_CAPTURE_BYTES_MAX);

  return TRUE;
}

/* The one of both pieces that @missed lies above most closely. */
static gboolean
is_above_outer (const SondeCapture *capture,
                SondeAddress        missed)
{
  return capture->outer.length > 0 && missed >= capture->outer.start &&
         (missed < capture->stack.start || capture->outer.start > capture->stack.start);
}

gboolean
sonde_reach_extend (SondeSampledThread *thread,
                    const SondeCapture *capture,
                    const SondeStack   *stack)
{
  thread->follow_frames |= stack->has_go;
  if (stack->end != SONDE_STACK_END_BYTES)
    return FALSE;

  /* A stack goes on above what was copied of it. */
  if (!stack->is_elsewhere &&
      (is_above_outer (capture, stack->missed)
         ? extend_piece (&capture->outer, stack->missed, &thread->want_outer_bytes)
         : extend_piece (&capture->stack, stack->missed, &thread->want_bytes)))
    return TRUE;

  /* It goes on elsewhere: on the stack that a signal handler with one of its own leads back to, or
   * that of a goroutine.
   */
  if (thread->want_outer == stack->missed)
    return FALSE;

  thread->want_outer = stack->missed;
  return TRUE;
}
