/* capture.c: memory of captures
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/capture.h"

void
sonde_capture_init (SondeCapture *self)
{
  *self = (SondeCapture) { 0 };
}

/* Makes room for @capacity bytes of stack, at most SONDE_CAPTURE_BYTES_MAX; what was there is
 * lost.
 */
void
sonde_capture_ensure (SondeCapture *self,
                      gsize         capacity)
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
sonde_capture_clear (SondeCapture *self)
{
  g_clear_pointer (&self->bytes, g_free);
  self->length = 0;
  self->capacity = 0;
}
