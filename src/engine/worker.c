/* worker.c: the pipeline of one session
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   target ─▶ sampler ──capture──▶ unwinder ──stack──▶ symbolizer ──functions──▶ profile
 *
 * The sampler calls on_captured_cb() once the captured thread runs again: that function is the
 * pipeline. Names come later, and the profile takes them in then.
 */

#include "config.h"

#include "engine/worker.h"

#include "aggregate/profile.h"
#include "base/clock.h"
#include "base/stack.h"
#include "engine/rate-meter.h"
#include "engine/reach.h"
#include "sampler/pacer.h"
#include "sampler/stop-sampler.h"
#include "symbolizer/symbolizer.h"
#include "unwinder/unwinder.h"

/* How long to look for a thread to stop before the CPU is left to it: a stop on another CPU takes
 * 5 to 15 µs. One that waits for our own CPU gets it as soon as we sleep, a little at first.
 */
#define SPIN_NS 12000
#define ASKED_POLL_MIN_NS 8000
#define ASKED_POLL_MAX_NS 50000

/* While a thread is on its way to a stop nothing else is done that can wait this much longer. */
#define PATIENCE_NS (100 * G_GUINT64_CONSTANT (1000000))
#define TARGET_POLL_INTERVAL_NS (20 * G_GUINT64_CONSTANT (1000000))

/* An address outside of all mappings may be code that was loaded just now, or no address at all:
 * the map is read again soon, and later each time that it has not changed.
 */
#define MAPS_INTERVAL_MIN_NS (2 * G_GUINT64_CONSTANT (1000000))
#define MAPS_INTERVAL_MAX_NS SONDE_NS_PER_SECOND

struct _SondeWorker
{
  /* Owned: the stages, in their order */
  SondeTarget         *target;
  SondeStopSampler    *sampler;
  SondeUnwinder       *unwinder;
  SondeSymbolizer     *symbolizer;
  SondeProfile        *profile;
  SondeProfile        *frozen;       /* NULL unless the settings say so */
  SondeFunctions      *functions;

  SondeSettings        settings;
  SondePacer           pacer;
  SondeRateMeter       meter;
  SondeLosses          losses;
  SondeSessionState    state;
  SondeEnd             end;
  SondeObstacle        obstacle;
  guint                exec_count;
  guint64              serial;

  guint64              started_ns;   /* or reset */
  guint64              ended_ns;     /* 0 before the end */
  guint64              cpu_start_ns; /* of the worker's thread, at start or reset */
  guint64              cpu_ns;       /* at the end */
  guint64              stopped_start_ns;
  guint64              polled_ns;
  guint64              mapped_ns;
  guint64              maps_interval_ns;

  SondeStack           stack;        /* of the capture under way */
  const SondeFunction *functions_of_stack[SONDE_STACK_DEPTH_MAX];
};

static void
on_thread_appeared_cb (SondeSampledThread *thread,
                       gpointer            data)
{
  SondeWorker *self = data;

  thread->data = sonde_profile_add_thread (self->profile, thread->thread.tid, thread->name);
}

static void
on_thread_renamed_cb (SondeSampledThread *thread,
                      gpointer            data)
{
  SondeWorker *self = data;

  sonde_profile_rename_thread (self->profile, thread->data, thread->name);
}

static void
on_thread_ended_cb (SondeSampledThread *thread,
                    gpointer            data)
{
  SondeWorker *self = data;

  sonde_profile_end_thread (self->profile, thread->data);
  sonde_unwinder_forget (self->unwinder, thread->thread.tid);
}

static void
take_maps (SondeWorker *self)
{
  sonde_unwinder_set_maps (self->unwinder, self->target->maps);
  sonde_symbolizer_set_maps (self->symbolizer, self->target->maps);
  self->maps_interval_ns = MAPS_INTERVAL_MIN_NS;
}

/* Gives whether code is mapped otherwise than it was. */
static gboolean
update_maps (SondeWorker *self)
{
  guint64 now_ns = sonde_clock_now_ns ();

  if (now_ns - self->mapped_ns < self->maps_interval_ns)
    return FALSE;

  self->mapped_ns = now_ns;
  if (!sonde_target_refresh_maps (self->target))
    {
      self->maps_interval_ns = MIN (2 * self->maps_interval_ns, MAPS_INTERVAL_MAX_NS);
      return FALSE;
    }

  take_maps (self);

  return TRUE;
}

