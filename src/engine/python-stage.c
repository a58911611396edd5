/* python-stage.c: from frame words to Python functions
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/python-stage.h"

#include "base/clock.h"

#include "engine/python-names.h"
#include "engine/python-resolver.h"
#include "python/code.h"

#define POLL_INTERVAL_NS (100 * G_GUINT64_CONSTANT (1000000))

struct _SondePythonStage
{
  pid_t                pid;
  SondePythonMemory    memory;
  SondePythonLocation  location;
  SondePythonFinding   finding;
  char                 version[16];

  /* Owned */
  SondeFunctions      *functions;
  SondePythonLocator  *locator;
  SondeMaps           *maps;    /* to look through again; NULL before the first */
  SondePython         *python;  /* NULL unless found */
  SondePythonCodes    *codes;   /* the same */
  SondePythonNames    *names;   /* the same */
  SondePythonTasks    *tasks;   /* the same; NULL if they cannot be followed */
  SondePythonResolver *resolver; /* the same, of codes and tasks */
  const SondeFunction *nothing; /* borrowed; stands for a stack without a function */
  SondeMergedFrame    *merged;  /* room for SONDE_MERGED_DEPTH_MAX */

  gboolean             with_task_numbers;
  guint64              polled_ns;
};

SondePythonStage *
sonde_python_stage_new (pid_t           pid,
                        SondeFunctions *functions)
{
  const SondeFunction nothing = {
    .kind = SONDE_FUNCTION_KIND_PYTHON, .name = "[no Python function]",
  };
  SondePythonStage *self = g_new0 (SondePythonStage, 1);

  self->pid = pid;
  self->memory = sonde_python_memory_of_process (pid);
  self->locator = sonde_python_locator_new (&self->memory, pid);
  self->finding = SONDE_PYTHON_NONE;
  self->functions = sonde_functions_ref (functions);
  self->nothing = sonde_functions_intern (functions, &nothing);

  return self;
}

void
sonde_python_stage_number_tasks (SondePythonStage *self)
{
  g_return_if_fail (self->python == NULL);

  self->with_task_numbers = TRUE;
}

static void
forget (SondePythonStage *self)
{
  g_clear_pointer (&self->resolver, sonde_python_resolver_free);
  g_clear_pointer (&self->tasks, sonde_python_tasks_free);
  g_clear_pointer (&self->names, sonde_python_names_free);
  g_clear_pointer (&self->codes, sonde_python_codes_free);
  g_clear_pointer (&self->python, sonde_python_free);
  self->finding = SONDE_PYTHON_NONE;
  self->version[0] = '\0';
}

void
sonde_python_stage_free (SondePythonStage *self)
{
  if (self == NULL)
    return;

  forget (self);
  sonde_python_locator_free (self->locator);
  g_clear_pointer (&self->maps, sonde_maps_unref);
  g_clear_pointer (&self->functions, sonde_functions_unref);
  g_free (self->merged);
  g_free (self);
}

static void
locate (SondePythonStage *self)
{
  self->finding = sonde_python_locator_look (self->locator, self->maps, sonde_clock_now_ns (),
                                             &self->location);
  if (self->finding == SONDE_PYTHON_NONE)
    return;

  self->version[0] = '\0';
  if (self->location.version != 0)
    g_snprintf (self->version, sizeof self->version, "%u.%u",
                self->location.version >> 8, self->location.version & 0xff);
  if (self->finding != SONDE_PYTHON_FOUND)
    return;

  self->python = sonde_python_new (self->pid, &self->memory, self->location.runtime,
                                   &self->location.offsets);
  self->codes = sonde_python_codes_new (&self->memory, &self->location.offsets, self->functions);
  self->names = sonde_python_names_new (self->python, &self->memory, &self->location.offsets);
  self->tasks = sonde_python_tasks_new (&self->memory, &self->location.offsets, self->functions,
                                        self->with_task_numbers);
  self->resolver = sonde_python_resolver_new (self->codes, self->tasks);
  if (self->merged == NULL)
    self->merged = g_new (SondeMergedFrame, SONDE_MERGED_DEPTH_MAX);
  sonde_python_refresh (self->python);
}

void
sonde_python_stage_set_maps (SondePythonStage *self,
                             SondeMaps        *maps,
                             gboolean          is_new_program)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->maps, sonde_maps_unref);
  self->maps = sonde_maps_ref (maps);
  if (is_new_program)
    forget (self);
  if (self->python == NULL)
    locate (self);
}

