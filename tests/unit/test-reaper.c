/* test-reaper.c: programs that nobody looks at any more are waited for, and told of
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "base/reaper.h"

typedef struct
{
  guint count;
  char *program;
  int   status;
} Told;

static void
on_ended_cb (const char *program,
             int         status,
             gpointer    data)
{
  Told *told = data;

  told->count++;
  g_free (told->program);
  told->program = g_strdup (program);
  told->status = status;
}

/* A child that waits until it is killed, or ends at once with @status. */
static pid_t
start (gboolean waits,
       int      status)
{
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      while (waits)
        pause ();
      _exit (status);
    }

  return pid;
}

static gpointer
take_thread (gpointer data)
{
  pid_t pid = GPOINTER_TO_INT (data);

  sonde_reaper_take (pid, (int) syscall (SYS_pidfd_open, pid, 0), "/bin/made-up");

  return NULL;
}

/* As a worker does: not the thread of the main loop. */
static void
take (pid_t pid)
{
  g_thread_join (g_thread_new ("taker", take_thread, GINT_TO_POINTER (pid)));
}

static void
test_reaper_status (void)
{
  Told told = { 0 };

  sonde_reaper_set_listener (on_ended_cb, &told);
  take (start (FALSE, 3));
  while (told.count == 0)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpstr (told.program, ==, "/bin/made-up");
  g_assert_true (WIFEXITED (told.status));
  g_assert_cmpint (WEXITSTATUS (told.status), ==, 3);

  /* It is told of once, and is gone. */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (told.count, ==, 1);
  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
  g_assert_cmpint (errno, ==, ECHILD);

  g_free (told.program);
  sonde_reaper_set_listener (NULL, NULL);
}

static void
test_reaper_signal (void)
{
  Told told = { 0 };
  pid_t pid = start (TRUE, 0);

  sonde_reaper_set_listener (on_ended_cb, &told);
  take (pid);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (told.count, ==, 0);

  kill (pid, SIGKILL);
  while (told.count == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (WIFSIGNALED (told.status));
  g_assert_cmpint (WTERMSIG (told.status), ==, SIGKILL);

  g_free (told.program);
  sonde_reaper_set_listener (NULL, NULL);
}

/* Whether or not anybody listens. */
static void
test_reaper_unheard (void)
{
  pid_t pid = start (FALSE, 0);

  take (pid);
  while (kill (pid, 0) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (errno, ==, ESRCH);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/reaper/status", test_reaper_status);
  g_test_add_func ("/base/reaper/signal", test_reaper_signal);
  g_test_add_func ("/base/reaper/unheard", test_reaper_unheard);

  return g_test_run ();
}
