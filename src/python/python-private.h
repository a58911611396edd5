/* python-private.h: what python.c, thread-links.c and locks.c share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/python.h"
#include "python/thread-ids.h"

G_BEGIN_DECLS

struct _SondePython
{
  pid_t                     pid;
  const SondePythonMemory  *memory;        /* borrowed */
  const SondePythonOffsets *offsets;       /* borrowed */
  SondeAddress              runtime;

  SondePythonThreadIds      ids;           /* owns its inner_ids */
  GPtrArray                *interpreters;  /* owns SondePythonInterpreter */
  GPtrArray                *threads;       /* owns SondePythonThread */
  GHashTable               *by_state;      /* state → SondePythonThread */
  GHashTable               *by_tid;        /* tid → SondePythonThread, the first of them */
  guint                     serial;        /* of the refresh under way */
  guint                     n_states;      /* that it has met so far */
  GHashTable               *foreign;       /* those that tell a thread of another process */
  GHashTable               *lost;          /* of them, those that run */
  guint                     n_unmatched;
  gboolean                  is_linked;     /* nothing has come since link_states() */
  gboolean                  has_gil;       /* a lock was in use; none goes out of use */
  SondeCodeStack            piece;         /* of one thread state of several */
};

/* Finds out which thread runs each interpreter, and links the states of one thread: it has one in
 * each interpreter that it runs inside another.
 */
void sonde_python_link_states (SondePython             *self);
/* @thread may be another one by now: refresh_new() finds out. */
void sonde_python_want_links  (SondePython             *self,
                               const SondePythonThread *thread);
/* The lock of @interpreter is held, as was just read. */
void sonde_python_note_holder (SondePython             *self,
                               SondePythonInterpreter  *interpreter);

G_END_DECLS
