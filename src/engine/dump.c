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
#include "engine/python-stage.h"
#include "engine/outermost.h"
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
  SondeMaps       *maps;       /* borrowed */
  SondePythonStage *python; /* owned */
  SondeFrames      frames;
  gboolean         with_tasks;
  gboolean         wants_more;
  SondeStack       stack;
  SondeMergedFrame merged[SONDE_MERGED_DEPTH_MAX];
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
  Dumper *self = data;
  SondeDumpThread *thread = sampled->data;
  const char *python = sonde_python_stage_find_name (self->python, thread->tid);
  g_autofree char *name = NULL;

  name = python != NULL ? g_strdup (python)
                        : sonde_text_dup_clean (sampled->name, strlen (sampled->name), '?');
  sonde_text_fit (name, thread->name, sizeof thread->name);
}

static void
on_thread_appeared_cb (SondeSampledThread *sampled,
                       gpointer            data)
{
  Dumper *self = data;
  SondeDumpThread *thread = g_new0 (SondeDumpThread, 1);

  thread->tid = sampled->thread.tid;
  thread->frames = g_array_new (FALSE, FALSE, sizeof (SondeDumpFrame));
  sampled->follow_frames = sonde_unwinder_has_go (self->unwinder);
  sampled->data = thread;
  on_thread_renamed_cb (sampled, self);
  g_ptr_array_add (self->dump->threads, thread);
}

static void
append_native (Dumper          *self,
               SondeDumpThread *thread,
               SondeAddress     address)
{
  SondeDumpFrame frame = { .address = address };

  frame.function = sonde_symbolizer_resolve (self->symbolizer, address);
  g_array_append_val (thread->frames, frame);
}

/* A Python function has its name and its line at once: its frame will be gone later. */
static void
append_python (Dumper               *self,
               SondeDumpThread      *thread,
               const SondeCodeFrame *code)
{
  SondeDumpFrame frame = { 0 };

  frame.function = sonde_python_stage_find_function (self->python, code);
  frame.line = sonde_python_stage_find_line (self->python, code);
  if (frame.function != NULL)
    g_array_append_val (thread->frames, frame);
}

/* The thread runs again. If it runs another task by now, that is not on its stack. */
static void
add_tasks (Dumper         *self,
           pid_t           tid,
           SondeCodeStack *codes)
{
  SondePythonTasks *tasks = sonde_python_stage_get_tasks (self->python);
  const SondePythonThread *thread;
  SondePythonRunning running;

  if (!self->with_tasks || tasks == NULL)
    return;

  thread = sonde_python_find_thread (sonde_python_stage_get_python (self->python), tid);
  if (thread == NULL)
    return;

  sonde_python_tasks_read_running (tasks, thread, &running);
  sonde_python_tasks_extend (tasks, thread, &running, codes);
}

