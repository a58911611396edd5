/* test-stop-work.c: what the stop sampler does between asking threads and the next tick
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "sampler/stop-sampler.h"
#include "support/program.h"
#include "support/sampling.h"

#define TICK_NS (SONDE_NS_PER_SECOND / 100)

/* More than are looked at in one tick. */
#define N_SLEEPERS 200

#define LIFE_S 60

/* Others wait for signals, and the last one sleeps where it cannot come to a stop. @fds are both
 * ends of a gate, and where to tell which one that is.
 */
G_NORETURN static void
wait_beside_sleeper (int fds[3])
{
  pthread_t thread;

  for (guint i = 0; i < 2; i++)
    if (pthread_create (&thread, NULL, test_wait_for_ever, NULL) != 0)
      _exit (1);
  if (pthread_create (&thread, NULL, test_sleep_deeply_cb, fds) != 0)
    _exit (1);

  test_wait_for_ever (NULL);
}

/* Of a client that takes its time. */
typedef struct
{
  pid_t sleeper;  /* that is asked to stop, and does so while another capture is taken in */
  int   gate_fd;
  guint n_others; /* taken in after it was asked */
} Slow;

static gboolean
on_captured_slowly_cb (SondeSampledThread *thread,
                       const SondeCapture *capture,
                       SondeThreadState    state,
                       guint64             n_ticks,
                       guint64             ns,
                       gboolean            is_final,
                       gpointer            data)
{
  Slow *slow = data;

  if (thread->thread.tid == slow->sleeper)
    return is_final;

  slow->n_others++;
  if (slow->n_others == 1)
    {
      close (slow->gate_fd);
      test_wait_for_state (slow->sleeper, SONDE_THREAD_STATE_STOPPED);
    }
  else
    {
      g_assert_cmpint (test_read_state (slow->sleeper), !=, SONDE_THREAD_STATE_STOPPED);
    }

  return TRUE;
}

/* Not even when the client has more to do is a thread kept longer than one capture takes. */
static void
test_stop_work_between_captures (void)
{
  g_autoptr(SondeStopSampler) sampler = NULL;
  SondeSamplerClient taking_time = test_sampler_client;
  SondeTick tick = { .period_ns = TICK_NS };
  Slow slow = { 0 };
  int gate[2], told[2];
  pid_t pid;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  g_assert_cmpint (pipe (gate), ==, 0);
  g_assert_cmpint (pipe (told), ==, 0);
  pid = fork ();
  if (pid == 0)
    wait_beside_sleeper ((int[]) { gate[0], gate[1], told[1] });

  g_assert_cmpint (pid, >, 0);
  slow.gate_fd = gate[1];
  g_assert_cmpint (read (told[0], &slow.sleeper, sizeof slow.sleeper), ==, sizeof slow.sleeper);
  test_wait_for_state (slow.sleeper, SONDE_THREAD_STATE_IO);
  taking_time.captured = on_captured_slowly_cb;
  sampler = sonde_stop_sampler_new (pid, FALSE, &taking_time, &slow);
  tick.now_ns = sonde_clock_now_ns ();
  sonde_stop_sampler_look (sampler, &tick);
  test_sampler_collect_all (sampler);

  /* It is asked before the others are taken in: the last thread is looked at first. */
  g_assert_cmpuint (slow.n_others, ==, 3);
  sonde_stop_sampler_finish (sampler);
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  close (gate[0]);
  close (told[0]);
  close (told[1]);
}

G_NORETURN static void
wait_in_threads (guint count)
{
  pthread_t thread;

  alarm (LIFE_S);
  for (guint i = 0; i < count; i++)
    if (pthread_create (&thread, NULL, test_wait_for_ever, NULL) != 0)
      _exit (1);

  test_wait_for_ever (NULL);
}

static void
on_lost_counted_cb (SondeSampledThread *thread,
                    SondeLoss           loss,
                    guint64             n_ticks,
                    gpointer            data)
{
  guint64 *n_lost = data;

  *n_lost += n_ticks;
}

static gboolean
on_captured_finally_cb (SondeSampledThread *thread,
                        const SondeCapture *capture,
                        SondeThreadState    state,
                        guint64             n_ticks,
                        guint64             ns,
                        gboolean            is_final,
                        gpointer            data)
{
  return TRUE;
}

/* Of many sleepers only some are looked at in a tick. What is captured anew, since the map changed,
 * slept all the while nevertheless.
 */
static void
test_stop_work_forget_sleepers (void)
{
  g_autoptr(SondeStopSampler) sampler = NULL;
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  SondeSamplerClient counting = test_sampler_client;
  SondeTick tick = { .period_ns = TICK_NS };
  guint64 n_lost = 0;
  pid_t pid;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  pid = fork ();
  if (pid == 0)
    wait_in_threads (N_SLEEPERS);

  g_assert_cmpint (pid, >, 0);
  while (tids->len < N_SLEEPERS + 1)
    {
      g_array_set_size (tids, 0);
      g_assert_true (sonde_threads_list (pid, tids));
    }
  for (guint i = 0; i < tids->len; i++)
    test_wait_for_state (g_array_index (tids, pid_t, i), SONDE_THREAD_STATE_SLEEPING);

  counting.captured = on_captured_finally_cb;
  counting.lost = on_lost_counted_cb;
  sampler = sonde_stop_sampler_new (pid, FALSE, &counting, &n_lost);
  tick.now_ns = sonde_clock_now_ns ();
  for (guint i = 0; i < 100; i++)
    {
      if (i % 40 == 39)
        sonde_stop_sampler_forget (sampler);
      tick.now_ns += TICK_NS;
      tick.turn_ns = tick.now_ns;
      sonde_stop_sampler_look (sampler, &tick);
      test_sampler_collect_all (sampler);
    }

  g_assert_cmpuint (n_lost, ==, 0);
  sonde_stop_sampler_finish (sampler);
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/stop-work/between-captures", test_stop_work_between_captures);
  g_test_add_func ("/live/stop-work/forget-sleepers", test_stop_work_forget_sleepers);
  return g_test_run ();
}
