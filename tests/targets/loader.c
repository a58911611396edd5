/* loader.c: a program that loads code while it runs
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   loader MODULE         for a second  main;wait_without_module
 *                         then          main;use_module;module_enter;module_spin, the last two in
 *                                       MODULE, for ten minutes
 *   loader MODULE OTHER   the same, but after two seconds in MODULE it is unloaded, and OTHER is
 *                         loaded; prints "swapped" if it is where MODULE was, and goes on for
 *                         four seconds in main;use_module;other_enter;other_spin
 */

#include <dlfcn.h>

#include "target.h"

#define WITHOUT_NS 1000000000
#define ALONE_NS (600 * (uint64_t) 1000000000)
#define BEFORE_NS (2 * (uint64_t) 1000000000)
#define AFTER_NS (4 * (uint64_t) 1000000000)

KEPT static void
wait_without_module (void)
{
  uint64_t end_ns = target_read_clock (CLOCK_MONOTONIC) + WITHOUT_NS;

  do
    target_compute (100000);
  while (target_read_clock (CLOCK_MONOTONIC) < end_ns);
}

/* Gives where the function was, and leaves nothing loaded. */
KEPT static uintptr_t
use_module (const char *path,
            const char *name,
            uint64_t    ns,
            uintptr_t   before)
{
  void *module = dlopen (path, RTLD_NOW);
  void (*enter) (uint64_t ns) = NULL;

  if (module == NULL)
    exit (1);

  *(void **) &enter = dlsym (module, name);
  if (enter == NULL)
    exit (1);

  if ((uintptr_t) enter == before)
    {
      printf ("swapped\n");
      fflush (stdout);
    }
  enter (ns);
  dlclose (module);

  return (uintptr_t) enter;
}

int
main (int   argc,
      char *argv[])
{
  uintptr_t place;

  if (argc < 2)
    return 1;

  target_ready ();
  wait_without_module ();

  place = use_module (argv[1], "module_enter", argc < 3 ? ALONE_NS : BEFORE_NS, 0);
  if (argc > 2)
    use_module (argv[2], "other_enter", AFTER_NS, place);

  return 0;
}
