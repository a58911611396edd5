/* python-names.c: what the threads of a target are called by its Python
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The threading module knows a thread a moment after the interpreter does, so a new one is looked
 * for a few times. Of those that never come, since the module did not start them, nothing is read.
 *
 * A thread that runs another interpreter has a name in the main one; there it may be "MainThread".
 */

#include "config.h"

#include "engine/python-names.h"

#include "base/clock.h"
#include "base/cost.h"
#include "python/thread-names.h"

/* A name that has changed is seen within a second, of some thirty threads. */
#define AGAIN_INTERVAL_NS (250 * G_GUINT64_CONSTANT (1000000))
#define TURNS_A_SECOND 4
#define AGAIN_MAX 8
/* The shares of the time that it may take, while no new threads come and else: one in so many. */
#define AGAIN_COST_FACTOR 1000
#define NEW_COST_FACTOR 100

#define NEW_INTERVAL_NS (50 * G_GUINT64_CONSTANT (1000000))
#define NEW_MAX 32
#define NEW_TRIES 4

struct _SondePythonNames
{
  SondePython              *python;       /* borrowed */
  const SondePythonMemory  *memory;       /* borrowed */
  const SondePythonOffsets *offsets;      /* borrowed */
  GHashTable               *interpreters; /* owned; address → SondePythonThreadNames */
  SondeAddress              main;         /* the first of them; 0 if not known yet */
  GHashTable               *threads;      /* owned; tid → Place, as of the last look */
  guint                     n_tries;      /* still to come, for threads that are new */
  guint64                   new_ns;       /* when new threads may be looked for again */
  guint64                   again_ns;     /* when the others may be */
  SondeCost                 again_cost;   /* of a look at the others */
};

/* What a thread is known by. */
typedef struct
{
  SondeAddress interpreter;
  guint64      ident;
} Place;

static void
free_names (gpointer data)
{
  sonde_python_thread_names_free (data);
}

SondePythonNames *
sonde_python_names_new (SondePython              *python,
                        const SondePythonMemory  *memory,
                        const SondePythonOffsets *offsets)
{
  SondePythonNames *self = g_new0 (SondePythonNames, 1);

  self->python = python;
  self->memory = memory;
  self->offsets = offsets;
  self->interpreters = g_hash_table_new_full (NULL, NULL, NULL, free_names);
  self->threads = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  return self;
}

void
sonde_python_names_free (SondePythonNames *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->threads);
  g_hash_table_unref (self->interpreters);
  g_free (self);
}

static SondePythonThreadNames *
ensure_names (SondePythonNames *self,
              SondeAddress      interpreter)
{
  gpointer key = GSIZE_TO_POINTER (interpreter);
  SondePythonThreadNames *names = g_hash_table_lookup (self->interpreters, key);
  guint64 id;

  if (names == NULL)
    {
      if (sonde_python_memory_read_word (self->memory, interpreter + self->offsets->interpreter.id,
                                         &id) && id == 0)
        self->main = interpreter;

      names = sonde_python_thread_names_new (self->memory, self->offsets, interpreter);
      g_hash_table_insert (self->interpreters, key, names);
    }

  return names;
}

/* A thread that runs an interpreter inside another is in the innermost. */
static void
add_place (SondePythonNames        *self,
           const SondePythonThread *thread)
{
  Place *place;

  if (thread->is_outer)
    return;

  place = g_new (Place, 1);
  *place = (Place) { .interpreter = thread->interpreter->address, .ident = thread->ident };
  g_hash_table_insert (self->threads, GINT_TO_POINTER (thread->tid), place);
}

/* The interpreters that have threads (transfer full). On the way new threads are met: another may
 * be known that had the same identifier.
 */
