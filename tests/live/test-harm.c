/* test-harm.c: whatever happens to Sonde, the target goes on unharmed
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <signal.h>
#include <stdio.h>

#include "support/program.h"
#include "support/threads.h"
#include "target/thread.h"

#define KILL_COUNT 200
#define LIFE_US_MAX 60000
#define SETTLE_TIMEOUT_US G_USEC_PER_SEC
#define SIGNAL_INTERVAL_US 200

#define N_STANDSTILLS 30

/* One that was let go a moment ago shows "t" until it has a processor. */
static void
assert_free (pid_t pid)
{
  gint64 deadline_us = g_get_monotonic_time () + SETTLE_TIMEOUT_US;

  while (test_is_any_thread_stopped (pid) && g_get_monotonic_time () < deadline_us)
    g_usleep (1000);

  g_assert_false (test_is_any_thread_stopped (pid));
  g_assert_cmpint (test_read_tracer (pid), ==, 0);
}

/* Every thread but the first, which only waits, gets on. */
static void
assert_all_run (pid_t pid)
{
  g_autoptr(GArray) before = test_read_cpu_times (pid);
  g_autoptr(GArray) after = NULL;

  g_usleep (G_USEC_PER_SEC / 2);
  after = test_read_cpu_times (pid);
  g_assert_cmpuint (before->len, ==, after->len);

  for (guint i = 1; i < before->len; i++)
    g_assert_cmpuint (g_array_index (after, guint64, i), >, g_array_index (before, guint64, i));
}

/* Queues one signal after another, slowly enough that none is refused. */
typedef struct
{
  pid_t pid;
  gint  over;
  guint sent;
} Sender;

static gpointer
send_signals (gpointer data)
{
  Sender *self = data;

  while (!g_atomic_int_get (&self->over))
    {
      const union sigval value = { .sival_int = (int) self->sent };

      if (sigqueue (self->pid, SIGRTMIN, value) == 0)
        self->sent++;
      g_usleep (SIGNAL_INTERVAL_US);
    }

  return NULL;
}

static void
check_report (TestProgram  *target,
              const Sender *sender)
{
  g_autoptr(JsonObject) report = test_target_finish (target);
  gint64 ticks = json_object_get_int_member (report, "ticks");
  gint64 due_ticks = json_object_get_int_member (report, "due_ticks");

  g_test_message ("%u signals sent, %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " ticks",
                  sender->sent, ticks, due_ticks);
  g_assert_cmpuint (sender->sent, >, 100);
  g_assert_cmpint (json_object_get_int_member (report, "received"), ==, sender->sent);
  g_assert_cmpint (ticks, >=, due_ticks - 2);
}

static void
test_harm_killed_at_any_moment (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  Sender sender = { 0 };
  GThread *thread;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("signals", "4", NULL);
  pid = test_dup_number (target->pid);
  sender.pid = target->pid;
  thread = g_thread_new ("sender", send_signals, &sender);

  for (guint i = 0; i < KILL_COUNT; i++)
    {
      g_autoptr(TestProgram) recording = test_cli_start ("record", "-p", pid, "-r", "5000", NULL);

      g_usleep ((gulong) g_test_rand_int_range (0, LIFE_US_MAX));
      test_program_signal (recording, SIGKILL);
      g_assert_cmpint (test_program_wait (recording), ==, -SIGKILL);
      assert_free (target->pid);
    }

  assert_all_run (target->pid);
  g_atomic_int_set (&sender.over, TRUE);
  g_thread_join (thread);
  check_report (target, &sender);
}

static void
test_harm_launched_and_killed (void)
{
  g_autofree char *depth = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  depth = test_dup_target_path ("depth");
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr(TestProgram) recording = test_cli_start ("record", "--", depth, "5", NULL);
      g_autofree char *output = NULL;
      int pid = 0;

      test_program_wait_for (recording, "ready ");
      output = test_program_dup_output (recording);
      g_assert_cmpint (sscanf (output, "ready %d", &pid), ==, 1);
      g_usleep ((gulong) g_test_rand_int_range (0, LIFE_US_MAX));
      test_program_signal (recording, SIGKILL);
      g_assert_cmpint (test_program_wait (recording), ==, -SIGKILL);
      assert_free (pid);
      assert_all_run (pid);
      g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
    }
}

