/* relay.c: work that goes from CPU to CPU, and takes each from what runs there
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Measured on two CPUs, both taken: a thread that binds itself to the other one waits 3 ms for it,
 * the rest of the other program's slice; one that is woken there has it after 35 µs.
 */

#include "config.h"

#include "sampler/relay.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "base/clock.h"
#include "sampler/priority.h"

/* How long it sleeps at once: it may have to quit. */
#define NAP_NS (10 * G_GUINT64_CONSTANT (1000000))

typedef struct
{
  SondeRelay *relay;     /* borrowed */
  GThread    *thread;    /* owned; NULL if there could be none */
  int         cpu;
  clockid_t   clock;     /* of its CPU time; under the lock */
  gboolean    has_clock;
  gboolean    is_barred; /* it may not run there; under the lock */
  GCond       has_turn;
} Runner;

struct _SondeRelay
{
  SondeRelayRun run;
  gpointer      data;

  GMutex        lock;
  GPtrArray    *runners;  /* owns Runner; under the lock */
  Runner       *turn;     /* who has it; under the lock */
  Runner       *previous; /* who had it before; under the lock */
  guint64       due_ns;   /* when its stage is due; of who has the turn */
  gboolean      has_failed; /* atomic */
  gboolean      quit;       /* atomic */
};

static gpointer run_stages (gpointer data);

static void
free_runner (gpointer data)
{
  Runner *runner = data;

  if (runner->thread != NULL)
    g_thread_join (runner->thread);
  g_cond_clear (&runner->has_turn);
  g_free (runner);
}

/* Under the lock. */
static Runner *
ensure_runner (SondeRelay *self,
               int         cpu)
{
  Runner *runner;

  for (guint i = 0; i < self->runners->len; i++)
    {
      runner = g_ptr_array_index (self->runners, i);
      if (runner->cpu == cpu)
        return runner;
    }

  runner = g_new0 (Runner, 1);
  runner->relay = self;
  runner->cpu = cpu;
  g_cond_init (&runner->has_turn);
  g_ptr_array_add (self->runners, runner);
  runner->thread = g_thread_try_new ("sonde-preempter", run_stages, runner, NULL);
  runner->is_barred = runner->thread == NULL;

  return runner;
}

/* Gives the turn to the runner of @cpu; under the lock. */
static void
hand_over (SondeRelay *self,
           int         cpu)
{
  Runner *next = ensure_runner (self, cpu);

  if (next->is_barred)
    {
      g_atomic_int_set (&self->has_failed, TRUE);
      return;
    }

  self->previous = self->turn;
  self->turn = next;
  g_cond_signal (&next->has_turn);
}

/* The runner may not run on its CPU: the one before it goes on. */
static void
give_back (Runner *runner)
{
  SondeRelay *self = runner->relay;

  g_mutex_lock (&self->lock);
  runner->is_barred = TRUE;
  g_atomic_int_set (&self->has_failed, TRUE);
  if (self->turn == runner && self->previous != NULL)
    {
      self->turn = self->previous;
      g_cond_signal (&self->turn->has_turn);
    }
  g_mutex_unlock (&self->lock);
}

/* Also gets the clock, which others read. */
static gboolean
bind_to_cpu (Runner *runner)
{
  cpu_set_t cpus;

  CPU_ZERO (&cpus);
  CPU_SET (runner->cpu, &cpus);
  if (sched_setaffinity (0, sizeof cpus, &cpus) != 0)
    return FALSE;

  g_mutex_lock (&runner->relay->lock);
  runner->has_clock = pthread_getcpuclockid (pthread_self (), &runner->clock) == 0;
  g_mutex_unlock (&runner->relay->lock);

  return TRUE;
}

/* FALSE once it is time to quit. */
static gboolean
wait_for_turn (Runner *runner)
{
  SondeRelay *self = runner->relay;
  gboolean quit;

  g_mutex_lock (&self->lock);
  while (self->turn != runner && !g_atomic_int_get (&self->quit))
    g_cond_wait (&runner->has_turn, &self->lock);
  quit = g_atomic_int_get (&self->quit);
  g_mutex_unlock (&self->lock);

  return !quit;
}

/* The same. */
static gboolean
sleep_until (SondeRelay *self,
             guint64     due_ns)
{
  guint64 now_ns = sonde_clock_now_ns ();

  while (now_ns < due_ns && !g_atomic_int_get (&self->quit))
    {
      sonde_clock_sleep_until (MIN (due_ns, now_ns + NAP_NS));
      now_ns = sonde_clock_now_ns ();
    }

  return !g_atomic_int_get (&self->quit);
}

static gpointer
run_stages (gpointer data)
{
  Runner *runner = data;
  SondeRelay *self = runner->relay;

  if (!bind_to_cpu (runner))
    {
      give_back (runner);
      return NULL;
    }

  sonde_priority_raise (SONDE_PRIORITY_HOLDER);
  while (wait_for_turn (runner))
    {
      SondeStage next = { .cpu = runner->cpu, .due_ns = self->due_ns };

      while (next.cpu == runner->cpu && sleep_until (self, next.due_ns))
        next = self->run (self, runner->cpu, self->data);

      g_mutex_lock (&self->lock);
      self->due_ns = next.due_ns;
      if (next.cpu != runner->cpu)
        hand_over (self, next.cpu);
      g_mutex_unlock (&self->lock);
    }

  return NULL;
}

SondeRelay *
sonde_relay_new (int           cpu,
                 SondeRelayRun run,
                 gpointer      data)
{
  SondeRelay *self = g_new0 (SondeRelay, 1);

  g_mutex_init (&self->lock);
  self->runners = g_ptr_array_new_with_free_func (free_runner);
  self->run = run;
  self->data = data;

  g_mutex_lock (&self->lock);
  hand_over (self, cpu);
  g_mutex_unlock (&self->lock);

  return self;
}

void
sonde_relay_free (SondeRelay *self)
{
  if (self == NULL)
    return;

  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->quit, TRUE);
  for (guint i = 0; i < self->runners->len; i++)
    g_cond_signal (&((Runner *) g_ptr_array_index (self->runners, i))->has_turn);
  g_mutex_unlock (&self->lock);

  g_ptr_array_unref (self->runners);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
sonde_relay_has_failed (SondeRelay *self)
{
  return g_atomic_int_get (&self->has_failed);
}

guint64
sonde_relay_get_cpu_ns (SondeRelay *self)
{
  guint64 sum_ns = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->runners->len; i++)
    {
      const Runner *runner = g_ptr_array_index (self->runners, i);
      struct timespec time;

      if (runner->has_clock && clock_gettime (runner->clock, &time) == 0)
        sum_ns += (guint64) time.tv_sec * SONDE_NS_PER_SECOND + (guint64) time.tv_nsec;
    }
  g_mutex_unlock (&self->lock);

  return sum_ns;
}
