/* locks.h: who holds the locks of the interpreters, and who wants them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/python.h"

G_BEGIN_DECLS

/* What a lock and a collector are read into. */
#define SONDE_PYTHON_GIL_BYTES 64
#define SONDE_PYTHON_LOCK_PIECES 3
typedef struct
{
  guint8       gil[SONDE_PYTHON_GIL_BYTES];
  gint32       collecting;
  SondeAddress threads_head;
} SondePythonLockWords;

/* Reads the lock of @interpreter, and all else of that kind, if it can; and those of all. */
gboolean sonde_python_read_lock       (SondePython                  *self,
                                       SondePythonInterpreter       *interpreter);
void     sonde_python_read_locks      (SondePython                  *self);
/* Whether any lock was found in use. */
gboolean sonde_python_has_gil         (SondePython                  *self);

/* The lock of @interpreter, and @with_all the state of its collector and the head of its list of
 * threads, as pieces for a read of the caller, into @words, and how the words are taken in after
 * it. Gives how many pieces.
 */
guint    sonde_python_get_lock_pieces (SondePython                  *self,
                                       const SondePythonInterpreter *interpreter,
                                       gboolean                      with_all,
                                       SondePythonLockWords         *words,
                                       SondeMemoryPiece pieces[SONDE_PYTHON_LOCK_PIECES]);
void     sonde_python_take_lock       (SondePython                  *self,
                                       SondePythonInterpreter       *interpreter,
                                       gboolean                      with_all,
                                       const SondePythonLockWords   *words);

/* What @thread has to do with the lock of its interpreter; @futex is what it sleeps on, 0 if it
 * does not.
 */
SondeGil sonde_python_judge_gil       (SondePython                  *self,
                                       const SondePythonThread      *thread,
                                       SondeAddress                  futex);

/* Whether a sample of @thread, of which @gil was judged, is one in which garbage was collected: by
 * the thread that has the lock. Where there is none, all others are halted for most of a
 * collection, so it is by a thread that @is_active.
 */
gboolean sonde_python_is_collecting   (const SondePythonThread      *thread,
                                       SondeGil                      gil,
                                       gboolean                      is_active);

G_END_DECLS
