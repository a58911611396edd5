/* worker.c: the pipeline of one session, turn by turn
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   target ─▶ sampler ──capture──▶ unwinder ──stack──▶ symbolizer ──functions──▶ views
 *
 * What becomes of a sample is in worker-samples.c. Names come later, and the views take them in
 * then. While Python alone is looked at another sampler takes the first one's place, which stops
 * no thread.
 */

#include "config.h"

#include "engine/worker-private.h"

#include "base/clock.h"
#include "base/placement.h"
#include "python/locks.h"

/* How long to look for a thread to stop before the CPU is left to it: a stop on another CPU takes
 * 5 to 15 µs. One that waits for our own CPU gets it as soon as we sleep, a little at first.
 */
#define SPIN_NS 20000
#define ASKED_POLL_MIN_NS 8000
#define ASKED_POLL_MAX_NS 50000

/* While a thread is on its way to a stop nothing else is done that can wait this much longer. */
#define PATIENCE_NS (100 * G_GUINT64_CONSTANT (1000000))
#define TARGET_POLL_INTERVAL_NS (20 * G_GUINT64_CONSTANT (1000000))
#define PLACE_INTERVAL_NS (50 * G_GUINT64_CONSTANT (1000000))

/* An address outside of all mappings may be code that was loaded just now, or no address at all:
 * the map is read again soon, and later each time that it has not changed.
 */
#define MAPS_INTERVAL_MIN_NS (2 * G_GUINT64_CONSTANT (1000000))
#define MAPS_INTERVAL_MAX_NS SONDE_NS_PER_SECOND

/* Of a program with very many mappings the map is read less often: it may cost 2 ms a second. */
#define RECHECK_INTERVAL_NS SONDE_NS_PER_SECOND
#define RECHECK_COST_FACTOR 500

static void
start_counting (SondeWorker *self,
                guint64      now_ns)
{
  self->started_ns = now_ns;
  self->cpu_start_ns = sonde_worker_get_cpu_ns (self);
  self->stopped_start_ns = sonde_stop_sampler_get_stopped_ns (self->sampler);
  self->losses = (SondeLosses) { 0 };
  self->unseen = (SondeUnseen) { 0 };
  if (self->peek == NULL)
    sonde_unseen_begin (&self->unseen, sonde_worker_read_target_cpu (self));
  self->guessed_count = 0;
  sonde_rate_meter_init (&self->meter, now_ns);
}

void
sonde_worker_take_maps (SondeWorker *self,
                        gboolean     is_new_program)
{
  gboolean had_peek = self->peek != NULL;

  sonde_unwinder_set_maps (self->unwinder, self->target->maps);
  sonde_symbolizer_set_maps (self->symbolizer, self->target->maps);
  if (is_new_program)
    {
      sonde_worker_end_peek (self);
      self->hindrance = SONDE_HINDRANCE_NONE;
      sonde_worker_begin_program (self);

      /* What is copied of a stack of Go depends on that it is one. */
      while (!sonde_stop_sampler_has_asked (self->sampler) &&
             sonde_unwinder_load_tables (self->unwinder))
        continue;
    }
  sonde_python_stage_set_maps (self->python, self->target->maps, is_new_program);

  /* The map may be read anew in the middle of a sample, whose thread a change would take away. */
  if (is_new_program)
    {
      sonde_views_forget_names (self->views);
      sonde_worker_update_sampler (self);
      if (had_peek)
        sonde_worker_begin_again (self);
    }

  self->maps_interval_ns = MAPS_INTERVAL_MIN_NS;
}

gboolean
sonde_worker_update_maps (SondeWorker *self)
{
  guint64 now_ns = sonde_clock_now_ns ();

  if (now_ns - self->mapped_ns < self->maps_interval_ns)
    return FALSE;

  if (self->unmapped_ns == 0)
    self->unmapped_ns = now_ns;
  if (!sonde_worker_has_time (self, self->unmapped_ns, now_ns))
    return FALSE;

  self->unmapped_ns = 0;
  self->mapped_ns = now_ns;
  if (!sonde_target_refresh_maps (self->target))
    {
      self->maps_interval_ns = MIN (2 * self->maps_interval_ns, MAPS_INTERVAL_MAX_NS);
      return FALSE;
    }

  sonde_worker_take_maps (self, FALSE);

  return TRUE;
}

static const char *
find_name_cb (pid_t    tid,
              gpointer data)
{
  SondeWorker *self = data;

  return sonde_python_stage_find_name (self->python, tid);
}

