/* edges.h: which calls between Python functions are believed
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/code-stack.h"

G_BEGIN_DECLS

/**
 * SondePythonEdges:
 *
 * A stack that was read in the middle of a change may hold a call that never was. A call, that is a
 * place in a caller's code and the code that it called, is believed once it was seen
 *
 * - in three reads one after the other, as one that lasts is, or that is made again and again, or
 * - in one sample of 500 since it was first seen, and three at least, as the first from its place
 *   and as half of those from there; another from there in one of 100, and five at least. At
 *   10,000 Hz and less, when what is copied is in the cache of another processor, one of 500 may be
 *   torn in the same way.
 *
 * One whose frames do not lie as a caller and its callee do has to be seen in one sample of 50, and
 * a hundred at least. Deep stacks that change fast are torn one time in some 500, mostly so.
 *
 * Life: sonde_python_edges_new() → (begin_sample() → (begin_read() → check() for each call that was
 * read) for each attempt) for each sample → sonde_python_edges_free().
 *
 * Threads: worker only.
 */
typedef struct _SondePythonEdges SondePythonEdges;

SondePythonEdges *sonde_python_edges_new    (void);
void              sonde_python_edges_free   (SondePythonEdges     *self);

void              sonde_python_edges_begin_sample (SondePythonEdges     *self);
void              sonde_python_edges_begin_read   (SondePythonEdges     *self);

/* Counts that @caller is seen calling @callee, and gives whether it is believed. @is_likely says
 * whether their frames lie as those of a caller and its callee do.
 */
gboolean          sonde_python_edges_check  (SondePythonEdges     *self,
                                             const SondeCodeFrame *caller,
                                             const SondeCodeFrame *callee,
                                             gboolean              is_likely);
/* The code of @caller says that it calls functions of this version, which @callee_code is. */
void              sonde_python_edges_believe (SondePythonEdges     *self,
                                              const SondeCodeFrame *caller,
                                              SondeAddress          callee_code,
                                              guint32               version);
/* Or that it called another the last time. TRUE if this version is known to be called from another
 * place: then that is where it was called from. Else it has to be seen, as others have, and is
 * believed until such a place is known.
 */
gboolean          sonde_python_edges_doubt   (SondePythonEdges     *self,
                                              const SondeCodeFrame *caller,
                                              SondeAddress          callee_code,
                                              guint32               version);
/* Counts that it is seen though the code of @caller speaks against it, and gives whether it has
 * been in so many reads one after the other, from sample to sample, that it must be so: a place
 * that is specialised for one function may call another. That makes it believed in this read only.
 */
gboolean          sonde_python_edges_lasts   (SondePythonEdges     *self,
                                              const SondeCodeFrame *caller,
                                              SondeAddress          callee_code);
/* Whether check() has looked at it in this sample. */
gboolean          sonde_python_edges_was_checked (SondePythonEdges     *self,
                                                  const SondeCodeFrame *caller,
                                                  SondeAddress          callee_code);
/* Whether it is believed, from what was seen so far. */
gboolean          sonde_python_edges_is_known (SondePythonEdges     *self,
                                               const SondeCodeFrame *caller,
                                               SondeAddress          callee_code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePythonEdges, sonde_python_edges_free)

G_END_DECLS
