/* python.c: the CPython that runs in a process: its interpreters and its threads
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   _PyRuntime ─▶ interpreter ─▶ interpreter …        (newest first)
 *                     └─▶ thread state ─▶ thread state …
 */

#include "config.h"

#include "python/python-private.h"

#include <string.h>

#include "target/thread.h"

#define INTERPRETERS_MAX 256
/* Thread states that one look at all of them meets. */
#define STATES_MAX 16384

static void
free_thread (gpointer data)
{
  SondePythonThread *thread = data;

  sonde_python_frames_free (thread->frames);
  g_free (thread);
}

SondePython *
sonde_python_new (pid_t                     pid,
                  const SondePythonMemory  *memory,
                  SondeAddress              runtime,
                  const SondePythonOffsets *offsets)
{
  SondePython *self = g_new0 (SondePython, 1);

  self->pid = pid;
  self->memory = memory;
  self->runtime = runtime;
  self->offsets = offsets;
  self->interpreters = g_ptr_array_new_with_free_func (g_free);
  self->threads = g_ptr_array_new_with_free_func (free_thread);
  self->by_state = g_hash_table_new (NULL, NULL);
  self->by_tid = g_hash_table_new (NULL, NULL);
  self->foreign = g_hash_table_new (NULL, NULL);
  self->lost = g_hash_table_new (NULL, NULL);
  self->ids = (SondePythonThreadIds) {
    .inner_ids = sonde_inner_ids_new (pid), .memory = memory, .offsets = offsets,
  };

  return self;
}

void
sonde_python_free (SondePython *self)
{
  if (self == NULL)
    return;

  sonde_inner_ids_free (self->ids.inner_ids);
  g_hash_table_unref (self->lost);
  g_hash_table_unref (self->foreign);
  g_hash_table_unref (self->by_tid);
  g_hash_table_unref (self->by_state);
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->interpreters);
  g_free (self);
}

static guint64
read_word (SondePython  *self,
           SondeAddress  address)
{
  guint64 word = 0;

  return sonde_python_memory_read_word (self->memory, address, &word) ? word : 0;
}

static SondePythonInterpreter *
ensure_interpreter (SondePython  *self,
                    SondeAddress  address)
{
  const SondePythonOffsets *offsets = self->offsets;
  SondePythonInterpreter *interpreter = NULL;

  for (guint i = 0; i < self->interpreters->len && interpreter == NULL; i++)
    {
      SondePythonInterpreter *known = g_ptr_array_index (self->interpreters, i);

      if (known->address == address)
        interpreter = known;
    }

  if (interpreter == NULL)
    {
      interpreter = g_new0 (SondePythonInterpreter, 1);
      interpreter->address = address;
      g_ptr_array_add (self->interpreters, interpreter);
    }

  interpreter->serial = self->serial;
  if (sonde_python_has_field (offsets->runtime.gil))
    interpreter->gil.address = self->runtime + offsets->runtime.gil;
  else if (sonde_python_has_field (offsets->interpreter.gil))
    interpreter->gil.address = read_word (self, address + offsets->interpreter.gil);

  return interpreter;
}

static void
forget_thread (SondePython       *self,
               SondePythonThread *thread)
{
  if (g_hash_table_lookup (self->by_state, GSIZE_TO_POINTER (thread->state)) == thread)
    g_hash_table_remove (self->by_state, GSIZE_TO_POINTER (thread->state));
  if (g_hash_table_lookup (self->by_tid, GINT_TO_POINTER (thread->tid)) == thread)
    g_hash_table_remove (self->by_tid, GINT_TO_POINTER (thread->tid));
  self->is_linked = FALSE;
}

static SondePythonThread *
add_thread (SondePython  *self,
            SondeAddress  state,
            pid_t         tid)
{
  SondePythonThread *thread = g_new0 (SondePythonThread, 1);

  thread->tid = tid;
  thread->told_tid = tid;
  thread->told_ident = read_word (self, state + self->offsets->thread.thread_id);
  thread->state = state;
  thread->frames = sonde_python_frames_new (self->memory, self->offsets, state);
  g_ptr_array_add (self->threads, thread);
  g_hash_table_insert (self->by_state, GSIZE_TO_POINTER (state), thread);
  self->is_linked = FALSE;

  return thread;
}

/* A thread state may be freed and another made of the same memory: it is told by its thread. FALSE
 * if its thread has not taken it yet: it has no id then, or that of the thread that made it.
 */
