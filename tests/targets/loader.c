/* loader.c: a program that loads code while it runs
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   loader MODULE   for a second  main;wait_without_module
 *                   then          main;use_module;module_enter;module_spin, the last two in MODULE
 */

#include <dlfcn.h>

#include "target.h"

#define WITHOUT_NS 1000000000

KEPT static void
wait_without_module (void)
{
  uint64_t end_ns = target_read_clock (CLOCK_MONOTONIC) + WITHOUT_NS;

  do
    target_compute (100000);
  while (target_read_clock (CLOCK_MONOTONIC) < end_ns);
}

KEPT static int
use_module (const char *path)
{
  void *module = dlopen (path, RTLD_NOW);
  void (*enter) (void) = NULL;

  if (module != NULL)
    *(void **) &enter = dlsym (module, "module_enter");
  if (enter != NULL)
    enter ();

  return 1;
}

int
main (int   argc,
      char *argv[])
{
  if (argc < 2)
    return 1;

  target_ready ();
  wait_without_module ();

  return use_module (argv[1]);
}
