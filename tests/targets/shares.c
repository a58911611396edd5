/* shares.c: functions of known shares, on one thread or several
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   shares           main;work;spin_small 10 %
 *                    main;work;spin_medium 30 %
 *                    main;work;outer;spin_large 60 %
 *   shares THREADS   the same below run_thread instead of main, on threads named worker-1,
 *                    worker-2, …, while main sleeps in wait_for_end
 *
 *   shares THREADS MS   the threads take their names MS milliseconds after they began
 *
 * The stints are of random length around 10 ms, so that no schedule falls into step with them. Each
 * function adds up the CPU time of its thread and the real time that it used, and both are printed
 * in the end:
 *
 *   {"main": {"spin_small": [CPU_NS, REAL_NS], …}}
 */

#include <pthread.h>
#include <string.h>

#include "target.h"

#define MAX_THREADS 64
#define N_SPINS 3
#define ROUNDS_A_STINT 8000000

typedef struct
{
  char     name[16];
  uint64_t cpu_ns[N_SPINS];
  uint64_t real_ns[N_SPINS];
  uint32_t random;
  unsigned int unnamed_ms;
} Worker;

static const char *const spin_names[N_SPINS] = { "spin_small", "spin_medium", "spin_large" };

/* Half as long to one and a half as long. */
static uint64_t
draw_rounds (Worker   *self,
             uint64_t  mean)
{
  self->random = self->random * 1664525 + 1013904223;

  return mean / 2 + mean * (self->random >> 16) / 65536;
}

KEPT static uint64_t
spin_small (uint64_t rounds)
{
  return target_compute (rounds);
}

KEPT static uint64_t
spin_medium (uint64_t rounds)
{
  return target_compute (rounds);
}

KEPT static uint64_t
spin_large (uint64_t rounds)
{
  return target_compute (rounds);
}

KEPT static uint64_t
outer (uint64_t rounds)
{
  uint64_t value = spin_large (rounds);

  /* Not the last thing done, or the call would be a jump. */
  __asm__ volatile ("" : "+r" (value));

  return value;
}

KEPT static void
work (Worker *self)
{
  static uint64_t (*const spins[N_SPINS]) (uint64_t) = { spin_small, spin_medium, outer };
  static const uint64_t parts[N_SPINS] = { 1, 3, 6 };

  while (!target_is_over ())
    for (int i = 0; i < N_SPINS; i++)
      {
        uint64_t rounds = draw_rounds (self, ROUNDS_A_STINT * parts[i] / 6);
        uint64_t cpu_ns = target_read_clock (CLOCK_THREAD_CPUTIME_ID);
        uint64_t real_ns = target_read_clock (CLOCK_MONOTONIC);

        spins[i] (rounds);
        self->real_ns[i] += target_read_clock (CLOCK_MONOTONIC) - real_ns;
        self->cpu_ns[i] += target_read_clock (CLOCK_THREAD_CPUTIME_ID) - cpu_ns;
      }
}

KEPT static void *
run_thread (void *data)
{
  Worker *self = data;

  usleep (self->unnamed_ms * 1000);
  prctl (PR_SET_NAME, self->name);
  work (self);

  /* Keeps the call above from becoming a jump. */
  __asm__ volatile ("" ::: "memory");

  return NULL;
}

KEPT static void
wait_for_end (pthread_t *threads,
              int        count)
{
  for (int i = 0; i < count; i++)
    pthread_join (threads[i], NULL);
}

static void
print_worker (const Worker *self)
{
  printf ("\"%s\": {", self->name);
  for (int i = 0; i < N_SPINS; i++)
    printf ("%s\"%s\": [%llu, %llu]", i > 0 ? ", " : "", spin_names[i],
            (unsigned long long) self->cpu_ns[i], (unsigned long long) self->real_ns[i]);
  printf ("}");
}

int
main (int   argc,
      char *argv[])
{
  static Worker workers[MAX_THREADS];
  pthread_t threads[MAX_THREADS];
  int count = argc > 1 ? atoi (argv[1]) : 0;

  target_block_end ();
  target_ready ();

  for (int i = 0; i < count && i < MAX_THREADS; i++)
    {
      workers[i].random = (uint32_t) i;
      workers[i].unnamed_ms = argc > 2 ? (unsigned int) atoi (argv[2]) : 0;
      snprintf (workers[i].name, sizeof workers[i].name, "worker-%d", i + 1);
      pthread_create (&threads[i], NULL, run_thread, &workers[i]);
    }

  if (count == 0)
    {
      strcpy (workers[0].name, "main");
      work (&workers[0]);
    }
  else
    wait_for_end (threads, count);

  printf ("{");
  for (int i = 0; i < (count > 0 ? count : 1); i++)
    {
      printf ("%s", i > 0 ? ", " : "");
      print_worker (&workers[i]);
    }
  printf ("}\n");

  return 0;
}
