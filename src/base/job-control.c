/* job-control.c: what is to be done before this process stands still, and after it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GLib has sources for some signals, but not for these. The handler only tells the main loop.
 */

#include "config.h"

#include "base/job-control.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <glib-unix.h>

static const int stop_signals[] = { SIGTSTP, SIGTTIN, SIGTTOU };

struct _SondeJobControl
{
  int              pipe[2]; /* a byte for each signal that came */
  guint            source;
  struct sigaction before[G_N_ELEMENTS (stop_signals)];
  SondeJobFunc     suspend;
  SondeJobFunc     resume;
  gpointer         data;
};

/* Where the handler writes to. */
static int told_fd = -1;

static void
on_stop_signal_cb (int signal_number)
{
  guint8 number = (guint8) signal_number;
  int code = errno;
  gssize ignored G_GNUC_UNUSED;

  ignored = write (told_fd, &number, 1);
  errno = code;
}

static gboolean
is_caught (const SondeJobControl *self,
           guint                  at)
{
  return self->before[at].sa_handler != SIG_IGN;
}

/* Does what the signal would have done by itself; comes back once this process goes on. */
static void
stand_still (int signal_number)
{
  struct sigaction standard = { .sa_handler = SIG_DFL };
  struct sigaction ours;

  sigaction (signal_number, &standard, &ours);
  raise (signal_number);
  sigaction (signal_number, &ours, NULL);
}

static gboolean
on_told_cb (int          fd,
            GIOCondition condition,
            gpointer     data)
{
  SondeJobControl *self = data;
  guint8 numbers[64];
  gssize n = read (fd, numbers, sizeof numbers);

  if (n <= 0)
    return G_SOURCE_CONTINUE;

  self->suspend (self->data);
  stand_still (numbers[0]);
  self->resume (self->data);

  return G_SOURCE_CONTINUE;
}

/**
 * sonde_job_control_new:
 * @suspend: called before this process stands still
 * @resume: called once it goes on
 * @data: for both
 *
 * Returns: (transfer full) (nullable): NULL if there are no descriptors left; then the signals do
 *   what they always do
 */
SondeJobControl *
sonde_job_control_new (SondeJobFunc suspend,
                       SondeJobFunc resume,
                       gpointer     data)
{
  struct sigaction action = { .sa_handler = on_stop_signal_cb };
  SondeJobControl *self;

  g_return_val_if_fail (told_fd < 0, NULL);

  self = g_new0 (SondeJobControl, 1);
  if (!g_unix_open_pipe (self->pipe, FD_CLOEXEC, NULL))
    {
      g_free (self);
      return NULL;
    }

  self->suspend = suspend;
  self->resume = resume;
  self->data = data;
  g_unix_set_fd_nonblocking (self->pipe[0], TRUE, NULL);
  g_unix_set_fd_nonblocking (self->pipe[1], TRUE, NULL);
  told_fd = self->pipe[1];
  self->source = g_unix_fd_add_full (G_PRIORITY_HIGH, self->pipe[0], G_IO_IN, on_told_cb, self,
                                     NULL);
  for (guint i = 0; i < G_N_ELEMENTS (stop_signals); i++)
    {
      sigaction (stop_signals[i], NULL, &self->before[i]);
      if (is_caught (self, i))
        sigaction (stop_signals[i], &action, NULL);
    }

  return self;
}

void
sonde_job_control_free (SondeJobControl *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (stop_signals); i++)
    if (is_caught (self, i))
      sigaction (stop_signals[i], &self->before[i], NULL);
  told_fd = -1;
  g_source_remove (self->source);
  close (self->pipe[0]);
  close (self->pipe[1]);
  g_free (self);
}
