/* thread-ids.h: which thread of the kernel's a thread state of Python belongs to
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "python/memory.h"
#include "python/offsets.h"

G_BEGIN_DECLS

/**
 * SondePythonThreadIds:
 *
 * Reads the kernel's ids of the threads of one process, as we see them: in a container it sees
 * others.
 *
 * Life: sonde_python_thread_ids_new() → begin() before each look at the thread states → read() for
 * each → sonde_python_thread_ids_free().
 *
 * Threads: one at a time.
 */
typedef struct _SondePythonThreadIds SondePythonThreadIds;

/* The last two are borrowed. */
SondePythonThreadIds *sonde_python_thread_ids_new      (pid_t                     pid,
                                                        const SondePythonMemory  *memory,
                                                        const SondePythonOffsets *offsets);
void                  sonde_python_thread_ids_free     (SondePythonThreadIds     *self);

/* From here on an id that is not known is looked for among the threads of the process again, and
 * with @for_all one that is known, too: another thread may have it by now.
 */
void                  sonde_python_thread_ids_begin    (SondePythonThreadIds     *self,
                                                        gboolean                  for_all);
/* The id of the thread of the PyThreadState at @state; 0 if it has none yet, or none is known. */
pid_t                 sonde_python_thread_ids_read     (SondePythonThreadIds     *self,
                                                        SondeAddress              state);
/* Whether it is known where an id lies: up to 3.10 only once the first thread's was read. */
gboolean              sonde_python_thread_ids_can_read (SondePythonThreadIds     *self);

G_END_DECLS
