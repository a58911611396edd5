/* holders.h: threads that take a CPU from what runs on it when a tick is due
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondeHolders:
 *
 * A thread that runs on another CPU is asked to stop in two steps: a flag that it looks at after
 * each system call, and an interrupt, which is some microseconds on its way. One that makes many
 * system calls mostly finds the flag first, and so would be found in a call.
 *
 * A holder is a thread of ours that is bound to one CPU and woken there by that CPU's own timer
 * when a tick is due. What ran is displaced at that instant, with no flag before it, and asked to
 * stop while it waits: it then stops where it was displaced. A CPU is held for the time of the
 * questions, some 10 µs, and never for more than some 50 µs.
 *
 * Life: sonde_holders_new() → want() for a CPU that the target was found on, aim() at a time and,
 * once it has come, gather(), the questions, aim() at the next, release() → sonde_holders_free().
 *
 * Threads: worker only.
 */
typedef struct _SondeHolders SondeHolders;

/**
 * SondeTurn:
 * @first_ns: when we took the first CPU from what ran on it
 * @last_ns: when we took the last one
 *
 * When a tick really was.
 */
typedef struct
{
  guint64 first_ns;
  guint64 last_ns;
} SondeTurn;

SondeHolders *sonde_holders_new     (void);
void          sonde_holders_free    (SondeHolders *self);

/* That a thread of the target runs on @cpu: it is held at all ticks up to @until_ns. */
void          sonde_holders_want    (SondeHolders *self,
                                     int           cpu,
                                     guint64       until_ns);
/* That the next tick is due at @due_ns. */
void          sonde_holders_aim     (SondeHolders *self,
                                     guint64       due_ns);
/* Waits until all CPUs are held that shall be at the tick of @due_ns, and adds them to @turn, which
 * has ours: some 10 µs after the tick as a rule, 150 µs and half of the time between ticks at most.
 */
void          sonde_holders_gather  (SondeHolders *self,
                                     guint64       due_ns,
                                     SondeTurn    *turn);
/* Adds the one of @cpu to @turn, if it has come by now for the tick of @due_ns: it may come when
 * nobody waits for it any more, and what it displaces then is still displaced by us.
 */
void          sonde_holders_add_late (SondeHolders *self,
                                     int           cpu,
                                     guint64       due_ns,
                                     SondeTurn    *turn);
void          sonde_holders_release (SondeHolders *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeHolders, sonde_holders_free)

G_END_DECLS