static void
test_harm_no_signal_lost (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;
  Sender sender = { 0 };
  GThread *thread;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("signals", "2", NULL);
  pid = test_dup_number (target->pid);
  sender.pid = target->pid;
  thread = g_thread_new ("sender", send_signals, &sender);
  folded = test_cli_run (0, "record", "-p", pid, "-r", "5000", "-d", "3", NULL);
  g_atomic_int_set (&sender.over, TRUE);
  g_thread_join (thread);
  g_assert_cmpstr (folded, !=, "");
  assert_free (target->pid);
  check_report (target, &sender);
}

/* A thread that waits for a CPU stops when it gets one. */
static void
assert_stopped (pid_t pid)
{
  gint64 give_up_us = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  g_usleep (100000);
  while (!test_is_every_thread_stopped (pid) && g_get_monotonic_time () < give_up_us)
    g_usleep (10000);

  g_assert_true (test_is_every_thread_stopped (pid));
}

static void
test_harm_stop_kept_through_end (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) recording = NULL;
  g_autofree char *pid = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  /* Who stopped it wants it stopped, whether Sonde ends well or is killed. */
  target = test_target_start ("depth", "3", "2", NULL);
  pid = test_dup_number (target->pid);

  for (guint i = 0; i < 2; i++)
    {
      recording = test_cli_start ("record", "-p", pid, NULL);
      g_usleep (300000);
      test_program_signal (target, SIGSTOP);
      g_usleep (300000);
      test_program_signal (recording, i == 0 ? SIGINT : SIGKILL);
      g_assert_cmpint (test_program_wait (recording), ==, i == 0 ? 0 : -SIGKILL);
      g_clear_pointer (&recording, test_program_free);
      assert_stopped (target->pid);
      test_program_signal (target, SIGCONT);
      assert_free (target->pid);
    }
}

static void
wait_for_standstill (pid_t    pid,
                     gboolean is_stopped)
{
  gint64 give_up_us = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  while (test_is_every_thread_stopped (pid) != is_stopped &&
         g_get_monotonic_time () < give_up_us)
    g_usleep (1000);

  g_assert_cmpint (test_is_every_thread_stopped (pid), ==, is_stopped);
}

/* What a terminal makes a job stand still with does not make the target's threads do so, whatever
 * Sonde was doing; and it goes on afterwards.
 */
static void
test_harm_job_control (gconstpointer data)
{
  int signal_number = GPOINTER_TO_INT (data);
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) recording = NULL;
  g_autofree char *pid = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("shares", "4", NULL);
  pid = test_dup_number (target->pid);
  recording = test_cli_start_job ("record", "-p", pid, "-o", "/dev/null", NULL);
  g_usleep (G_USEC_PER_SEC / 2);

  for (guint i = 0; i < N_STANDSTILLS; i++)
    {
      test_program_signal (recording, signal_number);
      wait_for_standstill (recording->pid, TRUE);
      assert_free (target->pid);
      if (i % 10 == 0)
        assert_all_run (target->pid);
      test_program_signal (recording, SIGCONT);
      wait_for_standstill (recording->pid, FALSE);
      g_usleep ((gulong) g_test_rand_int_range (0, LIFE_US_MAX));
    }

  test_program_signal (recording, SIGINT);
  g_assert_cmpint (test_program_wait (recording), ==, 0);
}

/* An exec() waits for every other thread to be gone, and must not wait for us. */
static void
test_harm_exec_of_many_threads (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) recording = NULL;
  g_autofree char *pid = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("reexecer", "300", "700", NULL);
  pid = test_dup_number (target->pid);
  recording = test_cli_start ("record", "-p", pid, "-r", "5000", NULL);
  g_assert_cmpint (test_program_wait (target), ==, 3);
  g_assert_cmpint (test_program_wait (recording), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/harm/killed-at-any-moment", test_harm_killed_at_any_moment);
  g_test_add_data_func ("/live/harm/ctrl-z", GINT_TO_POINTER (SIGTSTP), test_harm_job_control);
  g_test_add_data_func ("/live/harm/background-read", GINT_TO_POINTER (SIGTTIN),
                        test_harm_job_control);
  g_test_add_data_func ("/live/harm/background-write", GINT_TO_POINTER (SIGTTOU),
                        test_harm_job_control);
  g_test_add_func ("/live/harm/launched-and-killed", test_harm_launched_and_killed);
  g_test_add_func ("/live/harm/no-signal-lost", test_harm_no_signal_lost);
  g_test_add_func ("/live/harm/stop-kept-through-end", test_harm_stop_kept_through_end);
  g_test_add_func ("/live/harm/exec-of-many-threads", test_harm_exec_of_many_threads);
  return g_test_run ();
}
