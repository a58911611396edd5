/* thread-ids.c: which thread of the kernel's a thread state of Python belongs to
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A thread state knows its thread: by the kernel's id since 3.11, before that by what
 * pthread_self() gives, the address of the C library's record of the thread, in which the id lies.
 */

#include "config.h"

#include "python/thread-ids.h"

#include "target/thread-record.h"

static pid_t
read_id_from_record (SondePythonThreadIds *self,
                     SondeAddress          record,
                     gboolean              is_guess_enough)
{
  guint8 bytes[SONDE_THREAD_RECORD_BYTES];
  gint32 tid = 0;

  if (self->record_offset == 0 &&
      sonde_python_memory_copy (self->memory, record, bytes, sizeof bytes))
    self->record_offset =
      sonde_thread_record_find_id (bytes, record, sonde_inner_ids_get_first (self->inner_ids),
                                   is_guess_enough);
  if (self->record_offset == 0 ||
      !sonde_python_memory_copy (self->memory, record + self->record_offset, &tid, sizeof tid))
    return 0;

  return tid;
}

/* As fields of the C library's record may have that are none. */
#define SMALL_IDS_MAX 1024

/* Where fork() was not made by Python all thread states have the ids of the parent's threads. The
 * one thread that goes on is the first of this process, and the C library knows its id.
 */
static pid_t
find_forked (SondePythonThreadIds *self,
             SondeAddress          state)
{
  pid_t first = sonde_inner_ids_get_first (self->inner_ids);
  guint64 record;

  return sonde_python_memory_read_word (self->memory, state + self->offsets->thread.thread_id,
                                        &record) &&
         read_id_from_record (self, record, first > SMALL_IDS_MAX) == first
         ? sonde_inner_ids_find (self->inner_ids, first) : SONDE_PYTHON_THREAD_FOREIGN;
}

pid_t
sonde_python_thread_ids_read (SondePythonThreadIds *self,
                              SondeAddress          state)
{
  const SondePythonOffsets *offsets = self->offsets;
  gboolean has_id = sonde_python_has_field (offsets->thread.native_thread_id);
  guint64 told;
  pid_t tid;

  if (!sonde_python_memory_read_word (self->memory,
                                      state + (has_id ? offsets->thread.native_thread_id
                                                      : offsets->thread.thread_id), &told))
    return 0;

  if (!has_id)
    return sonde_inner_ids_find (self->inner_ids, read_id_from_record (self, told, TRUE));

  if (told == 0 || told > G_MAXINT32)
    return 0;

  tid = sonde_inner_ids_find (self->inner_ids, (pid_t) told);

  return tid != 0 ? tid : find_forked (self, state);
}
