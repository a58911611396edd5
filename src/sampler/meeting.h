/* meeting.h: when a thread of ours shall come that another one waits for
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondeMeeting:
 * @delay_ns: how long after the time of the meeting the guest shall wake
 * @patience_ns: how long after that the host shall wait for it
 *
 * Two threads wake for the same time, each late by what its CPU takes: 5 µs where it was busy,
 * 100 µs where it slept deeply, on a virtual machine above all. Whoever is there first waits. The
 * delay is what makes each of the two the first in half of the cases; the patience is enough for
 * nine in ten. A guest that does not come at all, since others have its CPU, is hardly waited for,
 * until the next attempt.
 *
 * All zero is a meeting that nothing is known of yet.
 */
typedef struct
{
  guint64 delay_ns;
  guint64 patience_ns;
  guint   n_in_vain;   /* meetings in a row that the guest missed */
} SondeMeeting;

/* The guest, woken for @at_ns, came at @guest_ns; the host came at @host_ns: times of one clock.
 * Neither figure becomes more than @max_ns.
 */
void sonde_meeting_add_met    (SondeMeeting *self,
                               guint64       at_ns,
                               guint64       guest_ns,
                               guint64       host_ns,
                               guint64       max_ns);
/* The host did not wait long enough. */
void sonde_meeting_add_missed (SondeMeeting *self,
                               guint64       max_ns);

G_END_DECLS
