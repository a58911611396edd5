/* worker.h: the pipeline of one session
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "engine/engine.h"
#include "target/target.h"

G_BEGIN_DECLS

/**
 * SondeWorker:
 *
 * Samples one target: from the kernel to the counts. Knows nothing of threads or mailboxes; its
 * owner calls it from one thread, always the same but for suspend() and resume().
 *
 * Life: sonde_worker_new() → set_settings(), then run_turn() until it gives FALSE →
 * make_snapshot(), … at any time → sonde_worker_free().
 *
 * Threads: worker only.
 */
typedef struct _SondeWorker SondeWorker;

/* Takes @target over. */
SondeWorker   *sonde_worker_new           (SondeTarget         *target,
                                           const SondeSettings *settings);
void           sonde_worker_free          (SondeWorker         *self);

void           sonde_worker_set_settings  (SondeWorker         *self,
                                           const SondeSettings *settings);
void           sonde_worker_reset         (SondeWorker         *self);

/* Waits for the next due time, at most until @until_ns, and takes its samples. FALSE once the
 * target is no more.
 */
gboolean       sonde_worker_run_turn      (SondeWorker         *self,
                                           guint64              until_ns);
/* Whether something that is due at @due_ns shall be done now: later if it would keep a thread of
 * the target waiting that is about to stop.
 */
gboolean       sonde_worker_has_time      (SondeWorker         *self,
                                           guint64              due_ns,
                                           guint64              now_ns);
/* Lets go of all threads, as far as they can hear of it, and no more samples until resume(), which
 * another thread may call: the one that called suspend() has to end, which lets go of the rest. The
 * time in between belongs to no figure.
 */
void           sonde_worker_suspend       (SondeWorker         *self);
void           sonde_worker_resume        (SondeWorker         *self);
/* No more samples; all else goes on. */
void           sonde_worker_finish        (SondeWorker         *self,
                                           SondeEnd             end);
/* After that, now and then: lets go of threads that finish() could not wait for, and looks whether
 * a program that we started has ended; gives whether it just did.
 */
gboolean       sonde_worker_look_after    (SondeWorker         *self);

/* Takes in the names found meanwhile; gives whether that changes what a snapshot says. Waits for
 * all up to @timeout_us.
 */
gboolean       sonde_worker_update_names  (SondeWorker         *self,
                                           gint64               timeout_us);
SondeSnapshot *sonde_worker_make_snapshot (SondeWorker         *self);
char          *sonde_worker_dup_folded    (SondeWorker         *self,
                                           gboolean             with_threads);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeWorker, sonde_worker_free)

G_END_DECLS