static gboolean
ensure_thread (SondePython            *self,
               SondePythonInterpreter *interpreter,
               SondeAddress            state,
               gboolean                is_new)
{
  SondePythonThread *thread = g_hash_table_lookup (self->by_state, GSIZE_TO_POINTER (state));
  pid_t tid = sonde_python_thread_ids_read (&self->ids, state);
  const SondePythonThread *same = g_hash_table_lookup (self->by_tid, GINT_TO_POINTER (tid));

  if (thread != NULL && thread->told_tid != tid)
    {
      forget_thread (self, thread);
      thread = NULL;
    }

  if (tid == SONDE_PYTHON_THREAD_FOREIGN && !is_new)
    return g_hash_table_add (self->foreign, GSIZE_TO_POINTER (state));

  if (tid <= 0 || (same != NULL && same != thread && same->interpreter == interpreter))
    return FALSE;

  if (thread == NULL)
    thread = add_thread (self, state, tid);

  thread->interpreter = interpreter;
  thread->serial = self->serial;
  if (same == NULL)
    g_hash_table_insert (self->by_tid, GINT_TO_POINTER (tid), thread);

  return TRUE;
}

static gboolean
is_known (SondePython  *self,
          SondeAddress  state)
{
  const SondePythonThread *thread = g_hash_table_lookup (self->by_state, GSIZE_TO_POINTER (state));

  return g_hash_table_contains (self->foreign, GSIZE_TO_POINTER (state)) ||
         (thread != NULL && sonde_python_thread_ids_read (&self->ids, state) == thread->told_tid);
}

/* All of them, or up to the first that is known; the oldest, which is last in the list, first. */
static void
list_threads (SondePython            *self,
              SondePythonInterpreter *interpreter,
              gboolean                only_new)
{
  const SondePythonOffsets *offsets = self->offsets;
  g_autoptr(GArray) states = g_array_new (FALSE, FALSE, sizeof (SondeAddress));
  SondeAddress state = read_word (self, interpreter->address + offsets->interpreter.threads_head);
  SondeAddress mark = 0;

  interpreter->threads_head = state;
  interpreter->has_new_threads = FALSE;
  while (state != 0 && state != mark && self->n_states++ < STATES_MAX &&
         !(only_new && is_known (self, state)))
    {
      g_array_append_val (states, state);
      /* A list that leads back into itself meets one of these again. */
      if ((states->len & (states->len - 1)) == 0)
        mark = state;
      state = read_word (self, state + offsets->thread.next);
    }

  /* One that is not taken yet is looked for again the next time. */
  for (guint i = states->len; i-- > 0;)
    if (!ensure_thread (self, interpreter, g_array_index (states, SondeAddress, i), only_new))
      interpreter->threads_head = 0;
}

static void
drop_old (SondePython *self)
{
  for (guint i = self->threads->len; i-- > 0;)
    {
      SondePythonThread *thread = g_ptr_array_index (self->threads, i);

      if (thread->serial == self->serial)
        continue;

      forget_thread (self, thread);
      g_ptr_array_remove_index (self->threads, i);
    }

  /* None of their threads is left. */
  for (guint i = self->interpreters->len; i-- > 0;)
    {
      const SondePythonInterpreter *interpreter = g_ptr_array_index (self->interpreters, i);

      if (interpreter->serial != self->serial)
        g_ptr_array_remove_index (self->interpreters, i);
    }
}

void
sonde_python_drop_thread (SondePython       *self,
                          SondePythonThread *thread)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (!thread->is_outer);

  while (thread != NULL)
    {
      SondePythonThread *outer = thread->outer;

      forget_thread (self, thread);
      g_ptr_array_remove (self->threads, thread);
      thread = outer;
    }
}

/* Looks for threads that have come since: of all interpreters, or of those of which it is known.
 * FALSE if there are no such.
 */
static gboolean
list_new_threads (SondePython *self,
                  gboolean     only_noted)
{
  gboolean has_listed = FALSE;

  self->n_states = 0;
  sonde_inner_ids_begin (self->ids.inner_ids, FALSE);
  for (guint i = 0; i < self->interpreters->len; i++)
    {
      SondePythonInterpreter *interpreter = g_ptr_array_index (self->interpreters, i);

      if (only_noted && !interpreter->has_new_threads)
        continue;

      list_threads (self, interpreter, TRUE);
      has_listed = TRUE;
    }

  if (has_listed && !self->is_linked)
    sonde_python_link_states (self);

  return has_listed;
}

gboolean
sonde_python_refresh_new (SondePython *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return list_new_threads (self, TRUE);
}

/* Gives how many interpreters there are. */
static guint
list_interpreters (SondePython *self)
{
  SondeAddress address = read_word (self, self->runtime + self->offsets->runtime.interpreters_head);
  guint n;

  self->serial++;
  self->n_states = 0;
  g_hash_table_remove_all (self->foreign);
  sonde_inner_ids_begin (self->ids.inner_ids, TRUE);
  g_hash_table_remove_all (self->by_tid);
  for (n = 0; address != 0 && n < INTERPRETERS_MAX; n++)
    {
      SondePythonInterpreter *interpreter = ensure_interpreter (self, address);

      interpreter->age = n;
      list_threads (self, interpreter, FALSE);
      address = read_word (self, address + self->offsets->interpreter.next);
    }

  drop_old (self);

  return n;
}

