/* leader.c: a process whose first thread has ended
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   leader MODULE         ready when the first thread has ended; then one thread goes on in
 *                         work;use_module;module_enter;module_spin, the last two in MODULE, which
 *                         is loaded at SIGUSR1. Before that  work;wait_without_module
 *   leader MODULE wait    the same, but ready before the first thread ends, at SIGUSR1
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>

#include "target.h"

#define ALONE_NS (600 * (uint64_t) 1000000000)

static const char *module_path;
static volatile sig_atomic_t is_told;

static void
on_signal (int number)
{
  is_told = 1;
}

/* The state of the first thread: the letter behind its name. */
static int
has_first_thread_ended (void)
{
  char path[64];
  char text[512] = "";
  const char *end;
  int fd;

  snprintf (path, sizeof path, "/proc/self/task/%d/stat", (int) getpid ());
  fd = open (path, O_RDONLY);
  if (fd < 0 || read (fd, text, sizeof text - 1) <= 0)
    exit (1);
  close (fd);
  end = strrchr (text, ')');

  return end != NULL && end[2] == 'Z';
}

KEPT static void
wait_without_module (void)
{
  while (!is_told)
    target_compute (100000);
}

KEPT static void
use_module (void)
{
  void *module = dlopen (module_path, RTLD_NOW);
  void (*enter) (uint64_t ns) = NULL;

  if (module != NULL)
    *(void **) &enter = dlsym (module, "module_enter");
  if (enter == NULL)
    exit (1);

  enter (ALONE_NS);
  exit (0);
}

KEPT static void *
work (void *is_waiting)
{
  if (is_waiting == NULL)
    {
      while (!has_first_thread_ended ())
        usleep (1000);
      target_ready ();
    }

  wait_without_module ();
  while (!has_first_thread_ended ())
    usleep (1000);
  use_module ();

  return NULL;
}

int
main (int   argc,
      char *argv[])
{
  static char is_waiting;
  pthread_t thread;

  if (argc < 2)
    return 1;

  module_path = argv[1];
  signal (SIGUSR1, on_signal);
  if (pthread_create (&thread, NULL, work, argc > 2 ? &is_waiting : NULL) != 0)
    return 1;

  if (argc > 2)
    {
      target_ready ();
      while (!is_told)
        usleep (1000);
    }

  pthread_exit (NULL);
}
