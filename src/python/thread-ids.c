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

/* How far into the C library's record of a thread its id is looked for: 720 bytes in glibc. */
#define RECORD_BYTES 2048
#define WORD 8

/* Where the id of the first thread lies in the C library's record of it. The first process of a
 * container has the id 1, as other fields may have. In glibc the list of robust mutexes is behind
 * the id, and leads to itself as long as it is empty (nptl/descr.h, nptl/allocatestack.c); other
 * libraries have no small number before it.
 */
static void
find_record_offset (SondePythonThreadIds *self,
                    SondeAddress          record)
{
  const pid_t first = sonde_inner_ids_get_first (self->inner_ids);
  guint8 bytes[RECORD_BYTES];

  if (!sonde_python_memory_copy (self->memory, record, bytes, sizeof bytes))
    return;

  for (guint32 i = sizeof bytes - 3 * WORD; i >= WORD; i -= sizeof (gint32))
    if (sonde_python_get_int (bytes, i) == first)
      {
        self->record_offset = i;
        if (sonde_python_get_word (bytes, i + 2 * WORD) == record + i + 2 * WORD)
          return;
      }
}

static pid_t
read_id_from_record (SondePythonThreadIds *self,
                     SondeAddress          record)
{
  gint32 tid = 0;

  if (self->record_offset == 0)
    find_record_offset (self, record);
  if (self->record_offset == 0 ||
      !sonde_python_memory_copy (self->memory, record + self->record_offset, &tid, sizeof tid))
    return 0;

  return tid;
}

/* Where fork() was not made by Python all thread states have the ids of the parent's threads. The
 * one thread that goes on is the first of this process, and the C library knows its id.
 */
static pid_t
find_forked (SondePythonThreadIds *self,
             SondeAddress          record)
{
  pid_t first = sonde_inner_ids_get_first (self->inner_ids);

  return read_id_from_record (self, record) == first
         ? sonde_inner_ids_find (self->inner_ids, first) : SONDE_PYTHON_THREAD_FOREIGN;
}

pid_t
sonde_python_thread_ids_read (SondePythonThreadIds *self,
                              SondeAddress          state)
{
  const SondePythonOffsets *offsets = self->offsets;
  guint64 record;
  guint64 told;
  pid_t tid;

  if (!sonde_python_memory_read_word (self->memory, state + offsets->thread.thread_id, &record))
    return 0;

  if (!sonde_python_has_field (offsets->thread.native_thread_id))
    return sonde_inner_ids_find (self->inner_ids, read_id_from_record (self, record));

  if (!sonde_python_memory_read_word (self->memory, state + offsets->thread.native_thread_id,
                                      &told) || told == 0 || told > G_MAXINT32)
    return 0;

  tid = sonde_inner_ids_find (self->inner_ids, (pid_t) told);

  return tid != 0 ? tid : find_forked (self, record);
}
