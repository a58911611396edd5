/* calls.c: a thread that makes many system calls
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   calls ROUNDS   main;work;spin       ROUNDS of some 1 ns
 *                  main;work;ask;…      one short system call, after each spin
 *
 * It counts the processor's cycles of both and prints them in the end, in which one share shows:
 *
 *   {"main": {"spin": CYCLES, "ask": CYCLES}}
 *
 * A pass in which either took much longer than its shortest time was disturbed, by an interrupt, by
 * another thread or by who looks at this one, and is left out.
 */

#include <sys/syscall.h>

#include "target.h"

#define MANY_TIMES 4

typedef struct
{
  uint64_t sum;
  uint64_t shortest;
} Part;

KEPT static void
spin (uint64_t rounds)
{
  target_compute (rounds);
}

/* The library would not enter the kernel for some clocks; for this one it must. */
KEPT static void
ask (void)
{
  struct timespec time;

  syscall (SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &time);
}

static int
is_disturbed (Part    *part,
              uint64_t cycles)
{
  if (part->shortest == 0 || cycles < part->shortest)
    part->shortest = cycles;

  return cycles > MANY_TIMES * part->shortest;
}

KEPT static void
work (Part     parts[2],
      uint64_t rounds)
{
  while (!target_is_over ())
    for (int i = 0; i < 10000; i++)
      {
        uint64_t begin = __builtin_ia32_rdtsc ();
        uint64_t middle;
        uint64_t end;

        spin (rounds);
        middle = __builtin_ia32_rdtsc ();
        ask ();
        end = __builtin_ia32_rdtsc ();

        if (is_disturbed (&parts[0], middle - begin) | is_disturbed (&parts[1], end - middle))
          continue;

        parts[0].sum += middle - begin;
        parts[1].sum += end - middle;
      }
}

int
main (int   argc,
      char *argv[])
{
  Part parts[2] = { { 0 } };

  target_block_end ();
  target_ready ();
  work (parts, argc > 1 ? (uint64_t) atoi (argv[1]) : 3000);
  printf ("{\"main\": {\"spin\": %llu, \"ask\": %llu}}\n", (unsigned long long) parts[0].sum,
          (unsigned long long) parts[1].sum);

  return 0;
}
