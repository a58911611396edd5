/* worker-samples.c: the pipeline of one sample
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   stop sampler ──capture──▶ unwinder ──stack──▶ symbolizer ─┐
 *                                └─ Python's frame words ─────┼──functions──▶ views
 *   peek sampler ──frame words───────▶ Python stage ──────────┘
 *
 * The stop sampler calls on_captured_cb() once the captured thread runs again. The peek sampler
 * asks for functions on a thread of its own, while the thread stands still, and gives them to the
 * worker later.
 */

#include "config.h"

#include "engine/worker-private.h"

#include <string.h>

#include "engine/outermost.h"
#include "engine/reach.h"
#include "python/locks.h"

/* What the worker knows of a thread that it samples. */
typedef struct
{
  SondeViewsThread *views;    /* borrowed */
  pid_t             tid;
  SondeAddress      futex;    /* that it slept on or had just slept on, at its last capture */
  gboolean          is_guessed; /* outer frames of its last stack are a guess */
  gboolean          has_codes; /* its last stack counts in the view of Python */
  gboolean          is_torn;   /* it would, if it could be told what was on it */
} Thread;

static Thread *
thread_new (SondeWorker *self,
            pid_t        tid,
            const char  *name)
{
  Thread *thread = g_new0 (Thread, 1);

  thread->tid = tid;
  thread->views = sonde_views_ensure_thread (self->views, tid, name);

  return thread;
}

/* A sampler that is put away ends all of its threads, but they go on. */
static void
thread_free (SondeWorker *self,
             Thread      *thread)
{
  if (!self->is_switching)
    sonde_views_end_thread (self->views, thread->views);
  g_free (thread);
}

static void
on_thread_appeared_cb (SondeSampledThread *thread,
                       gpointer            data)
{
  SondeWorker *self = data;

  thread->follow_frames = sonde_unwinder_has_go (self->unwinder);
  thread->data = thread_new (self, thread->thread.tid, thread->name);
}

static void
on_thread_renamed_cb (SondeSampledThread *thread,
                      gpointer            data)
{
  SondeWorker *self = data;
  const Thread *own = thread->data;

  sonde_views_rename_thread (self->views, own->views, thread->name);
}

static void
on_thread_ended_cb (SondeSampledThread *thread,
                    gpointer            data)
{
  SondeWorker *self = data;

  thread_free (self, g_steal_pointer (&thread->data));
  sonde_unwinder_forget (self->unwinder, thread->thread.tid);
}

static SondeThreadStatus
judge_status (SondeWorker      *self,
              const Thread     *thread,
              SondeThreadState  state)
{
  SondePython *python = sonde_python_stage_get_python (self->python);
  SondeThreadStatus status = { .state = state };
  const SondePythonThread *found;

  if (python == NULL || (found = sonde_python_find_thread (python, thread->tid)) == NULL)
    return status;

  status.gil = sonde_python_judge_gil (python, found, thread->futex);
  status.is_collecting = sonde_python_is_collecting (found, status.gil,
                                                     sonde_thread_state_is_active (state));

  return status;
}

/* Whether @thread has frames, or may have some a moment later. */
static gboolean
runs_python (SondeWorker          *self,
             const Thread         *thread,
             const SondeCodeStack *codes)
{
  SondePython *python = sonde_python_stage_get_python (self->python);

  return codes->depth > 0 ||
         (!codes->is_truncated && sonde_python_find_thread (python, thread->tid) != NULL);
}

/* What counts in other views is only lost for who looks at this one. */
static void
lose_python (SondeWorker *self,
             guint64      n_ticks)
{
  if (self->frames == SONDE_FRAMES_PYTHON)
    self->losses.count[SONDE_LOSS_TORN] += n_ticks;
}

