/* test-placement.c: on which CPUs our threads run
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "base/placement.h"

#define SETTLE_US (5 * G_USEC_PER_SEC)

/* Another thread, which tells where it may run as often as it is asked. */
typedef struct
{
  GAsyncQueue *questions;
  GAsyncQueue *answers;
  int          cpu; /* that it binds itself to; -1 for none */
} Other;

static cpu_set_t
read_own (void)
{
  cpu_set_t cpus;

  g_assert_cmpint (sched_getaffinity (0, sizeof cpus, &cpus), ==, 0);

  return cpus;
}

static gpointer
answer_cb (gpointer data)
{
  Other *other = data;

  if (other->cpu >= 0)
    g_assert_true (sonde_placement_pin (other->cpu));

  while (GPOINTER_TO_INT (g_async_queue_pop (other->questions)) > 0)
    {
      cpu_set_t cpus = read_own ();

      g_async_queue_push (other->answers, g_memdup2 (&cpus, sizeof cpus));
    }

  sonde_placement_unpin ();

  return NULL;
}

static GThread *
start_other (Other *other,
             int    cpu)
{
  other->questions = g_async_queue_new ();
  other->answers = g_async_queue_new ();
  other->cpu = cpu;

  return g_thread_new ("other", answer_cb, other);
}

static void
end_other (Other   *other,
           GThread *thread)
{
  g_async_queue_push (other->questions, GINT_TO_POINTER (-1));
  g_thread_join (thread);
  g_async_queue_unref (other->questions);
  g_async_queue_unref (other->answers);
}

static void
assert_other (Other           *other,
              const cpu_set_t *expected)
{
  g_autofree cpu_set_t *cpus = NULL;

  g_async_queue_push (other->questions, GINT_TO_POINTER (1));
  cpus = g_async_queue_pop (other->answers);
  g_assert_true (CPU_EQUAL (cpus, expected));
}

/* At first it may wait for the thread that watches over it. */
static void
avoid (const cpu_set_t *taken,
       const cpu_set_t *expected)
{
  gint64 give_up_us = g_get_monotonic_time () + SETTLE_US;
  cpu_set_t here;

  do
    {
      sonde_placement_avoid (taken);
      here = read_own ();
    }
  while (!CPU_EQUAL (&here, expected) && g_get_monotonic_time () < give_up_us);

  g_assert_true (CPU_EQUAL (&here, expected));
}

/* The first CPU that we may use, and the others. FALSE if there is one only. */
static gboolean
find_cpus (int       *first,
           cpu_set_t *others)
{
  *others = read_own ();
  for (*first = 0; !CPU_ISSET (*first, others); ++*first)
    ;
  CPU_CLR (*first, others);
  if (CPU_COUNT (others) > 0)
    return TRUE;

  g_test_skip ("there is one CPU only");

  return FALSE;
}

static void
test_placement_avoid (void)
{
  cpu_set_t all = read_own ();
  cpu_set_t taken, others, here;
  GThread *threads[2];
  Other free_one, pinned;
  int first;

  if (!find_cpus (&first, &others))
    return;

  CPU_ZERO (&taken);
  CPU_SET (first, &taken);
  threads[0] = start_other (&free_one, -1);
  threads[1] = start_other (&pinned, first);
  assert_other (&free_one, &all);
  assert_other (&pinned, &taken);

  avoid (&taken, &others);
  assert_other (&free_one, &others);
  assert_other (&pinned, &taken);

  /* Then there is nowhere to go. */
  sonde_placement_avoid (&all);
  here = read_own ();
  g_assert_true (CPU_EQUAL (&here, &all));
  assert_other (&free_one, &all);
  assert_other (&pinned, &taken);

  /* One that runs on the only CPU that is left may be there because it is bound to it. */
  avoid (&others, &taken);
  assert_other (&free_one, &taken);
  sonde_placement_restore ();
  here = read_own ();
  g_assert_true (CPU_EQUAL (&here, &all));
  assert_other (&free_one, &all);
  assert_other (&pinned, &taken);

  end_other (&free_one, threads[0]);
  end_other (&pinned, threads[1]);
}

/* Where they were starved of a CPU they do not go back to at once. */
static void
test_placement_escape (void)
{
  cpu_set_t all = read_own ();
  cpu_set_t taken, others;
  Other other;
  GThread *thread;
  int first;

  if (!find_cpus (&first, &others))
    return;

  CPU_ZERO (&taken);
  CPU_SET (first, &taken);
  thread = start_other (&other, -1);
  avoid (&taken, &others);
  assert_other (&other, &others);
  g_usleep (G_USEC_PER_SEC);
  assert_other (&other, &all);
  sonde_placement_avoid (&taken);
  assert_other (&other, &all);
  end_other (&other, thread);
}

/* A program that we start may run anywhere, wherever we do. */
static void
test_placement_leave (void)
{
  cpu_set_t all = read_own ();
  cpu_set_t taken, others;
  int first, status;
  pid_t pid;

  if (!find_cpus (&first, &others))
    return;

  CPU_ZERO (&taken);
  CPU_SET (first, &taken);
  avoid (&taken, &others);
  pid = fork ();
  if (pid == 0)
    {
      cpu_set_t here;

      sonde_placement_leave ();
      _exit (sched_getaffinity (0, sizeof here, &here) == 0 && CPU_EQUAL (&here, &all) ? 0 : 1);
    }

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
  sonde_placement_restore ();
}

/* Where a user wants us to run is where we stay. */
static void
test_placement_bound_from_outside (void)
{
  cpu_set_t all = read_own ();
  cpu_set_t one, others, here;
  int first;

  if (!find_cpus (&first, &others))
    return;

  CPU_ZERO (&one);
  CPU_SET (first, &one);
  g_assert_cmpint (sched_setaffinity (0, sizeof one, &one), ==, 0);
  sonde_placement_avoid (&one);
  here = read_own ();
  g_assert_true (CPU_EQUAL (&here, &one));
  sonde_placement_avoid (&others);
  here = read_own ();
  g_assert_true (CPU_EQUAL (&here, &one));
  sonde_placement_restore ();
  here = read_own ();
  g_assert_true (CPU_EQUAL (&here, &one));
  g_assert_cmpint (sched_setaffinity (0, sizeof all, &all), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/placement/avoid", test_placement_avoid);
  g_test_add_func ("/base/placement/leave", test_placement_leave);
  g_test_add_func ("/base/placement/bound-from-outside", test_placement_bound_from_outside);
  /* Last: avoid() does nothing for a while after it. */
  g_test_add_func ("/base/placement/escape", test_placement_escape);
  return g_test_run ();
}
