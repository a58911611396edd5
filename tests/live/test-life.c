/* test-life.c: threads, modules and programs that come and go are followed
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "support/program.h"
#include "support/stacks.h"
#include "support/threads.h"

/* A folder with the two files that a recording writes. */
typedef struct
{
  char *folder;
  char *folded;
  char *stats;
} Files;

static void
files_init (Files *self)
{
  self->folder = g_dir_make_tmp ("sonde-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  self->folded = g_build_filename (self->folder, "out.folded", NULL);
  self->stats = g_build_filename (self->folder, "stats.json", NULL);
}

static void
files_clear (Files *self)
{
  g_unlink (self->folded);
  g_unlink (self->stats);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->folder);
  g_free (self->folded);
  g_free (self->stats);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Files, files_clear)

static TestStacks *
read_stacks (const Files *files)
{
  g_autofree char *folded = NULL;
  TestStacks *stacks;

  g_assert_true (g_file_get_contents (files->folded, &folded, NULL, NULL));
  stacks = test_stacks_parse (folded);
  test_stacks_show (stacks);

  return stacks;
}

static JsonObject *
read_stats (const Files *files)
{
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(GError) error = NULL;

  json_parser_load_from_file (parser, files->stats, &error);
  g_assert_no_error (error);

  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

static void
test_life_threads_come_and_go (void)
{
  g_auto(Files) files = { 0 };
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) recording = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autoptr(JsonObject) stats = NULL;
  g_autofree char *pid = NULL;
  guint64 sum;

  files_init (&files);
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("churn", "1000", NULL);
  pid = test_dup_number (target->pid);
  recording = test_cli_start ("record", "-p", pid, "-o", files.folded,
                              "--stats", files.stats, NULL);
  test_program_wait_for (target, "resting\n");
  g_usleep (G_USEC_PER_SEC);
  test_program_signal (recording, SIGINT);
  g_assert_cmpint (test_program_wait (recording), ==, 0);
  stacks = read_stacks (&files);
  stats = read_stats (&files);
  sum = test_stacks_get_sum (stacks);

  g_assert_cmpuint (test_stacks_count_within (stacks, "run_mayfly;spin"), >=, 500);
  g_assert_cmpuint (test_stacks_count_within (stacks, "main;rest;spin"), >=, 100);

  /* The rest are threads that wait for their first turn on a processor. */
  g_assert_cmpuint (test_stacks_count_within (stacks, "spin"), >=, sum * 50 / 100);
  g_assert_cmpint (json_object_get_int_member (stats, "threads"), >=, 200);
  g_assert_cmpint (json_object_get_int_member (stats, "threads"), <=, 1001);
}

static void
test_life_threads_renamed (void)
{
  g_auto(Files) files = { 0 };
  g_autofree char *shares = test_dup_target_path ("shares");
  g_autoptr(TestStacks) stacks = NULL;
  g_autofree char *output = NULL;
  int pid = 0;

  files_init (&files);
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  /* A thread has its program's name until it sets its own, which may be after its first sample. */
  output = test_cli_run (0, "record", "-d", "2", "-t", "-o", files.folded,
                         "--", shares, "2", "300", NULL);
  g_assert_cmpint (sscanf (output, "ready %d", &pid), ==, 1);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  stacks = read_stacks (&files);
  g_assert_cmpuint (test_stacks_count_end_in (stacks, "worker-1", "spin_large"), >=, 100);
  g_assert_cmpuint (test_stacks_count_end_in (stacks, "worker-2", "spin_large"), >=, 100);
  g_assert_cmpuint (test_stacks_count_end_in (stacks, "shares", "spin_large"), ==, 0);
}

static void
test_life_module_loaded (void)
{
  g_autofree char *module = test_dup_target_path ("module.so");
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("loader", module, NULL);
  pid = test_dup_number (target->pid);
  folded = test_cli_run (0, "record", "-p", pid, "-d", "2", NULL);
  stacks = test_stacks_parse (folded);
  test_stacks_show (stacks);

  g_assert_cmpuint (test_stacks_count_end (stacks, "main;wait_without_module"), >=, 200);
  g_assert_cmpuint (test_stacks_count_end (stacks, "main;use_module;module_enter;module_spin"),
                    >=, 200);
  g_assert_cmpuint (test_stacks_count_within (stacks, "main"), >=,
                    test_stacks_get_sum (stacks) * 99 / 100);
}

