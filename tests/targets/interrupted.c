/* interrupted.c: sleeps in every way that the kernel may cut short
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Threads "poll", "epoll", "nanosleep", "read", "futex" and "semtimedop" wait in these calls: read
 * for good, the others again and again for 3 ms. No signal comes, so none may ever return EINTR or
 * too early. In the end it prints
 *
 *   {"interrupted": N, "early": N, "rounds": N}
 */

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include "target.h"

#define ROUND_MS 3

static atomic_uint interrupted;
static atomic_uint early;
static atomic_uint rounds;
static int never[2]; /* a pipe that nobody writes to */
static int set_id;

static int
wait_poll (void)
{
  struct pollfd entry = { .fd = never[0], .events = POLLIN };

  return poll (&entry, 1, ROUND_MS);
}

static int
wait_epoll (void)
{
  struct epoll_event event = { .events = EPOLLIN };
  int set = epoll_create1 (EPOLL_CLOEXEC);
  int result;
  int code;

  epoll_ctl (set, EPOLL_CTL_ADD, never[0], &event);
  result = epoll_wait (set, &event, 1, ROUND_MS);
  code = errno;
  close (set);
  errno = code;

  return result;
}

static int
wait_nanosleep (void)
{
  const struct timespec time = { .tv_nsec = ROUND_MS * 1000000 };

  return nanosleep (&time, NULL);
}

static int
wait_read (void)
{
  char byte;

  return (int) read (never[0], &byte, 1);
}

static int
wait_futex (void)
{
  static int word;
  const struct timespec time = { .tv_nsec = ROUND_MS * 1000000 };
  int result = (int) syscall (SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &time, NULL, 0);

  return result < 0 && errno == ETIMEDOUT ? 0 : result;
}

static int
wait_semtimedop (void)
{
  struct sembuf operation = { .sem_op = -1 };
  const struct timespec time = { .tv_nsec = ROUND_MS * 1000000 };
  int result = semtimedop (set_id, &operation, 1, &time);

  return result < 0 && errno == EAGAIN ? 0 : result;
}

typedef struct
{
  const char *name;
  int       (*wait) (void);
} Way;

KEPT static void *
run_way (void *data)
{
  const Way *way = data;

  prctl (PR_SET_NAME, way->name);

  for (;;)
    {
      uint64_t start_ns = target_read_clock (CLOCK_MONOTONIC);
      int result = way->wait ();

      if (result < 0 && errno == EINTR)
        atomic_fetch_add (&interrupted, 1);
      if (target_read_clock (CLOCK_MONOTONIC) - start_ns < ROUND_MS * 1000000ULL - 100000)
        atomic_fetch_add (&early, 1);
      atomic_fetch_add (&rounds, 1);
    }

  return NULL;
}

int
main (void)
{
  static Way ways[] = {
    { "poll", wait_poll },
    { "epoll", wait_epoll },
    { "nanosleep", wait_nanosleep },
    { "read", wait_read },
    { "futex", wait_futex },
    { "semtimedop", wait_semtimedop },
  };
  pthread_t thread;

  target_block_end ();
  set_id = semget (IPC_PRIVATE, 1, 0600);
  if (pipe (never) != 0 || set_id < 0)
    return 1;

  for (unsigned int i = 0; i < sizeof ways / sizeof ways[0]; i++)
    pthread_create (&thread, NULL, run_way, &ways[i]);

  target_ready ();
  target_wait_for_end ();
  printf ("{\"interrupted\": %u, \"early\": %u, \"rounds\": %u}\n",
          atomic_load (&interrupted), atomic_load (&early), atomic_load (&rounds));

  /* Whoever waits for it now is told at once. */
  semctl (set_id, 0, IPC_RMID);

  return 0;
}