static GHashTable *
list_interpreters (SondePythonNames *self)
{
  GHashTable *alive = g_hash_table_new (NULL, NULL);
  const SondePythonInterpreter *last = NULL;

  g_hash_table_remove_all (self->threads);
  for (guint i = 0; i < sonde_python_get_count (self->python); i++)
    {
      SondePythonThread *thread = sonde_python_get_thread (self->python, i);

      add_place (self, thread);
      if (thread->interpreter != last)
        g_hash_table_add (alive, GSIZE_TO_POINTER (thread->interpreter->address));
      last = thread->interpreter;
      if (thread->is_met)
        continue;

      thread->is_met = TRUE;
      self->n_tries = NEW_TRIES;
      sonde_python_thread_names_forget (ensure_names (self, thread->interpreter->address),
                                        thread->ident);
    }

  return alive;
}

static gboolean
refresh (SondePythonNames *self,
         GHashTable       *alive,
         guint             n_new,
         gboolean          with_known)
{
  gboolean has_changed = FALSE;
  GHashTableIter iter;
  gpointer address;
  gpointer names;

  g_hash_table_iter_init (&iter, self->interpreters);
  while (g_hash_table_iter_next (&iter, &address, &names))
    {
      guint n = (sonde_python_thread_names_get_count (names) + TURNS_A_SECOND - 1) / TURNS_A_SECOND;

      if (!g_hash_table_contains (alive, address))
        g_hash_table_iter_remove (&iter);
      else
        has_changed |= sonde_python_thread_names_refresh (names, n_new,
                                                          with_known ? MIN (n, AGAIN_MAX) : 0);
    }

  return has_changed;
}

gboolean
sonde_python_names_poll (SondePythonNames *self,
                         guint64           now_ns)
{
  g_autoptr(GHashTable) alive = NULL;
  gboolean has_changed;
  gboolean is_again;
  guint64 start_ns;
  guint64 cost_ns;

  g_return_val_if_fail (self != NULL, FALSE);

  if (now_ns < self->new_ns)
    return FALSE;

  start_ns = sonde_clock_thread_cpu_ns ();
  alive = list_interpreters (self);
  is_again = now_ns >= self->again_ns;
  self->new_ns = now_ns + NEW_INTERVAL_NS;
  if (!is_again && self->n_tries == 0)
    return FALSE;

  has_changed = refresh (self, alive, NEW_MAX, is_again);
  self->n_tries = has_changed ? NEW_TRIES : self->n_tries - (self->n_tries > 0);
  cost_ns = sonde_clock_thread_cpu_ns () - start_ns;
  self->new_ns = now_ns + MAX (NEW_INTERVAL_NS, NEW_COST_FACTOR * cost_ns);
  if (is_again)
    {
      cost_ns = sonde_cost_add (&self->again_cost, cost_ns);
      self->again_ns = now_ns + MAX (AGAIN_INTERVAL_NS, AGAIN_COST_FACTOR * cost_ns);
    }

  return has_changed;
}

void
sonde_python_names_read_all (SondePythonNames *self)
{
  g_autoptr(GHashTable) alive = NULL;

  g_return_if_fail (self != NULL);

  alive = list_interpreters (self);
  refresh (self, alive, G_MAXUINT, FALSE);
}

static const char *
find_in (SondePythonNames *self,
         SondeAddress      interpreter,
         guint64           ident)
{
  SondePythonThreadNames *names = g_hash_table_lookup (self->interpreters,
                                                       GSIZE_TO_POINTER (interpreter));

  return names != NULL ? sonde_python_thread_names_find (names, ident) : NULL;
}

const char *
sonde_python_names_find (SondePythonNames *self,
                         pid_t             tid)
{
  const Place *place;
  const char *name;

  g_return_val_if_fail (self != NULL, NULL);

  place = g_hash_table_lookup (self->threads, GINT_TO_POINTER (tid));
  if (place == NULL)
    return NULL;

  name = find_in (self, self->main, place->ident);

  return name != NULL ? name : find_in (self, place->interpreter, place->ident);
}
