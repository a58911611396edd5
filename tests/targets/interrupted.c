/* interrupted.c: waits in every way that the kernel may cut short
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   interrupted         a thread for each way of interrupted-ways.c
 *   interrupted NAME…   only for these
 *
 * Some wait for good, the others again and again for 3 ms, all below a frame that hangs on %rbp. No
 * signal comes, so none may ever return EINTR or too early. In the end it prints
 *
 *   {"interrupted": N, "early": N, "rounds": N, "cut": "NAME NAME…", "missing": "NAME…"}
 *
 * with those that were interrupted, and those that this machine does not have. A socket's timeout
 * is told in ticks of the kernel: one that is interrupted while it sleeps may end a tick early.
 */

#include <alloca.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "interrupted.h"
#include "target.h"

/* Clocks of the kernel and of the program differ by less. */
#define TOLERANCE_NS 100000

/* What was seen of a way. */
typedef struct
{
  const Way  *way;
  atomic_uint interrupted;
  atomic_uint early;
  atomic_uint rounds;
  atomic_int  is_missing;
} Waiter;

static Waiter waiters[WAYS_MAX];

KEPT static int
wait_once (const Waiter *waiter,
           unsigned int  bytes)
{
  volatile char *room = alloca (bytes);
  int result;

  room[0] = 1;
  result = waiter->way->wait ();

  return result - 1 + room[0];
}

KEPT static void *
run_way (void *data)
{
  Waiter *waiter = data;

  prctl (PR_SET_NAME, waiter->way->name);

  for (unsigned int i = 0;; i++)
    {
      uint64_t start_ns = target_read_clock (CLOCK_MONOTONIC);
      int result = wait_once (waiter, 100 + i % 2);

      if (result < 0 && errno == EINTR)
        atomic_fetch_add (&waiter->interrupted, 1);
      else if (result < 0)
        {
          fprintf (stderr, "%s: %s\n", waiter->way->name, strerror (errno));
          atomic_store (&waiter->is_missing, 1);
          return NULL;
        }

      if (waiter->way->is_timed &&
          target_read_clock (CLOCK_MONOTONIC) - start_ns < ROUND_NS - TOLERANCE_NS)
        atomic_fetch_add (&waiter->early, 1);
      atomic_fetch_add (&waiter->rounds, 1);
    }
}

static int
is_wanted (const Way *way,
           int        argc,
           char      *argv[])
{
  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], way->name) == 0)
      return 1;

  return argc < 2;
}

static void
print_report (unsigned int count)
{
  unsigned int interrupted = 0;
  unsigned int early = 0;
  unsigned int rounds = 0;

  for (unsigned int i = 0; i < count; i++)
    {
      interrupted += atomic_load (&waiters[i].interrupted);
      early += atomic_load (&waiters[i].early);
      rounds += atomic_load (&waiters[i].rounds);
    }

  printf ("{\"interrupted\": %u, \"early\": %u, \"rounds\": %u, \"cut\": \"", interrupted, early,
          rounds);
  for (unsigned int i = 0; i < count; i++)
    if (atomic_load (&waiters[i].interrupted) > 0)
      printf ("%s ", waiters[i].way->name);
  printf ("\", \"missing\": \"");
  for (unsigned int i = 0; i < count; i++)
    if (atomic_load (&waiters[i].is_missing))
      printf ("%s ", waiters[i].way->name);
  printf ("\"}\n");
}

int
main (int   argc,
      char *argv[])
{
  unsigned int count = 0;
  pthread_t thread;

  target_block_end ();
  if (!things_prepare ())
    return 1;

  for (unsigned int i = 0; i < WAYS_MAX && ways[i].name != NULL; i++)
    if (is_wanted (&ways[i], argc, argv))
      {
        waiters[count].way = &ways[i];
        pthread_create (&thread, NULL, run_way, &waiters[count++]);
      }

  target_ready ();
  target_wait_for_end ();
  print_report (count);
  fflush (stdout);
  things_clear ();
  _exit (0);
}
