/* test-thread.c: what /proc shows of a thread
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "target/thread.h"

#define N_FILES 64
#define N_THREADS 200
#define N_SLEEPS 10

static void
test_thread_own (void)
{
  SondeThread thread;
  SondeThreadRuns runs;
  SondeThreadState state;

  sonde_thread_open (&thread, getpid (), getpid ());
  g_assert_true (sonde_thread_read_runs (&thread, &runs));
  g_assert_cmpuint (runs.count, >, 0);
  g_assert_true (sonde_thread_read_state (&thread, &state));
  g_assert_cmpint (state, ==, SONDE_THREAD_STATE_RUNNING);
  sonde_thread_close (&thread);
}

static void
test_thread_sleeps (void)
{
  SondeThread thread;
  guint64 before = 0;
  guint64 after = 0;

  sonde_thread_open (&thread, getpid (), getpid ());
  g_assert_true (sonde_thread_read_sleeps (&thread, &before));
  for (guint i = 0; i < N_SLEEPS; i++)
    g_usleep (100);
  g_assert_true (sonde_thread_read_sleeps (&thread, &after));
  g_assert_cmpuint (after - before, >=, N_SLEEPS);
  sonde_thread_close (&thread);
}

static void
test_thread_gone (void)
{
  SondeThread thread;
  SondeThreadRuns runs;
  SondeThreadWait wait;
  SondeThreadState state;
  char name[SONDE_THREAD_NAME_BYTES];
  guint64 count;

  sonde_thread_open (&thread, 0x7ffffff, 0x7ffffff);
  g_assert_false (sonde_thread_read_runs (&thread, &runs));
  g_assert_false (sonde_thread_read_wait (&thread, &wait));
  g_assert_false (sonde_thread_read_state (&thread, &state));
  g_assert_false (sonde_thread_read_sleeps (&thread, &count));
  sonde_thread_read_name (&thread, name);
  g_assert_cmpstr (name, ==, "");
  sonde_thread_close (&thread);
}

/* A target may have more threads than we may have files open. */
static void
test_thread_more_than_files (void)
{
  const struct rlimit few = { .rlim_cur = N_FILES, .rlim_max = N_FILES };
  SondeThread threads[N_THREADS];

  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &few), ==, 0);

  for (guint i = 0; i < N_THREADS; i++)
    {
      SondeThreadRuns runs;
      SondeThreadWait wait;

      sonde_thread_open (&threads[i], getpid (), getpid ());
      g_assert_true (sonde_thread_read_runs (&threads[i], &runs));
      g_assert_true (sonde_thread_read_wait (&threads[i], &wait));
    }

  for (guint i = 0; i < N_THREADS; i++)
    sonde_thread_close (&threads[i]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/target/thread/own", test_thread_own);
  g_test_add_func ("/target/thread/sleeps", test_thread_sleeps);
  g_test_add_func ("/target/thread/gone", test_thread_gone);
  g_test_add_func ("/target/thread/more-than-files", test_thread_more_than_files);
  return g_test_run ();
}
