/* test-other-stack.c: where frame pointers lead out of a stack
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>
#include <string.h>

#include "sampler/other-stack.h"

#define STACK 0x7ffd00000000
#define OTHER 0xc000049f80

typedef struct
{
  const char  *name;
  guint64      pointers[3]; /* %rbp, and those in the first two frames */
  SondeAddress start;
} Case;

static const Case cases[] = {
  { "leads-out", { STACK + 16, STACK + 64, OTHER }, 0xc000048000 },
  { "ends", { STACK + 16, STACK + 64, 0 }, 0 },
  { "last-word", { STACK + 16, STACK + 120, OTHER }, 0xc000048000 },
  { "past-last-word", { STACK + 16, STACK + 121, OTHER }, STACK },
  { "circle", { STACK + 16, STACK + 64, STACK + 16 }, 0 },
  { "not-a-pointer", { 7, STACK + 64, OTHER }, 0 },
  { "at-once", { OTHER, STACK + 64, 0 }, 0xc000048000 },
};

static void
put (SondeCapture *capture,
     guint64       address,
     guint64       value)
{
  guint64 at = address - capture->stack.start;

  if (at <= capture->stack.length - sizeof value)
    memcpy (capture->stack.bytes + at, &value, sizeof value);
}

static void
test_other_stack_case (gconstpointer data)
{
  const Case *one = data;
  SondeCapture capture = { .known = SONDE_REGISTERS_ALL };

  sonde_stack_piece_ensure (&capture.stack, SONDE_CAPTURE_BYTES_MIN);
  memset (capture.stack.bytes, 0, SONDE_CAPTURE_BYTES_MIN);
  capture.stack.start = STACK;
  capture.stack.length = 128;
  capture.registers[SONDE_REGISTER_FP] = one->pointers[0];
  put (&capture, STACK + 16, one->pointers[1]);
  put (&capture, one->pointers[1], one->pointers[2]);

  g_assert_cmphex (sonde_other_stack_find (&capture), ==, one->start);

  /* A sleeping thread does not show the register. */
  capture.known = SONDE_REGISTERS_PC_SP;
  g_assert_cmphex (sonde_other_stack_find (&capture), ==, 0);
  sonde_capture_clear (&capture);
}

/* A frame just below the stack pointer is copied too. */
static void
test_other_stack_start (void)
{
  SondeCapture capture = { .known = SONDE_REGISTERS_ALL };

  capture.registers[SONDE_REGISTER_SP] = STACK;
  capture.registers[SONDE_REGISTER_FP] = STACK - 8;
  g_assert_cmphex (sonde_other_stack_find_start (&capture), ==, STACK - 8);
  capture.registers[SONDE_REGISTER_FP] = STACK - 136;
  g_assert_cmphex (sonde_other_stack_find_start (&capture), ==, STACK);
  capture.registers[SONDE_REGISTER_FP] = STACK + 8;
  g_assert_cmphex (sonde_other_stack_find_start (&capture), ==, STACK);

  capture.registers[SONDE_REGISTER_FP] = STACK - 8;
  capture.known = SONDE_REGISTERS_PC_SP;
  g_assert_cmphex (sonde_other_stack_find_start (&capture), ==, STACK);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/other-stack/start", test_other_stack_start);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sampler/other-stack/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_other_stack_case);
    }

  return g_test_run ();
}
