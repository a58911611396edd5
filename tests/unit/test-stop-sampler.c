/* test-stop-sampler.c: how the sampler lets go of threads
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "sampler/stop-sampler.h"

static void
on_thread_cb (SondeSampledThread *thread,
              gpointer            data)
{
}

static gboolean
on_captured_cb (SondeSampledThread *thread,
                const SondeCapture *capture,
                SondeThreadState    state,
                guint64             n_ticks,
                guint64             ns,
                gboolean            is_final,
                gpointer            data)
{
  return TRUE;
}

static void
on_repeated_cb (SondeSampledThread *thread,
                SondeThreadState    state,
                guint64             n_ticks,
                guint64             ns,
                gpointer            data)
{
}

static void
on_lost_cb (SondeSampledThread *thread,
            SondeLoss           loss,
            guint64             n_ticks,
            gpointer            data)
{
}

static const SondeSamplerClient client = {
  .thread_appeared = on_thread_cb,
  .thread_renamed = on_thread_cb,
  .thread_ended = on_thread_cb,
  .captured = on_captured_cb,
  .repeated = on_repeated_cb,
  .lost = on_lost_cb,
};

/* One that ends between the question and its stop is not kept from its parent. */
static void
test_stop_sampler_finish_buries (void)
{
  g_autoptr(SondeStopSampler) sampler = NULL;
  siginfo_t info = { 0 };
  pid_t pid = fork ();

  if (pid == 0)
    for (;;)
      ;

  g_assert_cmpint (pid, >, 0);
  sampler = sonde_stop_sampler_new (pid, FALSE, &client, NULL);
  sonde_stop_sampler_look (sampler, sonde_clock_now_ns (), 0, SONDE_NS_PER_SECOND / 100);
  if (!sonde_stop_sampler_has_asked (sampler))
    {
      kill (pid, SIGKILL);
      waitpid (pid, NULL, 0);
      g_test_skip ("no process may be traced here");
      return;
    }

  kill (pid, SIGKILL);
  g_assert_cmpint (waitid (P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), ==, 0);
  sonde_stop_sampler_finish (sampler);

  /* The tracer is the parent here, so that nothing is left to wait for. */
  g_assert_cmpint (waitpid (pid, NULL, WNOHANG), ==, -1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/stop-sampler/finish-buries", test_stop_sampler_finish_buries);
  return g_test_run ();
}
