/* bound-thread.c: a thread of ours that runs on one CPU only
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sampler/bound-thread.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/placement.h"

/* How long its end is waited for before it is unbound again: it may just have bound itself. */
#define END_POLL_NS 200000

struct _SondeBoundThread
{
  GThread      *thread;
  int           cpu;
  SondeBoundRun run;
  gpointer      data;
  int           tid;       /* 0 at first; atomic */
  gboolean      has_ended; /* atomic */
};

static gpointer
run_thread (gpointer data)
{
  SondeBoundThread *self = data;

  g_atomic_int_set (&self->tid, gettid ());
  self->run (sonde_placement_pin (self->cpu), self->data);
  sonde_placement_unpin ();
  g_atomic_int_set (&self->has_ended, TRUE);

  return NULL;
}

SondeBoundThread *
sonde_bound_thread_new (const char    *name,
                        int            cpu,
                        SondeBoundRun  run,
                        gpointer       data)
{
  SondeBoundThread *self = g_new0 (SondeBoundThread, 1);

  self->cpu = cpu;
  self->run = run;
  self->data = data;
  self->thread = g_thread_try_new (name, run_thread, self, NULL);
  if (self->thread == NULL)
    g_clear_pointer (&self, g_free);

  return self;
}

void
sonde_bound_thread_unbind (SondeBoundThread *self)
{
  int tid = g_atomic_int_get (&self->tid);
  cpu_set_t cpus;

  if (tid == 0 || g_atomic_int_get (&self->has_ended))
    return;

  memset (&cpus, 0xff, sizeof cpus);
  sched_setaffinity (tid, sizeof cpus, &cpus);
}

void
sonde_bound_thread_wait (SondeBoundThread *self)
{
  while (!g_atomic_int_get (&self->has_ended))
    {
      sonde_bound_thread_unbind (self);
      sonde_clock_sleep_until (sonde_clock_now_ns () + END_POLL_NS);
    }
}

void
sonde_bound_thread_free (SondeBoundThread *self)
{
  if (self == NULL)
    return;

  sonde_bound_thread_wait (self);
  g_thread_join (self->thread);
  g_free (self);
}

guint64
sonde_bound_thread_get_cpu_ns (SondeBoundThread *self)
{
  int tid = g_atomic_int_get (&self->tid);

  return tid != 0 ? sonde_clock_cpu_ns_of (tid) : 0;
}