/* Counts a sample of a target with Python in all views. */
static void
add_with_codes (SondeWorker          *self,
                Thread               *thread,
                const SondeCodeStack *codes,
                SondeThreadStatus     status,
                guint64               n_ticks,
                guint64               ns)
{
  const SondeStack *stack = &self->stack;
  gboolean is_truncated = stack->end != SONDE_STACK_END_OUTERMOST || codes->is_truncated;
  gboolean has_python = runs_python (self, thread, codes);
  guint depth;
  gboolean is_known = sonde_python_stage_resolve (self->python, codes, self->functions_of_stack,
                                                  &depth);

  thread->has_codes = has_python && is_known;
  thread->is_torn = has_python && !is_known;
  if (thread->has_codes)
    sonde_views_add (self->views, SONDE_FRAMES_PYTHON, thread->views, self->functions_of_stack,
                     depth, codes->is_truncated, status, n_ticks, ns);
  if (thread->is_torn)
    lose_python (self, n_ticks);

  depth = sonde_python_stage_merge (self->python, stack, self->natives, codes,
                                    self->functions_of_stack);
  sonde_views_add (self->views, SONDE_FRAMES_BOTH, thread->views, self->functions_of_stack, depth,
                   is_truncated || !is_known, status, n_ticks, ns);
}

/* Not the time that they stand for: that of the first sample after ticks that were lost is theirs
 * too, and they are counted by themselves.
 */
static void
add_seen (SondeWorker      *self,
          SondeThreadState  state,
          guint64           n_ticks)
{
  if (sonde_thread_state_is_active (state))
    sonde_unseen_add (&self->unseen, n_ticks * (guint64) self->pacer.period_ns);
}

/* Fills self->stack. Tables are not looked for while any other thread may stand still. */
static void
unwind (SondeWorker        *self,
        const SondeCapture *capture)
{
  SondeStack *stack = &self->stack;

  sonde_unwinder_unwind (self->unwinder, capture, stack);
  if (stack->unmapped && sonde_worker_update_maps (self))
    sonde_unwinder_unwind (self->unwinder, capture, stack);

  while (!sonde_stop_sampler_has_asked (self->sampler) &&
         sonde_unwinder_load_tables (self->unwinder))
    {
      self->has_new_tables = TRUE;
      sonde_unwinder_unwind (self->unwinder, capture, stack);
    }
}

/* One capture, from the copied bytes to the counts; the thread runs again. */
static gboolean
on_captured_cb (SondeSampledThread *sampled,
                const SondeCapture *capture,
                SondeThreadState    state,
                guint64             n_ticks,
                guint64             ns,
                gboolean            is_final,
                gpointer            data)
{
  SondeWorker *self = data;
  SondeStack *stack = &self->stack;
  Thread *thread = sampled->data;
  SondeThreadStatus status;

  unwind (self, capture);
  if (stack->end == SONDE_STACK_END_REGISTER && !is_final)
    return FALSE;

  thread->is_guessed = sonde_unwinder_guess (self->unwinder, capture, stack);
  if (thread->is_guessed)
    self->guessed_count += n_ticks;
  sonde_reach_extend (sampled, capture, stack);
  sonde_outermost_cut (stack, self->target->maps);
  for (guint i = 0; i < stack->depth; i++)
    self->natives[i] = sonde_symbolizer_resolve (self->symbolizer, stack->addresses[i]);

  thread->futex = capture->futex;
  status = judge_status (self, thread, state);
  add_seen (self, state, n_ticks);
  sonde_views_add (self->views, SONDE_FRAMES_NATIVE, thread->views, self->natives, stack->depth,
                   stack->end != SONDE_STACK_END_OUTERMOST, status, n_ticks, ns);
  if (sonde_python_stage_get_python (self->python) != NULL)
    add_with_codes (self, thread, capture->codes != NULL ? capture->codes : &self->no_codes, status,
                    n_ticks, ns);

  return TRUE;
}

