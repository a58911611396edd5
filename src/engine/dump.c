/* dump.c: every thread's stack, once
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The same stages as a session, but the raw stacks are kept and named at the end, when there is
 * time to wait for it.
 */

#include "config.h"

#include "engine/dump.h"

#include <string.h>

#include "base/clock.h"
#include "base/stack.h"
#include "base/text.h"
#include "engine/reach.h"
#include "sampler/stop-sampler.h"
#include "symbolizer/symbolizer.h"
#include "target/target.h"
#include "unwinder/unwinder.h"

/* A thread that waits for a CPU is captured when it gets one. */
#define CAPTURE_TIMEOUT_NS (2 * SONDE_NS_PER_SECOND)
#define POLL_NS (50 * 1000)
#define PERIOD_NS (SONDE_NS_PER_SECOND / 100)
#define NAMES_TIMEOUT_US (60 * G_USEC_PER_SEC)

/* Deep stacks need more than the first capture copies. */
#define N_ATTEMPTS 8

typedef struct
{
  SondeDump       *dump;
  SondeUnwinder   *unwinder; /* owned */
  SondeSymbolizer *symbolizer; /* owned */
  gboolean         wants_more;
  SondeStack       stack;
} Dumper;

static void
free_thread (gpointer data)
{
  SondeDumpThread *thread = data;

  g_array_unref (thread->frames);
  g_free (thread);
}

static void
on_thread_renamed_cb (SondeSampledThread *sampled,
                      gpointer            data)
{
  SondeDumpThread *thread = sampled->data;
  g_autofree char *name = sonde_text_dup_clean (sampled->name, strlen (sampled->name), '?');

  g_strlcpy (thread->name, name, sizeof thread->name);
}

static void
on_thread_appeared_cb (SondeSampledThread *sampled,
                       gpointer            data)
{
  Dumper *self = data;
  SondeDumpThread *thread = g_new0 (SondeDumpThread, 1);

  thread->tid = sampled->thread.tid;
  thread->frames = g_array_new (FALSE, FALSE, sizeof (SondeDumpFrame));
  sampled->data = thread;
  on_thread_renamed_cb (sampled, self);
  g_ptr_array_add (self->dump->threads, thread);
}

static gboolean
on_captured_cb (SondeSampledThread *sampled,
                const SondeCapture *capture,
                SondeThreadState    state,
                guint64             n_ticks,
                guint64             ns,
                gboolean            is_final,
                gpointer            data)
{
  Dumper *self = data;
  SondeDumpThread *thread = sampled->data;
  SondeStack *stack = &self->stack;

  sonde_unwinder_unwind (self->unwinder, capture, stack);
  if (stack->end == SONDE_STACK_END_REGISTER && !is_final)
    return FALSE;

  self->wants_more |= sonde_reach_extend (sampled, capture, stack);

  thread->state = state;
  thread->captured = TRUE;
  thread->truncated = stack->end != SONDE_STACK_END_OUTERMOST;
  g_array_set_size (thread->frames, 0);
  for (guint i = 0; i < stack->depth; i++)
    {
      SondeDumpFrame frame = { .address = stack->addresses[i] };

      frame.function = sonde_symbolizer_resolve (self->symbolizer, frame.address);
      g_array_append_val (thread->frames, frame);
    }

  return TRUE;
}

static void
on_thread_ended_cb (SondeSampledThread *sampled,
                    gpointer            data)
{
}

static void
on_repeated_cb (SondeSampledThread *sampled,
                SondeThreadState    state,
                guint64             n_ticks,
                guint64             ns,
                gpointer            data)
{
}

static void
on_lost_cb (SondeSampledThread *sampled,
            SondeLoss           loss,
            guint64             n_ticks,
            gpointer            data)
{
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
capture_all (Dumper            *self,
             const SondeTarget *target)
{
  g_autoptr(SondeStopSampler) sampler = NULL;

  sampler = sonde_stop_sampler_new (target->pid, FALSE, &sampler_client, self);

  for (guint i = 0; i < N_ATTEMPTS; i++)
    {
      guint64 now_ns = sonde_clock_now_ns ();
      guint64 give_up_ns = now_ns + CAPTURE_TIMEOUT_NS;

      self->wants_more = FALSE;
      sonde_stop_sampler_look (sampler, now_ns, 0, PERIOD_NS);
      while (sonde_stop_sampler_has_asked (sampler) && sonde_clock_now_ns () < give_up_ns)
        if (!sonde_stop_sampler_collect (sampler))
          sonde_clock_sleep_until (sonde_clock_now_ns () + POLL_NS);

      if (!self->wants_more)
        return;

      /* All of them again, so that a stack is of one moment. */
      sonde_stop_sampler_forget (sampler);
    }
}

static const SondeFunction *
find_final (GArray              *renames,
            const SondeFunction *function)
{
  for (guint i = 0; i < renames->len; i++)
    {
      const SondeRename *rename = &g_array_index (renames, SondeRename, i);

      if (rename->provisional == function)
        return rename->final;
    }

  return function;
}

static void
name_all (Dumper *self)
{
  g_autoptr(GArray) renames = g_array_new (FALSE, FALSE, sizeof (SondeRename));

  sonde_symbolizer_wait (self->symbolizer, NAMES_TIMEOUT_US);
  sonde_symbolizer_take_renames (self->symbolizer, renames);

  for (guint i = 0; i < self->dump->threads->len; i++)
    {
      SondeDumpThread *thread = g_ptr_array_index (self->dump->threads, i);

      for (guint j = 0; j < thread->frames->len; j++)
        {
          SondeDumpFrame *frame = &g_array_index (thread->frames, SondeDumpFrame, j);

          frame->function = find_final (renames, frame->function);
          frame->line = sonde_symbolizer_find_line (self->symbolizer, frame->address);
        }
    }
}

SondeDump *
sonde_dump_new (pid_t          pid,
                SondeObstacle *obstacle)
{
  g_autoptr(SondeTarget) target = sonde_target_new_attach (pid, obstacle);
  g_autoptr(SondeDump) dump = NULL;
  g_autofree Dumper *dumper = NULL;

  if (target == NULL)
    return NULL;

  dump = g_new0 (SondeDump, 1);
  dump->functions = sonde_functions_new ();
  dump->threads = g_ptr_array_new_with_free_func (free_thread);

  dumper = g_new0 (Dumper, 1);
  dumper->dump = dump;
  dumper->unwinder = sonde_unwinder_new (pid);
  dumper->symbolizer = sonde_symbolizer_new (pid, dump->functions);
  sonde_unwinder_set_maps (dumper->unwinder, target->maps);
  sonde_symbolizer_set_maps (dumper->symbolizer, target->maps);

  capture_all (dumper, target);
  name_all (dumper);

  sonde_symbolizer_free (dumper->symbolizer);
  sonde_unwinder_free (dumper->unwinder);

  return g_steal_pointer (&dump);
}

void
sonde_dump_free (SondeDump *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->threads);
  sonde_functions_unref (self->functions);
  g_free (self);
}
