/* test-stop-sampler.c: how the sampler lets go of threads
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "sampler/stop-sampler.h"
#include "support/program.h"
#include "support/python-target.h"
#include "support/sampling.h"
#include "support/threads.h"
#include "target/thread.h"

#define TICK_NS (SONDE_NS_PER_SECOND / 100)
#define WAIT_STEP_US 1000
#define WAIT_STEPS 5000

/* How often a thread is looked at for the first time, how long it runs before, how long the list of
 * the threads takes, and how often another program may take the CPU just when the thread is asked.
 */
#define N_FIRST_LOOKS 50
#define N_ASLEEP_MAX 2
#define RUN_US 2000
#define LIST_US 100

/* For how long threads are waited for at the end, and how long others run meanwhile at least, where
 * there are more than CPUs too.
 */
#define LET_GO_NS SONDE_NS_PER_SECOND
#define RAN_NS (SONDE_NS_PER_SECOND / 20)

/* One that a dead test left behind ends by itself. */
#define LIFE_S 60

static gboolean
on_captured_with_codes_cb (SondeSampledThread *thread,
                           const SondeCapture *capture,
                           SondeThreadState    state,
                           guint64             n_ticks,
                           guint64             ns,
                           gboolean            is_final,
                           gpointer            data)
{
  guint *n_frames = data;

  if (capture->codes != NULL)
    *n_frames = capture->codes->depth;

  return TRUE;
}

/* A thread that sleeps on when its Python is found has its frames from then on. */
static void
test_stop_sampler_python_later (void)
{
  SondeSamplerClient with_codes = test_sampler_client;
  g_autoptr(GPtrArray) pythons = pythons_list ();
  g_autoptr(SondeStopSampler) sampler = NULL;
  TestPythonTarget target;
  SondeTick tick = { .period_ns = TICK_NS };
  guint n_frames = 0;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  with_codes.captured = on_captured_with_codes_cb;
  g_assert_cmpuint (pythons->len, >, 0);
  test_python_target_init (&target, g_ptr_array_index (pythons, pythons->len - 1),
                           "import os, time\n"
                           "os.write(1, b'ready \\n')\n"
                           "time.sleep(600)\n");
  test_wait_for_state (target.program->pid, SONDE_THREAD_STATE_SLEEPING);
  g_assert_true (sonde_python_refresh (target.python));
  sampler = sonde_stop_sampler_new (target.program->pid, FALSE, &with_codes, &n_frames);

  for (guint i = 0; i < 20; i++)
    {
      if (i == 10)
        sonde_stop_sampler_set_python (sampler, target.python);
      tick.turn_ns = tick.now_ns = sonde_clock_now_ns ();
      sonde_stop_sampler_look (sampler, &tick);
      test_sampler_collect_all (sampler);
    }

  g_assert_cmpuint (n_frames, ==, 1);
  sonde_stop_sampler_finish (sampler);
  test_python_target_clear (&target);
}

/* Asks a deep sleeper, which does not come to a stop by the end. */
static SondeStopSampler *
finish_without_stop (pid_t *pid,
                     int   *gate_fd)
{
  g_autoptr(SondeStopSampler) sampler = NULL;
  SondeTick tick = { .period_ns = TICK_NS };
  int gate[2];

  g_assert_cmpint (pipe (gate), ==, 0);
  *pid = fork ();
  if (*pid == 0)
    test_sleep_deeply (gate);

  g_assert_cmpint (*pid, >, 0);
  close (gate[0]);
  *gate_fd = gate[1];
  test_wait_for_state (*pid, SONDE_THREAD_STATE_IO);

  sampler = sonde_stop_sampler_new (*pid, FALSE, &test_sampler_client, NULL);
  tick.now_ns = sonde_clock_now_ns ();
  test_sampler_look_at_all (sampler, &tick);
  g_assert_true (sonde_stop_sampler_has_asked (sampler));
  sonde_stop_sampler_finish (sampler);
  g_assert_false (sonde_stop_sampler_has_asked (sampler));

  return g_steal_pointer (&sampler);
}

