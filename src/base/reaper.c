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

/* A thread of it that another session of ours held has to be buried first. */
static gboolean
try_again_cb (gpointer data)
{
  return waitpid (GPOINTER_TO_INT (data), NULL, WNOHANG | __WALL) == 0;
}

static gboolean
on_ended_cb (int          pid_fd,
             GIOCondition condition,
             gpointer     data)
{
  if (try_again_cb (data))
    g_timeout_add_seconds (1, try_again_cb, data);
  close (pid_fd);

  return G_SOURCE_REMOVE;
}

void
sonde_reaper_take (pid_t pid,
                   int   pid_fd)
{
  g_return_if_fail (pid > 0 && pid_fd >= 0);

  g_unix_fd_add (pid_fd, G_IO_IN, on_ended_cb, GINT_TO_POINTER (pid));
}
