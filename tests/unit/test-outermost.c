/* test-outermost.c: frames in no code at the outer end of a stack
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/outermost.h"

#define DEPTH_MAX 4

/* 1000 is code, 2000 data. Addresses innermost first; what has none ends them. */
typedef struct
{
  SondeAddress  addresses[DEPTH_MAX];
  SondeStackEnd end;
  gboolean      unmapped;
  guint         depth_after;
  SondeStackEnd end_after;
} Case;

static const Case cases[] = {
  { { 0x1000, 0x1fff }, SONDE_STACK_END_OUTERMOST, FALSE, 2, SONDE_STACK_END_OUTERMOST },
  { { 0x1000, 0xfff }, SONDE_STACK_END_OUTERMOST, TRUE, 1, SONDE_STACK_END_NO_RULE },
  { { 0x1000, 0x2000 }, SONDE_STACK_END_OUTERMOST, TRUE, 1, SONDE_STACK_END_NO_RULE },
  { { 0x1000, 0x9, 0x2000 }, SONDE_STACK_END_NO_RULE, TRUE, 1, SONDE_STACK_END_NO_RULE },
  { { 0x1000, 0x9 }, SONDE_STACK_END_BYTES, TRUE, 1, SONDE_STACK_END_BYTES },
  { { 0x1000, 0x9, 0x1000 }, SONDE_STACK_END_OUTERMOST, TRUE, 3, SONDE_STACK_END_OUTERMOST },
  { { 0x9 }, SONDE_STACK_END_OUTERMOST, TRUE, 1, SONDE_STACK_END_OUTERMOST },
  { { 0x9, 0x9 }, SONDE_STACK_END_OUTERMOST, TRUE, 1, SONDE_STACK_END_NO_RULE },
  { { 0 }, SONDE_STACK_END_NO_RULE, TRUE, 0, SONDE_STACK_END_NO_RULE },
};

static void
test_outermost_cut (void)
{
  g_autoptr(SondeMaps) maps = sonde_maps_parse ("1000-2000 r-xp 0 00:00 0\n"
                                                "2000-3000 rw-p 0 00:00 0\n", NULL);
  g_autofree SondeStack *stack = g_new0 (SondeStack, 1);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      stack->depth = 0;
      stack->end = cases[i].end;
      stack->unmapped = cases[i].unmapped;
      while (stack->depth < DEPTH_MAX && cases[i].addresses[stack->depth] != 0)
        {
          stack->addresses[stack->depth] = cases[i].addresses[stack->depth];
          stack->depth++;
        }

      g_test_message ("%u", i);
      sonde_outermost_cut (stack, maps);
      g_assert_cmpuint (stack->depth, ==, cases[i].depth_after);
      g_assert_cmpint (stack->end, ==, cases[i].end_after);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/outermost/cut", test_outermost_cut);
  return g_test_run ();
}
