/* symbol-thread.c: reads files for names, in the background
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "symbolizer/symbol-thread.h"

#include "symbolizer/module-cache.h"

/* How often files are looked at, whether they were overwritten. */
#define LOOK_INTERVAL_US (G_USEC_PER_SEC / 10)

typedef struct
{
  SondeMaps           *maps; /* owned */
  SondeAddress         address;
  guint                generation;
  const SondeFunction *provisional; /* NULL: it is the line that is asked for */
} Job;

struct _SondeSymbolThread
{
  /* Set once */
  GThread        *thread;  /* NULL while there can be no more */
  SondeFunctions *functions; /* owned */

  /* Under the lock */
  GMutex          lock;
  GCond           changed;
  GArray         *jobs;      /* of Job */
  GArray         *answers;   /* of SondeSymbolAnswer */
  guint           open;      /* asked and not yet answered */
  guint           line;      /* the last line answered */
  gboolean        has_changed; /* a file was overwritten, since the answers were taken */
  gboolean        stop;

  /* The thread's own */
  SondeModuleCache *modules; /* owned */
};

static void
clear_job (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->maps, sonde_maps_unref);
}

/* The module at the address of @job, and the address as its file counts them. */
static SondeModule *
find_module (SondeSymbolThread   *self,
             const Job           *job,
             const SondeMapping **mapping,
             guint64             *address)
{
  SondeModule *module;
  guint64 offset;

  *mapping = sonde_maps_find (job->maps, job->address);
  if (*mapping == NULL || (*mapping)->path == NULL)
    return NULL;

  module = sonde_module_cache_ensure (self->modules, job->maps, *mapping);
  offset = job->address - (*mapping)->start + (*mapping)->offset;

  return module != NULL && sonde_module_find_address (module, offset, address) ? module : NULL;
}

static void
find_answer (SondeSymbolThread *self,
             const Job         *job,
             SondeSymbolAnswer *answer)
{
  SondeFunction wanted = { .kind = SONDE_FUNCTION_KIND_NATIVE };
  SondeModuleFunction found;
  const SondeMapping *mapping;
  guint64 address;
  SondeModule *module = find_module (self, job, &mapping, &address);

  answer->address = answer->start = answer->end = job->address;
  answer->generation = job->generation;
  answer->provisional = answer->final = job->provisional;

  if (module == NULL || !sonde_module_find_function (module, address, &found))
    return;

  wanted.offset = found.start;
  wanted.name = found.name;
  wanted.file = found.file;
  wanted.line = found.line;
  wanted.module = mapping->path;
  answer->final = sonde_functions_intern (self->functions, &wanted);
  answer->start = job->address - MIN (address - found.lower, job->address - mapping->start);
  answer->end = job->address + MIN (found.upper - address, mapping->end - job->address);
}

