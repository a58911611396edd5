/* test-engine.c: what a client sees of a running session
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/engine.h"
#include "support/program.h"
#include "support/threads.h"

#define WAIT_US (10 * G_USEC_PER_SEC)

/* One sleeping and one busy thread beside the main one, which sleeps too. */
#define THREAD_COUNT 3

typedef struct
{
  /* Owned */
  TestProgram   *target;
  SondeEngine   *engine;
  SondeSettings  settings;
  FILE          *output; /* of a program that was launched, or NULL */
} Session;

static void
session_init (Session *self)
{
  self->target = test_target_start ("sleepers", "1", NULL);
  sonde_settings_init (&self->settings);
  self->engine = sonde_engine_new_attach (self->target->pid, 0, &self->settings);
}

static void
session_clear (Session *self)
{
  g_clear_pointer (&self->engine, sonde_engine_free);
  g_assert_true (sonde_engines_wait (WAIT_US));
  sonde_settings_clear (&self->settings);
  g_clear_pointer (&self->target, test_program_free);
  g_clear_pointer (&self->output, fclose);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

static const SondeFunctionFigures *
find_row (const SondeSnapshot *snapshot,
          const char          *name)
{
  for (guint i = 0; i < snapshot->n_rows; i++)
    if (g_str_equal (snapshot->rows[i].function->name, name))
      return &snapshot->rows[i];

  return NULL;
}

/* The first snapshot that answers the settings and has @sample_count samples, or a final state, and
 * a row of this name; names come a little later than samples.
 */
static SondeSnapshot *
wait_for_row (Session    *self,
              guint64     sample_count,
              const char *name)
{
  gint64 deadline_us = g_get_monotonic_time () + WAIT_US;

  while (g_get_monotonic_time () < deadline_us)
    {
      g_autoptr(SondeSnapshot) snapshot = sonde_engine_wait_snapshot (self->engine, WAIT_US);

      g_assert_nonnull (snapshot);
      if (snapshot->state != SONDE_SESSION_STARTING &&
          (snapshot->state != SONDE_SESSION_SAMPLING || snapshot->sample_count >= sample_count) &&
          sonde_query_equal (&snapshot->query, &self->settings.query) &&
          (name == NULL || find_row (snapshot, name) != NULL))
        return g_steal_pointer (&snapshot);
    }

  g_assert_not_reached ();
}

static SondeSnapshot *
wait_for (Session *self,
          guint64  sample_count)
{
  return wait_for_row (self, sample_count, NULL);
}

static const SondeThreadFigures *
find_thread (const SondeSnapshot *snapshot,
             const char          *name)
{
  for (guint i = 0; i < snapshot->n_threads; i++)
    if (g_str_equal (snapshot->threads[i].name, name))
      return &snapshot->threads[i];

  g_assert_not_reached ();
}

static void
test_engine_mode_is_a_view (void)
{
  g_auto(Session) session = { 0 };
  g_autoptr(SondeSnapshot) cpu = NULL;
  g_autoptr(SondeSnapshot) wall = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  session_init (&session);
  cpu = wait_for_row (&session, 1500, "spin");
  g_assert_cmpint (cpu->state, ==, SONDE_SESSION_SAMPLING);
  session.settings.query.mode = SONDE_MODE_WALL;
  sonde_engine_set_settings (session.engine, &session.settings);
  wall = wait_for_row (&session, cpu->sample_count, "wait_for_nothing");

  /* What was sampled before the switch is there in the other mode too. */
  g_assert_cmpuint (wall->n_threads, ==, THREAD_COUNT);
  g_assert_cmpuint (wall->scope_count, ==, wall->sample_count);
  g_assert_cmpuint (cpu->scope_count, <, cpu->sample_count / 2);
  g_assert_cmpuint (wall->scope_count, >, 2 * cpu->scope_count);
  g_assert_null (find_row (cpu, "wait_for_nothing"));
}

static void
test_engine_thread_scope (void)
{
  g_auto(Session) session = { 0 };
  g_autoptr(SondeSnapshot) all = NULL;
  g_autoptr(SondeSnapshot) one = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  session_init (&session);
  session.settings.query.mode = SONDE_MODE_WALL;
  sonde_engine_set_settings (session.engine, &session.settings);
  all = wait_for (&session, 900);
  session.settings.query.scope_tid = find_thread (all, "sleeper")->tid;
  sonde_engine_set_settings (session.engine, &session.settings);
  one = wait_for_row (&session, all->sample_count, "wait_for_nothing");

  g_assert_cmpuint (one->scope_count, >=, find_thread (all, "sleeper")->count);
  g_assert_cmpuint (one->scope_count, ==, find_thread (one, "sleeper")->count);
  g_assert_cmpuint (one->scope_count, <, one->sample_count);
  g_assert_null (find_row (one, "spin"));
  g_assert_cmpuint (find_row (one, "wait_for_nothing")->total_count, ==, one->scope_count);
}

static void
test_engine_filter_keeps_base (void)
{
  g_auto(Session) session = { 0 };
  g_autoptr(SondeSnapshot) narrow = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  session_init (&session);
  session.settings.query.filter = g_strdup ("SPIN");
  sonde_engine_set_settings (session.engine, &session.settings);
  narrow = wait_for_row (&session, 900, "spin");

  g_assert_cmpuint (narrow->n_rows, ==, 1);
  g_assert_cmpuint (narrow->matching_count, ==, 1);
  g_assert_cmpuint (narrow->function_count, >, 1);
  g_assert_cmpstr (narrow->rows[0].function->name, ==, "spin");
  g_assert_cmpuint (narrow->rows[0].self_count * 100, >=, narrow->scope_count * 95);
}

static void
test_engine_frozen (void)
{
  g_auto(Session) session = { 0 };
  g_autoptr(SondeSnapshot) first = NULL;
  g_autoptr(SondeSnapshot) second = NULL;
  g_autoptr(SondeSnapshot) later = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  session_init (&session);
  first = wait_for (&session, 600);
  g_clear_pointer (&first, sonde_snapshot_unref);
  session.settings.frozen = TRUE;
  session.settings.query.row_limit = 5;
  sonde_engine_set_settings (session.engine, &session.settings);
  first = wait_for (&session, 600);

  /* Another question to the same figures. */
  g_usleep (G_USEC_PER_SEC / 2);
  session.settings.query.mode = SONDE_MODE_WALL;
  sonde_engine_set_settings (session.engine, &session.settings);
  second = wait_for (&session, 600);
  g_assert_cmpuint (second->sample_count, ==, first->sample_count);
  g_assert_cmpuint (second->scope_count, ==, first->sample_count);

  /* Sampling went on all the while. */
  session.settings.frozen = FALSE;
  session.settings.query.row_limit = 6;
  sonde_engine_set_settings (session.engine, &session.settings);
  later = wait_for (&session, first->sample_count);
  g_assert_cmpuint (later->sample_count, >=, first->sample_count + 1000);
}

static void
test_engine_reset (void)
{
  g_auto(Session) session = { 0 };
  g_autoptr(SondeSnapshot) before = NULL;
  g_autoptr(SondeSnapshot) after = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  session_init (&session);
  before = wait_for (&session, 3000);
  sonde_engine_reset (session.engine);
  session.settings.query.row_limit = 7;
  sonde_engine_set_settings (session.engine, &session.settings);
  after = wait_for (&session, 1);

  g_assert_cmpint (after->state, ==, SONDE_SESSION_SAMPLING);
  g_assert_cmpuint (after->sample_count, <, before->sample_count);
  g_assert_cmpuint (after->elapsed_ns, <, before->elapsed_ns);
}

static void
test_engine_finished_still_answers (void)
{
  g_auto(Session) session = { 0 };
  g_autoptr(SondeSnapshot) snapshot = NULL;
  g_autoptr(SondeSnapshot) end = NULL;
  g_autoptr(SondeSnapshot) other = NULL;
  g_autofree char *folded = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  session_init (&session);
  snapshot = wait_for (&session, 900);
  test_program_signal (session.target, SIGKILL);
  end = wait_for (&session, G_MAXUINT64);
  g_assert_cmpint (end->state, ==, SONDE_SESSION_FINISHED);
  g_assert_cmpint (end->end, ==, SONDE_END_PROCESS);
  g_assert_cmpuint (end->sample_count, >=, snapshot->sample_count);

  /* Nothing is reset any more, but every other question has its answer. */
  sonde_engine_reset (session.engine);
  session.settings.query.mode = SONDE_MODE_WALL;
  session.settings.query.column = SONDE_COLUMN_FUNCTION;
  session.settings.query.descending = FALSE;
  sonde_engine_set_settings (session.engine, &session.settings);
  other = wait_for (&session, G_MAXUINT64);
  g_assert_cmpuint (other->sample_count, ==, end->sample_count);
  g_assert_cmpuint (other->scope_count, ==, end->sample_count);
  for (guint i = 1; i < other->n_rows; i++)
    g_assert_cmpint (g_utf8_collate (other->rows[i - 1].function->name,
                                     other->rows[i].function->name), <=, 0);

  folded = sonde_engine_dup_folded (session.engine, FALSE);
  g_assert_nonnull (g_strstr_len (folded, -1, ";run_sleeper;wait_for_nothing"));
}

static void
test_engine_cannot_begin (void)
{
  g_auto(Session) session = { 0 };
  g_autoptr(SondeSnapshot) snapshot = NULL;

  session.target = test_target_start ("exiter", "0", NULL);
  test_program_wait (session.target);
  sonde_settings_init (&session.settings);
  session.engine = sonde_engine_new_attach (session.target->pid, 0, &session.settings);
  snapshot = wait_for (&session, G_MAXUINT64);

  g_assert_cmpint (snapshot->state, ==, SONDE_SESSION_FAILED);
  g_assert_cmpint (snapshot->obstacle.kind, ==, SONDE_OBSTACLE_GONE);
  g_assert_cmpint (snapshot->obstacle.pid, ==, session.target->pid);
}

static void
test_engine_freed_while_sampling (void)
{
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  /* What closing the window does, at some odd moment; a snapshot outlives it. */
  for (guint i = 0; i < 20; i++)
    {
      g_auto(Session) session = { 0 };
      g_autoptr(SondeSnapshot) snapshot = NULL;

      session_init (&session);
      if (i % 2 == 0)
        snapshot = wait_for (&session, 1);
      g_usleep ((gulong) g_test_rand_int_range (0, 30000));
      g_clear_pointer (&session.engine, sonde_engine_free);
      g_assert_true (sonde_engines_wait (WAIT_US));

      g_assert_false (test_is_any_thread_stopped (session.target->pid));
      g_assert_cmpint (test_read_tracer (session.target->pid), ==, 0);
      if (snapshot != NULL)
        g_assert_cmpint (snapshot->pid, ==, session.target->pid);
    }
}

/* What was captured by then and was not looked at is looked at: of many sleepers that is much. */
static void
test_engine_freed_with_captures (void)
{
  if (test_skip_without (TEST_NEED_TRACING))
    return;

  for (guint i = 0; i < 40; i++)
    {
      g_auto(Session) session = { 0 };

      session.target = test_target_start ("sleepers", "300", NULL);
      sonde_settings_init (&session.settings);
      session.engine = sonde_engine_new_attach (session.target->pid, 0, &session.settings);
      g_usleep ((gulong) g_test_rand_int_range (0, 20000));
      g_clear_pointer (&session.engine, sonde_engine_free);
      g_assert_true (sonde_engines_wait (WAIT_US));
    }
}

/* A disk that does not answer: whoever opens @path waits until the descriptor is closed. -1 where
 * that cannot be made.
 */
static int
make_disk_wait (const char *path)
{
  int fd = fanotify_init (FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC);

  if (fd >= 0 && fanotify_mark (fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, path) != 0)
    {
      close (fd);
      fd = -1;
    }

  return fd;
}

static void
wait_until_somebody_waits (int fd)
{
  struct pollfd watched = { .fd = fd, .events = POLLIN };

  g_assert_cmpint (poll (&watched, 1, WAIT_US / 1000), ==, 1);
}

/* The window ends a session whose names are on a disk that does not answer, and does not wait. */
static void
test_engine_freed_while_disk_waits (void)
{
  g_autofree char *path = test_dup_target_path ("sleepers");
  g_auto(Session) session = { 0 };
  gint64 begin_us;
  int fd;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  session.target = test_target_start ("sleepers", "1", NULL);
  sonde_settings_init (&session.settings);
  fd = make_disk_wait (path);
  if (fd < 0)
    {
      g_test_skip ("no disk can be made to wait, which takes the superuser");
      return;
    }

  session.engine = sonde_engine_new_attach (session.target->pid, 0, &session.settings);
  wait_until_somebody_waits (fd);
  begin_us = g_get_monotonic_time ();
  g_clear_pointer (&session.engine, sonde_engine_free);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, <, G_USEC_PER_SEC);
  g_assert_false (sonde_engines_wait (G_USEC_PER_SEC / 10));

  close (fd);
  g_assert_true (sonde_engines_wait (WAIT_US));
  g_assert_cmpint (test_read_tracer (session.target->pid), ==, 0);
}

