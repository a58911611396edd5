/* worker-snapshot.c: what a session tells of itself, with the names that are known by now
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/worker-private.h"

#include "base/clock.h"
#include "python/locks.h"

/* Gives whether a function has another name now. */
static gboolean
take_names (SondeWorker *self)
{
  g_autoptr(GArray) renames = g_array_new (FALSE, FALSE, sizeof (SondeRename));
  g_autoptr(GHashTable) final_of = NULL;

  sonde_symbolizer_take_renames (self->symbolizer, renames);
  if (sonde_symbolizer_take_change (self->symbolizer))
    sonde_unwinder_forget_files (self->unwinder);

  final_of = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < renames->len; i++)
    {
      const SondeRename *rename = &g_array_index (renames, SondeRename, i);

      if (rename->provisional != rename->final)
        g_hash_table_insert (final_of, GSIZE_TO_POINTER ((gsize) rename->provisional),
                             GSIZE_TO_POINTER ((gsize) rename->final));
    }

  if (g_hash_table_size (final_of) == 0)
    return FALSE;

  sonde_views_rename (self->views, final_of);

  return TRUE;
}

gboolean
sonde_worker_update_names (SondeWorker *self,
                           gint64       timeout_us)
{
  gboolean was_naming = self->is_naming;

  /* Asked before the names are taken, so that none comes in between. */
  self->is_naming = !sonde_symbolizer_wait (self->symbolizer, timeout_us);

  return take_names (self) || self->is_naming != was_naming;
}

static gboolean
has_gil (SondeWorker *self)
{
  SondePython *python = sonde_python_stage_get_python (self->python);
  gboolean has_gil;

  sonde_worker_hold_peek (self);
  has_gil = python != NULL && sonde_python_has_gil (python);
  sonde_worker_release_peek (self);

  return has_gil;
}

/* Samples that threads would have had which were never seen. */
static guint64
count_unseen (SondeWorker *self)
{
  guint64 period_ns = (guint64) self->pacer.period_ns;
  guint64 cpu_ns = self->ended_ns != 0 ? self->target_cpu_ns : sonde_worker_read_target_cpu (self);

  return period_ns > 0 ? sonde_unseen_get (&self->unseen, cpu_ns, period_ns) / period_ns : 0;
}

static void
fill_session (SondeWorker   *self,
              SondeSnapshot *snapshot,
              guint64        now_ns)
{
  SondePython *python = sonde_python_stage_get_python (self->python);

  snapshot->serial = ++self->serial;
  snapshot->state = self->state;
  snapshot->end = self->end;
  snapshot->obstacle = self->obstacle;
  snapshot->exit_status = self->target->exit_status;
  snapshot->pid = self->target->pid;
  snapshot->program = g_strdup (self->target->program);
  snapshot->python = g_strdup (sonde_python_stage_get_version (self->python));
  snapshot->is_readable = python != NULL;
  snapshot->has_tasks = sonde_python_stage_get_tasks (self->python) != NULL;
  snapshot->has_gil = has_gil (self);
  snapshot->frames = self->frames;
  snapshot->hindrance = self->frames == SONDE_FRAMES_PYTHON ? self->hindrance
                                                            : SONDE_HINDRANCE_NONE;
  if (python != NULL && self->frames != SONDE_FRAMES_NATIVE)
    snapshot->unmatched_count = sonde_python_count_unmatched (python);
  snapshot->exec_count = self->exec_count;
  snapshot->children_cpu_ns = self->target->children_ns;
  snapshot->stopped = sonde_stop_sampler_is_stopped (self->sampler);
  snapshot->is_naming = self->is_naming;
  snapshot->losses = self->losses;
  snapshot->guessed_count = self->guessed_count;
  snapshot->losses.count[SONDE_LOSS_UNSEEN] += count_unseen (self);
  snapshot->elapsed_ns = now_ns - self->started_ns;
  snapshot->sampler_cpu_ns = self->ended_ns != 0
                             ? self->cpu_ns : sonde_worker_get_cpu_ns (self) - self->cpu_start_ns;
  snapshot->stopped_ns = sonde_stop_sampler_get_stopped_ns (self->sampler) - self->stopped_start_ns;
  snapshot->stopped_p50_ns = sonde_stop_sampler_get_stopped_quantile (self->sampler, 0.5);
  snapshot->stopped_p99_ns = sonde_stop_sampler_get_stopped_quantile (self->sampler, 0.99);
}

SondeSnapshot *
sonde_worker_make_snapshot (SondeWorker *self)
{
  SondeSnapshot *snapshot = sonde_snapshot_new (self->functions, &self->settings.query);
  guint64 now_ns = self->ended_ns != 0 ? self->ended_ns : sonde_clock_now_ns ();

  fill_session (self, snapshot, now_ns);
  snapshot->rate_asked_hz = self->settings.rate_hz;
  snapshot->rate_second_hz = sonde_rate_meter_get_second_hz (&self->meter, now_ns);
  snapshot->rate_mean_hz = sonde_rate_meter_get_mean_hz (&self->meter, now_ns);
  snapshot->tick_count = self->meter.count;
  sonde_views_fill (self->views, self->frames, snapshot);

  return snapshot;
}

char *
sonde_worker_dup_folded (SondeWorker *self,
                         gboolean     with_threads)
{
  return sonde_views_dup_folded (self->views, self->frames, self->settings.query.mode,
                                 with_threads);
}