/* One that comes to its stop only after the end does not stand still for as long as we live. */
static void
test_stop_sampler_late_stop (void)
{
  g_autoptr(SondeStopSampler) sampler = NULL;
  pid_t pid;
  int gate_fd;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  sampler = finish_without_stop (&pid, &gate_fd);
  sonde_stop_sampler_let_late_go (sampler);
  g_assert_cmpint (test_read_state (pid), ==, SONDE_THREAD_STATE_IO);

  close (gate_fd);
  test_wait_for_state (pid, SONDE_THREAD_STATE_STOPPED);
  sonde_stop_sampler_let_late_go (sampler);
  test_wait_for_state (pid, SONDE_THREAD_STATE_SLEEPING);

  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

G_NORETURN static void *
work_for_ever (void *data)
{
  for (;;)
    ;
}

/* Two threads work, and the last one sleeps where it cannot come to a stop. @fds are both ends of a
 * gate, and where to tell which one that is.
 */
G_NORETURN static void
work_beside_sleeper (int fds[3])
{
  pthread_t thread;

  if (pthread_create (&thread, NULL, work_for_ever, NULL) != 0 ||
      pthread_create (&thread, NULL, test_sleep_deeply_cb, fds) != 0)
    _exit (1);

  work_for_ever (NULL);
}

/* Threads that stand still are let go at the end while another one is still waited for. */
static void
test_stop_sampler_late_alone (void)
{
  g_autoptr(SondeStopSampler) sampler = NULL;
  g_autoptr(GArray) before = NULL;
  g_autoptr(GArray) after = NULL;
  SondeTick tick = { .period_ns = TICK_NS };
  guint64 begin_ns;
  int gate[2], told[2];
  pid_t pid, tid;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  g_assert_cmpint (pipe (gate), ==, 0);
  g_assert_cmpint (pipe (told), ==, 0);
  pid = fork ();
  if (pid == 0)
    work_beside_sleeper ((int[]) { gate[0], gate[1], told[1] });

  g_assert_cmpint (pid, >, 0);
  g_assert_cmpint (read (told[0], &tid, sizeof tid), ==, sizeof tid);
  test_wait_for_state (tid, SONDE_THREAD_STATE_IO);
  sampler = sonde_stop_sampler_new (pid, FALSE, &test_sampler_client, NULL);
  tick.now_ns = sonde_clock_now_ns ();
  test_sampler_look_at_all (sampler, &tick);
  g_assert_true (sonde_stop_sampler_has_asked (sampler));

  before = test_read_cpu_times (pid);
  begin_ns = sonde_clock_now_ns ();
  sonde_stop_sampler_finish (sampler);
  g_assert_cmpuint (sonde_clock_now_ns () - begin_ns, >=, LET_GO_NS / 2);
  after = test_read_cpu_times (pid);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (g_array_index (after, guint64, i), >=,
                      g_array_index (before, guint64, i) + RAN_NS);

  /* The last one is ours until it is buried. */
  kill (pid, SIGKILL);
  for (guint i = 0; i < WAIT_STEPS && waitpid (pid, NULL, WNOHANG) != pid; i++)
    {
      g_usleep (WAIT_STEP_US);
      sonde_stop_sampler_let_late_go (sampler);
    }
  g_assert_cmpint (kill (pid, 0), ==, -1);
  for (guint i = 0; i < 2; i++)
    {
      close (gate[i]);
      close (told[i]);
    }
}

/* One that ends instead is not kept from its parent. */
static void
test_stop_sampler_late_end (void)
{
  g_autoptr(SondeStopSampler) sampler = NULL;
  siginfo_t info = { 0 };
  pid_t pid;
  int gate_fd;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  sampler = finish_without_stop (&pid, &gate_fd);
  kill (pid, SIGKILL);
  g_assert_cmpint (waitid (P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), ==, 0);
  sonde_stop_sampler_let_late_go (sampler);

  /* The tracer is the parent here, so that nothing is left to wait for. */
  g_assert_cmpint (waitpid (pid, NULL, WNOHANG), ==, -1);
  close (gate_fd);
}

/* One that ends between the question and its stop is not kept from its parent. */
static void
test_stop_sampler_finish_buries (void)
{
  g_autoptr(SondeStopSampler) sampler = NULL;
  siginfo_t info = { 0 };
  SondeTick tick = { .period_ns = TICK_NS };
  pid_t pid;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  pid = fork ();
  if (pid == 0)
    for (;;)
      ;

  g_assert_cmpint (pid, >, 0);
  sampler = sonde_stop_sampler_new (pid, FALSE, &test_sampler_client, NULL);
  tick.now_ns = sonde_clock_now_ns ();
  test_sampler_look_at_all (sampler, &tick);
  g_assert_true (sonde_stop_sampler_has_asked (sampler));

  kill (pid, SIGKILL);
  g_assert_cmpint (waitid (P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), ==, 0);
  sonde_stop_sampler_finish (sampler);

  /* The tracer is the parent here, so that nothing is left to wait for. */
  g_assert_cmpint (waitpid (pid, NULL, WNOHANG), ==, -1);
}

static void
on_thread_listed_cb (SondeSampledThread *thread,
                     gpointer            data)
{
  g_usleep (LIST_US);
}

static gboolean
on_first_captured_cb (SondeSampledThread *thread,
                      const SondeCapture *capture,
                      SondeThreadState    state,
                      guint64             n_ticks,
                      guint64             ns,
                      gboolean            is_final,
                      gpointer            data)
{
  SondeThreadState *seen = data;

  *seen = state;

  return TRUE;
}

/* As what a first look finds a thread, if the CPU is given away while the threads are listed. */
static SondeThreadState
look_once (pid_t pid)
{
  g_autoptr(SondeStopSampler) sampler = NULL;
  SondeSamplerClient slow = test_sampler_client;
  SondeThreadState seen = SONDE_THREAD_STATE_STOPPED;
  SondeTick tick = { .period_ns = TICK_NS };

  slow.thread_appeared = on_thread_listed_cb;
  slow.captured = on_first_captured_cb;
  sampler = sonde_stop_sampler_new (pid, FALSE, &slow, &seen);
  g_usleep (RUN_US);

  tick.now_ns = sonde_clock_now_ns ();
  tick.turn_ns = tick.now_ns;
  sonde_stop_sampler_look (sampler, &tick);
  test_sampler_collect_all (sampler);

  g_assert_cmpint (seen, !=, SONDE_THREAD_STATE_STOPPED);

  return seen;
}

/* One that loses its CPU while the threads are listed has not been asleep before. */
static void
test_stop_sampler_first_look (void)
{
  guint n_asleep = 0;
  cpu_set_t all;
  pid_t pid;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  test_stay_on_cpu (&all);
  pid = fork ();
  if (pid == 0)
    for (alarm (LIFE_S);;)
      ;

  g_assert_cmpint (pid, >, 0);
  for (guint i = 0; i < N_FIRST_LOOKS; i++)
    n_asleep += look_once (pid) == SONDE_THREAD_STATE_SLEEPING;
  g_assert_cmpint (sched_setaffinity (0, sizeof all, &all), ==, 0);

  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  g_assert_cmpuint (n_asleep, <=, N_ASLEEP_MAX);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/stop-sampler/python-later", test_stop_sampler_python_later);
  g_test_add_func ("/live/stop-sampler/finish-buries", test_stop_sampler_finish_buries);
  g_test_add_func ("/live/stop-sampler/first-look", test_stop_sampler_first_look);
  g_test_add_func ("/live/stop-sampler/late-alone", test_stop_sampler_late_alone);
  g_test_add_func ("/live/stop-sampler/late-end", test_stop_sampler_late_end);
  g_test_add_func ("/live/stop-sampler/late-stop", test_stop_sampler_late_stop);
  return g_test_run ();
}