static void
launch (Session    *self,
        const char *path,
        const char *argument)
{
  char *argv[] = { (char *) (gsize) path, (char *) (gsize) argument, NULL };
  SondeLaunch order = { .argv = argv };

  /* What it prints does not belong into the test's report. */
  self->output = tmpfile ();
  g_assert_nonnull (self->output);
  order.output_fd = fileno (self->output);

  sonde_settings_init (&self->settings);
  self->engine = sonde_engine_new_launch (&order, &self->settings);
}

/* A program that we started, and look at no more, ends: its status is told, and nothing is left of
 * it.
 */
static void
test_engine_ends_after_stop (void)
{
  g_auto(Session) session = { 0 };
  g_autofree char *path = test_dup_target_path ("depth");
  g_autoptr(SondeSnapshot) last = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  launch (&session, path, "3");
  last = wait_for (&session, 1);
  sonde_engine_stop (session.engine);
  while (last->state != SONDE_SESSION_FINISHED)
    {
      g_clear_pointer (&last, sonde_snapshot_unref);
      last = wait_for (&session, G_MAXUINT64);
    }
  g_assert_cmpint (last->exit_status, ==, -1);

  g_assert_cmpint (kill (last->pid, SIGKILL), ==, 0);
  while (last->exit_status == -1)
    {
      g_clear_pointer (&last, sonde_snapshot_unref);
      last = wait_for (&session, G_MAXUINT64);
    }
  g_assert_cmpint (last->end, ==, SONDE_END_STOPPED);
  g_assert_cmpint (last->exit_status, ==, SIGKILL);
  g_assert_cmpint (kill (last->pid, 0), ==, -1);
}

