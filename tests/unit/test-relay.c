/* test-relay.c: work that goes from CPU to CPU
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <glib.h>

#include "base/clock.h"
#include "sampler/relay.h"
#include "target/thread.h"

#define N_STAGES 200
#define STEP_NS 200000
#define N_ENDS 200
#define N_ANNOUNCED 100
/* More CPUs than a machine has. */
#define NO_CPU 1000

typedef struct
{
  GArray  *cpus;    /* of int: where it goes, in turn */
  guint64  step_ns; /* between two stages */
  guint64  due_ns;  /* of the stage under way */
  guint    n_stages; /* atomic */
  guint    n_wrong;  /* stages that were early or not on their CPU; atomic */
} Course;

/* Those on which this process may run. */
static GArray *
list_cpus (void)
{
  GArray *cpus = g_array_new (FALSE, FALSE, sizeof (int));
  cpu_set_t set;

  g_assert_cmpint (sched_getaffinity (0, sizeof set, &set), ==, 0);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET (cpu, &set))
      g_array_append_val (cpus, cpu);

  return cpus;
}

static SondeRelay *
start_relay (int           cpu,
             SondeRelayRun run,
             gpointer      data)
{
  return sonde_relay_new (cpu, N_ANNOUNCED, run, data);
}

static SondeStage
run_stage_cb (SondeRelay *relay,
              int         cpu,
              gpointer    data)
{
  Course *course = data;
  guint n = g_atomic_int_get (&course->n_stages);
  SondeStage next;

  if (sonde_clock_now_ns () < course->due_ns || sched_getcpu () != cpu)
    g_atomic_int_inc (&course->n_wrong);

  course->due_ns = sonde_clock_now_ns () + course->step_ns;
  next.cpu = g_array_index (course->cpus, int, (n + 1) % course->cpus->len);
  next.due_ns = course->due_ns;
  g_atomic_int_inc (&course->n_stages);

  return next;
}

static void
wait_for_stages (Course *course,
                 guint   n)
{
  while ((guint) g_atomic_int_get (&course->n_stages) < n)
    g_usleep (1000);
}

/* Each stage is on its CPU, not before it is due. */
static void
test_relay_course (void)
{
  g_autoptr(GArray) cpus = list_cpus ();
  Course course = { .cpus = cpus, .step_ns = STEP_NS };
  g_autoptr(SondeRelay) relay = start_relay (g_array_index (cpus, int, 0), run_stage_cb,
                                                 &course);

  wait_for_stages (&course, N_STAGES);
  g_assert_cmpuint (g_atomic_int_get (&course.n_wrong), ==, 0);
  g_assert_false (sonde_relay_has_failed (relay));
  g_assert_cmpuint (sonde_relay_get_cpu_ns (relay), >, 0);
  g_clear_pointer (&relay, sonde_relay_free);
}

/* Where it may not run it goes on where it was, and says so. */
static void
test_relay_barred (void)
{
  g_autoptr(GArray) cpus = list_cpus ();
  const int no_cpu = NO_CPU;
  int cpu = g_array_index (cpus, int, 0);
  Course course = { .cpus = cpus, .step_ns = STEP_NS };
  SondeRelay *relay;

  g_array_set_size (cpus, 1);
  g_array_append_val (cpus, no_cpu);
  relay = start_relay (cpu, run_stage_cb, &course);
  wait_for_stages (&course, 10);
  g_assert_true (sonde_relay_has_failed (relay));
  sonde_relay_free (relay);

  relay = start_relay (no_cpu, run_stage_cb, &course);
  while (!sonde_relay_has_failed (relay))
    g_usleep (1000);
  sonde_relay_free (relay);
}

static SondeStage
run_rarely_cb (SondeRelay *relay,
               int         cpu,
               gpointer    data)
{
  guint *n_stages = data;

  g_atomic_int_inc (n_stages);

  return (SondeStage) { .cpu = cpu, .due_ns = sonde_clock_now_ns () + 3600 * SONDE_NS_PER_SECOND };
}

/* It can be ended long before the next stage is due. */
static void
test_relay_ended (void)
{
  g_autoptr(GArray) cpus = list_cpus ();
  guint n_stages = 0;
  guint64 start_ns;
  SondeRelay *relay = start_relay (g_array_index (cpus, int, 0), run_rarely_cb, &n_stages);

  while (g_atomic_int_get (&n_stages) == 0)
    g_usleep (1000);
  start_ns = sonde_clock_now_ns ();
  sonde_relay_free (relay);
  g_assert_cmpuint (sonde_clock_now_ns () - start_ns, <, 10 * SONDE_NS_PER_SECOND);
  g_assert_cmpuint (n_stages, ==, 1);
}

