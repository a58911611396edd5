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

/* How often alarms are moved at most: where work on two CPUs takes turns, nothing is gained. */
#define MOVE_INTERVAL_NS (10 * G_GUINT64_CONSTANT (1000000))

typedef struct _Runner Runner;

struct _Runner
{
  SondeRelay       *relay;     /* borrowed */
  Runner           *next;      /* owned */
  SondeBoundThread *thread;    /* owned; NULL if there could be none */
  int               cpu;
  gboolean          is_barred; /* it may not run there; under the lock */
  GCond             has_turn;
};

/* A thread that loses its CPU for long may do so anywhere. So nothing that takes long is done under
 * the lock, and threads can be unbound without it.
 */
struct _SondeRelay
{
  SondeRelayRun run;
  gpointer      data;
  SondeAlarms  *alarms;   /* owned; who has the turn waits for them */
  Runner       *runners;  /* owned; atomic; who has the turn puts new ones first */

  GMutex        lock;
  Runner       *turn;     /* who has it; under the lock */
  Runner       *previous; /* who had it before; under the lock */
  guint64       due_ns;   /* when its stage is due; of who has the turn, and the next */
  guint64       moved_ns; /* when alarms were last moved */
  gboolean      has_failed; /* atomic */
  gboolean      quit;       /* atomic */
};

static void run_stages (gboolean is_bound,
                        gpointer data);

static Runner *
get_runners (SondeRelay *self)
{
  return g_atomic_pointer_get (&self->runners);
}

/* Of who has the turn. */
static Runner *
ensure_runner (SondeRelay *self,
               int         cpu)
{
  Runner *runner;

  for (runner = get_runners (self); runner != NULL; runner = runner->next)
    if (runner->cpu == cpu)
      return runner;

  runner = g_new0 (Runner, 1);
  runner->relay = self;
  runner->next = get_runners (self);
  runner->cpu = cpu;
  g_cond_init (&runner->has_turn);
  runner->thread = sonde_bound_thread_new ("sonde-preempter", cpu, run_stages, runner);
  if (runner->thread == NULL)
    runner->is_barred = TRUE;
  g_atomic_pointer_set (&self->runners, runner);

  return runner;
}

/* Gives the turn to @next; under the lock. FALSE if that may not run on its CPU. */
static gboolean
give_turn (SondeRelay *self,
           Runner     *next)
{
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

/* Goes on with @stage on its CPU. Timers may be set on that one, by who announced it, and are set
 * on this one now.
 */
static void
hand_over (SondeRelay       *self,
           const SondeStage *stage)
{
  Runner *next = ensure_runner (self, stage->cpu);
  guint64 now_ns = sonde_clock_now_ns ();
  gboolean moves;

  g_mutex_lock (&self->lock);
  self->due_ns = stage->due_ns;
  moves = give_turn (self, next) && now_ns - self->moved_ns >= MOVE_INTERVAL_NS;
  if (moves)
    self->moved_ns = now_ns;
  g_mutex_unlock (&self->lock);

  if (moves)
    sonde_alarms_move (self->alarms);
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

      while (next.cpu == runner->cpu && sleep_until (self, next.due_ns))
        next = self->run (self, runner->cpu, self->data);
      if (next.cpu != runner->cpu)
        hand_over (self, &next);
    }
}

SondeRelay *
sonde_relay_new (int           cpu,
                 guint         n_announced,
                 SondeRelayRun run,
                 gpointer      data)
{
  SondeRelay *self = g_new0 (SondeRelay, 1);
  Runner *first;

  g_mutex_init (&self->lock);
  self->alarms = sonde_alarms_new (n_announced);
  self->run = run;
  self->data = data;

  first = ensure_runner (self, cpu);
  g_mutex_lock (&self->lock);
  give_turn (self, first);
  g_mutex_unlock (&self->lock);

  return self;
}

static void
free_runners (Runner *runner)
{
  while (runner != NULL)
    {
      Runner *next = runner->next;

      sonde_bound_thread_free (runner->thread);
      g_cond_clear (&runner->has_turn);
      g_free (runner);
      runner = next;
    }
}

void
sonde_relay_free (SondeRelay *self)
{
  if (self == NULL)
    return;

  g_atomic_int_set (&self->quit, TRUE);
  sonde_relay_unbind (self);
  g_mutex_lock (&self->lock);
  for (Runner *runner = get_runners (self); runner != NULL; runner = runner->next)
    g_cond_signal (&runner->has_turn);
  g_mutex_unlock (&self->lock);
  sonde_alarms_ring (self->alarms);

  /* Each may give the turn to another until it ends, and start one. */
  for (Runner *runner = NULL; runner != get_runners (self);)
    {
      runner = get_runners (self);
      for (Runner *at = runner; at != NULL; at = at->next)
        if (at->thread != NULL)
          sonde_bound_thread_wait (at->thread);
    }

  free_runners (self->runners);
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
  for (Runner *runner = get_runners (self); runner != NULL; runner = runner->next)
    if (runner->thread != NULL)
      sonde_bound_thread_unbind (runner->thread);
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

  for (Runner *runner = get_runners (self); runner != NULL; runner = runner->next)
    if (runner->thread != NULL)
      sum_ns += sonde_bound_thread_get_cpu_ns (runner->thread);

  return sum_ns;
}
