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
 *   loader MODULE OTHER LIVE
 *                         the same, but each time a copy is loaded, LIVE, which is overwritten
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

/* Writes the file at @path over LIVE, as cp does, if that is wanted; gives what to load. */
static const char *
copy_over (const char *path,
           const char *live)
{
  static char bytes[1 << 20];
  FILE *file;
  size_t length;

  if (live == NULL)
    return path;

  file = fopen (path, "r");
  length = file != NULL ? fread (bytes, 1, sizeof bytes, file) : 0;
  if (length == 0 || length == sizeof bytes || fclose (file) != 0)
    exit (1);

  file = fopen (live, "w");
  if (file == NULL || fwrite (bytes, 1, length, file) != length || fclose (file) != 0)
    exit (1);

  return live;
}

int
main (int   argc,
      char *argv[])
{
  const char *live = argc > 3 ? argv[3] : NULL;
  uintptr_t place;

  if (argc < 2)
    return 1;

  target_ready ();
  wait_without_module ();

  place = use_module (copy_over (argv[1], live), "module_enter",
                      argc < 3 ? ALONE_NS : BEFORE_NS, 0);
  if (argc > 2)
    use_module (copy_over (argv[2], live), "other_enter", AFTER_NS, place);

  return 0;
}