/* Or while a stage is handed over. */
static void
test_relay_ended_on_the_way (void)
{
  g_autoptr(GArray) cpus = list_cpus ();

  for (guint i = 0; i < N_ENDS; i++)
    {
      Course course = { .cpus = cpus, .step_ns = 1 };
      SondeRelay *relay = start_relay (g_array_index (cpus, int, 0), run_stage_cb, &course);

      wait_for_stages (&course, 1 + i % 3);
      sonde_relay_free (relay);
    }
}

typedef struct
{
  GArray  *cpus;     /* of int: where it goes, in turn */
  guint64  due_ns;   /* of the stage under way */
  guint    n_stages; /* atomic */
  guint    n_early;  /* atomic */
} Grid;

static SondeStage
run_on_grid_cb (SondeRelay *relay,
                int         cpu,
                gpointer    data)
{
  Grid *grid = data;
  guint n = (guint) g_atomic_int_get (&grid->n_stages);

  if (sonde_clock_now_ns () < grid->due_ns)
    g_atomic_int_inc (&grid->n_early);

  grid->due_ns += STEP_NS;
  g_atomic_int_inc (&grid->n_stages);

  return (SondeStage) {
    .cpu = g_array_index (grid->cpus, int, (n / 10) % grid->cpus->len), .due_ns = grid->due_ns,
  };
}

/* A stage that was announced is not early, on whichever CPU; those that were not take place too. */
static void
test_relay_announced (void)
{
  g_autoptr(GArray) cpus = list_cpus ();
  Grid grid = { .cpus = cpus, .due_ns = sonde_clock_now_ns () };
  guint64 start_ns = grid.due_ns;
  SondeRelay *relay = start_relay (g_array_index (cpus, int, 0), run_on_grid_cb, &grid);

  for (guint i = 1; i <= N_STAGES; i++)
    while (i % 3 != 0 && !sonde_relay_announce (relay, start_ns + i * STEP_NS))
      g_usleep (1000);

  while ((guint) g_atomic_int_get (&grid.n_stages) < N_STAGES)
    g_usleep (1000);
  sonde_relay_free (relay);
  g_assert_cmpuint (grid.n_early, ==, 0);
}

/* The system call that the only preempter sleeps in, -1 while it does not. */
static gint64
find_call (void)
{
  g_autoptr(GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  gint64 call = -1;

  while ((name = g_dir_read_name (tasks)) != NULL && call < 0)
    {
      char comm[SONDE_THREAD_NAME_BYTES] = "";
      SondeThread thread;
      SondeThreadWait wait;

      sonde_thread_open (&thread, getpid (), atoi (name));
      sonde_thread_read_name (&thread, comm);
      if (g_str_equal (comm, "sonde-preempter") && sonde_thread_read_wait (&thread, &wait) &&
          wait.asleep)
        call = wait.call;
      sonde_thread_close (&thread);
    }

  return call;
}

/* It can be ended while it waits for a stage that was announced, which it does by its alarm. */
static void
test_relay_announced_and_ended (void)
{
  g_autoptr(GArray) cpus = list_cpus ();
  Grid grid = { .cpus = cpus, .due_ns = sonde_clock_now_ns () + 3600 * SONDE_NS_PER_SECOND };
  guint64 due_ns = grid.due_ns + STEP_NS;
  SondeRelay *relay = start_relay (g_array_index (cpus, int, 0), run_on_grid_cb, &grid);
  guint64 start_ns;

  g_assert_true (sonde_relay_announce (relay, due_ns));
  while (g_atomic_int_get (&grid.n_stages) == 0 || find_call () != SYS_read)
    g_usleep (1000);
  start_ns = sonde_clock_now_ns ();
  sonde_relay_free (relay);
  g_assert_cmpuint (sonde_clock_now_ns () - start_ns, <, 10 * SONDE_NS_PER_SECOND);
  g_assert_cmpuint (grid.n_stages, ==, 1);
}

/* It can be ended while a stage is on its way to a CPU where it may not run. */
static void
test_relay_barred_and_ended (void)
{
  g_autoptr(GArray) cpus = list_cpus ();
  const int no_cpu = NO_CPU;

  g_array_set_size (cpus, 1);
  g_array_append_val (cpus, no_cpu);
  for (guint i = 0; i < N_ENDS; i++)
    {
      Course course = { .cpus = cpus, .step_ns = 1 };
      SondeRelay *relay = start_relay (g_array_index (cpus, int, 0), run_stage_cb, &course);

      wait_for_stages (&course, 1 + i % 2);
      sonde_relay_free (relay);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/relay/course", test_relay_course);
  g_test_add_func ("/sampler/relay/barred", test_relay_barred);
  g_test_add_func ("/sampler/relay/ended", test_relay_ended);
  g_test_add_func ("/sampler/relay/ended-on-the-way", test_relay_ended_on_the_way);
  g_test_add_func ("/sampler/relay/announced", test_relay_announced);
  g_test_add_func ("/sampler/relay/announced-and-ended", test_relay_announced_and_ended);
  g_test_add_func ("/sampler/relay/barred-and-ended", test_relay_barred_and_ended);
  return g_test_run ();
}