/* All addresses are in the map that is known, but the map is not that of the process any more. */
static void
test_life_module_swapped (void)
{
  g_autofree char *module = test_dup_target_path ("module.so");
  g_autofree char *other = test_dup_target_path ("other.so");
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autofree char *output = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("loader", module, other, NULL);
  pid = test_dup_number (target->pid);
  folded = test_cli_run (0, "record", "-p", pid, NULL);
  stacks = test_stacks_parse (folded);
  test_stacks_show (stacks);

  output = test_program_dup_output (target);
  g_assert_nonnull (strstr (output, "swapped\n"));

  /* For a second after the change it may be taken for the old one. */
  g_assert_cmpuint (test_stacks_count_end (stacks, "main;use_module;module_enter;module_spin"),
                    >=, 200);
  g_assert_cmpuint (test_stacks_count_end (stacks, "main;use_module;other_enter;other_spin"),
                    >=, 200);
}

/* The file, too, is the one that is known; only what is in it is another: other names, and other
 * rules to unwind by, where they were found in the file.
 */
static void
test_life_module_overwritten (gconstpointer data)
{
  const char *suffix = data;
  g_autofree char *module_name = g_strconcat ("module", suffix, NULL);
  g_autofree char *other_name = g_strconcat ("other", suffix, NULL);
  g_autofree char *module = test_dup_target_path (module_name);
  g_autofree char *other = test_dup_target_path (other_name);
  g_autofree char *live = NULL;
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autofree char *output = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  close (g_file_open_tmp ("sonde-XXXXXX", &live, NULL));
  target = test_target_start ("loader", module, other, live, NULL);
  pid = test_dup_number (target->pid);
  folded = test_cli_run (0, "record", "-p", pid, NULL);
  stacks = test_stacks_parse (folded);
  test_stacks_show (stacks);
  g_unlink (live);

  output = test_program_dup_output (target);
  g_assert_nonnull (strstr (output, "swapped\n"));

  /* For a tenth of a second, or two, of these four, it may be taken for the old one. */
  g_assert_cmpuint (test_stacks_count_end (stacks, "main;use_module;module_enter;module_spin"),
                    >=, 1000);
  g_assert_cmpuint (test_stacks_count_end (stacks, "main;use_module;other_enter;other_spin"),
                    >=, 3000);
}

static void
test_life_exec (void)
{
  g_auto(Files) files = { 0 };
  g_autofree char *depth = test_dup_target_path ("depth");
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autoptr(JsonObject) stats = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *output = NULL;

  files_init (&files);
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("execer", "700", depth, "2", NULL);
  pid = test_dup_number (target->pid);
  output = test_cli_run (0, "record", "-p", pid, "-d", "2", "-o", files.folded,
                         "--stats", files.stats, NULL);
  stacks = read_stacks (&files);
  stats = read_stats (&files);

  g_assert_cmpuint (test_stacks_count_end_in (stacks, "[execer]", "main;spin_before_exec"), >=,
                    100);
  g_assert_cmpuint (test_stacks_count_end_in (stacks, "[exec depth]", "main;descend;descend;spin"),
                    >=, 300);
  g_assert_cmpint (json_object_get_int_member (stats, "execs"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (stats, "end"), ==, "stopped");
}

static void
test_life_exit (void)
{
  g_auto(Files) files = { 0 };
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autoptr(JsonObject) stats = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *output = NULL;

  files_init (&files);
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  /* No duration: the end of the target is the end of the recording. */
  target = test_target_start ("exiter", "1000", NULL);
  pid = test_dup_number (target->pid);
  output = test_cli_run (0, "record", "-p", pid, "-o", files.folded, "--stats", files.stats, NULL);
  g_assert_cmpint (test_program_wait (target), ==, 3);
  stacks = read_stacks (&files);
  stats = read_stats (&files);

  g_assert_cmpuint (test_stacks_count_end (stacks, "main;spin"), >=, 200);
  g_assert_cmpstr (json_object_get_string_member (stats, "end"), ==, "process");
  g_assert_cmpfloat (json_object_get_double_member (stats, "duration_s"), <, 3);
}

static void
test_life_killed (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) recording = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("shares", "4", NULL);
  pid = test_dup_number (target->pid);
  recording = test_cli_start ("record", "-p", pid, NULL);
  g_usleep (G_USEC_PER_SEC);
  test_program_signal (target, SIGKILL);
  g_assert_cmpint (test_program_wait (target), ==, -SIGKILL);
  g_assert_cmpint (test_program_wait (recording), ==, 0);
  folded = test_program_dup_output (recording);
  stacks = test_stacks_parse (folded);
  g_assert_cmpuint (test_stacks_count_within (stacks, "run_thread;work"), >=, 100);
}

