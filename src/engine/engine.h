/* engine.h: all that a client of the engine sees
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "aggregate/snapshot.h"

G_BEGIN_DECLS

/**
 * SondeSettings:
 * @rate_hz: how often to look, from %SONDE_RATE_HZ_MIN to %SONDE_RATE_HZ_MAX
 * @with_tasks: whether the tasks of asyncio that await the one that runs are put in the place of
 *   their event loop, where Python alone is looked at
 * @frozen: answer from the figures of the moment this was set; sampling goes on
 * @query: what snapshots shall show
 *
 * What goes back from a client to the worker, taken up at its next turn.
 *
 * Life: sonde_settings_init() (defaults: 1,000 Hz, CPU mode, all threads, 200 rows by self count)
 * → sonde_engine_set_settings() → sonde_settings_clear().
 */
typedef struct
{
  double     rate_hz;
  gboolean   with_tasks;
  gboolean   frozen;
  SondeQuery query;
} SondeSettings;

void sonde_settings_init  (SondeSettings       *self);
void sonde_settings_copy  (SondeSettings       *self,
                           const SondeSettings *from);
void sonde_settings_clear (SondeSettings       *self);

/**
 * SondeLaunch:
 * @argv: %NULL-terminated; argv[0] is looked up in the PATH of @envp
 * @envp: (nullable): %NULL-terminated "NAME=value"; %NULL for our own environment
 * @directory: (nullable): working directory; %NULL for ours
 * @output_fd: where its standard output and standard error go; -1 to share ours. Borrowed
 * @null_input: whether its standard input is /dev/null; else it shares ours
 *
 * A program to start under Sonde, sampled from its first instruction.
 */
typedef struct
{
  char     **argv;
  char     **envp;
  char      *directory;
  int        output_fd;
  gboolean   null_input;
} SondeLaunch;

/**
 * SondeEngine:
 *
 * One session: a worker thread that samples one process and publishes snapshots.
 *
 * Life: sonde_engine_new_attach() or sonde_engine_new_launch() → sonde_engine_take_snapshot()
 * many times → sonde_engine_free(). The constructors return at once; whether the process could be
 * attached to is told by the snapshots. After the end the worker still answers
 * sonde_engine_set_settings() with new snapshots. The target goes on running, whatever happens
 * here; a launched one too.
 *
 * Threads: one client thread at a time.
 */
typedef struct _SondeEngine SondeEngine;

/* With @start_ticks of a #SondeProcess only that one, not another that has its id by now; with 0
 * whichever has it.
 */
SondeEngine   *sonde_engine_new_attach    (pid_t                pid,
                                           guint64              start_ticks,
                                           const SondeSettings *settings) G_GNUC_WARN_UNUSED_RESULT;
SondeEngine   *sonde_engine_new_launch    (const SondeLaunch   *launch,
                                           const SondeSettings *settings) G_GNUC_WARN_UNUSED_RESULT;
/* Returns at once: the worker ends by itself, after it has let go of the target. */
void           sonde_engine_free          (SondeEngine         *self);
/* Waits for the workers of engines that were freed, before this process ends. FALSE if they take
 * longer than @timeout_us microseconds; the kernel lets go of their targets then.
 */
gboolean       sonde_engines_wait         (gint64               timeout_us);

void           sonde_engine_set_settings  (SondeEngine         *self,
                                           const SondeSettings *settings);
/* All counts, losses and times begin again from zero; nothing happens once finished. */
void           sonde_engine_reset         (SondeEngine         *self);
/* Ends sampling; the last snapshots say SONDE_SESSION_FINISHED. */
void           sonde_engine_stop          (SondeEngine         *self);
/* Lets go of all threads of the target, and looks at none, until sonde_engine_resume(): to be
 * called before this process is made to stand still, or they would stand still with it. Blocks
 * until they run, two seconds at most; one that the kernel holds up is let go all the same. The
 * time in between belongs to no figure.
 */
void           sonde_engine_suspend       (SondeEngine         *self);
void           sonde_engine_resume        (SondeEngine         *self);

/* The newest snapshot (transfer full), or NULL if there was none since the last call. Never
 * blocks.
 */
SondeSnapshot *sonde_engine_take_snapshot (SondeEngine         *self);
/* The same, waiting for one for up to @timeout_us microseconds. */
SondeSnapshot *sonde_engine_wait_snapshot (SondeEngine         *self,
                                           gint64               timeout_us);

/* All samples as folded text (transfer full): "frame;frame;frame COUNT" a line, outermost first,
 * most frequent first, and with @with_threads the thread's name before all. Of the settings' mode.
 * Waits for the worker, and once the session is finished for names that are still being looked up.
 */
char          *sonde_engine_dup_folded    (SondeEngine         *self,
                                           gboolean             with_threads);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeEngine, sonde_engine_free)

G_END_DECLS
