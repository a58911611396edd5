/* capture.c: memory of captures
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/capture.h"

#include <string.h>

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

gboolean
sonde_stack_piece_read (const SondeStackPiece *self,
                        SondeAddress           address,
                        guint64               *value)
{
  if (address < self->start || address - self->start >= self->length ||
      self->length - (address - self->start) < sizeof *value)
    return FALSE;

  memcpy (value, self->bytes + (address - self->start), sizeof *value);

  return TRUE;
}

void
sonde_capture_clear (SondeCapture *self)
{
  sonde_stack_piece_clear (&self->stack);
  sonde_stack_piece_clear (&self->outer);
  g_clear_pointer (&self->codes, g_free);
}
