/* test-reach.c: what the next capture of a thread copies
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "engine/reach.h"

#define START 0x7ffd00000000
#define OUTER 0xc000048000
#define BYTES SONDE_CAPTURE_BYTES_MIN

typedef struct
{
  const char   *name;
  SondeAddress  start;
  gsize         outer_length;
  SondeAddress  missed;
  gboolean      is_elsewhere;
  gsize         want_bytes; /* afterwards; so are the others */
  gsize         want_outer_bytes;
  SondeAddress  want_outer;
} Case;

static const Case cases[] = {
  { "above", START, 0, START + BYTES, FALSE, 2 * BYTES, BYTES, 0 },
  { "below", START, 0, START - 8, FALSE, BYTES, BYTES, START - 8 },
  { "elsewhere", START, 0, OUTER, TRUE, BYTES, BYTES, OUTER },
  { "elsewhere-and-above", OUTER - 4 * BYTES, 0, OUTER, TRUE, BYTES, BYTES, OUTER },
  { "above-outer", START, BYTES, OUTER + BYTES, FALSE, BYTES, 2 * BYTES, 0 },
  { "above-outer-and-above", OUTER - 4 * BYTES, BYTES, OUTER + BYTES, FALSE, BYTES, 2 * BYTES, 0 },
  { "above-with-lower-outer", START, BYTES, START + BYTES, FALSE, 2 * BYTES, BYTES, 0 },
  { "end-of-outer", START, BYTES / 2, OUTER + BYTES / 2, FALSE, BYTES, BYTES, OUTER + BYTES / 2 },
};

static void
test_reach_case (gconstpointer data)
{
  const Case *one = data;
  SondeSampledThread thread = { .want_bytes = BYTES, .want_outer_bytes = BYTES };
  const SondeCapture capture = {
    .stack = { .start = one->start, .length = BYTES },
    .outer = { .start = OUTER, .length = one->outer_length },
  };
  g_autofree SondeStack *stack = g_new0 (SondeStack, 1);

  stack->end = SONDE_STACK_END_NO_RULE;
  stack->missed = one->missed;
  stack->is_elsewhere = one->is_elsewhere;
  g_assert_false (sonde_reach_extend (&thread, &capture, stack));

  stack->end = SONDE_STACK_END_BYTES;
  g_assert_true (sonde_reach_extend (&thread, &capture, stack));
  g_assert_cmpuint (thread.want_bytes, ==, one->want_bytes);
  g_assert_cmpuint (thread.want_outer_bytes, ==, one->want_outer_bytes);
  g_assert_cmphex (thread.want_outer, ==, one->want_outer);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/engine/reach/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_reach_case);
    }

  return g_test_run ();
}
