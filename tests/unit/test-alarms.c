/* test-alarms.c: timers that another thread sets
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <glib.h>

#include "base/clock.h"
#include "sampler/alarms.h"
#include "target/thread.h"

/* A power of two: not one more. */
#define N_ALARMS 64
#define STEP_NS (2 * G_GUINT64_CONSTANT (1000000))
/* It does not come before the machine is off. */
#define FAR_NS (G_MAXINT64 / 2)

/* Whoever waits for one that was set is woken when it is due, not before. */
static void
test_alarms_in_turn (void)
{
  g_autoptr(SondeAlarms) alarms = sonde_alarms_new (N_ALARMS);
  guint64 start_ns = sonde_clock_now_ns ();

  for (guint i = 1; i <= 10; i++)
    g_assert_true (sonde_alarms_set (alarms, start_ns + i * STEP_NS));

  for (guint i = 1; i <= 10; i++)
    {
      g_assert_true (sonde_alarms_wait (alarms, start_ns + i * STEP_NS));
      g_assert_cmpuint (sonde_clock_now_ns (), >=, start_ns + i * STEP_NS);
    }
}

/* Those before the one that is waited for are done with, and one that was not set is not there. */
static void
test_alarms_skipped (void)
{
  g_autoptr(SondeAlarms) alarms = sonde_alarms_new (N_ALARMS);
  guint64 start_ns = sonde_clock_now_ns ();

  g_assert_false (sonde_alarms_wait (alarms, start_ns + STEP_NS));
  for (guint i = 1; i <= 4; i++)
    g_assert_true (sonde_alarms_set (alarms, start_ns + i * STEP_NS));

  g_assert_false (sonde_alarms_wait (alarms, start_ns + 2 * STEP_NS + 1));
  g_assert_false (sonde_alarms_wait (alarms, start_ns + 2 * STEP_NS));
  g_assert_true (sonde_alarms_wait (alarms, start_ns + 4 * STEP_NS));
  g_assert_false (sonde_alarms_wait (alarms, start_ns + 5 * STEP_NS));
}

/* There is room again for as many as were waited for. One that has rung unheard is set anew. */
static void
test_alarms_room (void)
{
  g_autoptr(SondeAlarms) alarms = sonde_alarms_new (N_ALARMS);
  guint64 due_ns = sonde_clock_now_ns ();

  for (guint turn = 0; turn < 3; turn++)
    {
      for (guint i = 0; i < N_ALARMS; i++)
        g_assert_true (sonde_alarms_set (alarms, ++due_ns));
      g_assert_false (sonde_alarms_set (alarms, due_ns + 1));

      /* All are over. */
      g_assert_false (sonde_alarms_wait (alarms, due_ns + 1));
    }

  due_ns = sonde_clock_now_ns () + STEP_NS;
  g_assert_true (sonde_alarms_set (alarms, due_ns));
  g_assert_true (sonde_alarms_wait (alarms, due_ns));
  g_assert_cmpuint (sonde_clock_now_ns (), >=, due_ns);
}

typedef struct
{
  SondeAlarms *alarms;
  int          tid;    /* atomic */
} Waiter;

static gpointer
wait_for_far_alarm_cb (gpointer data)
{
  Waiter *waiter = data;

  g_atomic_int_set (&waiter->tid, gettid ());
  sonde_alarms_wait (waiter->alarms, FAR_NS);

  return NULL;
}

/* Until it is asleep in the kernel. */
static void
wait_for_waiter (Waiter *waiter)
{
  SondeThread thread;
  SondeThreadWait wait = { 0 };

  while (g_atomic_int_get (&waiter->tid) == 0)
    g_usleep (100);

  sonde_thread_open (&thread, getpid (), g_atomic_int_get (&waiter->tid));
  while (!sonde_thread_read_wait (&thread, &wait) || !wait.asleep || wait.call != SYS_read)
    g_usleep (100);
  sonde_thread_close (&thread);
}

/* Whoever waits does not wait on when they ring; nor those who come later, whatever is done. */
static void
test_alarms_ring (void)
{
  g_autoptr(SondeAlarms) alarms = sonde_alarms_new (N_ALARMS);
  Waiter waiter = { .alarms = alarms };
  GThread *thread;

  g_assert_true (sonde_alarms_set (alarms, FAR_NS));
  g_assert_true (sonde_alarms_set (alarms, FAR_NS + 1));
  thread = g_thread_new ("waiter", wait_for_far_alarm_cb, &waiter);
  wait_for_waiter (&waiter);
  sonde_alarms_ring (alarms);
  g_thread_join (thread);

  sonde_alarms_move (alarms);
  g_assert_false (sonde_alarms_set (alarms, FAR_NS + 2));
  g_assert_true (sonde_alarms_wait (alarms, FAR_NS + 1));
}

/* Those that are to come ring when they were to, and those that have been are not set again. */
static void
test_alarms_moved (void)
{
  g_autoptr(SondeAlarms) alarms = sonde_alarms_new (N_ALARMS);
  guint64 start_ns = sonde_clock_now_ns ();

  for (guint i = 1; i <= 4; i++)
    g_assert_true (sonde_alarms_set (alarms, start_ns + i * STEP_NS));

  g_assert_true (sonde_alarms_wait (alarms, start_ns + STEP_NS));
  sonde_alarms_move (alarms);
  for (guint i = 2; i <= 4; i++)
    {
      g_assert_true (sonde_alarms_wait (alarms, start_ns + i * STEP_NS));
      g_assert_cmpuint (sonde_clock_now_ns (), >=, start_ns + i * STEP_NS);
      sonde_alarms_move (alarms);
    }
  for (guint i = 0; i < N_ALARMS; i++)
    g_assert_true (sonde_alarms_set (alarms, start_ns + 5 * STEP_NS + i));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/alarms/in-turn", test_alarms_in_turn);
  g_test_add_func ("/sampler/alarms/skipped", test_alarms_skipped);
  g_test_add_func ("/sampler/alarms/room", test_alarms_room);
  g_test_add_func ("/sampler/alarms/ring", test_alarms_ring);
  g_test_add_func ("/sampler/alarms/moved", test_alarms_moved);
  return g_test_run ();
}
