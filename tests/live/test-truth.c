/* test-truth.c: what record says agrees with what a target knows of itself
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include <glib/gstdio.h>

#include "base/clock.h"
#include "support/program.h"
#include "support/stacks.h"
#include "support/statistics.h"
#include "target/thread.h"

#define N_SPINS 3

/* A sample errs by one at each change of function, as often up as down, which is some 0.002 of all;
 * and the target has run a little longer than it was looked at.
 */
#define VARIATION_MAX 0.03

/* Of the threads that live shortly some end between the tick and their stop. What is seen too often
 * for that, beyond chance; and how many are lost to one that is seen.
 */
#define SHORT_EXCESS_MAX 0.03
#define SHORT_LOST_MAX 0.25

/* For longer than this no recording here lasts. */
#define RECORD_NS_MAX (60 * SONDE_NS_PER_SECOND)
#define WAIT_STEP_US 5000

static const char *const spin_names[N_SPINS] = { "spin_small", "spin_medium", "spin_large" };

/* The shares of the functions by real time. */
static void
read_shares (JsonObject *worker,
             double     *shares)
{
  double sum = 0;

  for (guint i = 0; i < N_SPINS; i++)
    {
      JsonArray *times = json_object_get_array_member (worker, spin_names[i]);

      shares[i] = (double) json_array_get_int_element (times, 1);
      sum += shares[i];
    }

  for (guint i = 0; i < N_SPINS; i++)
    shares[i] /= sum;
}

/* A thread that always works was running or ready to run for all of its real time, so that is what
 * CPU mode counts, whatever else runs.
 */
static void
check_worker (JsonObject   *worker,
              const guint64 counts[N_SPINS])
{
  double truth[N_SPINS];
  double shares[N_SPINS];
  double whole = 0;
  double variation;

  for (guint i = 0; i < N_SPINS; i++)
    whole += (double) counts[i];

  read_shares (worker, truth);
  for (guint i = 0; i < N_SPINS; i++)
    {
      shares[i] = (double) counts[i] / whole;
      g_test_message ("%s %.4f, seen %.4f", spin_names[i], truth[i], shares[i]);
    }

  variation = test_total_variation (truth, shares, N_SPINS);
  g_test_message ("total variation %.4f", variation);
  g_assert_cmpfloat (variation, <=, VARIATION_MAX);
}

static void
test_truth_one_thread (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autoptr(JsonObject) report = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;
  guint64 counts[N_SPINS];

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("shares", NULL);
  pid = test_dup_number (target->pid);
  folded = test_cli_run (0, "record", "-p", pid, "-d", "10", NULL);
  report = test_target_finish (target);
  stacks = test_stacks_parse (folded);
  test_stacks_show (stacks);
  counts[0] = test_stacks_count_end (stacks, "main;work;spin_small");
  counts[1] = test_stacks_count_end (stacks, "main;work;spin_medium");
  counts[2] = test_stacks_count_end (stacks, "main;work;outer;spin_large");

  /* Hardly anything else is ever on the stack, and enough due samples were taken. */
  g_assert_cmpuint (counts[0] + counts[1] + counts[2], >=, test_stacks_get_sum (stacks) * 95 / 100);
  g_assert_cmpuint (test_stacks_get_sum (stacks), >=, 5000);
  g_assert_cmpuint (test_stacks_get_sum (stacks), <=, 10100);

  check_worker (json_object_get_object_member (report, "main"), counts);
}

static void
test_truth_threads (void)
{
  const char *const names[] = { "worker-1", "worker-2" };
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autoptr(JsonObject) report = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;
  guint64 wholes[] = { 0, 0 };

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("shares", "2", NULL);
  pid = test_dup_number (target->pid);
  folded = test_cli_run (0, "record", "-p", pid, "-d", "6", "-t", NULL);
  report = test_target_finish (target);
  stacks = test_stacks_parse (folded);
  test_stacks_show (stacks);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      guint64 counts[N_SPINS];

      counts[0] = test_stacks_count_end_in (stacks, names[i], "run_thread;work;spin_small");
      counts[1] = test_stacks_count_end_in (stacks, names[i], "run_thread;work;spin_medium");
      counts[2] = test_stacks_count_end_in (stacks, names[i], "run_thread;work;outer;spin_large");
      wholes[i] = counts[0] + counts[1] + counts[2];
      check_worker (json_object_get_object_member (report, names[i]), counts);
    }

  /* Both always want to run, so each has half of the samples; the main thread, asleep, has none. */
  g_assert_cmpuint (test_stacks_count_within (stacks, "wait_for_end"), ==, 0);
  g_assert_cmpuint (wholes[0] * 10, >=, wholes[1] * 9);
  g_assert_cmpuint (wholes[1] * 10, >=, wholes[0] * 9);
}

