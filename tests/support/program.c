/* program.c: programs that a test starts
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_TIMEOUT_US (60 * G_USEC_PER_SEC)
#define END_TIMEOUT_US (60 * G_USEC_PER_SEC)
#define LOOK_INTERVAL_US 1000

/* In the child, before it becomes the program: a test that fails leaves nothing behind. */
static void
end_with_test_cb (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* The same, and it has a group of its own. */
static void
as_job_cb (gpointer data)
{
  end_with_test_cb (data);
  setpgid (0, 0);
}

static TestProgram *
start (GSpawnChildSetupFunc  setup,
       const char *const    *argv)
{
  TestProgram *self = g_new0 (TestProgram, 1);
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) environment = g_get_environ ();
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) copy = NULL;

  for (guint i = 0; argv[i] != NULL; i++)
    g_strv_builder_add (builder, argv[i]);
  copy = g_strv_builder_end (builder);

  /* The sentences are looked at, so they must be in one language. */
  environment = g_environ_setenv (environment, "LC_ALL", "C.UTF-8", TRUE);
  environment = g_environ_unsetenv (environment, "LANGUAGE");
  self->output_fd = memfd_create ("output", MFD_CLOEXEC);
  self->error_fd = memfd_create ("errors", MFD_CLOEXEC);
  g_spawn_async_with_fds (NULL, copy, environment,
                          G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, setup, NULL,
                          &self->pid, -1, self->output_fd, self->error_fd, &error);
  g_assert_no_error (error);

  return self;
}

TestProgram *
test_program_start (const char *const *argv)
{
  return start (end_with_test_cb, argv);
}

/* Takes note of the end of the program if it has ended. */
static gboolean
look_for_end (TestProgram *self)
{
  if (!self->ended)
    self->ended = waitpid (self->pid, &self->wait_status, WNOHANG) == self->pid;

  return self->ended;
}

void
test_program_free (TestProgram *self)
{
  if (!look_for_end (self))
    {
      kill (self->pid, SIGKILL);
      waitpid (self->pid, NULL, 0);
    }

  close (self->output_fd);
  close (self->error_fd);
  g_free (self);
}

static char *
dup_content (int fd)
{
  off_t length = lseek (fd, 0, SEEK_END);
  char *content = g_malloc0 ((gsize) length + 1);

  /* The offset is the program's too, and must stay at the end. */
  g_assert_cmpint (pread (fd, content, (gsize) length, 0), ==, length);

  return content;
}

char *
test_program_dup_output (TestProgram *self)
{
  return dup_content (self->output_fd);
}

char *
test_program_dup_errors (TestProgram *self)
{
  return dup_content (self->error_fd);
}

int
test_program_wait (TestProgram *self)
{
  gint64 deadline_us = g_get_monotonic_time () + END_TIMEOUT_US;

  while (!look_for_end (self))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      g_usleep (LOOK_INTERVAL_US);
    }

  return WIFEXITED (self->wait_status) ? WEXITSTATUS (self->wait_status)
                                       : -WTERMSIG (self->wait_status);
}

void
test_program_signal (TestProgram *self,
                     int          signal_number)
{
  g_assert_false (look_for_end (self));
  g_assert_cmpint (kill (self->pid, signal_number), ==, 0);
}

void
test_program_wait_for (TestProgram *self,
                       const char  *text)
{
  gint64 deadline_us = g_get_monotonic_time () + TEXT_TIMEOUT_US;

  for (;;)
    {
      g_autofree char *output = test_program_dup_output (self);
      const char *found = strstr (output, text);

      if (found != NULL && strchr (found, '\n') != NULL)
        return;

      g_assert_false (look_for_end (self));
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      g_usleep (LOOK_INTERVAL_US);
    }
}

/* @path, @first and the words of @list up to NULL. */
static TestProgram *
start_list (GSpawnChildSetupFunc  setup,
            const char           *path,
            const char           *first,
            va_list               list)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();

  g_ptr_array_add (argv, (gpointer) (gsize) path);
  for (const char *word = first; word != NULL; word = va_arg (list, const char *))
    g_ptr_array_add (argv, (gpointer) (gsize) word);

  g_ptr_array_add (argv, NULL);

  return start (setup, (const char *const *) argv->pdata);
}

TestProgram *
test_target_start (const char *name,
                   ...)
{
  g_autofree char *path = test_dup_target_path (name);
  TestProgram *self;
  va_list list;

  va_start (list, name);
  self = start_list (end_with_test_cb, path, va_arg (list, const char *), list);
  va_end (list);
  test_program_wait_for (self, "ready ");

  return self;
}

TestProgram *
test_cli_start (const char *argument,
                ...)
{
  TestProgram *self;
  va_list list;

  va_start (list, argument);
  self = start_list (end_with_test_cb, test_get_cli_path (), argument, list);
  va_end (list);

  return self;
}

/* Its parent is in its session, and not in its group. */
TestProgram *
test_cli_start_job (const char *argument,
                    ...)
{
  TestProgram *self;
  va_list list;

  va_start (list, argument);
  self = start_list (as_job_cb, test_get_cli_path (), argument, list);
  va_end (list);

  return self;
}