static void
test_engine_ends_after_session (void)
{
  gint64 give_up_us = g_get_monotonic_time () + WAIT_US;
  g_auto(Session) session = { 0 };
  g_autofree char *path = test_dup_target_path ("depth");
  g_autoptr(SondeSnapshot) snapshot = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  launch (&session, path, "3");
  snapshot = wait_for (&session, 1);
  g_clear_pointer (&session.engine, sonde_engine_free);
  g_assert_cmpint (kill (snapshot->pid, SIGKILL), ==, 0);
  while (kill (snapshot->pid, 0) == 0 && g_get_monotonic_time () < give_up_us)
    g_main_context_iteration (NULL, FALSE);

  g_assert_cmpint (kill (snapshot->pid, 0), ==, -1);
}

static void
test_engine_first_thread_ends (void)
{
  g_auto(Session) session = { 0 };
  g_autofree char *path = test_dup_target_path ("orphans");
  g_autoptr(SondeSnapshot) end = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  launch (&session, path, "600");
  end = wait_for (&session, G_MAXUINT64);
  g_assert_cmpint (end->end, ==, SONDE_END_PROCESS);
  g_assert_true (WIFEXITED (end->exit_status));
  g_assert_cmpint (WEXITSTATUS (end->exit_status), ==, 3);
  g_assert_cmpuint (end->scope_count, >=, 200);
  g_assert_cmpint (kill (end->pid, 0), ==, -1);
}

