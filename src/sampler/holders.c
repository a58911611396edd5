/* holders.c: threads that take a CPU from what runs on it when a tick is due
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The worker mostly wakes on a CPU that was idle, which takes it longer than a holder takes to come
 * to a busy one: 20 to 110 µs, and 5 to 30, on a virtual machine, by how busy its host is. So
 * holders wake later than the tick is due (sampler/meeting.h), and neither waits long.
 */

#include "config.h"

#include "sampler/holders.h"

#include <sched.h>

#include "base/clock.h"
#include "sampler/bound-thread.h"
#include "sampler/meeting.h"
#include "sampler/priority.h"

/* A holder that waits this long is forgotten. */
#define HOLD_NS 50000
/* How late after a tick holders may be told to come, and for how long they are waited for then: so
 * much of the time between ticks.
 */
#define SHARE_OF_PERIOD 4

/* How long a holder sleeps that has no next tick yet, and how long at once: it may have to quit. */
#define IDLE_NS 50000
#define NAP_NS (10 * G_GUINT64_CONSTANT (1000000))

#define LOAD(place) __atomic_load_n (&(place), __ATOMIC_ACQUIRE)
#define STORE(place, value) __atomic_store_n (&(place), (value), __ATOMIC_RELEASE)

typedef struct
{
  SondeHolders *all;          /* borrowed */
  SondeBoundThread *thread;   /* owned; NULL if there could be none */
  int           cpu;
  gboolean      is_useless;   /* it may not run there; atomic */
  guint64       wanted_until_ns; /* atomic */
  guint64       held_due_ns;  /* the tick that it holds the CPU for, or held; atomic */
  guint64       at_ns;        /* when it was to come for it; before held_due_ns; atomic */
  guint64       since_ns;     /* when it came; before held_due_ns; atomic */
} Holder;

struct _SondeHolders
{
  GPtrArray *holders;      /* owns Holder; changed by the worker only */
  guint64    due_ns;       /* of the next tick; atomic */
  guint64    delay_ns;     /* that holders wake after it; atomic */
  guint64    released_ns;  /* the last tick whose questions are asked; atomic */
  int        worker_cpu;   /* atomic */
  guint64    gathered_ns;  /* the tick under way; the worker's */
  SondeMeeting meeting;    /* the worker's */

  GMutex     lock;
  GCond      cond;         /* wanted, quit */
  gboolean   quit;         /* under the lock, and atomic */
};

static gboolean
is_wanted (const Holder *self,
           guint64       now_ns)
{
  return LOAD (self->wanted_until_ns) > now_ns;
}

/* FALSE once it is time to quit. */
static gboolean
wait_until_wanted (Holder *self)
{
  SondeHolders *all = self->all;
  gboolean quit;

  g_mutex_lock (&all->lock);
  while (!all->quit && !is_wanted (self, sonde_clock_now_ns ()))
    g_cond_wait (&all->cond, &all->lock);
  quit = all->quit;
  g_mutex_unlock (&all->lock);

  return !quit;
}

/* Keeps the CPU until the questions for this tick are asked. Where they have been asked already,
 * the thread of the target still lost its CPU to us.
 */
static void
hold (Holder  *self,
      guint64  due_ns,
      guint64  at_ns)
{
  SondeHolders *all = self->all;
  guint64 now_ns = sonde_clock_now_ns ();
  guint64 give_up_ns = now_ns + HOLD_NS;

  STORE (self->at_ns, at_ns);
  STORE (self->since_ns, now_ns);
  STORE (self->held_due_ns, due_ns);
  while (LOAD (all->released_ns) < due_ns && sonde_clock_now_ns () < give_up_ns)
    __builtin_ia32_pause ();
}

/* Where the worker is itself, there is nothing to hold, and it must not wait for us. */
static void
run_tick (Holder  *self,
          guint64  due_ns)
{
  guint64 at_ns = due_ns + LOAD (self->all->delay_ns);

  sonde_clock_sleep_until (at_ns);
  if (LOAD (self->all->worker_cpu) != self->cpu)
    hold (self, due_ns, at_ns);
}

static void
run (gboolean is_bound,
     gpointer data)
{
  Holder *self = data;
  guint64 last_ns = 0;

  if (!is_bound)
    {
      STORE (self->is_useless, TRUE);
      return;
    }

  sonde_priority_raise (SONDE_PRIORITY_HOLDER);
  while (!LOAD (self->all->quit))
    {
      guint64 now_ns = sonde_clock_now_ns ();
      guint64 due_ns = LOAD (self->all->due_ns);

      if (!is_wanted (self, now_ns))
        {
          if (!wait_until_wanted (self))
            break;
        }
      else if (due_ns == last_ns || due_ns <= LOAD (self->all->released_ns))
        {
          sonde_clock_sleep_until (now_ns + IDLE_NS);
        }
      else if (due_ns > now_ns + 2 * NAP_NS)
        {
          sonde_clock_sleep_until (now_ns + NAP_NS);
        }
      else
        {
          run_tick (self, due_ns);
          last_ns = due_ns;
        }
    }
}

