/* thread-links.c: which threads run the interpreters, one inside another
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "python/python-private.h"
#include "target/thread-record.h"

/* How many states one look finds the runners of. */
#define RUNNERS_MAX 256

/* The C library's records of all threads: (transfer full) of SondeThreadRecord. */
static GArray *
list_records (SondePython *self)
{
  GArray *records = g_array_new (FALSE, FALSE, sizeof (SondeThreadRecord));

  for (guint i = 0; i < self->threads->len; i++)
    {
      const SondePythonThread *thread = g_ptr_array_index (self->threads, i);
      const SondeThreadRecord record = { thread->told_ident, thread->told_tid };

      if (g_hash_table_lookup (self->by_state, GSIZE_TO_POINTER (thread->state)) == thread)
        g_array_append_val (records, record);
    }

  return records;
}

/* Up to 3.12 an interpreter may be run by another thread than the one that its state tells, which
 * has made it. Since 3.11 there is a struct on the C stack of that which runs it. As long as nobody
 * does it is in the thread state, and the one that has made it is expected to.
 */
static void
find_runner (SondePython       *self,
             SondePythonThread *thread,
             const GArray      *records)
{
  SondeAddress state = thread->state;
  guint64 cframe = 0;
  SondeStackOwner owner;

  sonde_python_memory_read_word (self->memory, state + self->offsets->thread.frame, &cframe);
  thread->is_at_rest = cframe == 0 || cframe == state + self->offsets->cframe.outermost;
  if (thread->is_at_rest)
    cframe = thread->told_tid == self->pid ? G_MAXUINT64 : thread->told_ident - 1;
  owner = sonde_thread_records_find_owner ((const SondeThreadRecord *) (gpointer) records->data,
                                           records->len, self->pid, cframe);
  thread->stack_start = owner.start;
  thread->stack_end = owner.end;
  if (owner.record.tid == 0)
    return;

  thread->tid = owner.record.tid;
  thread->ident = owner.record.address;
}

/* @thread's interpreter is older than those of the threads that were linked before. */
static void
link_state (SondePython       *self,
            SondePythonThread *thread)
{
  gpointer tid = GINT_TO_POINTER (thread->tid);
  SondePythonThread *inner = g_hash_table_lookup (self->by_tid, tid);

  if (inner == NULL)
    {
      g_hash_table_insert (self->by_tid, tid, thread);
      return;
    }

  while (inner->outer != NULL)
    inner = inner->outer;
  inner->outer = thread;
  thread->is_outer = TRUE;
}

void
sonde_python_link_states (SondePython *self)
{
  g_autoptr(GArray) records = list_records (self);
  guint n_looked = 0;

  for (guint i = 0; i < self->threads->len; i++)
    {
      SondePythonThread *thread = g_ptr_array_index (self->threads, i);

      thread->outer = NULL;
      thread->is_outer = FALSE;
      thread->is_at_rest = FALSE;
      thread->tid = thread->told_tid;
      thread->ident = thread->told_ident;
      thread->stack_start = 0;
      thread->stack_end = G_MAXUINT64;
      /* The oldest is the main one, which each thread has its own state of. */
      if (sonde_python_has_field (self->offsets->cframe.current_frame) &&
          thread->interpreter->age + 1 < self->interpreters->len && n_looked++ < RUNNERS_MAX)
        find_runner (self, thread, records);
    }

  self->is_linked = TRUE;

  g_hash_table_remove_all (self->by_tid);
  for (guint age = 0; age < self->interpreters->len; age++)
    for (guint i = 0; i < self->threads->len; i++)
      {
        SondePythonThread *thread = g_ptr_array_index (self->threads, i);

        if (thread->interpreter->age == age &&
            g_hash_table_lookup (self->by_state, GSIZE_TO_POINTER (thread->state)) == thread)
          link_state (self, thread);
      }
}

void
sonde_python_want_links (SondePython             *self,
                         const SondePythonThread *thread)
{
  thread->interpreter->threads_head = 0;
  thread->interpreter->has_new_threads = TRUE;
  self->is_linked = FALSE;
}

void
sonde_python_note_holder (SondePython            *self,
                          SondePythonInterpreter *interpreter)
{
  gpointer state = GSIZE_TO_POINTER (interpreter->gil.holder);
  SondePythonThread *thread = g_hash_table_lookup (self->by_state, state);

  if (thread == NULL && g_hash_table_contains (self->foreign, state))
    g_hash_table_add (self->lost, state);
  if (thread == NULL || !thread->is_at_rest)
    return;

  /* Somebody runs its interpreter by now, who is to be found. */
  thread->is_at_rest = FALSE;
  sonde_python_want_links (self, thread);
}