static void
do_job (SondeSymbolThread *self,
        const Job         *job)
{
  SondeSymbolAnswer answer = { 0 };
  guint line = 0;

  if (job->provisional != NULL)
    find_answer (self, job, &answer);
  else
    {
      const SondeMapping *mapping;
      guint64 address;
      SondeModule *module = find_module (self, job, &mapping, &address);

      line = module != NULL ? sonde_module_find_line (module, address) : 0;
    }

  g_mutex_lock (&self->lock);
  if (job->provisional != NULL)
    g_array_append_val (self->answers, answer);
  self->line = line;
  self->open--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* Closes modules that are not used any more, and looks whether files were overwritten. */
static void
look_after_modules (SondeSymbolThread *self)
{
  sonde_module_cache_close_unused (self->modules);
  if (!sonde_module_cache_check (self->modules))
    return;

  g_mutex_lock (&self->lock);
  self->has_changed = TRUE;
  g_mutex_unlock (&self->lock);
}

/* Waits for something to do and takes it: (transfer full); NULL at the end. Under the lock. */
static GArray *
wait_for_jobs (SondeSymbolThread *self)
{
  GArray *jobs;

  while (!self->stop && self->jobs->len == 0)
    {
      gint64 until_us = g_get_monotonic_time () + LOOK_INTERVAL_US;

      if (sonde_module_cache_is_empty (self->modules))
        g_cond_wait (&self->changed, &self->lock);
      else if (!g_cond_wait_until (&self->changed, &self->lock, until_us))
        {
          g_mutex_unlock (&self->lock);
          look_after_modules (self);
          g_mutex_lock (&self->lock);
        }
    }

  if (self->stop)
    return NULL;

  jobs = self->jobs;
  self->jobs = g_array_new (FALSE, FALSE, sizeof (Job));
  g_array_set_clear_func (self->jobs, clear_job);

  return jobs;
}

static gboolean
is_stopped (SondeSymbolThread *self)
{
  gboolean stop;

  g_mutex_lock (&self->lock);
  stop = self->stop;
  g_mutex_unlock (&self->lock);

  return stop;
}

static gpointer
run (gpointer data)
{
  SondeSymbolThread *self = data;
  GArray *jobs;

  while (TRUE)
    {
      g_mutex_lock (&self->lock);
      jobs = wait_for_jobs (self);
      g_mutex_unlock (&self->lock);

      if (jobs == NULL)
        return NULL;

      for (guint i = 0; i < jobs->len && !is_stopped (self); i++)
        do_job (self, &g_array_index (jobs, Job, i));

      g_array_unref (jobs);
      look_after_modules (self);
    }
}

/* Where there can be no more threads it is tried again with each job. */
static gboolean
ensure_thread (SondeSymbolThread *self)
{
  if (self->thread == NULL)
    self->thread = g_thread_try_new ("sonde-symbols", run, self, NULL);

  return self->thread != NULL;
}

SondeSymbolThread *
sonde_symbol_thread_new (pid_t           pid,
                         SondeFunctions *functions)
{
  SondeSymbolThread *self;

  g_return_val_if_fail (functions != NULL, NULL);

  self = g_new0 (SondeSymbolThread, 1);
  self->functions = sonde_functions_ref (functions);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->jobs = g_array_new (FALSE, FALSE, sizeof (Job));
  g_array_set_clear_func (self->jobs, clear_job);
  self->answers = g_array_new (FALSE, FALSE, sizeof (SondeSymbolAnswer));
  self->modules = sonde_module_cache_new (pid);
  ensure_thread (self);

  return self;
}

void
sonde_symbol_thread_free (SondeSymbolThread *self)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  self->stop = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->thread, g_thread_join);

  sonde_module_cache_free (self->modules);
  g_array_unref (self->answers);
  g_array_unref (self->jobs);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  sonde_functions_unref (self->functions);
  g_free (self);
}

void
sonde_symbol_thread_ask (SondeSymbolThread   *self,
                         SondeMaps           *maps,
                         guint                generation,
                         SondeAddress         address,
                         const SondeFunction *provisional)
{
  Job job = { .address = address, .generation = generation, .provisional = provisional };

  g_return_if_fail (self != NULL && maps != NULL);

  job.maps = sonde_maps_ref (maps);
  ensure_thread (self);

  g_mutex_lock (&self->lock);
  g_array_append_val (self->jobs, job);
  self->open++;
  if (self->jobs->len == 1)
    g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
sonde_symbol_thread_take_answers (SondeSymbolThread *self,
                                  GArray            *answers,
                                  gboolean          *has_changed)
{
  g_return_if_fail (self != NULL && answers != NULL && has_changed != NULL);

  g_mutex_lock (&self->lock);
  *has_changed = self->has_changed;
  self->has_changed = FALSE;
  g_array_append_vals (answers, self->answers->data, self->answers->len);
  g_array_set_size (self->answers, 0);
  g_mutex_unlock (&self->lock);
}

gboolean
sonde_symbol_thread_wait (SondeSymbolThread *self,
                          gint64             timeout_us)
{
  gint64 until_us = g_get_monotonic_time () + timeout_us;
  gboolean in_time = TRUE;

  g_return_val_if_fail (self != NULL, FALSE);

  if (!ensure_thread (self))
    return FALSE;

  g_mutex_lock (&self->lock);
  while (in_time && self->open > 0)
    in_time = g_cond_wait_until (&self->changed, &self->lock, until_us);
  in_time = self->open == 0;
  g_mutex_unlock (&self->lock);

  return in_time;
}

guint
sonde_symbol_thread_find_line (SondeSymbolThread *self,
                               SondeMaps         *maps,
                               SondeAddress       address)
{
  guint line;

  g_return_val_if_fail (self != NULL && maps != NULL, 0);

  if (!ensure_thread (self))
    return 0;

  sonde_symbol_thread_ask (self, maps, 0, address, NULL);

  g_mutex_lock (&self->lock);
  while (self->open > 0)
    g_cond_wait (&self->changed, &self->lock);
  line = self->line;
  g_mutex_unlock (&self->lock);

  return line;
}