SondeHolders *
sonde_holders_new (void)
{
  SondeHolders *self = g_new0 (SondeHolders, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->holders = g_ptr_array_new_with_free_func (g_free);
  self->worker_cpu = -1;

  return self;
}

void
sonde_holders_free (SondeHolders *self)
{
  if (self == NULL)
    return;

  g_mutex_lock (&self->lock);
  STORE (self->quit, TRUE);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < self->holders->len; i++)
    sonde_bound_thread_free (((Holder *) g_ptr_array_index (self->holders, i))->thread);

  g_ptr_array_unref (self->holders);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static Holder *
ensure_holder (SondeHolders *self,
               int           cpu)
{
  Holder *holder;

  for (guint i = 0; i < self->holders->len; i++)
    {
      holder = g_ptr_array_index (self->holders, i);
      if (holder->cpu == cpu)
        return holder;
    }

  holder = g_new0 (Holder, 1);
  holder->all = self;
  holder->cpu = cpu;
  g_ptr_array_add (self->holders, holder);
  holder->thread = sonde_bound_thread_new ("sonde-holder", cpu, run, holder);
  if (holder->thread == NULL)
    STORE (holder->is_useless, TRUE);

  return holder;
}

void
sonde_holders_want (SondeHolders *self,
                    int           cpu,
                    guint64       until_ns)
{
  Holder *holder;
  gboolean was_wanted;

  if (self->due_ns == 0 || cpu < 0 || cpu >= CPU_SETSIZE || cpu == self->worker_cpu)
    return;

  holder = ensure_holder (self, cpu);
  was_wanted = is_wanted (holder, sonde_clock_now_ns ());
  STORE (holder->wanted_until_ns, until_ns);
  if (was_wanted)
    return;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
sonde_holders_aim (SondeHolders *self,
                   guint64       due_ns)
{
  STORE (self->due_ns, due_ns);
}

/* Whether it has come for this tick, or comes before @give_up_ns. It may have given up since: then
 * the thread runs again, and yet it was us who it waited for.
 */
static gboolean
wait_for_holder (const Holder *holder,
                 guint64       due_ns,
                 guint64       give_up_ns)
{
  while (LOAD (holder->held_due_ns) != due_ns)
    {
      if (sonde_clock_now_ns () >= give_up_ns)
        return FALSE;

      __builtin_ia32_pause ();
    }

  return TRUE;
}

void
sonde_holders_gather (SondeHolders *self,
                      guint64       due_ns,
                      SondeTurn    *turn)
{
  guint64 now_ns = sonde_clock_now_ns ();
  guint64 give_up_ns = due_ns + self->meeting.delay_ns + self->meeting.patience_ns;
  guint64 max_ns = (due_ns - MIN (self->gathered_ns, due_ns)) / SHARE_OF_PERIOD;
  int cpu = sched_getcpu ();

  STORE (self->worker_cpu, cpu);
  self->gathered_ns = due_ns;
  if (due_ns != self->due_ns)
    return;

  for (guint i = 0; i < self->holders->len; i++)
    {
      const Holder *holder = g_ptr_array_index (self->holders, i);

      if (holder->cpu == cpu || !is_wanted (holder, now_ns) || LOAD (holder->is_useless))
        continue;

      if (!wait_for_holder (holder, due_ns, give_up_ns))
        {
          sonde_meeting_add_missed (&self->meeting, max_ns);
          continue;
        }

      sonde_meeting_add_met (&self->meeting, holder->at_ns, holder->since_ns, now_ns, max_ns);
      turn->first_ns = MIN (turn->first_ns, holder->since_ns);
      turn->last_ns = MAX (turn->last_ns, holder->since_ns);
    }

  STORE (self->delay_ns, self->meeting.delay_ns);
}

void
sonde_holders_add_late (SondeHolders *self,
                        int           cpu,
                        guint64       due_ns,
                        SondeTurn    *turn)
{
  for (guint i = 0; i < self->holders->len; i++)
    {
      const Holder *holder = g_ptr_array_index (self->holders, i);

      if (holder->cpu == cpu && LOAD (holder->held_due_ns) == due_ns)
        turn->last_ns = MAX (turn->last_ns, LOAD (holder->since_ns));
    }
}

void
sonde_holders_release (SondeHolders *self)
{
  STORE (self->released_ns, self->gathered_ns);
}
