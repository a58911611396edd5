/* target.h: what every target shares
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A target is a small program with one known property. Its head comment says which stack it shows.
 * It prints "ready PID" when it has that property, works until SIGTERM, and may then print one line
 * of JSON about itself. It knows nothing of Sonde or GLib.
 */

#pragma once

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

/* A function that stays one: its name and its place in the stack are what is tested. */
#define KEPT __attribute__ ((noinline, noclone, noipa))

/* A target that a dead test left behind ends by itself. */
#define TARGET_LIFE_S 900

static inline uint64_t
target_read_clock (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);

  return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}

/* Arithmetic that no compiler can leave out; some 1 ns a round. */
static inline uint64_t
target_compute (uint64_t rounds)
{
  uint64_t value = rounds;

  for (uint64_t i = 0; i < rounds; i++)
    {
      value = value * 6364136223846793005U + 1442695040888963407U;
      __asm__ volatile ("" : "+r" (value));
    }

  return value;
}

/* Says that the property holds. Any tracer is let in, where only ancestors would be. */
static inline void
target_ready (void)
{
  prctl (PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  alarm (TARGET_LIFE_S);
  printf ("ready %d\n", (int) getpid ());
  fflush (stdout);
}

/* Blocks SIGTERM, before any thread begins, so that target_wait_for_end() gets it. */
static inline void
target_block_end (void)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGTERM);
  sigprocmask (SIG_BLOCK, &set, NULL);
}

/* Sleeps until SIGTERM. */
static inline void
target_wait_for_end (void)
{
  sigset_t set;
  int received;

  sigemptyset (&set);
  sigaddset (&set, SIGTERM);
  sigwait (&set, &received);
}

/* Whether SIGTERM has come, for threads that never sleep. */
static inline int
target_is_over (void)
{
  sigset_t set;

  sigpending (&set);

  return sigismember (&set, SIGTERM);
}
