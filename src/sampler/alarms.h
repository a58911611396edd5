/* alarms.h: wakes a thread at given times, by the timer of another CPU
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"

G_BEGIN_DECLS

/**
 * SondeAlarms:
 *
 * A thread that sleeps until some time sets the timer of its own CPU for that, and is interrupted
 * there. On a virtual machine both take what runs on that CPU tens of µs. A timer rings on the CPU
 * on which it was set: if that is another one, all that comes to the CPU of the sleeper is the call
 * to run it. On two virtual CPUs a busy thread stood still for 31 µs each time that another one on
 * its CPU slept and woke, and for 13 µs if alarms woke it; what that costs a program is measured by
 * tests/bench/bench-python.py slowdown.
 *
 * Life: sonde_alarms_new() → set() and wait() → sonde_alarms_free().
 *
 * Threads: one that sets, one at a time that waits; move() on any.
 */
typedef struct _SondeAlarms SondeAlarms;

/* At least @n may be set and not waited for yet, less than twice as many; each is a file descriptor
 * once it was set.
 */
SondeAlarms *sonde_alarms_new  (guint        n);
void         sonde_alarms_free (SondeAlarms *self);

/* @due_ns, of CLOCK_MONOTONIC, is later than all that were set before. FALSE if it is not set: no
 * room is left, or they are being moved, or have rung.
 */
gboolean     sonde_alarms_set  (SondeAlarms *self,
                                guint64      due_ns);
/* Waits for the alarm of @due_ns, or a signal, and is done with all before it. FALSE, at once, if
 * there is none.
 */
gboolean     sonde_alarms_wait (SondeAlarms *self,
                                guint64      due_ns);
/* Those that are still to come ring on the CPU of the caller. */
void         sonde_alarms_move (SondeAlarms *self);
/* All ring now, and none is set any more. */
void         sonde_alarms_ring (SondeAlarms *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeAlarms, sonde_alarms_free)

G_END_DECLS
