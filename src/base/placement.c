/* placement.c: on which CPUs the threads of this process run
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where there is a CPU that the target does not run on, it loses none of its time to us but what
 * looking at it takes. The scheduler does not see to that: it wakes a thread where it ran before,
 * or where whoever wakes it runs.
 */

#include "config.h"

#include "base/placement.h"

#include <stdlib.h>
#include <unistd.h>

static struct
{
  GMutex      lock;
  gboolean    is_set;  /* the two below hold something */
  cpu_set_t   all;     /* where we may run */
  cpu_set_t   chosen;  /* where we do */
  GHashTable *pinned;  /* of tids; NULL before the first */
} placement;

static gboolean
is_pinned (pid_t tid)
{
  return placement.pinned != NULL &&
         g_hash_table_contains (placement.pinned, GINT_TO_POINTER (tid));
}

/* Those that run where all do; others were bound by someone else, or have ended. */
static void
move (pid_t            tid,
      const cpu_set_t *to)
{
  cpu_set_t now;

  if (!is_pinned (tid) && sched_getaffinity (tid, sizeof now, &now) == 0 &&
      CPU_EQUAL (&now, &placement.chosen))
    sched_setaffinity (tid, sizeof *to, to);
}

static void
move_all (const cpu_set_t *to)
{
  GDir *tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;

  while (tasks != NULL && (name = g_dir_read_name (tasks)) != NULL)
    move (atoi (name), to);
  g_clear_pointer (&tasks, g_dir_close);

  placement.chosen = *to;
}

/* There are none where there are more CPUs than a set has room for. */
static gboolean
ensure_set (void)
{
  if (!placement.is_set)
    placement.is_set = sched_getaffinity (getpid (), sizeof placement.all, &placement.all) == 0;
  if (placement.is_set && CPU_COUNT (&placement.chosen) == 0)
    placement.chosen = placement.all;

  return placement.is_set;
}

void
sonde_placement_avoid (const cpu_set_t *taken)
{
  cpu_set_t both, rest;

  g_return_if_fail (taken != NULL);

  g_mutex_lock (&placement.lock);
  if (ensure_set ())
    {
      CPU_AND (&both, &placement.all, taken);
      CPU_XOR (&rest, &placement.all, &both);
      if (CPU_COUNT (&rest) == 0)
        rest = placement.all;
      if (!CPU_EQUAL (&rest, &placement.chosen))
        move_all (&rest);
    }
  g_mutex_unlock (&placement.lock);
}

void
sonde_placement_restore (void)
{
  g_mutex_lock (&placement.lock);
  if (placement.is_set && !CPU_EQUAL (&placement.all, &placement.chosen))
    move_all (&placement.all);
  placement.is_set = FALSE;
  CPU_ZERO (&placement.chosen);
  g_mutex_unlock (&placement.lock);
}

gboolean
sonde_placement_pin (int cpu)
{
  gboolean is_pinned;
  cpu_set_t cpus;

  if (cpu < 0 || cpu >= CPU_SETSIZE)
    return FALSE;

  CPU_ZERO (&cpus);
  CPU_SET (cpu, &cpus);

  g_mutex_lock (&placement.lock);
  is_pinned = sched_setaffinity (0, sizeof cpus, &cpus) == 0;
  if (is_pinned && placement.pinned == NULL)
    placement.pinned = g_hash_table_new (NULL, NULL);
  if (is_pinned)
    g_hash_table_add (placement.pinned, GINT_TO_POINTER (gettid ()));
  g_mutex_unlock (&placement.lock);

  return is_pinned;
}

void
sonde_placement_leave (void)
{
  if (placement.is_set)
    sched_setaffinity (0, sizeof placement.all, &placement.all);
}

void
sonde_placement_unpin (void)
{
  g_mutex_lock (&placement.lock);
  if (placement.pinned != NULL)
    g_hash_table_remove (placement.pinned, GINT_TO_POINTER (gettid ()));
  g_mutex_unlock (&placement.lock);
}
