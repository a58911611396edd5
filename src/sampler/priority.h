/* priority.h: how soon a thread of the sampler comes to a CPU
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondePriority:
 * @SONDE_PRIORITY_HOLDER: before all programs
 * @SONDE_PRIORITY_WORKER: before the holders too
 */
typedef enum
{
  SONDE_PRIORITY_HOLDER = 1,
  SONDE_PRIORITY_WORKER = 2,
} SondePriority;

/* Gives the calling thread, which sleeps much and works little, a CPU as soon as it wakes: for
 * certain if we may, else as well as the kernel lets us. What it starts does not inherit it.
 */
void sonde_priority_raise (SondePriority priority);

/* Takes it back, for one that works without a pause: with it nobody else would get that CPU. */
void sonde_priority_drop  (void);

G_END_DECLS
