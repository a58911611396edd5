/* test-meeting.c: two threads that wake for the same time
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "sampler/meeting.h"

#define PERIOD_NS 1000000
#define DELAY_NS_MAX (PERIOD_NS / 4)
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
          sonde_meeting_add_missed (&meeting);
          continue;
        }

      sonde_meeting_add_met (&meeting, at_ns, guest_ns, host_ns, DELAY_NS_MAX);
      if (i < N_BEFORE)
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
  SondeMeeting meeting = { 0 };

  for (guint i = 0; i < 100000; i++)
    {
      sonde_meeting_add_met (&meeting, PERIOD_NS, PERIOD_NS, 2 * PERIOD_NS, 20000);
      sonde_meeting_add_missed (&meeting);
    }
  g_assert_cmpuint (meeting.delay_ns, ==, 20000);
  g_assert_cmpuint (meeting.patience_ns, <=, 50000);

  /* The least there is: it is no less than nothing. */
  for (guint i = 0; i < 100000; i++)
    sonde_meeting_add_met (&meeting, PERIOD_NS, PERIOD_NS, PERIOD_NS, 20000);
  g_assert_cmpuint (meeting.delay_ns, ==, 0);
  g_assert_cmpuint (meeting.patience_ns, >=, 4000);
  g_assert_cmpuint (meeting.patience_ns, <=, 6000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/meeting/balances", test_meeting_balances);
  g_test_add_func ("/meeting/has-limits", test_meeting_has_limits);

  return g_test_run ();
}
