/* watch.h: follows one session from its start to its end
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/job-control.h"
#include "engine/engine.h"

G_BEGIN_DECLS

/**
 * SondeWatchFunc:
 * @snapshot: the newest there is
 * @data: what was given to sonde_watch_run()
 *
 * Called for every snapshot that shows a running session.
 */
typedef void (*SondeWatchFunc) (SondeSnapshot *snapshot,
                                gpointer       data);

/**
 * SondeWatch:
 *
 * Waits until a session is over: the process ended, the duration passed, or
 * the user asked with SIGINT, SIGTERM or SIGHUP. With Ctrl+Z the target is let go before this
 * process stands still.
 *
 * Life: sonde_watch_new() takes the signals over → sonde_watch_run() once →
 * sonde_watch_free() gives them back.
 *
 * Threads: main thread only.
 */
typedef struct _SondeWatch SondeWatch;

SondeWatch    *sonde_watch_new  (SondeEngine    *engine,
                                 double          duration_s);
void           sonde_watch_free (SondeWatch     *self);

/* For the client that has more to do before Ctrl+Z makes this process stand still, and after it;
 * called with the data of sonde_watch_run().
 */
void           sonde_watch_set_job_funcs (SondeWatch     *self,
                                          SondeJobFunc    on_suspend,
                                          SondeJobFunc    on_resume);

/* How long to wait for names that are still being looked up when the session is over; else not at
 * all.
 */
void           sonde_watch_set_names_timeout (SondeWatch *self,
                                          guint           timeout_s);

/* The last snapshot (transfer full): SONDE_SESSION_FINISHED or SONDE_SESSION_FAILED. */
SondeSnapshot *sonde_watch_run  (SondeWatch     *self,
                                 SondeWatchFunc  on_snapshot,
                                 gpointer        data);

/* Ends the session, as a signal would. */
void           sonde_watch_stop (SondeWatch     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeWatch, sonde_watch_free)

G_END_DECLS
