/* alarms.c: wakes a thread at given times, by the timer of another CPU
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A ring of timers of the kernel, each set once a turn of the ring. One that was waited for, or for
 * which it was too late, need not be read: to set it again clears it (timerfd_settime(2)).
 */

#include "config.h"

#include "sampler/alarms.h"

#include <sys/timerfd.h>
#include <unistd.h>

typedef struct
{
  int     fd; /* -1 before it is first set */
  guint64 due_ns;
} Alarm;

struct _SondeAlarms
{
  guint    n;        /* a power of two, so that indices may wrap */
  Alarm   *alarms;   /* owned; of the n-th that was set, at n modulo their number */
  guint    n_set;    /* atomic; changed under the lock */
  guint    n_done;   /* atomic; only who waits changes it */
  GMutex   setting;  /* who waits never takes it */
  gboolean has_rung; /* under the lock */
};

SondeAlarms *
sonde_alarms_new (guint n)
{
  SondeAlarms *self = g_new0 (SondeAlarms, 1);

  g_mutex_init (&self->setting);
  self->n = 1u << g_bit_storage (n - 1);
  self->alarms = g_new0 (Alarm, self->n);
  for (guint i = 0; i < self->n; i++)
    self->alarms[i].fd = -1;

  return self;
}

void
sonde_alarms_free (SondeAlarms *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->n; i++)
    if (self->alarms[i].fd >= 0)
      close (self->alarms[i].fd);

  g_mutex_clear (&self->setting);
  g_free (self->alarms);
  g_free (self);
}

static Alarm *
get_alarm (SondeAlarms *self,
           guint        index)
{
  return &self->alarms[index % self->n];
}

/* FALSE if the kernel has none for us. */
static gboolean
set_timer (Alarm *alarm)
{
  const struct itimerspec time = {
    .it_value.tv_sec = (time_t) (alarm->due_ns / SONDE_NS_PER_SECOND),
    .it_value.tv_nsec = (long) (alarm->due_ns % SONDE_NS_PER_SECOND),
  };

  if (alarm->fd < 0)
    alarm->fd = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC);

  return alarm->fd >= 0 && timerfd_settime (alarm->fd, TFD_TIMER_ABSTIME, &time, NULL) == 0;
}

/* Under the lock. */
static gboolean
set_next (SondeAlarms *self,
          guint64      due_ns)
{
  guint n_set = (guint) g_atomic_int_get (&self->n_set);
  Alarm *alarm = get_alarm (self, n_set);

  if (self->has_rung || n_set - (guint) g_atomic_int_get (&self->n_done) == self->n)
    return FALSE;

  alarm->due_ns = due_ns;
  if (!set_timer (alarm))
    return FALSE;

  g_atomic_int_set (&self->n_set, n_set + 1);

  return TRUE;
}

gboolean
sonde_alarms_set (SondeAlarms *self,
                  guint64      due_ns)
{
  gboolean is_set;

  if (!g_mutex_trylock (&self->setting))
    return FALSE;

  is_set = set_next (self, due_ns);
  g_mutex_unlock (&self->setting);

  return is_set;
}

/* One that rings meanwhile rings again, which nobody waits for. */
void
sonde_alarms_move (SondeAlarms *self)
{
  guint n_set;

  g_mutex_lock (&self->setting);
  n_set = (guint) g_atomic_int_get (&self->n_set);
  for (guint i = (guint) g_atomic_int_get (&self->n_done); i != n_set && !self->has_rung; i++)
    set_timer (get_alarm (self, i));
  g_mutex_unlock (&self->setting);
}

gboolean
sonde_alarms_wait (SondeAlarms *self,
                   guint64      due_ns)
{
  guint n_set = (guint) g_atomic_int_get (&self->n_set);
  guint n_done = (guint) g_atomic_int_get (&self->n_done);
  guint64 n_rings;
  gssize n_read;

  while (n_done != n_set && get_alarm (self, n_done)->due_ns < due_ns)
    n_done++;
  g_atomic_int_set (&self->n_done, n_done);
  if (n_done == n_set || get_alarm (self, n_done)->due_ns != due_ns)
    return FALSE;

  n_read = read (get_alarm (self, n_done)->fd, &n_rings, sizeof n_rings);
  g_atomic_int_set (&self->n_done, n_done + 1);

  return n_read == sizeof n_rings;
}

void
sonde_alarms_ring (SondeAlarms *self)
{
  const struct itimerspec time = { .it_value.tv_nsec = 1 };

  g_mutex_lock (&self->setting);
  self->has_rung = TRUE;
  for (guint i = 0; i < self->n; i++)
    if (self->alarms[i].fd >= 0)
      timerfd_settime (self->alarms[i].fd, 0, &time, NULL);
  g_mutex_unlock (&self->setting);
}