static void
test_life_fork (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autoptr(JsonObject) report = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("forker", NULL);
  pid = test_dup_number (target->pid);
  folded = test_cli_run (0, "record", "-p", pid, "-d", "1.5", "-m", "wall", NULL);
  report = test_target_finish (target);
  stacks = test_stacks_parse (folded);
  test_stacks_show (stacks);

  g_assert_cmpuint (test_stacks_count_end (stacks, "main;spin_in_parent"), >=, 100);
  g_assert_cmpuint (test_stacks_count_within (stacks, "main;fork_and_wait"), >=, 100);
  g_assert_cmpuint (test_stacks_count_within (stacks, "spin_in_child"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (report, "hurt"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (report, "children"), >, 20);
}

static void
test_life_stopped_and_continued (void)
{
  g_auto(Files) files = { 0 };
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) recording = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autofree char *pid = NULL;
  guint64 count;

  files_init (&files);
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("shares", "2", NULL);
  pid = test_dup_number (target->pid);
  recording = test_cli_start ("record", "-p", pid, "-d", "3", "-t", "-o", files.folded, NULL);
  g_usleep (G_USEC_PER_SEC);
  test_program_signal (target, SIGSTOP);
  g_usleep (G_USEC_PER_SEC);

  /* Still held: it is not for Sonde to let it go. */
  g_assert_true (test_is_every_thread_stopped (target->pid));
  test_program_signal (target, SIGCONT);
  g_assert_cmpint (test_program_wait (recording), ==, 0);
  g_assert_false (test_is_any_thread_stopped (target->pid));
  stacks = read_stacks (&files);

  /* While it was held it was neither running nor ready: some two of three seconds are left. */
  count = test_stacks_count_end_in (stacks, "worker-1", "run_thread;work;outer;spin_large") +
          test_stacks_count_end_in (stacks, "worker-1", "run_thread;work;spin_medium") +
          test_stacks_count_end_in (stacks, "worker-1", "run_thread;work;spin_small");
  g_assert_cmpuint (count, >=, 1000);
  g_assert_cmpuint (count, <=, 2300);
}

/* The time in which Sonde itself stood still belongs to no figure: neither to the duration nor to
 * what was lost.
 */
static void
test_life_stood_still (void)
{
  g_auto(Files) files = { 0 };
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) recording = NULL;
  g_autoptr(JsonObject) stats = NULL;
  g_autofree char *pid = NULL;
  JsonObject *lost;
  double duration_s;

  files_init (&files);
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("shares", NULL);
  pid = test_dup_number (target->pid);
  recording = test_cli_start_job ("record", "-p", pid, "-d", "2", "-o", files.folded, "--stats",
                                  files.stats, NULL);
  g_usleep (G_USEC_PER_SEC);
  test_program_signal (recording, SIGTSTP);
  g_usleep (4 * G_USEC_PER_SEC);
  test_program_signal (recording, SIGCONT);
  g_assert_cmpint (test_program_wait (recording), ==, 0);

  stats = read_stats (&files);
  lost = json_object_get_object_member (stats, "lost");
  duration_s = json_object_get_double_member (stats, "duration_s");
  g_assert_cmpfloat (duration_s, >=, 1.9);
  g_assert_cmpfloat (duration_s, <=, 3.0);
  g_assert_cmpint (json_object_get_int_member (stats, "samples"), >=, 1000);
  g_assert_cmpint (json_object_get_int_member (lost, "late"), <=, 1000);
  g_assert_cmpfloat (json_object_get_double_member (stats, "rate_achieved"), >=, 400.0);
  g_assert_cmpfloat (json_object_get_double_member (stats, "sampler_cpu_s"), <=, duration_s);
}

static void
test_life_launched (void)
{
  g_auto(Files) files = { 0 };
  g_autofree char *exiter = test_dup_target_path ("exiter");
  g_autoptr(TestStacks) stacks = NULL;
  g_autoptr(JsonObject) stats = NULL;
  g_autofree char *output = NULL;

  files_init (&files);
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  output = test_cli_run (0, "record", "-o", files.folded, "--stats", files.stats,
                         "--", exiter, "800", NULL);
  g_assert_true (g_str_has_prefix (output, "ready "));
  stacks = read_stacks (&files);
  stats = read_stats (&files);

  g_assert_cmpuint (test_stacks_count_end (stacks, "main;spin"), >=, 200);
  g_assert_cmpstr (json_object_get_string_member (stats, "end"), ==, "process");
}

