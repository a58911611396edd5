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

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

/* How often new threads are looked for. */
#define PASSES_MAX 8

/* Where nobody has called avoid() for so long, all may be getting no CPU. It is looked for as often
 * as this.
 */
#define STARVED_NS (SONDE_NS_PER_SECOND / 2)
#define WATCH_US (G_USEC_PER_SEC / 10)
/* How long the thread is waited for that looks, before anybody is moved. */
#define BEGIN_WAITS 20
#define BEGIN_WAIT_US 100
#define BEGINS (-1)

/* How long they are where they could not be starved of a CPU, once they were. */
#define ESCAPE_NS (10 * SONDE_NS_PER_SECOND)

static struct
{
  GMutex      lock;
  gboolean    is_set;  /* the two below hold something */
  cpu_set_t   all;     /* where we may run */
  cpu_set_t   chosen;  /* where we do */
  guint64     free_ns; /* until when they have escaped */
  /* When avoid() was last called */
  _Atomic guint64 asked_ns;
  int         watcher; /* the thread that runs anywhere, and sees to that; 0, or BEGINS. Atomic */
  int         mover;   /* who moves threads now, and has the lock; 0 for none. Atomic */
  GHashTable *pinned;  /* of tids; NULL before the first */
} placement;

static gboolean
is_pinned (pid_t tid)
{
  return placement.pinned != NULL &&
         g_hash_table_contains (placement.pinned, GINT_TO_POINTER (tid));
}

/* Those that run where all do; others were bound by someone else, or have ended. */
static gboolean
move (pid_t            tid,
      const cpu_set_t *to)
{
  cpu_set_t now;

  return !is_pinned (tid) && tid != g_atomic_int_get (&placement.watcher) &&
         sched_getaffinity (tid, sizeof now, &now) == 0 &&
         CPU_EQUAL (&now, &placement.chosen) && sched_setaffinity (tid, sizeof *to, to) == 0;
}

/* Gives how many threads were moved; -1 if they cannot be listed. */
static int
move_listed (const cpu_set_t *to)
{
  GDir *tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  int n = 0;

  if (tasks == NULL)
    return -1;

  while ((name = g_dir_read_name (tasks)) != NULL)
    n += move (atoi (name), to);
  g_dir_close (tasks);

  return n;
}

/* A thread that comes meanwhile is where the one is that makes it: so until none is left there.
 * Where they cannot be listed they stay.
 */
static void
move_all (const cpu_set_t *to)
{
  int n;

  g_atomic_int_set (&placement.mover, gettid ());
  n = move_listed (to);
  for (guint i = 0; n > 0 && i < PASSES_MAX; i++)
    n = move_listed (to);
  if (n >= 0)
    placement.chosen = *to;
  g_atomic_int_set (&placement.mover, 0);
}

/* There are none where there are more CPUs than a set has room for. */
static gboolean
ensure_set (void)
{
  if (placement.is_set)
    return TRUE;

  placement.is_set = sched_getaffinity (getpid (), sizeof placement.all, &placement.all) == 0;
  placement.chosen = placement.all;

  return placement.is_set;
}

/* Under the lock. */
static void
restore (void)
{
  if (placement.is_set && !CPU_EQUAL (&placement.all, &placement.chosen))
    move_all (&placement.all);
  placement.is_set = !CPU_EQUAL (&placement.all, &placement.chosen);
}

