/* test-meeting.c: two threads that wake for the same time
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "sampler/meeting.h"

#define PERIOD_NS 1000000
#define MAX_NS (PERIOD_NS / 4)
/* The guest, too, waits no longer than this. */
#define GUEST_WAITS_NS 50000
#define N_BEFORE 2000
#define N_MEETINGS 4000

/* Times in ns. */
typedef struct
{
  gint32 guest_late[2]; /* from, to */
  gint32 host_late[2];
} Lateness;

typedef struct
{
  guint   n_met;
  guint   n_guest_first;
  guint64 waited_ns;    /* both, together */
} Outcome;

/* As a host does that waits no longer than the meeting says; what came before it is settled does
 * not count.
 */
static Outcome
hold_meetings (const Lateness *lateness)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (7);
  SondeMeeting meeting = { 0 };
  Outcome outcome = { 0 };

  for (guint i = 0; i < N_BEFORE + N_MEETINGS; i++)
    {
      guint64 due_ns = (guint64) (i + 1) * PERIOD_NS;
      guint64 at_ns = due_ns + meeting.delay_ns;
      guint64 guest_ns = at_ns + (guint64) g_rand_int_range (rand, lateness->guest_late[0],
                                                             lateness->guest_late[1]);
      guint64 host_ns = due_ns + (guint64) g_rand_int_range (rand, lateness->host_late[0],
                                                             lateness->host_late[1]);

      if (guest_ns > MAX (host_ns, at_ns + meeting.patience_ns))
        {
          sonde_meeting_add_missed (&meeting, MAX_NS);
          continue;
        }

      sonde_meeting_add_met (&meeting, at_ns, guest_ns, host_ns, MAX_NS);
      if (i < N_BEFORE || host_ns > guest_ns + GUEST_WAITS_NS)
        continue;

      outcome.n_met++;
      outcome.n_guest_first += guest_ns < host_ns;
      outcome.waited_ns += MAX (guest_ns, host_ns) - MIN (guest_ns, host_ns);
    }

  return outcome;
}

/* On a busy CPU one is there at once; where it slept, late, and later where the machine is a guest
 * whose host is busy.
 */
static void
test_meeting_balances (void)
{
  static const Lateness cases[] = {
    { { 3000, 8000 }, { 2000, 9000 } },
    { { 3000, 8000 }, { 15000, 40000 } },
    { { 20000, 35000 }, { 35000, 110000 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint32 spread_ns = cases[i].guest_late[1] - cases[i].guest_late[0] +
                         cases[i].host_late[1] - cases[i].host_late[0];
      Outcome outcome = hold_meetings (&cases[i]);

      g_test_message ("case %u: met %u of %u, the guest first in %u, waited %" G_GUINT64_FORMAT
                      " ns", i, outcome.n_met, N_MEETINGS, outcome.n_guest_first,
                      outcome.waited_ns / outcome.n_met);
      g_assert_cmpuint (outcome.n_met, >=, N_MEETINGS * 85 / 100);
      g_assert_cmpuint (outcome.n_guest_first, >=, outcome.n_met * 35 / 100);
      g_assert_cmpuint (outcome.n_guest_first, <=, outcome.n_met * 65 / 100);
      g_assert_cmpuint (outcome.waited_ns / outcome.n_met, <=, (guint) spread_ns / 2);
    }
}

/* A host that is later still than the guest may be told to come does not make it wait for ever. */
static void
test_meeting_has_limits (void)
{
  const guint64 max_ns = 20000;
  SondeMeeting meeting = { 0 };

  for (guint i = 0; i < 1000; i++)
    {
      sonde_meeting_add_met (&meeting, PERIOD_NS, PERIOD_NS, 2 * PERIOD_NS, max_ns);
      sonde_meeting_add_missed (&meeting, max_ns);
      g_assert_cmpuint (meeting.delay_ns, <=, max_ns);
      g_assert_cmpuint (meeting.patience_ns, <=, max_ns);
    }
  g_assert_cmpuint (meeting.delay_ns, ==, max_ns);

  /* The time between ticks is another one now. */
  sonde_meeting_add_missed (&meeting, max_ns / 2);
  g_assert_cmpuint (meeting.delay_ns, <=, max_ns / 2);
  g_assert_cmpuint (meeting.patience_ns, <=, max_ns / 2);

  /* The least there is: it is no less than nothing. */
  for (guint i = 0; i < 1000; i++)
    sonde_meeting_add_met (&meeting, PERIOD_NS, PERIOD_NS, PERIOD_NS, max_ns);
  g_assert_cmpuint (meeting.delay_ns, ==, 0);
  g_assert_cmpuint (meeting.patience_ns, >=, 4000);
  g_assert_cmpuint (meeting.patience_ns, <=, 6000);
}

/* A guest that never comes costs little, and is found when it comes again. */
static void
test_meeting_in_vain (void)
{
  SondeMeeting meeting = { 0 };
  guint64 waited_ns = 0;
  guint n = 0;

  for (guint i = 0; i < N_MEETINGS; i++)
    {
      waited_ns += meeting.delay_ns + meeting.patience_ns;
      sonde_meeting_add_missed (&meeting, MAX_NS);
    }
  g_test_message ("waited %" G_GUINT64_FORMAT " ns", waited_ns / N_MEETINGS);
  g_assert_cmpuint (waited_ns / N_MEETINGS, <, 10000);

  /* It is 30 µs late. */
  while (meeting.patience_ns < 30000)
    {
      sonde_meeting_add_missed (&meeting, MAX_NS);
      g_assert_cmpuint (++n, <, 1000);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/meeting/balances", test_meeting_balances);
  g_test_add_func ("/meeting/has-limits", test_meeting_has_limits);
  g_test_add_func ("/meeting/in-vain", test_meeting_in_vain);

  return g_test_run ();
}