/* The share of its time that a thread spends in its system call, as it says and as seen. */
static void
check_calls (const char *rounds,
             double      error_max)
{
  g_autoptr(TestProgram) target = test_target_start ("calls", rounds, NULL);
  g_autofree char *pid = test_dup_number (target->pid);
  g_autofree char *folded = test_cli_run (0, "record", "-p", pid, "-d", "4", NULL);
  g_autoptr(JsonObject) report = test_target_finish (target);
  g_autoptr(TestStacks) stacks = test_stacks_parse (folded);
  JsonObject *cycles = json_object_get_object_member (report, "main");
  double ask = (double) json_object_get_int_member (cycles, "ask");
  double spin = (double) json_object_get_int_member (cycles, "spin");
  double truth = ask / (ask + spin);
  double seen = (double) test_stacks_count_within (stacks, "main;work;ask") /
                (double) test_stacks_get_sum (stacks);

  test_stacks_show (stacks);
  g_test_message ("calls %s: %.3f of its time in the call, seen %.3f", rounds, truth, seen);
  g_assert_cmpuint (test_stacks_get_sum (stacks), >=, 1000);

  g_assert_cmpfloat (fabs (truth - seen), <=, error_max);
}

/* A thread is found where it is, not in the system call that it makes next. */
static void
test_truth_calls (void)
{
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  check_calls ("3000", 0.2);
  check_calls ("30000", 0.07);
}

/* What --stats has written. */
static JsonObject *
read_stats (const char *path)
{
  g_autoptr(JsonParser) parser = json_parser_new ();

  g_assert_true (json_parser_load_from_file (parser, path, NULL));

  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

/* All samples that were lost. */
static guint64
read_lost (const char *path)
{
  g_autoptr(JsonObject) stats = read_stats (path);
  g_autoptr(GList) reasons = NULL;
  JsonObject *lost = json_object_get_object_member (stats, "lost");
  guint64 sum = 0;

  reasons = json_object_get_members (lost);
  for (GList *reason = reasons; reason != NULL; reason = reason->next)
    sum += (guint64) json_object_get_int_member (lost, reason->data);

  return sum;
}

static void
test_truth_wall_mode (void)
{
  g_autofree char *stats = g_build_filename (g_get_tmp_dir (), "sonde-truth.json", NULL);
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;
  guint64 busy;
  guint64 sleeping;
  guint64 sum;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("sleepers", "9", NULL);
  pid = test_dup_number (target->pid);
  folded = test_cli_run (0, "record", "-p", pid, "-d", "2", "-m", "wall", "-t",
                         "--stats", stats, NULL);
  stacks = test_stacks_parse (folded);
  test_stacks_show (stacks);

  /* Eleven threads, all of them due each time; what one lost is known, but for the time that it was
   * waiting for a processor in the end.
   */
  sum = test_stacks_get_sum (stacks) + read_lost (stats);
  busy = test_stacks_count_end_in (stacks, "busy", "run_busy;spin") + read_lost (stats);
  sleeping = test_stacks_count_within (stacks, "run_sleeper;wait_for_nothing");
  g_assert_cmpuint (sum, >=, 11 * 1900);
  g_assert_cmpuint (busy * 11 * 100, >=, sum * 85);
  g_assert_cmpuint (busy * 11 * 100, <=, sum * 103);
  g_assert_cmpuint (sleeping * 11 * 100, >=, 9 * sum * 97);
  g_assert_cmpuint (sleeping * 11 * 100, <=, 9 * sum * 103);
  g_assert_cmpint (g_unlink (stats), ==, 0);
}

static void
test_truth_low_rate (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("depth", "3", NULL);
  pid = test_dup_number (target->pid);
  folded = test_cli_run (0, "record", "-p", pid, "-d", "2", "-r", "50", NULL);
  stacks = test_stacks_parse (folded);

  g_assert_cmpuint (test_stacks_get_sum (stacks), >=, 90);
  g_assert_cmpuint (test_stacks_get_sum (stacks), <=, 110);
}

/* Works in main_work() and, a thread after the other, in live_work(); as long in each. */
static const char *const short_names[] = { "shortlived", "live-200", "live-1000", "live-10000" };
static const char *const short_works[] = { "main_work", "live_work", "live_work", "live_work" };
static const char *const short_keys[] = { "main", "live-200", "live-1000", "live-10000" };

/* Threads that live no longer than from one tick to the next, and shorter, have their share. Those
 * of their samples that are lost since they ended too soon are told: with them no kind has more
 * than its share, but for what is chance.
 */
static void
test_truth_short_lives (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "sonde-short.json", NULL);
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autoptr(JsonObject) report = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;
  double truth[G_N_ELEMENTS (short_names)];
  double seen[G_N_ELEMENTS (short_names)];
  double true_sum = 0, seen_sum = 0;
  double excess = 0, excess_max;
  double lost;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("shortlived", NULL);
  pid = test_dup_number (target->pid);
  folded = test_cli_run (0, "record", "-p", pid, "-r", "500", "-d", "8", "-m", "running", "-t",
                         "--stats", path, NULL);
  report = test_target_finish (target);
  stacks = test_stacks_parse (folded);
  test_stacks_show (stacks);
  lost = (double) read_lost (path);
  g_assert_cmpint (g_unlink (path), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (short_names); i++)
    {
      truth[i] = (double) json_object_get_int_member (report, short_keys[i]);
      seen[i] = (double) test_stacks_count_within_in (stacks, short_names[i], short_works[i]);
      true_sum += truth[i];
      seen_sum += seen[i];
    }

  for (guint i = 0; i < G_N_ELEMENTS (short_names); i++)
    {
      g_test_message ("%s %.3f, seen %.3f", short_keys[i], truth[i] / true_sum,
                      seen[i] / seen_sum);
      excess += MAX (0, seen[i] / (seen_sum + lost) - truth[i] / true_sum);
    }

  excess_max = SHORT_EXCESS_MAX + test_bound_variation (G_N_ELEMENTS (short_names), seen_sum);
  g_test_message ("%.0f samples, %.0f lost; excess %.4f, at most %.4f", seen_sum, lost, excess,
                  excess_max);
  g_assert_cmpfloat (lost, <=, SHORT_LOST_MAX * seen_sum);
  g_assert_cmpfloat (excess, <=, excess_max);
}

