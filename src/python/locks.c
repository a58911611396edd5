/* locks.c: who holds the locks of the interpreters, and who wants them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "python/locks.h"

#include <string.h>

#include "python/python-private.h"

guint
sonde_python_get_lock_pieces (SondePython                  *self,
                              const SondePythonInterpreter *interpreter,
                              gboolean                      with_all,
                              SondePythonLockWords         *words,
                              SondeMemoryPiece              pieces[SONDE_PYTHON_LOCK_PIECES])
{
  const SondePythonOffsets *offsets = self->offsets;
  guint n = 0;

  if (interpreter->gil.address != 0)
    pieces[n++] = (SondeMemoryPiece) { interpreter->gil.address, words->gil, sizeof words->gil };

  if (!with_all)
    return n;

  pieces[n++] = (SondeMemoryPiece) {
    .address = sonde_python_has_field (offsets->runtime.gc_collecting)
               ? self->runtime + offsets->runtime.gc_collecting
               : interpreter->address + offsets->interpreter.gc_collecting,
    .buffer = &words->collecting,
    .length = sizeof words->collecting,
  };
  pieces[n++] = (SondeMemoryPiece) {
    .address = interpreter->address + offsets->interpreter.threads_head,
    .buffer = &words->threads_head,
    .length = sizeof words->threads_head,
  };

  return n;
}

static guint64
get_gil_field (const SondePythonLockWords *words,
               guint32                     field,
               gsize                       size)
{
  guint64 value = 0;

  if (field <= SONDE_PYTHON_GIL_BYTES - size)
    memcpy (&value, words->gil + field, size);

  return value;
}

void
sonde_python_take_lock (SondePython                *self,
                        SondePythonInterpreter     *interpreter,
                        gboolean                    with_all,
                        const SondePythonLockWords *words)
{
  const SondePythonOffsets *offsets = self->offsets;
  guint64 switch_number = get_gil_field (words, offsets->gil.switch_number, 8);

  interpreter->has_switched |= switch_number != interpreter->gil.switch_number;
  interpreter->gil.is_enabled = interpreter->gil.address != 0 &&
                                (!sonde_python_has_field (offsets->gil.enabled) ||
                                 get_gil_field (words, offsets->gil.enabled, 4) != 0);
  interpreter->gil.holder = get_gil_field (words, offsets->gil.last_holder, 8);
  interpreter->gil.is_held = interpreter->gil.is_enabled &&
                             get_gil_field (words, offsets->gil.locked, 4) == 1;
  interpreter->gil.switch_number = switch_number;
  if (interpreter->gil.is_held)
    sonde_python_note_holder (self, interpreter);
  self->has_gil |= interpreter->gil.is_enabled;
  if (!with_all)
    return;

  interpreter->is_collecting = words->collecting != 0;
  interpreter->has_new_threads = words->threads_head != interpreter->threads_head;
}

gboolean
sonde_python_read_lock (SondePython            *self,
                        SondePythonInterpreter *interpreter)
{
  SondeMemoryPiece pieces[SONDE_PYTHON_LOCK_PIECES];
  SondePythonLockWords words = { 0 };
  guint n = sonde_python_get_lock_pieces (self, interpreter, TRUE, &words, pieces);

  if (self->memory->read_pieces (self->memory->data, pieces, n) != n)
    return FALSE;

  sonde_python_take_lock (self, interpreter, TRUE, &words);

  return TRUE;
}

void
sonde_python_read_locks (SondePython *self)
{
  for (guint i = 0; i < self->interpreters->len; i++)
    sonde_python_read_lock (self, g_ptr_array_index (self->interpreters, i));
}

gboolean
sonde_python_has_gil (SondePython *self)
{
  return self->has_gil;
}

SondeGil
sonde_python_judge_gil (SondePython             *self,
                        const SondePythonThread *thread,
                        SondeAddress             futex)
{
  SondeGil judged = SONDE_GIL_NEITHER;

  for (; thread != NULL; thread = thread->outer)
    {
      const SondePythonGil *gil = &thread->interpreter->gil;

      if (gil->is_held && gil->holder == thread->state)
        return SONDE_GIL_HAS;

      if (futex != 0 && gil->address != 0 && futex >= gil->address &&
          futex - gil->address < self->offsets->gil.size)
        judged = SONDE_GIL_WANTS;
    }

  return judged;
}

gboolean
sonde_python_is_collecting (const SondePythonThread *thread,
                            SondeGil                 gil,
                            gboolean                 is_active)
{
  if (!thread->interpreter->is_collecting)
    return FALSE;

  return thread->interpreter->gil.is_enabled ? gil == SONDE_GIL_HAS : is_active;
}
