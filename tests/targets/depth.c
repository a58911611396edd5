/* depth.c: a stack of any depth, on any number of threads
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   depth N            main;descend;descend;…;spin, with N times descend
 *   depth N THREADS    the same below run_thread instead of main; main sleeps
 */

#include <pthread.h>

#include "target.h"

#define MAX_THREADS 64
#define STACK_BYTES (256 << 20)

KEPT static void
spin (void)
{
  for (;;)
    target_compute (100000);
}

KEPT static int
descend (int left)
{
  int value;

  if (left > 1)
    value = descend (left - 1);
  else
    {
      spin ();
      value = 0;
    }

  __asm__ volatile ("" : "+r" (value));

  return value + 1;
}

KEPT static void *
run_thread (void *data)
{
  int value = descend (*(int *) data);

  __asm__ volatile ("" : "+r" (value));

  return NULL;
}

int
main (int   argc,
      char *argv[])
{
  int depth = argc > 1 ? atoi (argv[1]) : 10;
  int count = argc > 2 ? atoi (argv[2]) : 0;
  pthread_attr_t attributes;
  pthread_t thread;

  pthread_attr_init (&attributes);
  pthread_attr_setstacksize (&attributes, STACK_BYTES);

  for (int i = 0; i < count && i < MAX_THREADS; i++)
    pthread_create (&thread, &attributes, run_thread, &depth);

  target_ready ();

  if (count == 0)
    return descend (depth);

  for (;;)
    pause ();
}
