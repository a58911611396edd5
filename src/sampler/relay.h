/* relay.h: work that goes from CPU to CPU, and takes each from what runs there
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"

G_BEGIN_DECLS

/**
 * SondeStage:
 * @cpu: where the work goes on
 * @due_ns: when; at once if that has passed
 *
 * The next stage of a relay.
 */
typedef struct
{
  int     cpu;
  guint64 due_ns;
} SondeStage;

/**
 * SondeRelay:
 *
 * Does a piece of work again and again, each time on a CPU of its choice: by threads that are bound
 * to one CPU each ("preempters"), of which one at a time has the turn. It sleeps until the next
 * stage is due and is woken then: what runs on its CPU is preempted at that instant, and stands
 * still for as long as the stage lasts. A stage on another CPU is handed over.
 *
 * A thread that moved to another CPU itself would wait there until what runs has used up its time;
 * one that is woken does not.
 *
 * Life: sonde_relay_new() → sonde_relay_free(), which waits for the stage under way.
 *
 * Threads: the stages run on threads of the relay, one after the other, each of which sees what the
 * one before it did. All else: worker only.
 */
typedef struct _SondeRelay SondeRelay;

/* One stage, on @cpu, which it shall leave within some 10 µs; gives the next one. */
typedef SondeStage (*SondeRelayRun) (SondeRelay *relay,
                                     int         cpu,
                                     gpointer    data);

/* Starts with a stage on @cpu. At least @n_announced stages may be announced at once. */
SondeRelay *sonde_relay_new           (int            cpu,
                                       guint          n_announced,
                                       SondeRelayRun  run,
                                       gpointer       data);
void        sonde_relay_free          (SondeRelay    *self);

/* A stage will be due at @due_ns, later than all that were announced before: then the timer of the
 * caller's CPU wakes the preempter, and not that of its own CPU. One that is announced and not due
 * harms nothing. FALSE if it cannot be announced, now at least; it takes place all the same.
 */
gboolean    sonde_relay_announce      (SondeRelay    *self,
                                       guint64        due_ns);

/* Lets its threads run anywhere from now on: one whose CPU another program does not leave would not
 * come to an end. A stage that is under way may be on another CPU then than it was told.
 */
void        sonde_relay_unbind        (SondeRelay    *self);
/* Whether a stage was to go on where we may not run (a container's cpuset, for one): it went on
 * where it was.
 */
gboolean    sonde_relay_has_failed    (SondeRelay    *self);
/* CPU time of its threads. */
guint64     sonde_relay_get_cpu_ns    (SondeRelay    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeRelay, sonde_relay_free)

G_END_DECLS