/* For when they may be getting no CPU where they are, as beside a program of real-time priority. */
static void
escape (void)
{
  cpu_set_t elsewhere;
  int mover;

  /* Who moves the others may be the one that gets no CPU, where it has just moved itself. */
  if (!g_mutex_trylock (&placement.lock))
    {
      mover = g_atomic_int_get (&placement.mover);
      if (mover != 0 && sched_getaffinity (mover, sizeof elsewhere, &elsewhere) == 0)
        {
          CPU_XOR (&elsewhere, &placement.all, &elsewhere);
          if (CPU_COUNT (&elsewhere) > 0)
            sched_setaffinity (mover, sizeof elsewhere, &elsewhere);
          sched_setaffinity (mover, sizeof placement.all, &placement.all);
        }
      return;
    }

  /* Who waits for a CPU goes on waiting there as long as it may run there. */
  if (placement.is_set && !CPU_EQUAL (&placement.all, &placement.chosen))
    {
      CPU_XOR (&elsewhere, &placement.all, &placement.chosen);
      move_all (&elsewhere);
    }
  restore ();
  placement.free_ns = sonde_clock_now_ns () + ESCAPE_NS;
  g_mutex_unlock (&placement.lock);
}

static gpointer
watch_cb (gpointer data)
{
  gboolean goes_on = TRUE;

  g_atomic_int_set (&placement.watcher, gettid ());
  while (goes_on)
    {
      g_usleep (WATCH_US);
      if (sonde_clock_now_ns () > atomic_load (&placement.asked_ns) + STARVED_NS)
        escape ();
      if (!g_mutex_trylock (&placement.lock))
        continue;

      goes_on = placement.is_set && !CPU_EQUAL (&placement.all, &placement.chosen);
      if (!goes_on)
        g_atomic_int_set (&placement.watcher, 0);
      g_mutex_unlock (&placement.lock);
    }

  return NULL;
}

/* Under the lock, before anybody is moved: it has to begin where it can run. FALSE if it has not
 * begun yet, or there can be no more threads.
 */
static gboolean
ensure_watcher (void)
{
  GThread *thread;

  if (g_atomic_int_compare_and_exchange (&placement.watcher, 0, BEGINS))
    {
      thread = g_thread_try_new ("sonde-watcher", watch_cb, NULL, NULL);
      if (thread == NULL)
        g_atomic_int_set (&placement.watcher, 0);
      else
        g_thread_unref (thread);
    }

  for (guint i = 0; i < BEGIN_WAITS && g_atomic_int_get (&placement.watcher) == BEGINS; i++)
    g_usleep (BEGIN_WAIT_US);

  return g_atomic_int_get (&placement.watcher) > 0;
}

void
sonde_placement_avoid (const cpu_set_t *taken)
{
  cpu_set_t both, rest;

  g_return_if_fail (taken != NULL);

  atomic_store (&placement.asked_ns, sonde_clock_now_ns ());
  g_mutex_lock (&placement.lock);
  if (sonde_clock_now_ns () >= placement.free_ns && ensure_set ())
    {
      CPU_AND (&both, &placement.all, taken);
      CPU_XOR (&rest, &placement.all, &both);
      if (CPU_COUNT (&rest) == 0)
        rest = placement.all;
      if (!CPU_EQUAL (&rest, &placement.chosen) && ensure_watcher ())
        move_all (&rest);
    }
  g_mutex_unlock (&placement.lock);
}

void
sonde_placement_restore (void)
{
  g_mutex_lock (&placement.lock);
  restore ();
  g_mutex_unlock (&placement.lock);
}

gboolean
sonde_placement_pin (int cpu)
{
  cpu_set_t cpus;

  if (cpu < 0 || cpu >= CPU_SETSIZE)
    return FALSE;

  CPU_ZERO (&cpus);
  CPU_SET (cpu, &cpus);

  g_mutex_lock (&placement.lock);
  if (placement.pinned == NULL)
    placement.pinned = g_hash_table_new (NULL, NULL);
  g_hash_table_add (placement.pinned, GINT_TO_POINTER (gettid ()));
  g_mutex_unlock (&placement.lock);

  /* It comes back on that CPU, when it has it: not under the lock, for which the worker waits. */
  if (sched_setaffinity (0, sizeof cpus, &cpus) == 0)
    return TRUE;

  sonde_placement_unpin ();

  return FALSE;
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
