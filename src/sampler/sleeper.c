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

/* How long a thread that was asked may take to stop before it is looked at where it is. */
#define STUCK_NS (20 * G_GUINT64_CONSTANT (1000000))

/* The arguments of a system call are in registers, which it leaves as they are (System V ABI, AMD64
 * supplement, A.2.1). vfork() has its return address in one.
 */
static void
take_arguments (SondeCapture          *capture,
                const SondeThreadWait *wait)
{
  /* rdi, rsi, rdx, r10, r8, r9 */
  static const guint numbers[SONDE_N_CALL_ARGUMENTS] = { 5, 4, 1, 10, 8, 9 };

  for (guint i = 0; i < SONDE_N_CALL_ARGUMENTS; i++)
    {
      capture->registers[numbers[i]] = wait->arguments[i];
      capture->known |= 1u << numbers[i];
    }
}

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
  if (wait->call >= 0)
    take_arguments (capture, wait);
  sonde_stop_sampler_copy_stack (self, thread, capture);
  capture->futex = wait->call == SONDE_CALL_FUTEX ? wait->arguments[0] : 0;
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

  thread->is_known = thread->has_runs = TRUE;
  thread->state = held->state;
  thread->runs = held->runs;
  thread->woke_ns = self->now_ns;
  sonde_stop_sampler_mark_counted (self, thread);
}

/* A thread that was asked and waits where no stop reaches it, in vfork() or for a disk, may do so
 * for hours. It is counted as it lies there, and stays asked.
 */
static void
take_stuck (SondeStopSampler   *self,
            SondeSampledThread *thread)
{
  guint64 n_ticks = self->tick - thread->tick;
  guint64 ns = self->now_ns - thread->time_ns;
  Held *held = sonde_stop_sampler_ensure_held (self, thread);
  SondeThreadRuns runs, after;
  SondeThreadWait wait;
  SondeThreadState state;

  if (n_ticks == 0 || !sonde_thread_read_runs (&thread->thread, &runs))
    return;

  if (thread->is_stuck && runs.count == thread->runs.count)
    {
      self->client->repeated (thread, SONDE_THREAD_STATE_IO, n_ticks, ns, self->data);
      sonde_stop_sampler_mark_counted (self, thread);
      return;
    }

  if (!sonde_thread_read_wait (&thread->thread, &wait) || !wait.asleep || wait.sp == 0 ||
      !sonde_thread_read_state (&thread->thread, &state) || state != SONDE_THREAD_STATE_IO ||
      !capture_quietly (self, thread, &wait, &held->capture) ||
      !sonde_thread_read_runs (&thread->thread, &after) || after.count != runs.count)
    return;

  self->client->captured (thread, &held->capture, state, n_ticks, ns, TRUE, self->data);
  thread->is_stuck = TRUE;
  thread->runs = runs;
  sonde_stop_sampler_mark_counted (self, thread);
}

gboolean
sonde_stop_sampler_look_at_next_stuck (SondeStopSampler *self)
{
  while (self->n_stuck > 0 && self->asked->len > 0)
    {
      SondeSampledThread *thread;

      self->n_stuck--;
      self->stuck_at = (self->stuck_at + 1) % self->asked->len;
      thread = g_ptr_array_index (self->asked, self->stuck_at);
      if (self->now_ns > thread->asked_since_ns + STUCK_NS)
        {
          take_stuck (self, thread);
          return TRUE;
        }
    }

  return FALSE;
}
