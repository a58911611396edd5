/* capture.c: memory of captures
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/capture.h"

/* Makes room for @capacity bytes, at most SONDE_CAPTURE_BYTES_MAX; what was there is lost then. */
void
sonde_stack_piece_ensure (SondeStackPiece *self,
                          gsize            capacity)
{
  g_return_if_fail (capacity <= SONDE_CAPTURE_BYTES_MAX);

  if (self->capacity >= capacity)
    return;

  g_free (self->bytes);
  self->bytes = g_malloc (capacity);
  self->capacity = capacity;
  self->length = 0;
}

void
sonde_stack_piece_clear (SondeStackPiece *self)
{
  g_free (self->bytes);
  *self = (SondeStackPiece) { 0 };
}

void
sonde_capture_clear (SondeCapture *self)
{
  sonde_stack_piece_clear (&self->stack);
  sonde_stack_piece_clear (&self->outer);
  g_clear_pointer (&self->codes, g_free);
}
