/* undertaker.c: keeps an exec() of the target from waiting for us for ever
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See sonde_tracee_ask(): the worker waits for the exec(), which waits for a thread that the worker
 * has to bury. The kernel takes the burial from any thread of ours, so this one looks whether the
 * worker gets on.
 */

#include "config.h"

#include "sampler/undertaker.h"

#include "target/tracee.h"

#define LOOK_INTERVAL_US (50 * 1000)

struct _SondeUndertaker
{
  pid_t    pid;
  GThread *thread; /* owned */
  int      count;  /* of enter() and leave() together: odd while the worker asks; atomic */

  GMutex   lock;
  GCond    cond;   /* quit */
  gboolean quit;   /* under the lock */
};

/* FALSE once it is time to quit. */
static gboolean
wait_for_look (SondeUndertaker *self)
{
  gint64 until_us = g_get_monotonic_time () + LOOK_INTERVAL_US;
  gboolean quit;

  g_mutex_lock (&self->lock);
  while (!self->quit && g_cond_wait_until (&self->cond, &self->lock, until_us))
    ;
  quit = self->quit;
  g_mutex_unlock (&self->lock);

  return !quit;
}

static gpointer
run (gpointer data)
{
  SondeUndertaker *self = data;
  int last = 0;

  while (wait_for_look (self))
    {
      int count = g_atomic_int_get (&self->count);

      if (count == last && count % 2 != 0)
        sonde_tracee_bury_all (self->pid);
      last = count;
    }

  return NULL;
}

SondeUndertaker *
sonde_undertaker_new (pid_t pid)
{
  SondeUndertaker *self = g_new0 (SondeUndertaker, 1);

  self->pid = pid;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_try_new ("sonde-burial", run, self, NULL);
  if (self->thread == NULL)
    {
      g_cond_clear (&self->cond);
      g_mutex_clear (&self->lock);
      g_clear_pointer (&self, g_free);
    }

  return self;
}

void
sonde_undertaker_free (SondeUndertaker *self)
{
  if (self == NULL)
    return;

  g_mutex_lock (&self->lock);
  self->quit = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);

  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
sonde_undertaker_enter (SondeUndertaker *self)
{
  g_atomic_int_inc (&self->count);
}

void
sonde_undertaker_leave (SondeUndertaker *self)
{
  g_atomic_int_inc (&self->count);
}
