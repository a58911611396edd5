/* storm.c: thousands of functions in several threads, beside one that loads and unloads code
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   storm THREADS [MODULE]
 *
 *   run_all;function_…     in each of THREADS threads, one of 4,096 at a time
 *   load_again             with MODULE: another thread has it loaded, and then not, all the time
 */

#include <dlfcn.h>
#include <pthread.h>

#include "target.h"

typedef void (*Function) (void);

/* Four bits of the number a step. */
#define DEFINE(n) \
  KEPT static void function_##n (void) { target_compute (3000); __asm__ volatile (""); }
#define NAME(n) function_##n,
#define TIMES_16(what, n) \
  what (n##0) what (n##1) what (n##2) what (n##3) what (n##4) what (n##5) what (n##6) \
  what (n##7) what (n##8) what (n##9) what (n##a) what (n##b) what (n##c) what (n##d) \
  what (n##e) what (n##f)
#define DEFINE_16(n) TIMES_16 (DEFINE, n)
#define NAME_16(n) TIMES_16 (NAME, n)
#define TIMES_16_AGAIN(what, n) \
  what (n##0) what (n##1) what (n##2) what (n##3) what (n##4) what (n##5) what (n##6) \
  what (n##7) what (n##8) what (n##9) what (n##a) what (n##b) what (n##c) what (n##d) \
  what (n##e) what (n##f)
#define DEFINE_256(n) TIMES_16_AGAIN (DEFINE_16, n)
#define NAME_256(n) TIMES_16_AGAIN (NAME_16, n)

#define ALL_256(what) \
  what (x0) what (x1) what (x2) what (x3) what (x4) what (x5) what (x6) what (x7) \
  what (x8) what (x9) what (xa) what (xb) what (xc) what (xd) what (xe) what (xf)

ALL_256 (DEFINE_256)

static const Function functions[] = { ALL_256 (NAME_256) };

#define N_FUNCTIONS (sizeof functions / sizeof functions[0])

KEPT static void *
run_all (void *data)
{
  uint64_t random = (uint64_t) (uintptr_t) &random;

  for (;;)
    {
      random = random * 6364136223846793005U + 1442695040888963407U;
      functions[(random >> 33) % N_FUNCTIONS] ();
    }

  return data;
}

KEPT static void *
load_again (void *data)
{
  const char *path = data;

  for (;;)
    {
      void *module = dlopen (path, RTLD_NOW);

      if (module == NULL)
        exit (1);
      dlclose (module);
    }

  return NULL;
}

int
main (int    argc,
      char **argv)
{
  pthread_t thread;

  if (argc < 2)
    return 2;

  target_block_end ();
  for (int i = 0; i < atoi (argv[1]); i++)
    if (pthread_create (&thread, NULL, run_all, NULL) != 0)
      return 1;
  if (argc > 2 && pthread_create (&thread, NULL, load_again, argv[2]) != 0)
    return 1;

  target_ready ();
  target_wait_for_end ();

  return 0;
}
