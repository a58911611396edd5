/* thread-ids.h: which thread of the kernel's a thread state of Python belongs to
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/memory.h"
#include "python/offsets.h"
#include "target/inner-ids.h"

G_BEGIN_DECLS

/**
 * SondePythonThreadIds:
 * @inner_ids: those of the process
 * @record_offset: of the id in the C library's record of a thread; 0 if not known yet
 *
 * What is needed to tell the threads of one process. A struct of its user, who has begun to look at
 * @inner_ids. Threads: one at a time.
 */
typedef struct
{
  SondeInnerIds            *inner_ids;
  const SondePythonMemory  *memory;  /* borrowed */
  const SondePythonOffsets *offsets; /* borrowed */
  guint32                   record_offset;
} SondePythonThreadIds;

/* The id of the thread of the PyThreadState at @state; 0 if it has none yet, or none is known, and
 * FOREIGN if it tells one that is none of the process's.
 */
#define SONDE_PYTHON_THREAD_FOREIGN ((pid_t) -1)
pid_t                 sonde_python_thread_ids_read     (SondePythonThreadIds     *self,
                                                        SondeAddress              state);

G_END_DECLS
