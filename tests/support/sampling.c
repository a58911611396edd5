/* sampling.c: threads to be sampled, and a client that wants nothing of it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/sampling.h"

#include <unistd.h>

#include "target/thread.h"

#define WAIT_STEP_US 1000
#define WAIT_STEPS 5000

#define LIFE_S 60

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
  return is_final;
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

const SondeSamplerClient test_sampler_client = {
  .thread_appeared = on_thread_cb,
  .thread_renamed = on_thread_cb,
  .thread_ended = on_thread_cb,
  .captured = on_captured_cb,
  .repeated = on_repeated_cb,
  .lost = on_lost_cb,
};

SondeThreadState
test_read_state (pid_t tid)
{
  SondeThreadState state = SONDE_THREAD_STATE_STOPPED;
  SondeThread thread;

  sonde_thread_open (&thread, tid, tid);
  g_assert_true (sonde_thread_read_state (&thread, &state));
  sonde_thread_close (&thread);

  return state;
}

void
test_wait_for_state (pid_t            tid,
                     SondeThreadState state)
{
  for (guint i = 0; i < WAIT_STEPS && test_read_state (tid) != state; i++)
    g_usleep (WAIT_STEP_US);

  g_assert_cmpint (test_read_state (tid), ==, state);
}

void
test_sampler_look_at_all (SondeStopSampler *sampler,
                          const SondeTick  *tick)
{
  sonde_stop_sampler_look (sampler, tick);
  while (sonde_stop_sampler_proceed (sampler))
    ;
}

void
test_sampler_collect_all (SondeStopSampler *sampler)
{
  for (guint n_waits = 0; n_waits < WAIT_STEPS;)
    {
      if (sonde_stop_sampler_collect (sampler) || sonde_stop_sampler_proceed (sampler))
        continue;

      if (!sonde_stop_sampler_has_asked (sampler))
        return;

      g_usleep (WAIT_STEP_US);
      n_waits++;
    }

  g_assert_not_reached ();
}

G_NORETURN void *
test_wait_for_ever (void *data)
{
  for (;;)
    pause ();
}

G_NORETURN void
test_sleep_deeply (const int gate[2])
{
  char ignored;

  alarm (LIFE_S);
  close (gate[1]);
  if (vfork () == 0)
    {
      if (read (gate[0], &ignored, 1) != 0)
        _exit (1);
      _exit (0);
    }

  for (;;)
    pause ();
}

G_NORETURN void *
test_sleep_deeply_cb (void *data)
{
  const int *fds = data;
  pid_t tid = gettid ();

  if (write (fds[2], &tid, sizeof tid) != sizeof tid)
    _exit (1);
  test_sleep_deeply (fds);
}
