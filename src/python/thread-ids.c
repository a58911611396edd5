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

#include "target/thread.h"

/* How far into the C library's record of a thread its id is looked for: 720 bytes in glibc. */
#define RECORD_BYTES 2048

struct _SondePythonThreadIds
{
  pid_t                     pid;
  pid_t                     inner_pid;     /* as the process itself sees it */
  const SondePythonMemory  *memory;        /* borrowed */
  const SondePythonOffsets *offsets;       /* borrowed */
  guint32                   record_offset; /* of the id in the record; 0 if not known yet */
  GHashTable               *outer_ids;     /* owned; what the process calls a thread → its tid */
  gboolean                  has_outer_ids; /* all that there are since begin() */
};

SondePythonThreadIds *
sonde_python_thread_ids_new (pid_t                     pid,
                             const SondePythonMemory  *memory,
                             const SondePythonOffsets *offsets)
{
  SondePythonThreadIds *self = g_new0 (SondePythonThreadIds, 1);

  self->pid = pid;
  self->inner_pid = sonde_thread_read_inner_id (pid, pid);
  self->memory = memory;
  self->offsets = offsets;
  self->outer_ids = g_hash_table_new (NULL, NULL);

  return self;
}

void
sonde_python_thread_ids_free (SondePythonThreadIds *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->outer_ids);
  g_free (self);
}

/* Where the id of the first thread lies in the C library's record of it. */
static void
find_record_offset (SondePythonThreadIds *self,
                    SondeAddress          record)
{
  guint8 bytes[RECORD_BYTES];

  if (!sonde_python_memory_copy (self->memory, record, bytes, sizeof bytes))
    return;

  for (guint32 i = 8; i + sizeof (gint32) <= sizeof bytes; i += sizeof (gint32))
    if (sonde_python_get_int (bytes, i) == self->inner_pid)
      {
        self->record_offset = i;
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

static void
list_outer_ids (SondePythonThreadIds *self)
{
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));

  self->has_outer_ids = TRUE;
  g_hash_table_remove_all (self->outer_ids);
  sonde_threads_list (self->pid, tids);
  for (guint i = 0; i < tids->len; i++)
    {
      pid_t tid = g_array_index (tids, pid_t, i);
      pid_t inner = sonde_thread_read_inner_id (self->pid, tid);

      g_hash_table_insert (self->outer_ids, GINT_TO_POINTER (inner), GINT_TO_POINTER (tid));
    }
}

/* The kernel's id of a thread by the one that the thread itself sees. To ask for those of all
 * threads takes some 10 µs for each, so that is done once after each begin().
 */
static pid_t
find_outer_id (SondePythonThreadIds *self,
               pid_t                 inner)
{
  gpointer key = GINT_TO_POINTER (inner);

  if (self->inner_pid == self->pid || inner <= 0)
    return inner;

  if (!self->has_outer_ids && !g_hash_table_contains (self->outer_ids, key))
    list_outer_ids (self);

  return GPOINTER_TO_INT (g_hash_table_lookup (self->outer_ids, key));
}

void
sonde_python_thread_ids_begin (SondePythonThreadIds *self,
                               gboolean              for_all)
{
  g_return_if_fail (self != NULL);

  self->has_outer_ids = FALSE;
  if (for_all)
    g_hash_table_remove_all (self->outer_ids);
}

pid_t
sonde_python_thread_ids_read (SondePythonThreadIds *self,
                              SondeAddress          state)
{
  const SondePythonOffsets *offsets = self->offsets;
  gboolean is_told = sonde_python_has_field (offsets->thread.native_thread_id);
  guint64 word;

  if (!sonde_python_memory_read_word (self->memory,
                                      state + (is_told ? offsets->thread.native_thread_id
                                                       : offsets->thread.thread_id), &word))
    return 0;
  if (!is_told)
    word = (guint64) read_id_from_record (self, word);

  return word > 0 && word <= G_MAXINT32 ? find_outer_id (self, (pid_t) word) : 0;
}

gboolean
sonde_python_thread_ids_can_read (SondePythonThreadIds *self)
{
  return self->record_offset != 0 ||
         sonde_python_has_field (self->offsets->thread.native_thread_id);
}
