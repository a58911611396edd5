/* engine-private.h: what the two sides of the mailbox share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "engine/engine.h"
#include "engine/worker.h"

G_BEGIN_DECLS

struct _SondeEngine
{
  int            n_users;      /* the client and the thread; atomic */
  GThread       *thread;       /* owned; the client's. NULL while it is suspended */
  pid_t          pid;          /* to attach to; 0 to launch */
  guint64        start_ticks;  /* of that process; 0 for whichever has this id */
  SondeLaunch    launch;       /* owned copy; its output is closed once the program has it */

  GMutex         lock;
  GCond          order_cond;   /* for the worker: there are orders */
  GCond          answer_cond;  /* for the client: there is an answer */

  /* Orders, under the lock */
  SondeSettings  settings;
  gboolean       has_settings;
  gboolean       has_reset;
  gboolean       has_stop;
  gboolean       has_quit;
  gboolean       has_suspend;
  gboolean       has_folded;
  gboolean       with_threads;
  guint64        ordered_ns;   /* when the first of them was given */

  /* Answers, under the lock */
  SondeSnapshot *snapshot;     /* owned; NULL once taken */
  char          *folded;       /* owned */
  gboolean       has_failed;   /* there will be no other answer */
  gboolean       is_running;   /* the thread is there, and has not ended */
  gboolean       is_suspending; /* it has taken that order */
  gboolean       has_resumed;  /* the client wants it to go on nevertheless */
  gboolean       is_ending;    /* it will not any more */

  /* The thread's; while there is none, the client's */
  SondeWorker   *worker;       /* owned; NULL before it has attached, and if it has failed */
  gboolean       is_sampling;
  gboolean       is_suspended; /* the thread ends, and another one goes on */
};

/* engine-thread.c: whether there is an order; under the lock. */
gboolean sonde_engine_has_orders (const SondeEngine *self);
/* Starts a thread, which lasts until it is told to quit or to suspend. Where there can be no more
 * threads the session is over.
 */
void     sonde_engine_start      (SondeEngine       *self);
void     sonde_engine_close_output (SondeEngine     *self);
/* engine.c: whoever leaves last takes all of it away. */
void     sonde_engine_leave      (SondeEngine       *self);

G_END_DECLS
