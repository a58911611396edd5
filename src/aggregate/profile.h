/* profile.h: the counts of a session
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "aggregate/snapshot.h"

G_BEGIN_DECLS

/* Threads that have ended are told apart up to this number, and the names of the others up to
 * that one: those with the fewest samples are counted together, by name.
 */
#define SONDE_PROFILE_ENDED_MAX 1000
#define SONDE_PROFILE_MERGED_NAMES_MAX 200

/* How many steps of call paths are kept, at 180 bytes each: 45 MB. Beyond, the paths with the
 * fewest samples are cut.
 */
#define SONDE_PROFILE_NODES_MAX 250000

/**
 * SondeProfile:
 *
 * Counts a function, a thread and a call path, kept up to date with each sample. A sample
 * costs a few ns a frame; a snapshot costs a few ns a function.
 *
 * Life: sonde_profile_new() → add_thread(), add(), repeat(), rename() and fill() in any
 * order → sonde_profile_free().
 *
 * Threads: worker only.
 */
typedef struct _SondeProfile SondeProfile;

/* A thread's figures; borrowed from the profile. */
typedef struct _SondeProfileThread SondeProfileThread;

SondeProfile       *sonde_profile_new        (void);
void                sonde_profile_free       (SondeProfile             *self);

SondeProfileThread *sonde_profile_add_thread (SondeProfile             *self,
                                              pid_t                     tid,
                                              const char               *name);
void                sonde_profile_end_thread (SondeProfile             *self,
                                              SondeProfileThread       *thread);

/* The samples that it has already go by the new @name too. */
void                sonde_profile_rename_thread (SondeProfile          *self,
                                              SondeProfileThread       *thread,
                                              const char               *name);

/* Counts @n_samples samples of @thread with a new stack: @functions are innermost first. */
void                sonde_profile_add        (SondeProfile             *self,
                                              SondeProfileThread       *thread,
                                              const SondeFunction *const *functions,
                                              guint                     depth,
                                              gboolean                  truncated,
                                              SondeThreadStatus         status,
                                              guint64                   n_samples,
                                              guint64                   ns);
/* Counts samples with the same stack as the thread's last one; nothing if it has none. */
void                sonde_profile_repeat     (SondeProfile             *self,
                                              SondeProfileThread       *thread,
                                              SondeThreadStatus         status,
                                              guint64                   n_samples,
                                              guint64                   ns);

/* All that was counted for functions in @final_of is as if it had been counted for what they are
 * now: a table from provisional to final #SondeFunction. Costs a walk over all call paths.
 */
void                sonde_profile_rename     (SondeProfile             *self,
                                              GHashTable               *final_of);
/* All counts begin again from zero; threads that ended are forgotten, the others stay, with the
 * stack that they had last.
 */
void                sonde_profile_reset      (SondeProfile             *self);

/* From here on another program runs. What comes goes below a frame @after that stands for it, and
 * what was counted before the first of these calls below @before.
 */
void                sonde_profile_begin_program (SondeProfile          *self,
                                              const SondeFunction      *before,
                                              const SondeFunction      *after);
/* All of it once more (transfer full), and in @thread_of each thread's copy. */
SondeProfile       *sonde_profile_copy       (SondeProfile             *self,
                                              GHashTable               *thread_of);
/* All samples, whatever the mode. */
guint64             sonde_profile_get_count  (const SondeProfile       *self);

/* A copy that fill() can be called on while this one goes on; it has no call paths. */
SondeProfile       *sonde_profile_freeze     (SondeProfile             *self);

/* Fills the figures that @snapshot->query asks for: counts, functions, top, rows, threads. */
void                sonde_profile_fill       (SondeProfile             *self,
                                              SondeSnapshot            *snapshot);

/* "frame;frame;frame COUNT" a line, most frequent first (transfer full). @with_threads puts the
 * name of the thread first: "[ended threads]" where it was not kept, "[thread]" where it has none.
 * A path that was cut ends with the frame "[more]".
 */
char               *sonde_profile_dup_folded (SondeProfile             *self,
                                              SondeMode                 mode,
                                              gboolean                  with_threads);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeProfile, sonde_profile_free)

G_END_DECLS
