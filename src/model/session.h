/* session.h: one process being watched, as the desktop program holds it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "engine/engine.h"
#include "model/function-list.h"
#include "model/thread-list.h"

G_BEGIN_DECLS

/* How often the display is refreshed: every 0.05 s to every second. */
#define SONDE_INTERVAL_MS_MIN 50
#define SONDE_INTERVAL_MS_MAX 1000
#define SONDE_INTERVAL_MS_STEP 50
#define SONDE_INTERVAL_MS_DEFAULT 100

/**
 * SondeSession:
 *
 * Owns the engine that samples one process, asks it for the newest snapshot
 * ten times a second (or as sonde_session_set_interval_ms() says) and keeps the
 * lists of functions and threads like it.
 *
 * Life: sonde_session_new_attach() or sonde_session_new_launch() → SondeSession::updated after
 * every snapshot → g_object_unref(), which ends the sampling, and does not wait for that.
 *
 * Threads: main thread only.
 */
#define SONDE_TYPE_SESSION (sonde_session_get_type ())
G_DECLARE_FINAL_TYPE (SondeSession, sonde_session, SONDE, SESSION, GObject)

SondeSession      *sonde_session_new_attach      (pid_t              pid,
                                                  guint64            start_ticks);
SondeSession      *sonde_session_new_launch      (const SondeLaunch *launch);

/* Before this process ends: waits for sessions that were ended, for @timeout_us microseconds at
 * most.
 */
void               sonde_session_wait_for_all    (gint64             timeout_us);

/* The newest, borrowed until the next tick; NULL before the first. */
SondeSnapshot     *sonde_session_get_snapshot    (SondeSession      *self);
SondeFunctionList *sonde_session_get_functions   (SondeSession      *self);
SondeThreadList   *sonde_session_get_threads     (SondeSession      *self);

/* What was asked for; the newest snapshot may still answer an earlier question. */
const SondeQuery  *sonde_session_get_query       (SondeSession      *self);

/* Looks for a new snapshot; the session does so itself, too. */
void               sonde_session_tick            (SondeSession      *self);

/* Before this process stands still, and after it: see sonde_engine_suspend(). */
void               sonde_session_suspend         (SondeSession      *self);
void               sonde_session_resume          (SondeSession      *self);

/* Nothing that is shown changes while paused; sampling goes on. */
gboolean           sonde_session_get_paused      (SondeSession      *self);
void               sonde_session_set_paused      (SondeSession      *self,
                                                  gboolean           paused);
guint              sonde_session_get_interval_ms (SondeSession      *self);
void               sonde_session_set_interval_ms (SondeSession      *self,
                                                  guint              interval_ms);
double             sonde_session_get_rate_hz     (SondeSession      *self);
void               sonde_session_set_rate_hz     (SondeSession      *self,
                                                  double             rate_hz);

void               sonde_session_set_mode        (SondeSession      *self,
                                                  SondeMode          mode);
void               sonde_session_set_frames      (SondeSession      *self,
                                                  SondeFrames        frames);
/* Whether the tasks of asyncio that await what runs are on its stack. */
void               sonde_session_set_with_tasks  (SondeSession      *self,
                                                  gboolean           with_tasks);
void               sonde_session_set_scope       (SondeSession      *self,
                                                  pid_t              tid);
void               sonde_session_set_sort        (SondeSession      *self,
                                                  SondeColumn        column,
                                                  gboolean           descending);
/* FALSE if it is no whole filter, as an expression being typed: it filters nothing then. */
gboolean           sonde_session_set_filter      (SondeSession      *self,
                                                  const char        *filter);
/* The function to show whatever its rank; G_MAXUINT32 for none. */
void               sonde_session_set_kept        (SondeSession      *self,
                                                  guint32            function_id);
/* Asks for more rows, if there are more than are shown. */
void               sonde_session_grow            (SondeSession      *self);

/* FALSE if there is nothing left to reset: the session is over and its figures stay. */
gboolean           sonde_session_reset           (SondeSession      *self);
void               sonde_session_stop            (SondeSession      *self);

G_END_DECLS
