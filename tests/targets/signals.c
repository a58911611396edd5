/* signals.c: counts every signal that it gets
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   signals THREADS   threads "catcher": run_catcher;spin, now and then with on_signal or on_tick
 *                     above; main sleeps
 *
 * SIGRTMIN is queued and never merged: each one sent must arrive at some thread. A timer of its own
 * sends SIGRTMIN + 1 every 2 ms; the kernel merges those and counts the merged as overruns. In the
 * end it prints
 *
 *   {"received": N, "ticks": N, "due_ticks": N}
 *
 * where ticks (with overruns) falls short of due_ticks by no more than the last.
 */

#include <pthread.h>
#include <stdatomic.h>

#include "target.h"

#define TICK_NS 2000000

static atomic_ullong received;
static atomic_ullong ticks;

KEPT static void
on_signal (int signal_number)
{
  atomic_fetch_add (&received, 1);
}

KEPT static void
on_tick (int        signal_number,
         siginfo_t *info,
         void      *context)
{
  atomic_fetch_add (&ticks, 1 + (unsigned int) info->si_overrun);
}

KEPT static void
spin (void)
{
  for (;;)
    target_compute (100000);
}

KEPT static void *
run_catcher (void *data)
{
  sigset_t set;

  prctl (PR_SET_NAME, "catcher");
  sigemptyset (&set);
  sigaddset (&set, SIGRTMIN);
  sigaddset (&set, SIGRTMIN + 1);
  pthread_sigmask (SIG_UNBLOCK, &set, NULL);
  spin ();

  return data;
}

static timer_t
start_timer (void)
{
  struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1 };
  struct itimerspec interval = { { 0, TICK_NS }, { 0, TICK_NS } };
  timer_t timer;

  timer_create (CLOCK_MONOTONIC, &event, &timer);
  timer_settime (timer, 0, &interval, NULL);

  return timer;
}

int
main (int   argc,
      char *argv[])
{
  int count = argc > 1 ? atoi (argv[1]) : 4;
  struct sigaction action = { .sa_handler = on_signal };
  struct sigaction tick_action = { .sa_sigaction = on_tick, .sa_flags = SA_SIGINFO };
  sigset_t set;
  pthread_t thread;
  uint64_t start_ns;
  uint64_t duration_ns;

  sigaction (SIGRTMIN, &action, NULL);
  sigaction (SIGRTMIN + 1, &tick_action, NULL);

  /* The main thread stays out of it, in sigwait(). */
  sigemptyset (&set);
  sigaddset (&set, SIGRTMIN);
  sigaddset (&set, SIGRTMIN + 1);
  sigaddset (&set, SIGTERM);
  sigprocmask (SIG_BLOCK, &set, NULL);

  for (int i = 0; i < count; i++)
    pthread_create (&thread, NULL, run_catcher, NULL);

  start_ns = target_read_clock (CLOCK_MONOTONIC);
  start_timer ();
  target_ready ();
  target_wait_for_end ();
  duration_ns = target_read_clock (CLOCK_MONOTONIC) - start_ns;

  /* What is on its way arrives. */
  usleep (100000);
  printf ("{\"received\": %llu, \"ticks\": %llu, \"due_ticks\": %llu}\n",
          (unsigned long long) received, (unsigned long long) ticks,
          (unsigned long long) (duration_ns / TICK_NS));

  return 0;
}
