/* damaged-memory.h: the memory of a process with some bytes changed
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/memory.h"

G_BEGIN_DECLS

/**
 * DamagedMemory:
 * @pid: whose memory
 * @seed: which bytes are changed, and how; the same for the same seed
 * @one_in: one byte in so many is
 *
 * Filled in by a test.
 */
typedef struct
{
  pid_t   pid;
  guint64 seed;
  guint   one_in;
} DamagedMemory;

/* Reads with read() only. @self is borrowed for as long as it is used. */
SondePythonMemory damaged_memory_get (DamagedMemory *self);

G_END_DECLS