static void
on_repeated_cb (SondeSampledThread *sampled,
                SondeThreadState    state,
                guint64             n_ticks,
                guint64             ns,
                gpointer            data)
{
  SondeWorker *self = data;
  const Thread *thread = sampled->data;
  SondeThreadStatus status = judge_status (self, thread, state);

  add_seen (self, state, n_ticks);
  if (thread->is_guessed)
    self->guessed_count += n_ticks;
  sonde_views_repeat (self->views, SONDE_FRAMES_NATIVE, thread->views, status, n_ticks, ns);
  sonde_views_repeat (self->views, SONDE_FRAMES_BOTH, thread->views, status, n_ticks, ns);
  if (thread->has_codes)
    sonde_views_repeat (self->views, SONDE_FRAMES_PYTHON, thread->views, status, n_ticks, ns);
  else if (thread->is_torn)
    lose_python (self, n_ticks);
}

static void
on_lost_cb (SondeSampledThread *thread,
            SondeLoss           loss,
            guint64             n_ticks,
            gpointer            data)
{
  SondeWorker *self = data;

  self->losses.count[loss] += n_ticks;
  sonde_unseen_add (&self->unseen, n_ticks * (guint64) self->pacer.period_ns);
}

const SondeSamplerClient sonde_worker_stop_client = {
  .thread_appeared = on_thread_appeared_cb,
  .thread_renamed = on_thread_renamed_cb,
  .thread_ended = on_thread_ended_cb,
  .captured = on_captured_cb,
  .repeated = on_repeated_cb,
  .lost = on_lost_cb,
};

static void
on_peek_ticked_cb (guint64  now_ns,
                   gpointer data)
{
  SondeWorker *self = data;

  sonde_rate_meter_add (&self->meter, now_ns);
}

static void
on_peeked_thread_appeared_cb (SondePeekedThread *thread,
                              gpointer           data)
{
  SondeWorker *self = data;

  thread->data = thread_new (self, thread->tid, thread->name);
}

static void
on_peeked_thread_renamed_cb (SondePeekedThread *thread,
                             gpointer           data)
{
  SondeWorker *self = data;
  const Thread *own = thread->data;

  sonde_views_rename_thread (self->views, own->views, thread->name);
}

static void
on_peeked_thread_ended_cb (SondePeekedThread *thread,
                           gpointer           data)
{
  SondeWorker *self = data;

  thread_free (self, g_steal_pointer (&thread->data));
}

static void
on_peeked_cb (SondePeekedThread          *peeked,
              const SondeFunction *const *functions,
              guint                       depth,
              gboolean                    is_truncated,
              SondeThreadStatus           status,
              guint64                     n_ticks,
              guint64                     ns,
              gpointer                    data)
{
  SondeWorker *self = data;
  const Thread *thread = peeked->data;

  sonde_views_add (self->views, SONDE_FRAMES_PYTHON, thread->views, functions, depth, is_truncated,
                   status, n_ticks, ns);
}

/* On a thread of the sampler's. */
static gboolean
on_resolve_cb (const SondeCodeStack *codes,
               const SondeFunction **functions,
               guint                *depth,
               gpointer              data)
{
  SondeWorker *self = data;

  return sonde_python_stage_resolve (self->python, codes, functions, depth);
}

static void
on_peek_repeated_cb (SondePeekedThread *peeked,
                     SondeThreadStatus  status,
                     guint64            n_ticks,
                     guint64            ns,
                     gpointer           data)
{
  SondeWorker *self = data;
  const Thread *thread = peeked->data;

  sonde_views_repeat (self->views, SONDE_FRAMES_PYTHON, thread->views, status, n_ticks, ns);
}

static void
on_peek_lost_cb (SondeLoss loss,
                 guint64   n_ticks,
                 gpointer  data)
{
  SondeWorker *self = data;

  self->losses.count[loss] += n_ticks;
}

const SondePeekClient sonde_worker_peek_client = {
  .ticked = on_peek_ticked_cb,
  .thread_appeared = on_peeked_thread_appeared_cb,
  .thread_renamed = on_peeked_thread_renamed_cb,
  .thread_ended = on_peeked_thread_ended_cb,
  .peeked = on_peeked_cb,
  .repeated = on_peek_repeated_cb,
  .lost = on_peek_lost_cb,
  .resolve = on_resolve_cb,
};