/* One capture, from the copied bytes to the counts; the thread runs again. */
static gboolean
on_captured_cb (SondeSampledThread *thread,
                const SondeCapture *capture,
                SondeThreadState    state,
                guint64             n_ticks,
                guint64             ns,
                gboolean            is_final,
                gpointer            data)
{
  SondeWorker *self = data;
  SondeStack *stack = &self->stack;

  sonde_unwinder_unwind (self->unwinder, capture, stack);
  if (stack->unmapped && update_maps (self))
    sonde_unwinder_unwind (self->unwinder, capture, stack);

  if (stack->end == SONDE_STACK_END_REGISTER && !is_final)
    return FALSE;

  sonde_reach_extend (thread, capture, stack);
  for (guint i = 0; i < stack->depth; i++)
    self->functions_of_stack[i] = sonde_symbolizer_resolve (self->symbolizer, stack->addresses[i]);

  sonde_profile_add (self->profile, thread->data, self->functions_of_stack, stack->depth,
                     stack->end != SONDE_STACK_END_OUTERMOST, (SondeThreadStatus) { .state = state },
                     n_ticks, ns);

  return TRUE;
}

static void
on_repeated_cb (SondeSampledThread *thread,
                SondeThreadState    state,
                guint64             n_ticks,
                guint64             ns,
                gpointer            data)
{
  SondeWorker *self = data;

  sonde_profile_repeat (self->profile, thread->data, (SondeThreadStatus) { .state = state },
                     n_ticks, ns);
}

static void
on_lost_cb (SondeSampledThread *thread,
            SondeLoss           loss,
            guint64             n_ticks,
            gpointer            data)
{
  SondeWorker *self = data;

  self->losses.count[loss] += n_ticks;
}

static const SondeSamplerClient sampler_client = {
  .thread_appeared = on_thread_appeared_cb,
  .thread_renamed = on_thread_renamed_cb,
  .thread_ended = on_thread_ended_cb,
  .captured = on_captured_cb,
  .repeated = on_repeated_cb,
  .lost = on_lost_cb,
};

static void
start_counting (SondeWorker *self,
                guint64      now_ns)
{
  self->started_ns = now_ns;
  self->cpu_start_ns = sonde_clock_thread_cpu_ns ();
  self->stopped_start_ns = sonde_stop_sampler_get_stopped_ns (self->sampler);
  self->losses = (SondeLosses) { 0 };
  sonde_rate_meter_init (&self->meter, now_ns);
}

static void
start_pacing (SondeWorker *self,
              guint64      now_ns)
{
  sonde_pacer_init (&self->pacer, self->settings.rate_hz, now_ns,
                    (guint32) now_ns ^ (guint32) self->target->pid);
}

SondeWorker *
sonde_worker_new (SondeTarget         *target,
                  const SondeSettings *settings)
{
  SondeWorker *self = g_new0 (SondeWorker, 1);
  guint64 now_ns = sonde_clock_now_ns ();

  self->target = target;
  self->functions = sonde_functions_new ();
  self->profile = sonde_profile_new ();
  self->unwinder = sonde_unwinder_new (target->pid);
  self->symbolizer = sonde_symbolizer_new (target->pid, self->functions);
  self->sampler = sonde_stop_sampler_new (target->pid, target->is_child, &sampler_client, self);
  self->state = SONDE_SESSION_SAMPLING;
  sonde_settings_copy (&self->settings, settings);
  take_maps (self);
  start_pacing (self, now_ns);
  start_counting (self, now_ns);

  return self;
}

void
sonde_worker_free (SondeWorker *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->sampler, sonde_stop_sampler_free);
  g_clear_pointer (&self->unwinder, sonde_unwinder_free);
  g_clear_pointer (&self->symbolizer, sonde_symbolizer_free);
  g_clear_pointer (&self->frozen, sonde_profile_free);
  g_clear_pointer (&self->profile, sonde_profile_free);
  g_clear_pointer (&self->functions, sonde_functions_unref);
  g_clear_pointer (&self->target, sonde_target_free);
  sonde_settings_clear (&self->settings);
  g_free (self);
}

void
sonde_worker_set_settings (SondeWorker         *self,
                           const SondeSettings *settings)
{
  gboolean has_new_rate = settings->rate_hz < self->settings.rate_hz ||
                          settings->rate_hz > self->settings.rate_hz;

  sonde_settings_copy (&self->settings, settings);

  if (has_new_rate)
    start_pacing (self, sonde_clock_now_ns ());

  if (!self->settings.frozen)
    g_clear_pointer (&self->frozen, sonde_profile_free);
  else if (self->frozen == NULL)
    self->frozen = sonde_profile_freeze (self->profile);
}

