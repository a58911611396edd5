/* test-states.c: "on CPU" and "ready" are split as the kernel splits them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernel adds up for each thread how long it ran and how long it waited for a CPU. What Sonde
 * shows of a thread must agree with that. The kernel counts a wait for Sonde too, which Sonde does
 * not show; nobody waits for it longer than it runs.
 */

#include "config.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "support/program.h"
#include "support/threads.h"

#define WAIT_US (10 * G_USEC_PER_SEC)
#define SETTLE_US (G_USEC_PER_SEC / 2)
#define MEASURE_US (4 * G_USEC_PER_SEC)

/* How far the share of a few thousand samples may be from that of the time. On a CPU that they
 * share the target runs rather just after a turn of Sonde's than at another time, and so at the
 * next tick, too: where another program takes half of that CPU, 0.13.
 */
#define MISSED_SHARE_MAX 0.2
#define ADDED_SHARE_MAX 0.08

#define SAMPLES_MIN 500

/* Of a thread that never sleeps. How often it slept before is not known of the first samples. */
#define ASLEEP_SHARE_MAX 0.002

/* Of all the time that a thread could run, the share in which it had no CPU. */
static double
get_ready_share (double running,
                 double ready)
{
  return running + ready > 0 ? ready / (running + ready) : 0;
}

static SondeSnapshot *
take_snapshot (SondeEngine *engine)
{
  SondeSnapshot *snapshot = sonde_engine_wait_snapshot (engine, WAIT_US);

  g_assert_nonnull (snapshot);
  g_assert_cmpint (snapshot->state, ==, SONDE_SESSION_SAMPLING);

  return snapshot;
}

/* @sonde_ns is CPU time of ours. */
static void
check_thread (const SondeThreadFigures *thread,
              const TestRuns           *before,
              const TestRuns           *after,
              guint64                   sonde_ns)
{
  double ran = (double) (after->ran_ns - before->ran_ns);
  double waited = (double) (after->waited_ns - before->waited_ns);
  double most = get_ready_share (ran, waited);
  double least = get_ready_share (ran, MAX (waited - (double) sonde_ns, 0));
  double running = (double) thread->state_count[SONDE_THREAD_STATE_RUNNING];
  double ready = (double) thread->state_count[SONDE_THREAD_STATE_READY];
  double seen = get_ready_share (running, ready);

  g_test_message ("%s: ready for %.3f to %.3f of its time, seen ready %.3f of %.0f times",
                  thread->name, least, most, seen, running + ready);
  g_assert_cmpfloat (running + ready, >=, SAMPLES_MIN);
  g_assert_cmpfloat (seen, >=, least - MISSED_SHARE_MAX);
  g_assert_cmpfloat (seen, <=, most + ADDED_SHARE_MAX);
}

static void
check_threads (SondeEngine *engine,
               pid_t        pid)
{
  g_autoptr(SondeSnapshot) first = NULL;
  g_autoptr(SondeSnapshot) last = NULL;
  g_autofree TestRuns *before = NULL;
  guint64 sonde_ns;

  sonde_engine_reset (engine);
  first = take_snapshot (engine);
  before = g_new0 (TestRuns, first->n_threads);
  for (guint i = 0; i < first->n_threads; i++)
    before[i] = test_read_runs (pid, first->threads[i].tid);

  sonde_ns = sonde_clock_process_cpu_ns (getpid ());
  g_usleep (MEASURE_US);
  last = take_snapshot (engine);
  sonde_ns = sonde_clock_process_cpu_ns (getpid ()) - sonde_ns;
  g_assert_cmpuint (last->n_threads, ==, first->n_threads);
  for (guint i = 0; i < last->n_threads; i++)
    {
      TestRuns after = test_read_runs (pid, last->threads[i].tid);

      /* The first thread of several only waits for the others. */
      if (last->n_threads == 1 || last->threads[i].tid != pid)
        check_thread (&last->threads[i], &before[i], &after, sonde_ns);
    }
}

static void
measure (const char *name,
         const char *argument)
{
  g_autoptr(TestProgram) target = test_target_start (name, argument, NULL);
  g_autoptr(SondeEngine) engine = NULL;
  SondeSettings settings;

  sonde_settings_init (&settings);
  engine = sonde_engine_new_attach (target->pid, 0, &settings);
  sonde_settings_clear (&settings);

  /* It is attached and knows all threads then. */
  g_usleep (SETTLE_US);

  check_threads (engine, target->pid);
}

/* Where the sampler takes its turns on the target's own CPU, alone on it otherwise. */
static void
test_states_one_cpu (void)
{
  cpu_set_t all;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  test_stay_on_cpu (&all);
  measure ("naps", NULL);
  g_assert_cmpint (sched_setaffinity (0, sizeof all, &all), ==, 0);
}

static void
test_states_crowded (void)
{
  g_autofree char *count = test_dup_number (2 * (gint64) g_get_num_processors ());

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  measure ("shares", count);
}

/* Without it the kernel gives nobody real-time priority, as it does not to an ordinary user. */
static void
set_nice_capability (gboolean is_set)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
  guint32 mask = CAP_TO_MASK (CAP_SYS_NICE);

  g_assert_cmpint (syscall (SYS_capget, &header, data), ==, 0);
  if (is_set)
    data[0].effective |= mask & data[0].permitted;
  else
    data[0].effective &= ~mask;
  g_assert_cmpint (syscall (SYS_capset, &header, data), ==, 0);
}

static double
get_asleep_share (pid_t pid)
{
  g_autoptr(SondeEngine) engine = NULL;
  g_autoptr(SondeSnapshot) snapshot = NULL;
  SondeSettings settings;
  double share;

  sonde_settings_init (&settings);
  engine = sonde_engine_new_attach (pid, 0, &settings);
  sonde_settings_clear (&settings);
  g_usleep (MEASURE_US);
  snapshot = take_snapshot (engine);
  g_assert_cmpuint (snapshot->sample_count, >=, SAMPLES_MIN);
  share = (double) snapshot->state_count[SONDE_THREAD_STATE_SLEEPING] /
          (double) snapshot->sample_count;
  g_test_message ("asleep in %.3f of %" G_GUINT64_FORMAT " samples", share,
                  snapshot->sample_count);

  return share;
}

/* One that makes system calls all the time is displaced before it is asked, sometimes too late. */
static void
test_states_never_asleep (void)
{
  g_autoptr(TestProgram) target = NULL;
  double share;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("calls", "300", NULL);
  set_nice_capability (FALSE);
  share = get_asleep_share (target->pid);
  set_nice_capability (TRUE);

  g_assert_cmpfloat (share, <=, ASLEEP_SHARE_MAX);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/states/one-cpu", test_states_one_cpu);
  g_test_add_func ("/live/states/crowded", test_states_crowded);
  g_test_add_func ("/live/states/never-asleep", test_states_never_asleep);
  return g_test_run ();
}