SondeWorker *
sonde_worker_new (SondeTarget         *target,
                  const SondeSettings *settings)
{
  SondeWorker *self = g_new0 (SondeWorker, 1);
  guint64 now_ns = sonde_clock_now_ns ();

  self->target = target;
  self->functions = sonde_functions_new ();
  self->views = sonde_views_new (find_name_cb, self);
  self->unwinder = sonde_unwinder_new (target->pid);
  self->symbolizer = sonde_symbolizer_new (target->pid, self->functions);
  self->python = sonde_python_stage_new (target->pid, self->functions);
  self->sampler = sonde_stop_sampler_new (target->pid, target->is_child, &sonde_worker_stop_client,
                                          self);
  self->state = SONDE_SESSION_SAMPLING;
  sonde_settings_copy (&self->settings, settings);
  sonde_worker_take_maps (self, TRUE);
  sonde_worker_start_pacing (self, now_ns);
  start_counting (self, now_ns);

  return self;
}

void
sonde_worker_free (SondeWorker *self)
{
  if (self == NULL)
    return;

  /* They give us what they have yet, and we ask them then. */
  sonde_worker_end_peek (self);
  sonde_stop_sampler_finish (self->sampler);
  g_clear_pointer (&self->sampler, sonde_stop_sampler_free);
  g_clear_pointer (&self->unwinder, sonde_unwinder_free);
  g_clear_pointer (&self->symbolizer, sonde_symbolizer_free);
  g_clear_pointer (&self->python, sonde_python_stage_free);
  g_clear_pointer (&self->views, sonde_views_free);
  g_clear_pointer (&self->functions, sonde_functions_unref);
  g_clear_pointer (&self->target, sonde_target_free);
  sonde_settings_clear (&self->settings);
  sonde_placement_restore ();
  g_free (self);
}

void
sonde_worker_set_settings (SondeWorker         *self,
                           const SondeSettings *settings)
{
  gboolean has_new_rate = settings->rate_hz < self->settings.rate_hz ||
                          settings->rate_hz > self->settings.rate_hz;
  double rate_hz;

  /* Who asks for other frames asks again whether they can be read without stopping. */
  if (settings->query.frames != self->settings.query.frames)
    self->hindrance = SONDE_HINDRANCE_NONE;

  rate_hz = self->settings.rate_hz;
  sonde_settings_copy (&self->settings, settings);

  /* The figures of one that is over are of the rate that it had. */
  if (self->state != SONDE_SESSION_SAMPLING)
    self->settings.rate_hz = rate_hz;
  else if (has_new_rate)
    sonde_worker_start_pacing (self, sonde_clock_now_ns ());

  sonde_views_set_frozen (self->views, self->settings.frozen);
  sonde_worker_update_sampler (self);
}

void
sonde_worker_reset (SondeWorker *self)
{
  if (self->state != SONDE_SESSION_SAMPLING)
    return;

  sonde_views_reset (self->views);
  start_counting (self, sonde_clock_now_ns ());
}

gboolean
sonde_worker_has_time (SondeWorker *self,
                       guint64      due_ns,
                       guint64      now_ns)
{
  if (sonde_stop_sampler_has_asked (self->sampler))
    due_ns += PATIENCE_NS;

  return now_ns >= due_ns;
}

/* Reads the map now and then, though all addresses are in it: where one library was, another may be
 * by now, with other names and other rules to unwind by.
 */
static void
recheck_maps (SondeWorker *self,
              guint64      now_ns)
{
  gboolean has_changed;
  guint64 cpu_ns, cost_ns;

  if (now_ns < self->recheck_ns)
    return;

  cpu_ns = sonde_clock_thread_cpu_ns ();
  has_changed = sonde_target_refresh_maps (self->target);
  cost_ns = sonde_cost_add (&self->recheck_cost, sonde_clock_thread_cpu_ns () - cpu_ns);
  self->recheck_ns = now_ns + MAX (RECHECK_INTERVAL_NS, RECHECK_COST_FACTOR * cost_ns);
  if (has_changed)
    sonde_worker_take_maps (self, FALSE);
}

/* The map was to be read when there was no time for that. Who has not run since has a stack that
 * ends in what was mapped then, and is captured again.
 */
static void
make_up_for_maps (SondeWorker *self)
{
  if (self->unmapped_ns != 0 && sonde_worker_update_maps (self))
    sonde_stop_sampler_forget (self->sampler);
}

