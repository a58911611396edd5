/* worker-samplers.c: which sampler of a session is at work, and the change from one to the other
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stop sampler is there all the time. While Python alone is looked at, and its CPUs can be
 * taken from it, the peek sampler takes its place.
 */

#include "config.h"

#include "engine/worker-private.h"

#include "base/clock.h"
#include "sampler/priority.h"

guint64
sonde_worker_get_cpu_ns (const SondeWorker *self)
{
  guint64 peek_ns = self->peek != NULL ? sonde_peek_sampler_get_cpu_ns (self->peek) : 0;

  return sonde_clock_thread_cpu_ns () + self->past_cpu_ns + peek_ns;
}

guint64
sonde_worker_read_target_cpu (SondeWorker *self)
{
  self->target_cpu_ns = MAX (self->target_cpu_ns, sonde_clock_process_cpu_ns (self->target->pid));

  return self->target_cpu_ns;
}

/* Who stops threads comes before all programs: if late, we would come when the target leaves its
 * CPU of its own will, and find threads where they begin to wait too often. Who only counts what
 * the peek sampler has found does not.
 */
void
sonde_worker_start_pacing (SondeWorker *self,
                           guint64      now_ns)
{
  if (self->peek != NULL)
    {
      sonde_priority_drop ();
      sonde_peek_sampler_set_rate (self->peek, self->settings.rate_hz);
      return;
    }

  sonde_unseen_begin (&self->unseen, sonde_worker_read_target_cpu (self));
  sonde_priority_raise (SONDE_PRIORITY_WORKER);
  sonde_pacer_init (&self->pacer, self->settings.rate_hz, now_ns,
                    (guint32) now_ns ^ (guint32) self->target->pid);
}

/* While the worker is switching, the end of a thread is none. */
void
sonde_worker_end_peek (SondeWorker *self)
{
  if (self->peek == NULL)
    return;

  self->is_switching = TRUE;
  self->past_cpu_ns += sonde_peek_sampler_get_cpu_ns (self->peek);
  g_clear_pointer (&self->peek, sonde_peek_sampler_free);
  self->is_switching = FALSE;
}

void
sonde_worker_end_samplers (SondeWorker *self)
{
  if (self->peek != NULL)
    {
      sonde_worker_end_peek (self);
      return;
    }

  self->is_switching = TRUE;
  sonde_unseen_pause (&self->unseen, sonde_worker_read_target_cpu (self));
  sonde_stop_sampler_finish (self->sampler);
  sonde_stop_sampler_forget (self->sampler);
  self->is_switching = FALSE;
}

/* Whether a thread of Python may have a CPU that we cannot take from it. */
static gboolean
is_outranked (SondePython *python)
{
  for (guint i = 0; i < sonde_python_get_count (python); i++)
    if (sonde_thread_read_priority (sonde_python_get_thread (python, i)->tid) > 0)
      return TRUE;

  return FALSE;
}

void
sonde_worker_update_sampler (SondeWorker *self)
{
  SondePython *python = sonde_python_stage_get_python (self->python);
  gboolean had_peek = self->peek != NULL;
  gboolean has_tasks = self->settings.with_tasks;
  SondePythonTasks *tasks = has_tasks ? sonde_python_stage_get_tasks (self->python) : NULL;
  gboolean wants_peek;

  self->frames = sonde_python_stage_choose (self->python, self->settings.query.frames);
  if (self->frames == SONDE_FRAMES_PYTHON && !had_peek &&
      self->hindrance == SONDE_HINDRANCE_NONE && is_outranked (python))
    self->hindrance = SONDE_HINDRANCE_PRIORITY;
  wants_peek = self->frames == SONDE_FRAMES_PYTHON && self->hindrance == SONDE_HINDRANCE_NONE;
  sonde_stop_sampler_set_python (self->sampler, python);
  if (self->state != SONDE_SESSION_SAMPLING)
    return;
  if (had_peek == wants_peek && (!had_peek || has_tasks == self->had_tasks))
    return;

  sonde_worker_end_samplers (self);
  if (wants_peek)
    self->peek = sonde_peek_sampler_new (self->target->pid, python, tasks,
                                         &sonde_worker_peek_client, self);
  self->had_tasks = has_tasks;
  self->has_switched = had_peek && self->peek == NULL;
  sonde_views_begin_asking (self->views);
  sonde_worker_start_pacing (self, sonde_clock_now_ns ());
}

/* Threads may have ended, and what is looked at now may be stopped for it. */
void
sonde_worker_begin_again (SondeWorker *self)
{
  self->has_switched = TRUE;
  sonde_views_begin_asking (self->views);
  sonde_worker_start_pacing (self, sonde_clock_now_ns ());
}

void
sonde_worker_hold_peek (SondeWorker *self)
{
  if (self->peek != NULL)
    sonde_peek_sampler_hold (self->peek);
}

void
sonde_worker_release_peek (SondeWorker *self)
{
  if (self->peek != NULL)
    sonde_peek_sampler_release (self->peek);
}
