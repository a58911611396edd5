/* python-stage.h: from frame words to Python functions
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/functions.h"
#include "python/locate.h"
#include "python/python.h"
#include "python/tasks.h"
#include "unwinder/merged.h"

G_BEGIN_DECLS

/**
 * SondePythonStage:
 *
 * All that a session knows of the Python in its target: nothing, where there is none.
 *
 * Life: sonde_python_stage_new() → set_maps() whenever the map has changed, poll() at each turn →
 * get_python() and what it is for → sonde_python_stage_free().
 *
 * Threads: worker only, or resolve() on that which holds the target's threads still.
 */
typedef struct _SondePythonStage SondePythonStage;

SondePythonStage *sonde_python_stage_new         (pid_t                 pid,
                                                  SondeFunctions       *functions);
void              sonde_python_stage_free        (SondePythonStage     *self);

/* To be called before all others, if at all: tells tasks without a name apart by their numbers. */
void              sonde_python_stage_number_tasks (SondePythonStage    *self);
/* Looks for Python in @maps, if none was found yet or @is_new_program. May read the disk. */
void              sonde_python_stage_set_maps    (SondePythonStage     *self,
                                                  SondeMaps            *maps,
                                                  gboolean              is_new_program);
/* What is due now and then. @with_threads: nobody else reads the list of threads again. */
void              sonde_python_stage_poll        (SondePythonStage     *self,
                                                  guint64               now_ns,
                                                  gboolean              with_threads);

/* The Python of the target; NULL if there is none, or none that is running yet. */
SondePython      *sonde_python_stage_get_python  (SondePythonStage     *self);
/* What reads its tasks of asyncio; NULL if they cannot be followed. */
SondePythonTasks *sonde_python_stage_get_tasks   (SondePythonStage     *self);
/* "3.12", also of a version that cannot be read; "" if not known, NULL if none runs. */
const char       *sonde_python_stage_get_version (SondePythonStage     *self);

/* Reads names of threads that are due: not while one is held. TRUE if there are others now. */
gboolean          sonde_python_stage_poll_names  (SondePythonStage     *self,
                                                  guint64               now_ns);
/* The same for all of them at once. */
void              sonde_python_stage_read_names  (SondePythonStage     *self);
/* (nullable): what Python calls the thread @tid; until the next poll. */
const char       *sonde_python_stage_find_name   (SondePythonStage     *self,
                                                  pid_t                 tid);

/* The functions of @codes, innermost first, into @functions, which has room for as many as it has
 * frames and for one at least, and how many there are to show; FALSE if one is no function. Of a
 * stack without any frame, as it is while a thread begins or is in C that nothing of Python called,
 * "[no Python function]".
 */
gboolean          sonde_python_stage_resolve     (SondePythonStage     *self,
                                                  const SondeCodeStack *codes,
                                                  const SondeFunction **functions,
                                                  guint                *depth);
/* The function of one frame; NULL if it is none, or none to show. */
const SondeFunction *
                  sonde_python_stage_find_function (SondePythonStage     *self,
                                                    const SondeCodeFrame *frame);
/* Which frames can be shown of those that are @wanted; never AUTO. */
SondeFrames       sonde_python_stage_choose      (SondePythonStage     *self,
                                                  SondeFrames           wanted);
/* @native with the frames of @codes in it, into @frames; see sonde_merged_fill(). */
guint             sonde_python_stage_merge_frames (SondePythonStage     *self,
                                                   const SondeStack     *native,
                                                   const SondeCodeStack *codes,
                                                   SondeMergedFrame     *frames);
/* The same as functions; @natives are its functions, and @codes were resolved just now: what is no
 * function is left out. Gives how many @functions, at most SONDE_MERGED_DEPTH_MAX.
 */
guint             sonde_python_stage_merge       (SondePythonStage     *self,
                                                  const SondeStack     *native,
                                                  const SondeFunction *const *natives,
                                                  const SondeCodeStack *codes,
                                                  const SondeFunction **functions);
/* The line at which @frame stands; 0 if not known. */
guint             sonde_python_stage_find_line   (SondePythonStage     *self,
                                                  const SondeCodeFrame *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePythonStage, sonde_python_stage_free)

G_END_DECLS