void
sonde_python_stage_poll (SondePythonStage *self,
                         guint64           now_ns,
                         gboolean          with_threads)
{
  g_return_if_fail (self != NULL);

  if (now_ns - self->polled_ns < POLL_INTERVAL_NS)
    return;

  self->polled_ns = now_ns;
  if (self->finding == SONDE_PYTHON_NOT_READY)
    locate (self);
  if (self->resolver != NULL)
    sonde_python_resolver_begin_turn (self->resolver);
  if (self->python != NULL && with_threads)
    sonde_python_refresh (self->python);
}

SondePython *
sonde_python_stage_get_python (SondePythonStage *self)
{
  return self->python;
}

SondePythonTasks *
sonde_python_stage_get_tasks (SondePythonStage *self)
{
  return self->tasks;
}

const char *
sonde_python_stage_get_version (SondePythonStage *self)
{
  return self->finding == SONDE_PYTHON_FOUND || self->finding == SONDE_PYTHON_UNKNOWN_VERSION
         ? self->version : NULL;
}

gboolean
sonde_python_stage_poll_names (SondePythonStage *self,
                               guint64           now_ns)
{
  return self->names != NULL && sonde_python_names_poll (self->names, now_ns);
}

void
sonde_python_stage_read_names (SondePythonStage *self)
{
  if (self->names != NULL)
    sonde_python_names_read_all (self->names);
}

const char *
sonde_python_stage_find_name (SondePythonStage *self,
                              pid_t             tid)
{
  return self->names != NULL ? sonde_python_names_find (self->names, tid) : NULL;
}

gboolean
sonde_python_stage_resolve (SondePythonStage     *self,
                            const SondeCodeStack *codes,
                            const SondeFunction **functions,
                            guint                *depth)
{
  g_return_val_if_fail (self->resolver != NULL, FALSE);

  if (!sonde_python_resolver_settle (self->resolver, codes))
    return FALSE;

  *depth = sonde_python_resolver_fill (self->resolver, functions);
  if (codes->depth == 0 && !codes->is_truncated)
    functions[(*depth)++] = self->nothing;

  return TRUE;
}

const SondeFunction *
sonde_python_stage_find_function (SondePythonStage     *self,
                                  const SondeCodeFrame *frame)
{
  g_return_val_if_fail (self->resolver != NULL, NULL);

  return sonde_python_resolver_find (self->resolver, frame);
}

SondeFrames
sonde_python_stage_choose (SondePythonStage *self,
                           SondeFrames       wanted)
{
  if (self->python == NULL)
    return SONDE_FRAMES_NATIVE;

  return wanted == SONDE_FRAMES_AUTO ? SONDE_FRAMES_PYTHON : wanted;
}

guint
sonde_python_stage_merge_frames (SondePythonStage     *self,
                                 const SondeStack     *native,
                                 const SondeCodeStack *codes,
                                 SondeMergedFrame     *frames)
{
  return sonde_merged_fill (native, codes, self->location.evals, self->location.n_evals, frames);
}

guint
sonde_python_stage_merge (SondePythonStage           *self,
                          const SondeStack           *native,
                          const SondeFunction *const *natives,
                          const SondeCodeStack       *codes,
                          const SondeFunction       **functions)
{
  guint next_native = 0;
  guint depth = 0;
  guint n;

  g_return_val_if_fail (self->resolver != NULL, 0);

  n = sonde_python_stage_merge_frames (self, native, codes, self->merged);
  for (guint i = 0; i < n; i++)
    {
      const SondeMergedFrame *frame = &self->merged[i];

      if (frame->code != NULL)
        {
          functions[depth] = sonde_python_resolver_find (self->resolver, frame->code);
          depth += functions[depth] != NULL;
          continue;
        }

      /* In the same order, some of them left out. */
      while (next_native < native->depth && native->addresses[next_native] != frame->address)
        next_native++;
      if (next_native < native->depth)
        functions[depth++] = natives[next_native++];
    }

  return depth;
}

guint
sonde_python_stage_find_line (SondePythonStage     *self,
                              const SondeCodeFrame *frame)
{
  g_return_val_if_fail (self->codes != NULL, 0);

  if (self->tasks != NULL && frame->code < SONDE_PYTHON_TASK_NAMES_END)
    return 0;

  return sonde_python_codes_find_line (self->codes, frame->code, frame->instruction);
}
