/* descriptors.c: how many files this process may have open
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The usual limit of 1,024 is for programs that use select(), which knows no larger numbers. Those
 * that do not use it may raise it to the hard limit (select(2), getrlimit(2)).
 */

#include "config.h"

#include "base/descriptors.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib-unix.h>

/* GLib ends the program where it has none for its main loops. */
#define N_NEEDED 4

/* Set once, before there are threads. */
static struct rlimit before;

static gboolean
has_room (void)
{
  int fds[N_NEEDED];
  guint n_open = 0;
  gboolean has_all;

  while (n_open < N_NEEDED && (fds[n_open] = open ("/", O_PATH | O_CLOEXEC)) >= 0)
    n_open++;

  has_all = n_open == N_NEEDED;
  while (n_open > 0)
    close (fds[--n_open]);

  return has_all;
}

gboolean
sonde_descriptors_prepare (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &before) == 0)
    {
      limit = before;
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }

  if (!has_room ())
    return FALSE;

  /* Its thread for signals has a loop of its own. */
  g_main_context_default ();
  g_source_unref (g_unix_signal_source_new (SIGUSR1));

  return TRUE;
}

void
sonde_descriptors_restore (void)
{
  if (before.rlim_max != 0)
    setrlimit (RLIMIT_NOFILE, &before);
}