static gboolean
is_not_foreign_cb (gpointer state,
                   gpointer value,
                   gpointer data)
{
  return !g_hash_table_contains (((SondePython *) data)->foreign, state);
}

/* How many threads those states may belong to that tell none: as many as have had a lock, where
 * there is one, which those that fork() has left behind have not, and as have no state.
 */
static guint
count_unmatched (SondePython *self)
{
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  gboolean has_lock = self->has_gil || !sonde_python_has_field (self->offsets->gil.enabled);
  GHashTable *lost = has_lock ? self->lost : self->foreign;
  guint n = 0;

  g_hash_table_foreach_remove (self->lost, is_not_foreign_cb, self);
  if (g_hash_table_size (lost) == 0)
    return 0;

  sonde_threads_list (self->pid, tids);
  for (guint i = 0; i < tids->len; i++)
    n += sonde_python_find_thread (self, g_array_index (tids, pid_t, i)) == NULL;

  return MIN (n, g_hash_table_size (lost));
}

gboolean
sonde_python_refresh (SondePython *self)
{
  guint32 offset;
  guint n;

  g_return_val_if_fail (self != NULL, FALSE);

  /* The first thread, which tells where an id lies, may have come last. */
  offset = self->ids.record_offset;
  n = list_interpreters (self);
  if (offset != self->ids.record_offset)
    n = list_interpreters (self);
  sonde_python_link_states (self);
  if (n > 0)
    self->n_unmatched = count_unmatched (self);

  return n > 0;
}

guint
sonde_python_count_interpreters (SondePython *self)
{
  return self->interpreters->len;
}

guint
sonde_python_count_unmatched (SondePython *self)
{
  return self->n_unmatched;
}

guint
sonde_python_get_count (SondePython *self)
{
  return self->threads->len;
}

SondePythonThread *
sonde_python_get_thread (SondePython *self,
                         guint        index)
{
  g_return_val_if_fail (index < self->threads->len, NULL);

  return g_ptr_array_index (self->threads, index);
}

SondePythonThread *
sonde_python_find_thread (SondePython *self,
                          pid_t        tid)
{
  return g_hash_table_lookup (self->by_tid, GINT_TO_POINTER (tid));
}

static void
append_stack (SondeCodeStack       *stack,
              const SondeCodeStack *more)
{
  guint n = MIN (more->depth, SONDE_STACK_DEPTH_MAX - stack->depth);

  if (stack->depth == 0)
    stack->entry = more->entry;
  memcpy (stack->frames + stack->depth, more->frames, n * sizeof *more->frames);
  stack->depth += n;
  stack->is_truncated |= more->is_truncated || n < more->depth;
}

SondePythonRead
sonde_python_read_thread (SondePython             *self,
                          const SondePythonThread *thread,
                          const SondeMemoryPiece  *more,
                          guint                    n_more,
                          SondeCodeStack          *stack)
{
  SondePythonRead read = sonde_python_frames_read (thread->frames, more, n_more, stack);
  SondeAddress cframe = sonde_python_frames_get_cframe (thread->frames);

  /* Another thread runs its interpreter by now, which is to be found. */
  if (stack->depth > 0 && (cframe < thread->stack_start || cframe >= thread->stack_end))
    {
      sonde_python_want_links (self, thread);
      return SONDE_PYTHON_READ_TORN;
    }

  for (thread = thread->outer; thread != NULL && read == SONDE_PYTHON_READ_OK;
       thread = thread->outer)
    if (sonde_python_frames_read (thread->frames, NULL, 0, &self->piece) == SONDE_PYTHON_READ_OK)
      append_stack (stack, &self->piece);
    else
      stack->is_truncated = TRUE;

  return read;
}

SondePythonRead
sonde_python_read_tid (SondePython    *self,
                       pid_t           tid,
                       SondeCodeStack *stack)
{
  SondePythonThread *thread = sonde_python_find_thread (self, tid);
  SondePythonRead read;

  stack->depth = 0;
  stack->is_truncated = FALSE;
  stack->entry = 0;

  /* It may have taken its thread state since the list was read. */
  if (thread == NULL)
    {
      list_new_threads (self, FALSE);
      thread = sonde_python_find_thread (self, tid);
    }

  if (thread == NULL)
    return SONDE_PYTHON_READ_OK;

  read = sonde_python_read_thread (self, thread, NULL, 0, stack);
  if (read != SONDE_PYTHON_READ_TORN || self->is_linked)
    return read;

  sonde_python_link_states (self);
  thread = sonde_python_find_thread (self, tid);

  return thread != NULL ? sonde_python_read_thread (self, thread, NULL, 0, stack) : read;
}
