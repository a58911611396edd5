/* demo.c: a workload to try Sonde on
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Four threads that work and one that waits, all in ticks of 20 ms, which together take 0.7 of
 * a core. Every piece of work is repeated as often as it takes to use its part of the tick, which
 * is measured by the CPU clock of its thread now and then, so that its share is known on any
 * machine:
 *
 *   sonde-demo  main → render_frame → draw_scene → spend → shade_pixels      20 % of a core
 *                                                         → project_vertices   8 %
 *                                                         → sort_sprites       4 %, recursive
 *   physics     run_physics → step_world → spend → solve_contacts            14 %
 *                                                → integrate_bodies           6 %
 *   audio       run_audio → mix_voices → spend → apply_reverb                 7 %
 *                                              → resample_voices              3 %
 *   network     run_network → read_stream → spend → verify_checksum           6 %
 *                                                 → parse_packet              2 %
 *   loader      run_loader → wait_for_work                                    asleep
 *
 * It runs until it is killed or whoever started it ends.
 */

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "work.h"

#define TICK_NS 20000000
#define TICKS_PER_MEASURE 50

/* A piece of work, and how much of a core it may have. */
typedef struct
{
  unsigned (*work) (unsigned seed);
  unsigned   percent;
  unsigned   n_ticks;
  unsigned   n_repeats;
} Job;

static int64_t
read_clock_ns (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);

  return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Where all results go: work whose result nobody takes would not be compiled. */
static void
keep_result (unsigned result)
{
  __asm__ volatile ("" : : "r" (result));
}

/* Does one tick's part of the job. The clock is a call into the kernel, and on a busy machine a
 * thread loses its CPU in those rather than at its work: so it is read once a second only.
 */
static KEPT void
spend (Job *job)
{
  int measured = job->n_ticks++ % TICKS_PER_MEASURE == 0;
  int64_t spent_ns = measured ? -read_clock_ns (CLOCK_THREAD_CPUTIME_ID) : 0;

  for (unsigned i = 0; i < job->n_repeats; i++)
    keep_result (job->work (i + 1));

  if (measured)
    {
      spent_ns += read_clock_ns (CLOCK_THREAD_CPUTIME_ID);
      job->n_repeats = (unsigned) ((int64_t) TICK_NS / 100 * job->percent * job->n_repeats /
                                   (spent_ns + 1)) + 1;
    }
}

/* Waits for the next tick; one that has passed is left out. */
static void
wait_for_tick (int64_t *due_ns)
{
  int64_t now_ns = read_clock_ns (CLOCK_MONOTONIC);
  struct timespec due;

  do
    *due_ns += TICK_NS;
  while (*due_ns < now_ns);

  due.tv_sec = *due_ns / 1000000000;
  due.tv_nsec = *due_ns % 1000000000;
  while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
    continue;
}

static KEPT void
draw_scene (Job jobs[3])
{
  for (unsigned i = 0; i < 3; i++)
    spend (&jobs[i]);
}

static KEPT void
render_frame (Job jobs[3])
{
  draw_scene (jobs);
}

static KEPT void
step_world (Job jobs[2])
{
  spend (&jobs[0]);
  spend (&jobs[1]);
}

static void *
run_physics (void *unused)
{
  Job jobs[] = { { .work = solve_contacts, .percent = 14, .n_repeats = 16 },
                 { .work = integrate_bodies, .percent = 6, .n_repeats = 16 } };

  for (int64_t due_ns = read_clock_ns (CLOCK_MONOTONIC);; wait_for_tick (&due_ns))
    step_world (jobs);

  return unused;
}

static KEPT void
mix_voices (Job jobs[2])
{
  spend (&jobs[0]);
  spend (&jobs[1]);
}

static void *
run_audio (void *unused)
{
  Job jobs[] = { { .work = apply_reverb, .percent = 7, .n_repeats = 16 },
                 { .work = resample_voices, .percent = 3, .n_repeats = 16 } };

  for (int64_t due_ns = read_clock_ns (CLOCK_MONOTONIC);; wait_for_tick (&due_ns))
    mix_voices (jobs);

  return unused;
}

static KEPT void
read_stream (Job jobs[2])
{
  spend (&jobs[0]);
  spend (&jobs[1]);
}

static void *
run_network (void *unused)
{
  Job jobs[] = { { .work = verify_checksum, .percent = 6, .n_repeats = 16 },
                 { .work = parse_packet, .percent = 2, .n_repeats = 16 } };

  for (int64_t due_ns = read_clock_ns (CLOCK_MONOTONIC);; wait_for_tick (&due_ns))
    read_stream (jobs);

  return unused;
}

static KEPT void
wait_for_work (void)
{
  poll (NULL, 0, -1);
}

static void *
run_loader (void *unused)
{
  for (;;)
    wait_for_work ();

  return unused;
}

static void
start_thread (const char *name,
              void     *(*run) (void *))
{
  pthread_t thread;

  if (pthread_create (&thread, NULL, run, NULL) != 0)
    {
      fprintf (stderr, "sonde-demo: no thread can be started\n");
      exit (1);
    }
  pthread_setname_np (thread, name);
}

int
main (void)
{
  pid_t starter = getppid ();
  Job jobs[] = { { .work = shade_pixels, .percent = 20, .n_repeats = 16 },
                 { .work = project_vertices, .percent = 8, .n_repeats = 16 },
                 { .work = sort_sprites, .percent = 4, .n_repeats = 16 } };

  /* The second look is for a starter that ended before the first call. */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != starter)
    return 0;

  /* Where ptrace_scope is 1 a program is only open to those that started it; this one is
   * there to be looked at.
   */
  prctl (PR_SET_PTRACER, PR_SET_PTRACER_ANY);

  start_thread ("physics", run_physics);
  start_thread ("audio", run_audio);
  start_thread ("network", run_network);
  start_thread ("loader", run_loader);
  printf ("ready %d\n", getpid ());
  fflush (stdout);

  for (int64_t due_ns = read_clock_ns (CLOCK_MONOTONIC);; wait_for_tick (&due_ns))
    render_frame (jobs);
}
