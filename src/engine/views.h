/* views.h: the counts of a session, for each kind of frames that can be looked at
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "aggregate/profile.h"

G_BEGIN_DECLS

/**
 * SondeViews:
 *
 * A profile for each #SondeFrames: a sample is counted in those for which its stack is known, so
 * that what is looked at can change at any time and nothing is lost.
 *
 * Life: sonde_views_new() → ensure_thread(), add(), repeat(), … → sonde_views_free().
 *
 * Threads: worker only.
 */
typedef struct _SondeViews SondeViews;

/* A thread's figures in all profiles; borrowed, valid until end_thread(). */
typedef struct _SondeViewsThread SondeViewsThread;

/* (nullable): what the thread @tid is called, UTF-8; until the next call. */
typedef const char *(*SondeViewsNameFunc) (pid_t    tid,
                                           gpointer data);

/* @find is asked for a name of each thread, which goes before the kernel's. */
SondeViews       *sonde_views_new           (SondeViewsNameFunc          find,
                                             gpointer                    data);
void              sonde_views_free          (SondeViews                 *self);

/* The thread @tid that has not ended, or a new one. @name is the kernel's. */
SondeViewsThread *sonde_views_ensure_thread (SondeViews                 *self,
                                             pid_t                       tid,
                                             const char                 *name);
void              sonde_views_rename_thread (SondeViews                 *self,
                                             SondeViewsThread           *thread,
                                             const char                 *name);
void              sonde_views_end_thread    (SondeViews                 *self,
                                             SondeViewsThread           *thread);
/* Asks for all names again; where there is none what was there stays, since a name goes a moment
 * before its thread.
 */
void              sonde_views_name_threads  (SondeViews                 *self);
/* Takes all away again: they were of another program. */
void              sonde_views_forget_names  (SondeViews                 *self);
/* Ends all threads that nobody has asked for since begin_asking(). */
void              sonde_views_begin_asking  (SondeViews                 *self);
void              sonde_views_end_unasked   (SondeViews                 *self);
/* Of those, the ones that @pid has no more. Costs less than 1 µs for each. */
void              sonde_views_end_gone      (SondeViews                 *self,
                                             pid_t                       pid);

/* As sonde_profile_add() and sonde_profile_repeat(), in the profile of @frames. */
void              sonde_views_add           (SondeViews                 *self,
                                             SondeFrames                 frames,
                                             SondeViewsThread           *thread,
                                             const SondeFunction *const *functions,
                                             guint                       depth,
                                             gboolean                    truncated,
                                             SondeThreadStatus           status,
                                             guint64                     n_samples,
                                             guint64                     ns);
void              sonde_views_repeat        (SondeViews                 *self,
                                             SondeFrames                 frames,
                                             SondeViewsThread           *thread,
                                             SondeThreadStatus           status,
                                             guint64                     n_samples,
                                             guint64                     ns);

/* The process has become another program, whose call paths go below @after; those of the one before
 * stay, below @before. Where a profile has them not, since the process was looked at in @shown
 * frames only, it takes them from there.
 */
void              sonde_views_begin_program (SondeViews                 *self,
                                             SondeFrames                 shown,
                                             const SondeFunction        *before,
                                             const SondeFunction        *after);
void              sonde_views_rename        (SondeViews                 *self,
                                             GHashTable                 *final_of);
void              sonde_views_reset         (SondeViews                 *self);
/* While frozen, fill() gives the figures of the moment this was set, or of the last reset. */
void              sonde_views_set_frozen    (SondeViews                 *self,
                                             gboolean                    is_frozen);

void              sonde_views_fill          (SondeViews                 *self,
                                             SondeFrames                 frames,
                                             SondeSnapshot              *snapshot);
char             *sonde_views_dup_folded    (SondeViews                 *self,
                                             SondeFrames                 frames,
                                             SondeMode                   mode,
                                             gboolean                    with_threads);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeViews, sonde_views_free)

G_END_DECLS
