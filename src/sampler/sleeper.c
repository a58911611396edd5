/* sleeper.c: captures a thread where it sleeps
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernel tells the stack pointer and the program counter of a thread that
 * waits, and its stack can be read as it is. That is all most stacks need; where an
 * outer frame hangs on another register the thread is stopped once, unless its system call would
 * notice, and these registers are its own as long as it waits at the same place.
 */

#include "config.h"

#include <string.h>

#include "sampler/stop-sampler-private.h"
#include "target/system-calls.h"

/* Fills @capture with a thread that waits as @wait says. */
static gboolean
capture_quietly (SondeStopSampler      *self,
                 SondeSampledThread    *thread,
                 const SondeThreadWait *wait,
                 SondeCapture          *capture)
{
  capture->registers[SONDE_REGISTER_SP] = wait->sp;
  capture->registers[SONDE_REGISTER_PC] = wait->pc;
  capture->known = SONDE_REGISTERS_PC_SP;
  sonde_stop_sampler_copy_stack (self, thread, capture);
  capture->futex = wait->call == SONDE_CALL_FUTEX ? wait->argument : 0;
  if (capture->stack.length == 0)
    return FALSE;

  /* It still waits where we stopped it once: then it has the registers it had. */
  if (thread->kept[SONDE_REGISTER_SP] == wait->sp && thread->kept[SONDE_REGISTER_PC] == wait->pc &&
      thread->kept_length == MIN (capture->stack.length, SONDE_KEPT_BYTES) &&
      memcmp (thread->kept_bytes, capture->stack.bytes, thread->kept_length) == 0)
    {
      memcpy (capture->registers, thread->kept, sizeof thread->kept);
      capture->known = SONDE_REGISTERS_ALL;
    }

  return TRUE;
}

void
sonde_stop_sampler_take_sleeper (SondeStopSampler      *self,
                                 SondeSampledThread    *thread,
                                 const SondeThreadRuns *runs,
                                 const SondeThreadWait *wait)
{
  Held *held = sonde_stop_sampler_ensure_held (self, thread);
  SondeThreadRuns after;
  SondeThreadState state;

  if (!sonde_thread_read_state (&thread->thread, &state))
    {
      sonde_stop_sampler_end_or_lose (self, thread);
      return;
    }

  /* By a debugger, or by us: a thread that we asked may come out of an exec() under this id. */
  if (state == SONDE_THREAD_STATE_STOPPED)
    sonde_stop_sampler_release_strays (self);

  if (!capture_quietly (self, thread, wait, &held->capture))
    {
      sonde_stop_sampler_lose (self, thread, SONDE_LOSS_UNREADABLE);
      return;
    }

  if (state == SONDE_THREAD_STATE_RUNNING)
    state = SONDE_THREAD_STATE_SLEEPING;

  /* It woke while it was read, and the copy may be of two moments; but at the tick it slept. */
  if (!sonde_thread_read_runs (&thread->thread, &after) || after.count != runs->count)
    {
      sonde_stop_sampler_ask (self, thread, state, runs);
      return;
    }

  held->thread = thread;
  held->runs = *runs;
  held->is_asleep = TRUE;
  held->state = state;
  held->n_ticks = self->tick - thread->tick;
  held->ns = self->now_ns - thread->time_ns;
  held->is_final = sonde_system_call_get_asleep (wait->call) == SONDE_ASLEEP_NEVER;
  self->n_held++;
}

/* FALSE if the thread sleeps, by now, where it must not be stopped, or that cannot be told. */
static gboolean
may_be_stopped (SondeSampledThread *sampled)
{
  SondeThread *thread = &sampled->thread;
  SondeThreadWait wait;
  SondeThreadState state;

  if (!sonde_thread_read_wait (thread, &wait) || !sonde_thread_read_state (thread, &state))
    return FALSE;

  return !wait.asleep || sonde_system_call_may_be_stopped (thread, &wait, state);
}

static gboolean
give_to_client (SondeStopSampler *self,
                const Held       *held,
                gboolean          is_final)
{
  return self->client->captured (held->thread, &held->capture, held->state, held->n_ticks, held->ns,
                                 is_final, self->data);
}

void
sonde_stop_sampler_give_sleeper (SondeStopSampler *self,
                                 const Held       *held)
{
  SondeSampledThread *thread = held->thread;

  /* What takes a look at it is only asked where it has to be. */
  if (!give_to_client (self, held, held->is_final) &&
      (may_be_stopped (thread) || !give_to_client (self, held, TRUE)))
    {
      sonde_stop_sampler_ask (self, thread, held->state, &held->runs);
      return;
    }

  thread->is_known = TRUE;
  thread->state = held->state;
  thread->runs = held->runs;
  thread->woke_ns = self->now_ns;
  sonde_stop_sampler_mark_counted (self, thread);
}
