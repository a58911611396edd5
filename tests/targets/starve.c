/* starve.c: a library that lets a program have only so many threads
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * To be named in LD_PRELOAD. $STARVE_THREADS threads can be made; each after that fails as it does
 * where the system has no more.
 */

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef int (*CreateFunc) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *);

int
pthread_create (pthread_t            *thread,
                const pthread_attr_t *attributes,
                void               *(*run) (void *),
                void                 *data)
{
  static atomic_int count;
  const char *limit = getenv ("STARVE_THREADS");
  CreateFunc create;

  if (limit != NULL && atomic_fetch_add (&count, 1) >= atoi (limit))
    return EAGAIN;

  *(void **) &create = dlsym (RTLD_NEXT, "pthread_create");

  return create (thread, attributes, run, data);
}
