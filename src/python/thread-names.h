/* thread-names.h: what an interpreter of a target's Python calls its threads
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/dict.h"

G_BEGIN_DECLS

/* More threads than this have no name. */
#define SONDE_PYTHON_NAMED_THREADS_MAX 4096

/**
 * SondePythonThreadNames:
 *
 * The names that the threading module keeps of its threads, "MainThread" or "Thread-1 (work)". The
 * kernel has them only since 3.14, and cut to 15 bytes.
 *
 * Life: sonde_python_thread_names_new() → refresh() now and then → find() →
 * sonde_python_thread_names_free().
 *
 * Threads: worker only.
 */
typedef struct _SondePythonThreadNames SondePythonThreadNames;

/* The first two are borrowed for as long as it lives; @interpreter is where its PyInterpreterState
 * lies.
 */
SondePythonThreadNames *sonde_python_thread_names_new       (const SondePythonMemory  *memory,
                                                             const SondePythonOffsets *offsets,
                                                             SondeAddress              interpreter);
void                    sonde_python_thread_names_free      (SondePythonThreadNames   *self);

/* Looks which threads there are, and reads the names of @n_new of those that have none yet, at
 * most, and of @n_again of the others, in turn, since a name may change. A name takes some ten
 * reads, the rest as many, and the first time one for each module that was imported. A target that
 * runs may change what is read; then what was known stays. TRUE if there is another name.
 */
gboolean                sonde_python_thread_names_refresh   (SondePythonThreadNames   *self,
                                                             guint                     n_new,
                                                             guint                     n_again);

/* The thread whose pthread_self() is @ident is another one, of which nothing is known yet. */
void                    sonde_python_thread_names_forget    (SondePythonThreadNames   *self,
                                                             guint64                   ident);

/* (nullable): its name, one line of UTF-8; until the next refresh. */
const char             *sonde_python_thread_names_find      (SondePythonThreadNames   *self,
                                                             guint64                   ident);
/* How many names are known. */
guint                   sonde_python_thread_names_get_count (SondePythonThreadNames   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePythonThreadNames, sonde_python_thread_names_free)

G_END_DECLS
