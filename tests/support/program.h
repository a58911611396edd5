/* program.h: programs that a test starts: targets, and sonde-cli on them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * TestProgram:
 * @pid: its process number
 *
 * A program that a test has started. What it prints is kept in files without a name, so that
 * it never waits for the test.
 *
 * Life: test_program_start(), test_target_start() or test_cli_start() → test_program_wait() →
 * test_program_free(), which ends it first if it has not ended.
 */
typedef struct
{
  pid_t    pid;

  /*< private >*/
  int      output_fd;
  int      error_fd;
  int      wait_status;
  gboolean ended;
} TestProgram;

/* @argv is NULL-terminated. Fails the test if the program cannot be started. */
TestProgram *test_program_start      (const char *const *argv);
void         test_program_free       (TestProgram       *self);

/* A program of tests/targets, once it has said that it is ready. */
TestProgram *test_target_start       (const char        *name,
                                      ...) G_GNUC_NULL_TERMINATED;
/* Waits until it has printed a line with this in it. */
void         test_program_wait_for   (TestProgram       *self,
                                      const char        *text);
/* sonde-cli with these arguments. */
TestProgram *test_cli_start          (const char        *argument,
                                      ...) G_GNUC_NULL_TERMINATED;

/* The same as a job, as a shell starts it: only such a one stands still on SIGTSTP. */
TestProgram *test_cli_start_job      (const char        *argument,
                                      ...) G_GNUC_NULL_TERMINATED;

/* Waits until it ends; fails the test if that takes more than a minute. Returns its exit status,
 * or minus the signal that ended it.
 */
int          test_program_wait       (TestProgram       *self);
void         test_program_signal     (TestProgram       *self,
                                      int                signal_number);

/* All that it has printed so far (transfer full). */
char        *test_program_dup_output (TestProgram       *self);
char        *test_program_dup_errors (TestProgram       *self);

/* Ends a target with SIGTERM and returns the object that it prints then. */
JsonObject  *test_target_finish      (TestProgram       *self);

/* Runs sonde-cli to its end, which must be with @status; returns its standard output. */
char        *test_cli_run            (int                status,
                                      const char        *argument,
                                      ...) G_GNUC_NULL_TERMINATED;
/* As test_cli_run(), for what must fail with status 1 and one line; returns that line. */
char        *test_cli_fail           (const char        *argument,
                                      ...) G_GNUC_NULL_TERMINATED;

/* Paths of things that are built beside the tests (transfer full). */
char        *test_dup_target_path    (const char        *name);
const char  *test_get_cli_path       (void);

/* The number as text (transfer full). */
char        *test_dup_number         (gint64             number);

/**
 * TestNeed:
 * @TEST_NEED_TRACING: that a process may trace its child
 * @TEST_NEED_PERF: that perf is there and may count
 * @TEST_NEED_CHROOT: that a process may have a root folder of its own
 * @TEST_NEED_BPF: that programs for the kernel may be loaded
 * @TEST_NEED_REALTIME: that a thread may have real-time priority
 *
 * What a machine may lack.
 */
typedef enum
{
  TEST_NEED_TRACING,
  TEST_NEED_PERF,
  TEST_NEED_CHROOT,
  TEST_NEED_BPF,
  TEST_NEED_REALTIME,
} TestNeed;

/* The only way to skip a live test: if @need is not met says why, and returns %TRUE. */
gboolean     test_skip_without       (TestNeed           need);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestProgram, test_program_free)

G_END_DECLS
