/* framed.c: threads that sleep below a frame in %rbp
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   "plain"     begin;plain;sleep_in_frame;epoll_wait
 *   "stale"     begin;stale;sleep_in_frame;epoll_wait: return addresses of earlier calls of
 *               sleep_in_frame(), from elsewhere, lie about in its frame
 *   "pointer"   begin;pointer;sleep_in_frame;epoll_wait, called through a pointer
 *
 * sleep_in_frame() has room on the stack whose size is not known beforehand, so its frame hangs on
 * %rbp. Each of the three sleeps in as many threads as the argument says, with frames of different
 * sizes. All sleep for good; ready when they do.
 */

#include <alloca.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "target.h"

#define N_KINDS 3

static int epoll_fd;
static size_t (*volatile sleep_by_pointer) (size_t bytes, int timeout_ms);

KEPT static size_t
sleep_in_frame (size_t bytes,
                int    timeout_ms)
{
  char *room = alloca (bytes);
  struct epoll_event event;
  int n;

  __asm__ volatile ("" : : "r" (room) : "memory");
  do
    n = epoll_wait (epoll_fd, &event, 1, timeout_ms);
  while (timeout_ms < 0);
  __asm__ volatile ("" : "+r" (n));

  return (size_t) n + bytes;
}

/* Leaves a return address at this depth, and whole frames that lead there. */
KEPT static size_t
call_deeper (size_t levels)
{
  char room[160];
  size_t value;

  __asm__ volatile ("" : : "r" (room) : "memory");
  value = sleep_in_frame (16, 0);

  if (levels > 0)
    value += call_deeper (levels - 1);
  __asm__ volatile ("" : "+r" (value));

  return value + 1;
}

KEPT static size_t
plain (size_t bytes)
{
  size_t value = sleep_in_frame (bytes, -1);

  __asm__ volatile ("" : "+r" (value));

  return value + 1;
}

KEPT static size_t
stale (size_t bytes)
{
  size_t value = call_deeper (bytes / 256);

  value += sleep_in_frame (bytes + 1024, -1);
  __asm__ volatile ("" : "+r" (value));

  return value + 1;
}

KEPT static size_t
pointer (size_t bytes)
{
  size_t value = sleep_by_pointer (bytes, -1);

  __asm__ volatile ("" : "+r" (value));

  return value + 1;
}

typedef struct
{
  unsigned  kind;
  size_t    bytes;
  pthread_t thread;
  volatile pid_t tid;
} Sleeper;

KEPT static void *
begin (void *data)
{
  static const char *const names[N_KINDS] = { "plain", "stale", "pointer" };
  static size_t (*const kinds[N_KINDS]) (size_t bytes) = { plain, stale, pointer };
  Sleeper *self = data;

  prctl (PR_SET_NAME, names[self->kind]);
  self->tid = (pid_t) syscall (SYS_gettid);
  kinds[self->kind] (self->bytes);

  return NULL;
}

/* Asleep is who has left its CPU with no end to it. */
static int
is_asleep (pid_t tid)
{
  char path[64];
  char text[64] = "";
  FILE *file;

  snprintf (path, sizeof path, "/proc/self/task/%d/syscall", (int) tid);
  file = fopen (path, "r");
  if (file == NULL || fgets (text, sizeof text, file) == NULL)
    exit (1);
  fclose (file);

  return strstr (text, "232 ") == text && strstr (text, " 0xffffffff ") != NULL;
}

int
main (int   argc,
      char *argv[])
{
  int n = argc > 1 ? atoi (argv[1]) : 1;
  Sleeper *sleepers = calloc ((size_t) n * N_KINDS, sizeof *sleepers);

  epoll_fd = epoll_create1 (0);
  sleep_by_pointer = sleep_in_frame;
  if (epoll_fd < 0 || sleepers == NULL)
    return 1;

  for (int i = 0; i < n * N_KINDS; i++)
    {
      sleepers[i].kind = (unsigned) (i % N_KINDS);
      sleepers[i].bytes = (size_t) (i / N_KINDS) * 48 + 16;
      if (pthread_create (&sleepers[i].thread, NULL, begin, &sleepers[i]) != 0)
        return 1;
    }

  for (int i = 0; i < n * N_KINDS; i++)
    while (sleepers[i].tid == 0 || !is_asleep (sleepers[i].tid))
      usleep (1000);

  target_ready ();
  for (;;)
    pause ();
}
