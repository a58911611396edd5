/* test-interruption.c: no system call of the target ends because its thread was stopped
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "sampler/stop-sampler.h"
#include "support/program.h"
#include "support/sampling.h"
#include "target/thread.h"
#include "target/tracee.h"

/* How often each thread is stopped in its call. */
#define N_STOPS 50
/* A million in all, with -m perf. */
#define N_STOPS_PERF 20000
#define N_TICKS 20
#define TICK_NS (SONDE_NS_PER_SECOND / 1000)
#define N_LONG_CALLS 3
#define LONG_CALL_TIMEOUT_US (20 * G_USEC_PER_SEC)
#define STOP_TIMEOUT_US (5 * G_USEC_PER_SEC)

static JsonObject *
finish (TestProgram *target)
{
  JsonObject *report = test_target_finish (target);

  g_test_message ("%" G_GINT64_FORMAT " rounds; this machine does not have: %s",
                  json_object_get_int_member (report, "rounds"),
                  json_object_get_string_member (report, "missing"));
  g_assert_cmpstr (json_object_get_string_member (report, "cut"), ==, "");
  g_assert_cmpint (json_object_get_int_member (report, "interrupted"), ==, 0);

  return report;
}

/* Stops @tid wherever it is, as the sampler does with a thread that goes to sleep just then. One
 * that is let go at the end is not read.
 */
static gboolean
stop_once (pid_t    tid,
           gboolean is_read)
{
  gint64 give_up_us = g_get_monotonic_time () + STOP_TIMEOUT_US;
  guint64 registers[SONDE_N_REGISTERS];
  SondeTraceeOutcome outcome;
  gint64 call;
  int signal = 0;

  if (sonde_tracee_ask (tid) != SONDE_TRACEE_PENDING)
    return FALSE;

  do
    outcome = sonde_tracee_poll (tid, &signal);
  while (outcome == SONDE_TRACEE_PENDING && g_get_monotonic_time () < give_up_us);

  if (outcome != SONDE_TRACEE_OK)
    return FALSE;

  if (is_read)
    g_assert_true (sonde_tracee_read_registers (tid, registers, &call));
  sonde_tracee_release (tid, signal);

  return TRUE;
}

static void
test_interruption_stopped_in_each_call (void)
{
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(JsonObject) report = NULL;
  const guint n_rounds = g_test_perf () ? N_STOPS_PERF : N_STOPS;
  guint n_stops = 0;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("interrupted", NULL);
  g_assert_true (sonde_threads_list (target->pid, tids));
  for (guint i = 0; i < n_rounds; i++)
    for (guint j = 0; j < tids->len; j++)
      n_stops += stop_once (g_array_index (tids, pid_t, j), i % 2 == 0);

  g_test_message ("%u stops of %u threads", n_stops, tids->len);
  /* Of a thread that did not stop nothing was tested. */
  g_assert_cmpuint (n_stops, >=, n_rounds * tids->len / 10 * 9);

  report = finish (target);
}

/* The sampler leaves alone those that sleep, so that none ends too early either. */
static void
test_interruption_sampled (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(JsonObject) report = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("interrupted", NULL);
  pid = test_dup_number (target->pid);
  folded = test_cli_run (0, "record", "-p", pid, "-r", "5000", "-d", "3", "-m", "wall", NULL);
  report = finish (target);

  g_assert_cmpint (json_object_get_int_member (report, "rounds"), >, 1000);
  g_assert_cmpint (json_object_get_int_member (report, "early"), ==, 0);
}

static gboolean
is_asleep (pid_t pid,
           pid_t tid)
{
  SondeThreadWait wait;
  SondeThread thread;

  sonde_thread_open (&thread, pid, tid);
  g_assert_true (sonde_thread_read_wait (&thread, &wait));
  sonde_thread_close (&thread);

  return wait.asleep;
}

/* For good: nothing wakes them. */
static void
wait_for_sleep (pid_t pid)
{
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));

  g_assert_true (sonde_threads_list (pid, tids));
  for (guint i = 0; i < tids->len; i++)
    while (!is_asleep (pid, g_array_index (tids, pid_t, i)))
      g_usleep (1000);
}

static void
run_ticks (SondeStopSampler *sampler)
{
  for (guint i = 0; i < N_TICKS; i++)
    {
      SondeTick tick = { .period_ns = TICK_NS };

      tick.turn_ns = tick.now_ns = sonde_clock_now_ns ();
      sonde_stop_sampler_look (sampler, &tick);
      while (sonde_stop_sampler_collect (sampler) || sonde_stop_sampler_proceed (sampler) ||
             sonde_stop_sampler_has_asked (sampler))
        continue;
      sonde_clock_sleep_until (tick.now_ns + TICK_NS);
    }
}

/* How long the threads that wait in this way, and the first one, were held at some ticks. */
static guint64
measure_stops (const char *way)
{
  g_autoptr(TestProgram) target = test_target_start ("interrupted", way, NULL);
  g_autoptr(SondeStopSampler) sampler = sonde_stop_sampler_new (target->pid, FALSE,
                                                                  &test_sampler_client, NULL);

  wait_for_sleep (target->pid);
  run_ticks (sampler);

  return sonde_stop_sampler_get_stopped_ns (sampler);
}

static void
test_interruption_asleep (void)
{
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  /* Only the first one can go on as if nothing had been. */
  g_assert_cmpuint (measure_stops ("read"), >, 0);
  g_assert_cmpuint (measure_stops ("semop"), ==, 0);
  g_assert_cmpuint (measure_stops ("splice"), ==, 0);
}

/* How often the call has come to its end; not at all if it failed. */
static gsize
count_ends (TestProgram *target)
{
  g_autofree char *ends = test_program_dup_errors (target);

  return ends[strspn (ends, ".")] == '\0' ? strlen (ends) : 0;
}

/* The target has made the call once, or failed to. */
static void
wait_for_errors (TestProgram *target)
{
  for (;;)
    {
      g_autofree char *errors = test_program_dup_errors (target);

      if (errors[0] != '\0')
        return;

      g_usleep (1000);
    }
}

/* A call that works for longer than the time between two samples comes to its end all the same. */
static void
test_interruption_long_call (void)
{
  gint64 give_up_us = g_get_monotonic_time () + LONG_CALL_TIMEOUT_US;
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(SondeStopSampler) sampler = NULL;
  g_autoptr(JsonObject) report = NULL;
  gsize n_ends;

  if (test_skip_without (TEST_NEED_TRACING) || test_skip_without (TEST_NEED_BPF))
    return;

  target = test_target_start ("interrupted", "bpf", NULL);
  wait_for_errors (target);
  sampler = sonde_stop_sampler_new (target->pid, FALSE,
                                                                  &test_sampler_client, NULL);
  run_ticks (sampler);
  n_ends = count_ends (target);
  g_assert_cmpuint (n_ends, >, 0);
  while (count_ends (target) < n_ends + N_LONG_CALLS && g_get_monotonic_time () < give_up_us)
    run_ticks (sampler);

  g_assert_cmpuint (count_ends (target), >=, n_ends + N_LONG_CALLS);
  sonde_stop_sampler_finish (sampler);
  report = finish (target);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/interruption/stopped-in-each-call",
                   test_interruption_stopped_in_each_call);
  g_test_add_func ("/live/interruption/sampled", test_interruption_sampled);
  g_test_add_func ("/live/interruption/asleep", test_interruption_asleep);
  g_test_add_func ("/live/interruption/long-call", test_interruption_long_call);
  return g_test_run ();
}