static gboolean
has_worker (pid_t pid)
{
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  gboolean found = FALSE;

  sonde_threads_list (pid, tids);
  for (guint i = 0; i < tids->len && !found; i++)
    {
      char name[SONDE_THREAD_NAME_BYTES];
      SondeThread thread;

      sonde_thread_open (&thread, pid, g_array_index (tids, pid_t, i));
      sonde_thread_read_name (&thread, name);
      sonde_thread_close (&thread);
      found = g_str_equal (name, "sonde-worker");
    }

  return found;
}

static gboolean
has_written (TestProgram *recording)
{
  g_autofree char *output = test_program_dup_output (recording);

  return output[0] != '\0';
}

/* Which part of a CPU a process takes from when @recording begins to look at it to its end. That is
 * not what it takes alone: who lists 2,000 threads keeps it from making others.
 */
static double
measure_busy (TestProgram *recording,
              pid_t        pid)
{
  guint64 give_up_ns = sonde_clock_now_ns () + RECORD_NS_MAX;
  guint64 begin_ns, begin_cpu_ns, end_cpu_ns;

  while (!has_worker (recording->pid) && sonde_clock_now_ns () < give_up_ns)
    g_usleep (WAIT_STEP_US);
  begin_ns = sonde_clock_now_ns ();
  begin_cpu_ns = sonde_clock_process_cpu_ns (pid);

  while (!has_written (recording) && sonde_clock_now_ns () < give_up_ns)
    g_usleep (WAIT_STEP_US);
  end_cpu_ns = sonde_clock_process_cpu_ns (pid);

  return (double) (end_cpu_ns - begin_cpu_ns) / (double) (sonde_clock_now_ns () - begin_ns);
}

/* Where there are too many threads to be listed at each tick, what nobody saw is told. */
static void
test_truth_unseen (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "sonde-unseen.json", NULL);
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) recording = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autoptr(JsonObject) stats = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;
  double due, unseen, lost, busy;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("shortlived", "2000", NULL);
  pid = test_dup_number (target->pid);
  recording = test_cli_start ("record", "-p", pid, "-d", "6", "--stats", path, NULL);
  busy = measure_busy (recording, target->pid);
  g_assert_cmpint (test_program_wait (recording), ==, 0);
  folded = test_program_dup_output (recording);
  stacks = test_stacks_parse (folded);
  stats = read_stats (path);

  /* As many as the target has in that time if all are seen or told, and more where its threads have
   * to wait for a CPU.
   */
  due = 1000 * json_object_get_double_member (stats, "duration_s") * busy;
  lost = (double) read_lost (path);
  unseen = (double) json_object_get_int_member (json_object_get_object_member (stats, "lost"),
                                                "unseen");
  g_test_message ("%.0f due, %" G_GUINT64_FORMAT " seen, %.0f lost, %.0f of them unseen", due,
                  test_stacks_get_sum (stacks), lost, unseen);
  g_assert_cmpfloat ((double) test_stacks_get_sum (stacks) + lost, >=, 0.9 * due);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/truth/one-thread", test_truth_one_thread);
  g_test_add_func ("/live/truth/short-lives", test_truth_short_lives);
  g_test_add_func ("/live/truth/unseen", test_truth_unseen);
  g_test_add_func ("/live/truth/threads", test_truth_threads);
  g_test_add_func ("/live/truth/calls", test_truth_calls);
  g_test_add_func ("/live/truth/wall-mode", test_truth_wall_mode);
  g_test_add_func ("/live/truth/low-rate", test_truth_low_rate);
  return g_test_run ();
}
