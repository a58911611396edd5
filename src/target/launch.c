/* launch.c: starts a program so that it can be sampled from its first instruction
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The child waits at a gate, a pipe, until we have seized it; then it calls exec(), and the
 * kernel stops it for us in the new program before its first instruction. The other pipe closes
 * at the exec(), or brings its errno.
 */

#include "config.h"

#include "target/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptors.h"

#include "base/placement.h"

/* Between fork() and exec() in a program with threads only calls that are safe in
 * signal handlers may be made, so all memory is got before (signal-safety(7)).
 */
typedef struct
{
  const char *const *argv;
  char             **envp;
  char              *path; /* of the program, owned */
  const char        *directory;
  int                output_fd;
  gboolean           null_input;
  int                gate[2];
  int                report[2];
} Child;

static const char *
find_variable (const char *const *envp,
               const char        *name)
{
  gsize length = strlen (name);

  for (guint i = 0; envp != NULL && envp[i] != NULL; i++)
    if (strncmp (envp[i], name, length) == 0 && envp[i][length] == '=')
      return envp[i] + length + 1;

  return NULL;
}

/* The file that execvpe() would run (transfer full): @name itself if it is nowhere in the path. */
static char *
find_program (const char        *name,
              const char *const *envp)
{
  const char *path = envp != NULL ? find_variable (envp, "PATH") : g_getenv ("PATH");
  g_auto(GStrv) folders = NULL;

  if (strchr (name, '/') != NULL)
    return g_strdup (name);

  folders = g_strsplit (path != NULL ? path : "/usr/local/bin:/usr/bin:/bin", ":", -1);
  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *candidate = g_build_filename (folders[i][0] != '\0' ? folders[i] : ".",
                                                     name, NULL);

      if (g_file_test (candidate, G_FILE_TEST_IS_EXECUTABLE) &&
          !g_file_test (candidate, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&candidate);
    }

  return g_strdup (name);
}

G_NORETURN static void
fail_child (const Child *child)
{
  int code = errno;
  gssize ignored G_GNUC_UNUSED;

  ignored = write (child->report[1], &code, sizeof code);
  _exit (127);
}

G_NORETURN static void
run_child (const Child *child)
{
  sigset_t none;
  char go;
  int null_fd;

  close (child->gate[1]);
  if (read (child->gate[0], &go, 1) != 1)
    _exit (127);

  /* Ours may be blocked, for the worker; a program expects none to be. */
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  signal (SIGPIPE, SIG_DFL);
  sonde_descriptors_restore ();
  sonde_placement_leave ();

  if (child->null_input)
    {
      null_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
      if (null_fd < 0 || dup2 (null_fd, STDIN_FILENO) < 0)
        fail_child (child);
    }

  if (child->output_fd >= 0 &&
      (dup2 (child->output_fd, STDOUT_FILENO) < 0 || dup2 (child->output_fd, STDERR_FILENO) < 0))
    fail_child (child);

  if (child->directory != NULL && chdir (child->directory) != 0)
    fail_child (child);

  execve (child->path, (char *const *) (gsize) child->argv, child->envp);
  fail_child (child);
}

/* Waits until @pid stands before its first instruction. FALSE if it ended instead. */
static gboolean
await_program (pid_t pid)
{
  int status;

  while (waitpid (pid, &status, __WALL) == pid)
    {
      if (!WIFSTOPPED (status))
        return FALSE;

      if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8))
        return TRUE;

      ptrace (PTRACE_CONT, pid, NULL,
              GINT_TO_POINTER (status >> 16 == 0 ? WSTOPSIG (status) : 0));
    }

  return FALSE;
}

static gboolean
open_gate_and_wait (const Child *child,
                    pid_t        pid,
                    int         *code)
{
  if (ptrace (PTRACE_SEIZE, pid, NULL, GINT_TO_POINTER (PTRACE_O_TRACEEXEC)) != 0)
    {
      *code = errno;
      kill (pid, SIGKILL);
      waitpid (pid, NULL, __WALL);
      return FALSE;
    }

  if (write (child->gate[1], "", 1) == 1 && await_program (pid))
    return TRUE;

  if (read (child->report[0], code, sizeof *code) != sizeof *code)
    *code = ECHILD;

  return FALSE;
}

pid_t
sonde_launch (const char *const *argv,
              const char *const *envp,
              const char        *directory,
              int                output_fd,
              gboolean           null_input,
              SondeObstacle     *obstacle)
{
  g_autofree char *path = find_program (argv[0], envp);
  Child child = {
    .argv = argv,
    .envp = envp != NULL ? (char **) (gsize) envp : environ,
    .path = path,
    .directory = directory,
    .output_fd = output_fd,
    .null_input = null_input,
  };
  int code = 0;
  pid_t pid;

  *obstacle = (SondeObstacle) { .kind = SONDE_OBSTACLE_NONE };

  if (pipe2 (child.gate, O_CLOEXEC) != 0)
    {
      *obstacle = (SondeObstacle) { .kind = SONDE_OBSTACLE_LAUNCH, .code = errno };
      return -1;
    }
  if (pipe2 (child.report, O_CLOEXEC) != 0)
    {
      *obstacle = (SondeObstacle) { .kind = SONDE_OBSTACLE_LAUNCH, .code = errno };
      close (child.gate[0]);
      close (child.gate[1]);
      return -1;
    }

  pid = fork ();
  if (pid == 0)
    run_child (&child);

  close (child.gate[0]);
  close (child.report[1]);
  if (pid < 0)
    code = errno;
  else if (!open_gate_and_wait (&child, pid, &code))
    pid = -1;
  close (child.gate[1]);
  close (child.report[0]);

  if (pid < 0)
    *obstacle = (SondeObstacle) { .kind = SONDE_OBSTACLE_LAUNCH, .code = code };

  return pid;
}

void
sonde_launch_release (pid_t pid)
{
  ptrace (PTRACE_DETACH, pid, NULL, NULL);
}
