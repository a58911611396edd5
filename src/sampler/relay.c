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

#include "base/clock.h"
#include "sampler/alarms.h"
#include "sampler/bound-thread.h"
#include "sampler/priority.h"

/* How long it sleeps at once without an alarm: it may have to quit. */
#define NAP_NS (10 * G_GUINT64_CONSTANT (1000000))

typedef struct
{
  SondeRelay       *relay;     /* borrowed */
  SondeBoundThread *thread;    /* owned; NULL if there could be none */
  int               cpu;
  gboolean          is_barred; /* it may not run there; under the lock */
  GCond             has_turn;
} Runner;

struct _SondeRelay
{
  SondeRelayRun run;
  gpointer      data;
  SondeAlarms  *alarms;   /* owned; who has the turn waits for them */

  GMutex        lock;
  GPtrArray    *runners;  /* owns Runner; under the lock */
  Runner       *turn;     /* who has it; under the lock */
  Runner       *previous; /* who had it before; under the lock */
  guint64       due_ns;   /* when its stage is due; of who has the turn */
  gboolean      has_failed; /* atomic */
  gboolean      quit;       /* atomic */
};

static void run_stages (gboolean is_bound,
                        gpointer data);

static void
free_runner (gpointer data)
{
  Runner *runner = data;

  sonde_bound_thread_free (runner->thread);
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
  runner->thread = sonde_bound_thread_new ("sonde-preempter", cpu, run_stages, runner);
  runner->is_barred = runner->thread == NULL;

  return runner;
}

/* Gives the turn to the runner of @cpu; under the lock. FALSE if that may not run there. */
static gboolean
hand_over (SondeRelay *self,
           int         cpu)
{
  Runner *next = ensure_runner (self, cpu);

  if (next->is_barred)
    {
      g_atomic_int_set (&self->has_failed, TRUE);
      return FALSE;
    }

  self->previous = self->turn;
  self->turn = next;
  g_cond_signal (&next->has_turn);

  return TRUE;
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
      if (!sonde_alarms_wait (self->alarms, due_ns))
        sonde_clock_sleep_until (MIN (due_ns, now_ns + NAP_NS));
      now_ns = sonde_clock_now_ns ();
    }

  return !g_atomic_int_get (&self->quit);
}

static void
run_stages (gboolean is_bound,
            gpointer data)
{
  Runner *runner = data;
  SondeRelay *self = runner->relay;

  if (!is_bound)
    {
      give_back (runner);
      return;
    }

  sonde_priority_raise (SONDE_PRIORITY_HOLDER);
  while (wait_for_turn (runner))
    {
      SondeStage next = { .cpu = runner->cpu, .due_ns = self->due_ns };
      gboolean has_left;

      while (next.cpu == runner->cpu && sleep_until (self, next.due_ns))
        next = self->run (self, runner->cpu, self->data);

      g_mutex_lock (&self->lock);
      self->due_ns = next.due_ns;
      has_left = next.cpu != runner->cpu && !g_atomic_int_get (&self->quit) &&
                 hand_over (self, next.cpu);
      g_mutex_unlock (&self->lock);

      /* Where it went to the timers of the CPU may be set. */
      if (has_left)
        sonde_alarms_move (self->alarms);
    }
}

SondeRelay *
sonde_relay_new (int           cpu,
                 SondeRelayRun run,
                 gpointer      data)
{
  SondeRelay *self = g_new0 (SondeRelay, 1);

  g_mutex_init (&self->lock);
  self->runners = g_ptr_array_new_with_free_func (free_runner);
  self->alarms = sonde_alarms_new ();
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

  sonde_alarms_ring (self->alarms);
  g_ptr_array_unref (self->runners);
  sonde_alarms_free (self->alarms);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
sonde_relay_announce (SondeRelay *self,
                      guint64     due_ns)
{
  return sonde_alarms_set (self->alarms, due_ns);
}

void
sonde_relay_unbind (SondeRelay *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->runners->len; i++)
    {
      const Runner *runner = g_ptr_array_index (self->runners, i);

      if (runner->thread != NULL)
        sonde_bound_thread_unbind (runner->thread);
    }
  g_mutex_unlock (&self->lock);
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

      if (runner->thread != NULL)
        sum_ns += sonde_bound_thread_get_cpu_ns (runner->thread);
    }
  g_mutex_unlock (&self->lock);

  return sum_ns;
}