/* A thread that was asked to stop may stand still by now. */
static void
poll_names (SondeWorker *self,
            guint64      now_ns)
{
  gboolean has_changed;

  if (sonde_stop_sampler_has_asked (self->sampler))
    return;

  sonde_worker_hold_peek (self);
  has_changed = sonde_python_stage_poll_names (self->python, now_ns);
  sonde_worker_release_peek (self);

  if (has_changed)
    sonde_views_name_threads (self->views);
}

/* Where the target does not run there is room for us. */
static void
keep_aside (SondeWorker *self,
            guint64      now_ns)
{
  cpu_set_t taken;

  if (now_ns - self->placed_ns < PLACE_INTERVAL_NS)
    return;

  self->placed_ns = now_ns;
  CPU_ZERO (&taken);
  if (self->peek != NULL)
    sonde_peek_sampler_add_cpus (self->peek, &taken);
  else if (!sonde_stop_sampler_add_cpus (self->sampler, &taken))
    {
      sonde_placement_restore ();
      return;
    }

  sonde_placement_avoid (&taken);
}

/* Those that were missed while a thread was asked. Stacks that ended for want of them are read
 * again, those of threads that sleep on too.
 */
static void
load_tables (SondeWorker *self,
             guint64      now_ns)
{
  if (self->tables_ns == 0)
    self->tables_ns = now_ns;
  if (!sonde_worker_has_time (self, self->tables_ns, now_ns))
    return;

  self->tables_ns = 0;
  while (sonde_unwinder_load_tables (self->unwinder))
    self->has_new_tables = TRUE;

  if (self->has_new_tables)
    sonde_stop_sampler_forget (self->sampler);
  self->has_new_tables = FALSE;
}

static gboolean
poll_target (SondeWorker *self,
             guint64      now_ns)
{
  self->polled_ns = now_ns;
  sonde_worker_read_target_cpu (self);
  sonde_stop_sampler_let_late_go (self->sampler);
  sonde_worker_hold_peek (self);
  sonde_python_stage_poll (self->python, now_ns, self->peek == NULL);
  sonde_worker_release_peek (self);
  sonde_worker_update_sampler (self);
  keep_aside (self, now_ns);

  switch (sonde_target_poll (self->target, &self->obstacle))
    {
    case SONDE_TARGET_EXECED:
      self->exec_count++;
      sonde_stop_sampler_forget (self->sampler);
      sonde_worker_take_maps (self, TRUE);
      return TRUE;

    case SONDE_TARGET_ENDED:
      sonde_worker_finish (self, SONDE_END_PROCESS);
      return FALSE;

    case SONDE_TARGET_CLOSED:
      sonde_worker_finish (self, SONDE_END_OBSTACLE);
      return FALSE;

    case SONDE_TARGET_SAME:
    default:
      make_up_for_maps (self);
      recheck_maps (self, sonde_clock_now_ns ());
      return TRUE;
    }
}

static void
sleep_until (SondeWorker *self,
             guint64      due_ns)
{
  sonde_clock_sleep_until (due_ns);
  self->turn_ns = sonde_clock_now_ns ();
}

/* Lets the threads that were asked come to a stop, until the next is due, and does the rest of the
 * tick's work while none is about to.
 */
static void
collect (SondeWorker *self,
         guint64      until_ns)
{
  guint64 now_ns = sonde_clock_now_ns ();
  guint64 spin_until_ns = now_ns + SPIN_NS;
  guint64 pause_ns = ASKED_POLL_MIN_NS;

  for (;;)
    {
      gboolean has_asked = sonde_stop_sampler_has_asked (self->sampler);
      gboolean has_done = sonde_stop_sampler_collect (self->sampler);

      if (!has_done && (!has_asked || now_ns >= spin_until_ns))
        has_done = sonde_stop_sampler_proceed (self->sampler);

      if (has_done)
        pause_ns = ASKED_POLL_MIN_NS;
      else if (!has_asked || now_ns >= until_ns)
        break;
      else if (now_ns >= spin_until_ns)
        {
          sleep_until (self, MIN (now_ns + pause_ns, until_ns));
          pause_ns = MIN (2 * pause_ns, ASKED_POLL_MAX_NS);
        }

      now_ns = sonde_clock_now_ns ();
    }
}

/* The first look after a change of samplers has found the threads that are still there. */
static void
end_switch (SondeWorker *self)
{
  if (self->has_switched)
    sonde_views_end_unasked (self->views);
  self->has_switched = FALSE;
}

