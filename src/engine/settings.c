/* settings.c: what a client asks of the worker
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/engine.h"

void
sonde_settings_init (SondeSettings *self)
{
  *self = (SondeSettings) { .rate_hz = SONDE_RATE_HZ_DEFAULT };
  sonde_query_init (&self->query);
}

/* Makes @self, which must be settings or all zeros, a copy of @from. */
void
sonde_settings_copy (SondeSettings       *self,
                     const SondeSettings *from)
{
  self->rate_hz = CLAMP (from->rate_hz, SONDE_RATE_HZ_MIN, SONDE_RATE_HZ_MAX);
  self->with_tasks = from->with_tasks;
  self->frozen = from->frozen;
  sonde_query_copy (&self->query, &from->query);
}

void
sonde_settings_clear (SondeSettings *self)
{
  sonde_query_clear (&self->query);
}
