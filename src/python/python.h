/* python.h: the CPython that runs in a process: its interpreters and its threads
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "python/frames.h"

G_BEGIN_DECLS

/**
 * SondePythonGil:
 * @address: where the lock lies in the target
 * @holder: the thread state that holds it, or held it last
 * @is_enabled: whether it is there and in use; in a free-threaded build it mostly is not
 * @is_held: whether it is held
 * @switch_number: counts the times that it went from one thread to another
 *
 * The global interpreter lock of one interpreter, as last read. Between two reads with the same
 * @switch_number no thread but @holder has run Python code.
 */
typedef struct
{
  SondeAddress address;
  SondeAddress holder;
  gboolean     is_enabled;
  gboolean     is_held;
  guint64      switch_number;
} SondePythonGil;

/**
 * SondePythonInterpreter:
 * @address: its PyInterpreterState
 * @gil: its lock
 * @is_collecting: whether the garbage collector was at work
 * @has_switched: whether another thread has held the lock since the user set this to %FALSE
 * @has_new_threads: whether there are threads that refresh_new() would find
 */
typedef struct
{
  SondeAddress   address;
  SondePythonGil gil;
  gboolean       is_collecting;
  gboolean       has_switched;
  gboolean       has_new_threads;

  /*< private >*/
  SondeAddress   threads_head; /* as of the last list */
  guint          serial;
  guint          age;          /* its place in the list, 0 for the newest */
} SondePythonInterpreter;

/**
 * SondePythonThread:
 * @tid: the kernel's id
 * @ident: what pthread_self() gives it
 * @state: its PyThreadState
 * @interpreter: borrowed; that of @state
 * @frames: reads its frames; owned
 * @outer: (nullable): the state of the same thread in the interpreter that it came from, where it
 *   runs one inside another; borrowed
 * @is_outer: whether it is that of another one
 * @data: for the user; %NULL at first
 * @is_met: the same; %FALSE at first
 *
 * A thread that has run Python code. Borrowed from its #SondePython, valid until drop_thread() or
 * the refresh() that does not find it any more.
 */
typedef struct _SondePythonThread SondePythonThread;

struct _SondePythonThread
{
  pid_t                   tid;
  guint64                 ident;
  SondeAddress            state;
  SondePythonInterpreter *interpreter;
  SondePythonFrames      *frames;
  SondePythonThread      *outer;
  gboolean                is_outer;
  gpointer                data;
  gboolean                is_met;

  /*< private >*/
  pid_t                   told_tid;
  guint64                 told_ident;
  SondeAddress            stack_start; /* where the struct on the C stack may be of who runs it */
  SondeAddress            stack_end;
  gboolean                is_at_rest;  /* nobody runs its interpreter */
  guint                   serial;
};

/**
 * SondePython:
 *
 * What is known of the CPython in one process.
 *
 * Life: sonde_python_new() → refresh() now and then → get_thread(), read_…() → sonde_python_free().
 *
 * Threads: one at a time.
 */
typedef struct _SondePython SondePython;

/* @runtime is the address of _PyRuntime, and @offsets of its version. */
SondePython       *sonde_python_new         (pid_t                     pid,
                                             const SondePythonMemory  *memory,
                                             SondeAddress              runtime,
                                             const SondePythonOffsets *offsets);
void               sonde_python_free        (SondePython              *self);

/* Reads the lists of interpreters and threads again. FALSE if there is no interpreter. */
gboolean           sonde_python_refresh     (SondePython              *self);

/* The same for threads that have come since, which are first in the lists. FALSE if there are none,
 * as far as was read.
 */
gboolean           sonde_python_refresh_new (SondePython              *self);
/* @thread, which is nobody's outer one, has ended; another may have its thread state any time. */
void               sonde_python_drop_thread (SondePython              *self,
                                             SondePythonThread        *thread);

guint              sonde_python_get_count   (SondePython              *self);
SondePythonThread *sonde_python_get_thread  (SondePython              *self,
                                             guint                     index);
/* The first of the thread states of the thread @tid; NULL for a thread without Python. */
SondePythonThread *sonde_python_find_thread (SondePython              *self,
                                             pid_t                     tid);

/* How many interpreters there are. */
guint              sonde_python_count_interpreters (SondePython       *self);

/* How many threads were not matched with thread states that must be theirs, by refresh(). */
guint              sonde_python_count_unmatched (SondePython          *self);

/* The frames of @thread, which stands still, and of its outer ones; with @more as
 * sonde_python_frames_read().
 */
SondePythonRead    sonde_python_read_thread (SondePython             *self,
                                             const SondePythonThread *thread,
                                             const SondeMemoryPiece  *more,
                                             guint                    n_more,
                                             SondeCodeStack          *stack);
/* The same of the thread @tid; none of one that runs no Python. */
SondePythonRead    sonde_python_read_tid    (SondePython             *self,
                                             pid_t                    tid,
                                             SondeCodeStack          *stack);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePython, sonde_python_free)

G_END_DECLS