/* The first thread has ended, or ends while it is looked at, and another one goes on, which loads
 * code then.
 */
static void
test_engine_lives_on (gconstpointer data)
{
  g_auto(Session) session = { 0 };
  g_autofree char *module = test_dup_target_path ("module.so");
  g_autoptr(SondeSnapshot) before = NULL;
  g_autoptr(SondeSnapshot) after = NULL;
  const SondeFunctionFigures *base;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  session.target = test_target_start ("leader", module, data, NULL);
  sonde_settings_init (&session.settings);
  session.engine = sonde_engine_new_attach (session.target->pid, 0, &session.settings);
  before = wait_for_row (&session, 200, "wait_without_module");
  g_assert_cmpint (before->state, ==, SONDE_SESSION_SAMPLING);

  test_program_signal (session.target, SIGUSR1);
  after = wait_for_row (&session, before->sample_count + 200, "module_spin");
  g_assert_cmpint (after->state, ==, SONDE_SESSION_SAMPLING);
  base = find_row (after, "work");
  g_assert_nonnull (base);
  g_assert_cmpuint (base->total_count, >=, after->scope_count * 9 / 10);
}

/* A program that we start is as any other: it does not have the worker's way of sleeping. It says
 * so itself: of another process only root may ask.
 */
static void
test_engine_launched_timer_slack (void)
{
  g_auto(Session) session = { 0 };
  g_autoptr(SondeSnapshot) end = NULL;
  g_autofree char *ours = NULL;
  char theirs[32] = "";

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  launch (&session, "/bin/cat", "/proc/self/timerslack_ns");
  end = wait_for (&session, G_MAXUINT64);
  g_assert_cmpint (end->end, ==, SONDE_END_PROCESS);
  rewind (session.output);
  g_assert_nonnull (fgets (theirs, sizeof theirs, session.output));
  g_assert_true (g_file_get_contents ("/proc/self/timerslack_ns", &ours, NULL, NULL));
  g_assert_cmpstr (theirs, ==, ours);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/engine/mode-is-a-view", test_engine_mode_is_a_view);
  g_test_add_func ("/live/engine/thread-scope", test_engine_thread_scope);
  g_test_add_func ("/live/engine/filter-keeps-base", test_engine_filter_keeps_base);
  g_test_add_func ("/live/engine/frozen", test_engine_frozen);
  g_test_add_func ("/live/engine/reset", test_engine_reset);
  g_test_add_func ("/live/engine/finished-still-answers", test_engine_finished_still_answers);
  g_test_add_func ("/live/engine/cannot-begin", test_engine_cannot_begin);
  g_test_add_func ("/live/engine/freed-while-disk-waits", test_engine_freed_while_disk_waits);
  g_test_add_func ("/live/engine/freed-while-sampling", test_engine_freed_while_sampling);
  g_test_add_func ("/live/engine/freed-with-captures", test_engine_freed_with_captures);
  g_test_add_func ("/live/engine/first-thread-ends", test_engine_first_thread_ends);
  g_test_add_data_func ("/live/engine/lives-on/ended-before", NULL, test_engine_lives_on);
  g_test_add_data_func ("/live/engine/lives-on/ends-meanwhile", "wait", test_engine_lives_on);
  g_test_add_func ("/live/engine/launched-timer-slack", test_engine_launched_timer_slack);
  g_test_add_func ("/live/engine/ends-after-stop", test_engine_ends_after_stop);
  g_test_add_func ("/live/engine/ends-after-session", test_engine_ends_after_session);
  return g_test_run ();
}