JsonObject *
test_target_finish (TestProgram *self)
{
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *output = NULL;
  const char *object;

  test_program_signal (self, SIGTERM);
  g_assert_cmpint (test_program_wait (self), ==, 0);
  output = test_program_dup_output (self);
  object = strchr (output, '{');
  g_assert_nonnull (object);
  json_parser_load_from_data (parser, object, -1, &error);
  g_assert_no_error (error);

  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

char *
test_cli_run (int         status,
              const char *argument,
              ...)
{
  g_autoptr(TestProgram) self = NULL;
  int actual;
  va_list list;

  va_start (list, argument);
  self = start_list (end_with_test_cb, test_get_cli_path (), argument, list);
  va_end (list);
  actual = test_program_wait (self);

  if (actual != status)
    {
      g_autofree char *errors = test_program_dup_errors (self);

      g_test_message ("%s", errors);
    }
  g_assert_cmpint (actual, ==, status);

  return test_program_dup_output (self);
}

char *
test_cli_fail (const char *argument,
               ...)
{
  g_autoptr(TestProgram) self = NULL;
  g_autofree char *output = NULL;
  char *errors;
  va_list list;

  va_start (list, argument);
  self = start_list (end_with_test_cb, test_get_cli_path (), argument, list);
  va_end (list);

  g_assert_cmpint (test_program_wait (self), ==, 1);
  output = test_program_dup_output (self);
  g_assert_cmpstr (output, ==, "");
  errors = test_program_dup_errors (self);
  g_test_message ("%s", errors);
  g_assert_true (g_str_has_prefix (errors, "sonde-cli: "));
  g_assert_true (strchr (errors, '\n') == errors + strlen (errors) - 1);

  return errors;
}

char *
test_dup_target_path (const char *name)
{
  return g_build_filename (TEST_TARGETS_DIR, name, NULL);
}

const char *
test_get_cli_path (void)
{
  return TEST_CLI_PATH;
}

char *
test_dup_number (gint64 number)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, number);
}

/* Why no process may be traced here (transfer full), or NULL. */
static char *
dup_tracing_lack (void)
{
  pid_t child = fork ();
  int code = 0;

  if (child == 0)
    for (;;)
      pause ();

  g_assert_cmpint (child, >, 0);
  if (ptrace (PTRACE_SEIZE, child, NULL, NULL) != 0)
    code = errno;

  kill (child, SIGKILL);
  waitpid (child, NULL, 0);

  return code == 0 ? NULL
                   : g_strdup_printf ("no process may be traced here: %s", g_strerror (code));
}

static char *
dup_perf_lack (void)
{
  const char *const argv[] = {
    "/bin/sh", "-c", "perf record -q -e cpu-clock:u -o /dev/null true 2>&1", NULL
  };
  g_autoptr(TestProgram) perf = test_program_start (argv);
  int status = test_program_wait (perf);
  g_autofree char *output = test_program_dup_output (perf);

  return status == 0 ? NULL : g_strdup_printf ("perf does not work here: %s", output);
}

static char *
dup_chroot_lack (void)
{
  pid_t child = fork ();
  int status = 0;

  if (child == 0)
    _exit ((geteuid () == 0 || unshare (CLONE_NEWUSER) == 0) &&
           unshare (CLONE_NEWNS) == 0 && chroot ("/") == 0 ? 0 : errno);

  g_assert_cmpint (child, >, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);

  return status == 0 ? NULL
                     : g_strdup_printf ("no process may have a root folder of its own here: %s",
                                        g_strerror (WEXITSTATUS (status)));
}

/* As targets/interrupted-things.c does it. */
static char *
dup_bpf_lack (void)
{
  static const struct bpf_insn code[] = {
    { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
    { .code = BPF_JMP | BPF_EXIT },
  };
  union bpf_attr attributes = {
    .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
    .insns = GPOINTER_TO_SIZE (code),
    .insn_cnt = G_N_ELEMENTS (code),
    .license = GPOINTER_TO_SIZE ("GPL"),
  };
  int fd = (int) syscall (SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);

  if (fd < 0)
    return g_strdup_printf ("no program for the kernel may be loaded here: %s",
                            g_strerror (errno));

  close (fd);
  return NULL;
}

static char *
dup_realtime_lack (void)
{
  const struct sched_param parameters = { .sched_priority = 1 };
  pid_t child = fork ();
  int status = 0;

  if (child == 0)
    _exit (sched_setscheduler (0, SCHED_FIFO, &parameters) == 0 ? 0 : errno);

  g_assert_cmpint (child, >, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);

  return status == 0 ? NULL
                     : g_strdup_printf ("no program may have real-time priority here: %s",
                                        g_strerror (WEXITSTATUS (status)));
}

static char *
dup_lack (TestNeed need)
{
  switch (need)
    {
    case TEST_NEED_PERF:
      return dup_perf_lack ();

    case TEST_NEED_CHROOT:
      return dup_chroot_lack ();

    case TEST_NEED_BPF:
      return dup_bpf_lack ();

    case TEST_NEED_REALTIME:
      return dup_realtime_lack ();

    case TEST_NEED_TRACING:
    default:
      return dup_tracing_lack ();
    }
}

gboolean
test_skip_without (TestNeed need)
{
  g_autofree char *lack = dup_lack (need);

  if (lack != NULL)
    g_test_skip (g_strdelimit (lack, "\n", ' '));

  return lack != NULL;
}