static void
fill_frames (Dumper             *self,
             SondeDumpThread    *thread,
             const SondeCapture *capture)
{
  const SondeStack *stack = &self->stack;
  const SondeCodeStack *codes = capture->codes;
  guint n = 0;

  g_array_set_size (thread->frames, 0);
  thread->truncated = codes != NULL && codes->is_truncated;
  if (self->frames != SONDE_FRAMES_PYTHON)
    thread->truncated |= stack->end != SONDE_STACK_END_OUTERMOST;
  thread->guessed = stack->is_guessed && self->frames != SONDE_FRAMES_PYTHON;

  if (self->frames == SONDE_FRAMES_BOTH)
    n = sonde_python_stage_merge_frames (self->python, stack, codes, self->merged);
  for (guint i = 0; i < n; i++)
    {
      if (self->merged[i].code != NULL)
        append_python (self, thread, self->merged[i].code);
      else
        append_native (self, thread, self->merged[i].address);
    }

  for (guint i = 0; self->frames == SONDE_FRAMES_NATIVE && i < stack->depth; i++)
    append_native (self, thread, stack->addresses[i]);
  if (self->frames != SONDE_FRAMES_PYTHON)
    return;

  add_tasks (self, capture->tid, capture->codes);
  thread->truncated = codes->is_truncated;
  for (guint i = 0; i < codes->depth; i++)
    append_python (self, thread, &codes->frames[i]);
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

  sonde_unwinder_guess (self->unwinder, capture, stack);
  self->wants_more |= sonde_reach_extend (sampled, capture, stack);
  sonde_outermost_cut (stack, self->maps);

  thread->state = state;
  thread->captured = TRUE;
  fill_frames (self, thread, capture);

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

/* Until all have come to a stop, and all of them have been unwound. */
static void
collect_all (SondeStopSampler *sampler,
             guint64           give_up_ns)
{
  for (;;)
    {
      if (sonde_stop_sampler_collect (sampler) || sonde_stop_sampler_proceed (sampler))
        continue;

      if (!sonde_stop_sampler_has_asked (sampler) || sonde_clock_now_ns () >= give_up_ns)
        break;

      sonde_clock_sleep_until (sonde_clock_now_ns () + POLL_NS);
    }
}

static void
capture_all (Dumper            *self,
             const SondeTarget *target)
{
  g_autoptr(SondeStopSampler) sampler = NULL;

  sampler = sonde_stop_sampler_new (target->pid, FALSE, &sampler_client, self);
  while (sonde_unwinder_load_tables (self->unwinder))
    continue;
  sonde_stop_sampler_set_python (sampler, sonde_python_stage_get_python (self->python));

  for (guint i = 0; i < N_ATTEMPTS; i++)
    {
      guint64 now_ns = sonde_clock_now_ns ();
      SondeTick tick = { .turn_ns = now_ns, .now_ns = now_ns, .period_ns = PERIOD_NS };

      self->wants_more = FALSE;
      sonde_stop_sampler_look (sampler, &tick);
      collect_all (sampler, now_ns + CAPTURE_TIMEOUT_NS);

      /* A thread that no stop has reached by now is read where it waits. */
      if (sonde_stop_sampler_has_asked (sampler))
        {
          tick.turn_ns = tick.now_ns = sonde_clock_now_ns ();
          sonde_stop_sampler_look (sampler, &tick);
          collect_all (sampler, tick.now_ns);
        }

      while (sonde_unwinder_load_tables (self->unwinder))
        self->wants_more = TRUE;
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

          if (frame->function->kind == SONDE_FUNCTION_KIND_PYTHON)
            continue;

          frame->function = find_final (renames, frame->function);
          frame->line = sonde_symbolizer_find_line (self->symbolizer, frame->address);
        }
    }
}

SondeDump *
sonde_dump_new (pid_t          pid,
                guint64        start_ticks,
                SondeFrames    frames,
                gboolean       with_tasks,
                SondeObstacle *obstacle)
{
  g_autoptr(SondeTarget) target = sonde_target_new_attach (pid, start_ticks, obstacle);
  g_autoptr(SondeDump) dump = NULL;
  g_autofree Dumper *dumper = NULL;

  if (target == NULL)
    return NULL;

  dump = g_new0 (SondeDump, 1);
  dump->functions = sonde_functions_new ();
  dump->threads = g_ptr_array_new_with_free_func (free_thread);

  dumper = g_new0 (Dumper, 1);
  dumper->dump = dump;
  dumper->with_tasks = with_tasks;
  dumper->unwinder = sonde_unwinder_new (pid);
  dumper->symbolizer = sonde_symbolizer_new (pid, dump->functions);
  dumper->maps = target->maps;
  sonde_unwinder_set_maps (dumper->unwinder, target->maps);
  sonde_symbolizer_set_maps (dumper->symbolizer, target->maps);
  dumper->python = sonde_python_stage_new (pid, dump->functions);
  if (with_tasks)
    sonde_python_stage_number_tasks (dumper->python);
  sonde_python_stage_set_maps (dumper->python, target->maps, TRUE);
  sonde_python_stage_read_names (dumper->python);
  dump->python = g_strdup (sonde_python_stage_get_version (dumper->python));
  dump->has_tasks = sonde_python_stage_get_tasks (dumper->python) != NULL;
  dump->is_readable = sonde_python_stage_get_python (dumper->python) != NULL;
  dumper->frames = sonde_python_stage_choose (dumper->python, frames);

  capture_all (dumper, target);
  name_all (dumper);

  sonde_symbolizer_free (dumper->symbolizer);
  sonde_unwinder_free (dumper->unwinder);
  sonde_python_stage_free (dumper->python);

  return g_steal_pointer (&dump);
}

void
sonde_dump_free (SondeDump *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->threads);
  sonde_functions_unref (self->functions);
  g_free (self->python);
  g_free (self);
}
