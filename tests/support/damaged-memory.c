/* damaged-memory.c: the memory of a process with some bytes changed
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/damaged-memory.h"

static gsize
read_damaged_cb (gpointer     data,
                 SondeAddress address,
                 gpointer     buffer,
                 gsize        length)
{
  const DamagedMemory *self = data;
  guint8 *bytes = buffer;
  gsize count = sonde_memory_read (self->pid, address, buffer, length);

  for (gsize i = 0; i < count; i++)
    {
      guint64 noise = ((address + i) ^ self->seed) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

      if (noise >> 32 < G_MAXUINT32 / self->one_in)
        bytes[i] ^= (guint8) (noise >> 24 | 1);
    }

  return count;
}

SondePythonMemory
damaged_memory_get (DamagedMemory *self)
{
  return (SondePythonMemory) { .read = read_damaged_cb, .data = self };
}
