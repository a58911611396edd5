/* python-names.h: what the threads of a target are called by its Python
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/python.h"

G_BEGIN_DECLS

/**
 * SondePythonNames:
 *
 * The names of all threads of all interpreters, read anew as seldom as it takes: soon after a
 * thread has come, else in turn, and never for more than a thousandth of the time.
 *
 * Life: sonde_python_names_new() → poll() at each turn, or read_all() once → find() →
 * sonde_python_names_free().
 *
 * Threads: worker only.
 */
typedef struct _SondePythonNames SondePythonNames;

/* All are borrowed. */
SondePythonNames *sonde_python_names_new      (SondePython              *python,
                                               const SondePythonMemory  *memory,
                                               const SondePythonOffsets *offsets);
void              sonde_python_names_free     (SondePythonNames         *self);

/* Reads what is due, which takes a millisecond at most if no module is looked for: not while a
 * thread is held. TRUE if a name is another one.
 */
gboolean          sonde_python_names_poll     (SondePythonNames         *self,
                                               guint64                   now_ns);
/* Reads all, however long it takes. */
void              sonde_python_names_read_all (SondePythonNames         *self);

/* (nullable): the name of the thread @tid, one line of UTF-8; until the next poll. */
const char       *sonde_python_names_find     (SondePythonNames         *self,
                                               pid_t                     tid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePythonNames, sonde_python_names_free)

G_END_DECLS