static void
test_life_launched_goes_on (void)
{
  g_auto(Files) files = { 0 };
  g_autofree char *depth = test_dup_target_path ("depth");
  g_autoptr(TestProgram) recording = NULL;
  g_autofree char *errors = NULL;
  g_autofree char *output = NULL;
  int pid = 0;

  files_init (&files);
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  recording = test_cli_start ("record", "-d", "0.5", "-o", files.folded, "--", depth, "2", NULL);
  g_assert_cmpint (test_program_wait (recording), ==, 0);
  output = test_program_dup_output (recording);
  errors = test_program_dup_errors (recording);
  g_assert_cmpint (sscanf (output, "ready %d", &pid), ==, 1);
  g_assert_cmpint (kill (pid, 0), ==, 0);
  g_assert_cmpint (test_read_tracer (pid), ==, 0);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_nonnull (strstr (errors, "goes on as process"));
}

static void
test_life_signal_ends_recording (void)
{
  const int signals[] = { SIGINT, SIGTERM, SIGHUP };

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_auto(Files) files = { 0 };
      g_autoptr(TestProgram) target = test_target_start ("depth", "2", NULL);
      g_autoptr(TestProgram) recording = NULL;
      g_autoptr(TestStacks) stacks = NULL;
      g_autofree char *pid = test_dup_number (target->pid);

      files_init (&files);
      recording = test_cli_start ("record", "-p", pid, "-o", files.folded, NULL);
      g_usleep (600000);
      g_assert_false (g_file_test (files.folded, G_FILE_TEST_EXISTS));
      test_program_signal (recording, signals[i]);
      g_assert_cmpint (test_program_wait (recording), ==, 0);
      stacks = read_stacks (&files);
      g_assert_cmpuint (test_stacks_count_end (stacks, "main;descend;descend;spin"), >=, 100);
    }
}

static void
test_life_writes_without_end (void)
{
  g_autofree char *writer = test_dup_target_path ("writer");
  g_autofree char *command = NULL;
  g_auto(Files) files = { 0 };
  g_autoptr(TestStacks) stacks = NULL;
  g_autoptr(TestProgram) shell = NULL;
  const char *argv[] = { "/bin/sh", "-c", NULL, NULL };

  files_init (&files);
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  command = g_strdup_printf ("'%s' record -o '%s' -m wall -- '%s' 1000 2>&1 | cat >/dev/null",
                             test_get_cli_path (), files.folded, writer);
  argv[2] = command;
  shell = test_program_start (argv);
  g_assert_cmpint (test_program_wait (shell), ==, 0);
  stacks = read_stacks (&files);
  g_assert_cmpuint (test_stacks_count_within (stacks, "main;write_much"), >=, 200);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/life/threads-come-and-go", test_life_threads_come_and_go);
  g_test_add_func ("/live/life/threads-renamed", test_life_threads_renamed);
  g_test_add_func ("/live/life/module-loaded", test_life_module_loaded);
  g_test_add_func ("/live/life/module-swapped", test_life_module_swapped);
  g_test_add_data_func ("/live/life/module-overwritten", ".so", test_life_module_overwritten);
  g_test_add_data_func ("/live/life/rules-overwritten", "-debug-frame.so",
                        test_life_module_overwritten);
  g_test_add_func ("/live/life/exec", test_life_exec);
  g_test_add_func ("/live/life/exit", test_life_exit);
  g_test_add_func ("/live/life/killed", test_life_killed);
  g_test_add_func ("/live/life/fork", test_life_fork);
  g_test_add_func ("/live/life/stopped-and-continued", test_life_stopped_and_continued);
  g_test_add_func ("/live/life/stood-still", test_life_stood_still);
  g_test_add_func ("/live/life/launched", test_life_launched);
  g_test_add_func ("/live/life/launched-goes-on", test_life_launched_goes_on);
  g_test_add_func ("/live/life/signal-ends-recording", test_life_signal_ends_recording);
  g_test_add_func ("/live/life/writes-without-end", test_life_writes_without_end);
  return g_test_run ();
}
