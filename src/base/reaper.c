/* reaper.c: waits for programs that we have started and that nobody looks at any more
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/reaper.h"

#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>

typedef struct
{
  pid_t  pid;
  char  *program; /* owned */
} Child;

/* Main loop only. */
static SondeReaperFunc listener;
static gpointer listener_data;

static void
free_child (gpointer data)
{
  Child *child = data;

  g_free (child->program);
  g_free (child);
}

/* A thread of it that another session of ours held has to be buried first. */
static gboolean
try_again_cb (gpointer data)
{
  Child *child = data;
  int status;
  pid_t ended = waitpid (child->pid, &status, WNOHANG | __WALL);

  if (ended == child->pid && listener != NULL)
    listener (child->program, status, listener_data);

  return ended == 0;
}

static gboolean
on_ended_cb (int          pid_fd,
             GIOCondition condition,
             gpointer     data)
{
  close (pid_fd);
  if (try_again_cb (data))
    g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, 1, try_again_cb, data, free_child);
  else
    free_child (data);

  return G_SOURCE_REMOVE;
}

void
sonde_reaper_set_listener (SondeReaperFunc func,
                           gpointer        data)
{
  listener = func;
  listener_data = data;
}

void
sonde_reaper_take (pid_t       pid,
                   int         pid_fd,
                   const char *program)
{
  Child *child;

  g_return_if_fail (pid > 0 && pid_fd >= 0);

  child = g_new0 (Child, 1);
  child->pid = pid;
  child->program = g_strdup (program);
  g_unix_fd_add (pid_fd, G_IO_IN, on_ended_cb, child);
}
