/* python-resolver.h: which functions a stack of code objects is
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/code-stack.h"
#include "python/code.h"
#include "python/tasks.h"

G_BEGIN_DECLS

/**
 * SondePythonResolver:
 *
 * The functions of one stack after the other. Most of a stack is as it was the last time, and is
 * taken over.
 *
 * Life: sonde_python_resolver_new() → settle() and fill(), or find(), while the thread stands still
 * whose stack it is, or soon afterwards: what it freed meanwhile may have another's name;
 * begin_turn() ten times a second → sonde_python_resolver_free().
 *
 * Threads: one at a time.
 */
typedef struct _SondePythonResolver SondePythonResolver;

SondePythonResolver *sonde_python_resolver_new        (SondePythonCodes      *codes,
                                                       SondePythonTasks      *tasks);
void                 sonde_python_resolver_free       (SondePythonResolver   *self);

void                 sonde_python_resolver_begin_turn (SondePythonResolver   *self);

/* Finds the functions of @codes. FALSE if one is none, or another one each time that it is looked
 * at.
 */
gboolean             sonde_python_resolver_settle     (SondePythonResolver   *self,
                                                       const SondeCodeStack  *codes);
/* Those of the stack that was settled, innermost first, into @functions, which has room for as many
 * as it has frames; and how many there are to show.
 */
guint                sonde_python_resolver_fill       (SondePythonResolver   *self,
                                                       const SondeFunction  **functions);
/* The function of one frame; NULL if it is none, or none to show. */
const SondeFunction *
                     sonde_python_resolver_find       (SondePythonResolver   *self,
                                                       const SondeCodeFrame  *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePythonResolver, sonde_python_resolver_free)

G_END_DECLS