/* The stop sampler's tick. */
static void
look (SondeWorker *self,
      guint64      now_ns)
{
  SondePython *python = sonde_python_stage_get_python (self->python);
  SondeTick tick = {
    .turn_ns = self->turn_ns,
    .now_ns = now_ns,
    .due_ns = self->pacer.due_ns,
    .period_ns = (guint64) self->pacer.period_ns,
  };

  tick.n_skipped = sonde_pacer_advance (&self->pacer, now_ns);
  tick.next_ns = self->pacer.due_ns;
  sonde_rate_meter_add (&self->meter, now_ns);
  if (python != NULL)
    {
      sonde_python_read_locks (python);
      if (!sonde_stop_sampler_has_asked (self->sampler))
        sonde_python_refresh_new (python);
    }

  sonde_stop_sampler_look (self->sampler, &tick);
  end_switch (self);
}

/* Takes in what was found without stopping, when it is time for that. */
static void
collect_peeked (SondeWorker *self,
                guint64      until_ns)
{
  guint64 due_ns = sonde_peek_sampler_get_due_ns (self->peek);
  SondeHindrance hindrance;

  sleep_until (self, MIN (due_ns, until_ns));
  if (self->turn_ns < due_ns)
    return;

  hindrance = sonde_peek_sampler_collect (self->peek);
  end_switch (self);
  /* Nobody looks at those that run no Python. */
  sonde_views_end_gone (self->views, self->target->pid);
  poll_names (self, self->turn_ns);
  if (hindrance == SONDE_HINDRANCE_NONE)
    return;

  self->hindrance = hindrance;
  sonde_worker_update_sampler (self);
}

gboolean
sonde_worker_run_turn (SondeWorker *self,
                       guint64      until_ns)
{
  guint64 now_ns = sonde_clock_now_ns ();

  g_return_val_if_fail (self->state == SONDE_SESSION_SAMPLING, FALSE);

  if (sonde_worker_has_time (self, self->polled_ns + TARGET_POLL_INTERVAL_NS, now_ns) &&
      !poll_target (self, now_ns))
    return FALSE;

  if (self->peek != NULL)
    {
      collect_peeked (self, until_ns);
      return TRUE;
    }

  collect (self, MIN (self->pacer.due_ns, until_ns));
  now_ns = sonde_clock_now_ns ();
  poll_names (self, now_ns);
  load_tables (self, now_ns);

  if (now_ns < self->pacer.due_ns)
    {
      sleep_until (self, MIN (self->pacer.due_ns, until_ns));
      now_ns = self->turn_ns;
      if (now_ns < self->pacer.due_ns)
        return TRUE;
    }

  look (self, now_ns);
  collect (self, MIN (self->pacer.due_ns, until_ns));

  return TRUE;
}

void
sonde_worker_suspend (SondeWorker *self)
{
  if (self->state == SONDE_SESSION_SAMPLING)
    sonde_worker_end_samplers (self);
  sonde_placement_restore ();

  self->past_cpu_ns += sonde_clock_thread_cpu_ns ();
  self->suspended_ns = sonde_clock_now_ns ();
}

void
sonde_worker_resume (SondeWorker *self)
{
  guint64 gap_ns = sonde_clock_now_ns () - self->suspended_ns;

  self->past_cpu_ns -= MIN (sonde_clock_thread_cpu_ns (), self->past_cpu_ns);
  if (self->state != SONDE_SESSION_SAMPLING)
    return;

  self->started_ns += gap_ns;
  sonde_rate_meter_skip (&self->meter, gap_ns);
  sonde_worker_begin_again (self);
  sonde_worker_update_sampler (self);
}

void
sonde_worker_finish (SondeWorker *self,
                     SondeEnd     end)
{
  g_return_if_fail (self->state == SONDE_SESSION_SAMPLING);

  self->state = SONDE_SESSION_FINISHED;
  self->end = end;
  if (self->peek != NULL)
    {
      self->past_cpu_ns += sonde_peek_sampler_get_cpu_ns (self->peek);
      g_clear_pointer (&self->peek, sonde_peek_sampler_free);
    }
  else
    {
      sonde_unseen_pause (&self->unseen, sonde_worker_read_target_cpu (self));
    }
  /* Those too that nobody has looked at since they were last seen. */
  if (end == SONDE_END_PROCESS)
    sonde_views_end_unasked (self->views);
  sonde_stop_sampler_finish (self->sampler);
  sonde_placement_restore ();
  self->ended_ns = sonde_clock_now_ns ();
  self->cpu_ns = sonde_worker_get_cpu_ns (self) - self->cpu_start_ns;
}

gboolean
sonde_worker_look_after (SondeWorker *self)
{
  sonde_stop_sampler_let_late_go (self->sampler);

  return sonde_target_reap (self->target);
}