void
sonde_worker_reset (SondeWorker *self)
{
  if (self->state != SONDE_SESSION_SAMPLING)
    return;

  sonde_profile_reset (self->profile);
  start_counting (self, sonde_clock_now_ns ());
  if (self->frozen != NULL)
    {
      sonde_profile_free (self->frozen);
      self->frozen = sonde_profile_freeze (self->profile);
    }
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

static gboolean
poll_target (SondeWorker *self,
             guint64      now_ns)
{
  self->polled_ns = now_ns;

  switch (sonde_target_poll (self->target, &self->obstacle))
    {
    case SONDE_TARGET_EXECED:
      self->exec_count++;
      sonde_stop_sampler_forget (self->sampler);
      take_maps (self);
      return TRUE;

    case SONDE_TARGET_ENDED:
      sonde_worker_finish (self, SONDE_END_PROCESS);
      return FALSE;

    case SONDE_TARGET_CLOSED:
      sonde_worker_finish (self, SONDE_END_OBSTACLE);
      return FALSE;

    case SONDE_TARGET_SAME:
    default:
      return TRUE;
    }
}

/* Lets the threads that were asked come to a stop, until the next is due. */
static void
collect (SondeWorker *self,
         guint64      until_ns)
{
  guint64 now_ns = sonde_clock_now_ns ();
  guint64 spin_until_ns = now_ns + SPIN_NS;
  guint64 pause_ns = ASKED_POLL_MIN_NS;

  while (sonde_stop_sampler_has_asked (self->sampler) && now_ns < until_ns)
    {
      if (sonde_stop_sampler_collect (self->sampler))
        {
          pause_ns = ASKED_POLL_MIN_NS;
        }
      else if (now_ns >= spin_until_ns)
        {
          sonde_clock_sleep_until (MIN (now_ns + pause_ns, until_ns));
          pause_ns = MIN (2 * pause_ns, ASKED_POLL_MAX_NS);
        }

      now_ns = sonde_clock_now_ns ();
    }
}

gboolean
sonde_worker_run_turn (SondeWorker *self,
                       guint64      until_ns)
{
  guint64 now_ns = sonde_clock_now_ns ();
  guint64 n_skipped;

  g_return_val_if_fail (self->state == SONDE_SESSION_SAMPLING, FALSE);

  if (sonde_worker_has_time (self, self->polled_ns + TARGET_POLL_INTERVAL_NS, now_ns) &&
      !poll_target (self, now_ns))
    return FALSE;

  collect (self, MIN (self->pacer.due_ns, until_ns));
  now_ns = sonde_clock_now_ns ();
  if (now_ns < self->pacer.due_ns)
    {
      sonde_clock_sleep_until (MIN (self->pacer.due_ns, until_ns));
      now_ns = sonde_clock_now_ns ();
      if (now_ns < self->pacer.due_ns)
        return TRUE;
    }

  n_skipped = sonde_pacer_advance (&self->pacer, now_ns);
  sonde_rate_meter_add (&self->meter, now_ns);
  sonde_stop_sampler_look (self->sampler, now_ns, n_skipped, (guint64) self->pacer.period_ns);
  collect (self, MIN (self->pacer.due_ns, until_ns));

  return TRUE;
}

void
sonde_worker_finish (SondeWorker *self,
                     SondeEnd     end)
{
  g_return_if_fail (self->state == SONDE_SESSION_SAMPLING);

  self->state = SONDE_SESSION_FINISHED;
  self->end = end;
  sonde_stop_sampler_finish (self->sampler);
  self->ended_ns = sonde_clock_now_ns ();
  self->cpu_ns = sonde_clock_thread_cpu_ns () - self->cpu_start_ns;
}

gboolean
sonde_worker_update_names (SondeWorker *self,
                           gint64       timeout_us)
{
  g_autoptr(GArray) renames = g_array_new (FALSE, FALSE, sizeof (SondeRename));
  g_autoptr(GHashTable) final_of = NULL;

  if (timeout_us > 0)
    sonde_symbolizer_wait (self->symbolizer, timeout_us);
  if (!sonde_symbolizer_take_renames (self->symbolizer, renames))
    return FALSE;

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

  sonde_profile_rename (self->profile, final_of);

  return TRUE;
}

static void
fill_session (SondeWorker   *self,
              SondeSnapshot *snapshot,
              guint64        now_ns)
{
  snapshot->serial = ++self->serial;
  snapshot->state = self->state;
  snapshot->end = self->end;
  snapshot->obstacle = self->obstacle;
  snapshot->exit_status = self->target->exit_status;
  snapshot->pid = self->target->pid;
  snapshot->program = g_strdup (self->target->program);
  snapshot->exec_count = self->exec_count;
  snapshot->stopped = sonde_stop_sampler_is_stopped (self->sampler);
  snapshot->losses = self->losses;
  snapshot->elapsed_ns = now_ns - self->started_ns;
  snapshot->sampler_cpu_ns = self->ended_ns != 0
                             ? self->cpu_ns : sonde_clock_thread_cpu_ns () - self->cpu_start_ns;
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
  sonde_profile_fill (self->frozen != NULL ? self->frozen : self->profile, snapshot);

  return snapshot;
}

char *
sonde_worker_dup_folded (SondeWorker *self,
                         gboolean     with_threads)
{
  return sonde_profile_dup_folded (self->profile, self->settings.query.mode, with_threads);
}
