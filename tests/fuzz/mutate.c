/* mutate.c: a plain fuzzer, the same inputs each time
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stands in for libFuzzer where there is none, and runs everywhere with the compiler and the
 * sanitizers of the build. Knows nothing of which code an input reaches: it changes the inputs of a
 * small pool at random, and now and then keeps one. Takes how many inputs to try.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "fuzz/fuzz.h"

#define POOL 64
#define LENGTH_MAX 1024

typedef struct
{
  guint8 bytes[LENGTH_MAX];
  gsize  length;
} Input;

/* Numbers at which something ends. */
static const guint64 edges[] = {
  0, 1, 2, 7, 8, 63, 64, 127, 128, 255, 256, 4096, 65535, G_MAXINT32, G_MAXUINT32, G_MAXINT64,
  G_GUINT64_CONSTANT (1) << 63, G_MAXUINT64, 1024, 1792,
};

static void
change (Input *input,
        GRand *random)
{
  gsize at = (gsize) g_rand_int_range (random, 0, LENGTH_MAX - 8);
  guint64 word = ((guint64) g_rand_int (random) << 32) | g_rand_int (random);

  switch (g_rand_int_range (random, 0, 5))
    {
    case 0:
      input->bytes[at % 32] = (guint8) word;
      break;

    case 1:
      input->bytes[at] ^= (guint8) (1u << (word % 8));
      break;

    case 2:
      memcpy (input->bytes + at / 8 * 8, &edges[word % G_N_ELEMENTS (edges)], 8);
      break;

    case 3:
      memcpy (input->bytes + at, &word, 8);
      break;

    default:
      input->length = at + 8;
      break;
    }
}

int
main (int   argc,
      char *argv[])
{
  static Input pool[POOL];
  g_autoptr(GRand) random = g_rand_new_with_seed (1);
  guint64 n_inputs = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 0;

  for (guint i = 0; i < POOL; i++)
    for (gsize k = 0; k < LENGTH_MAX; k++)
      pool[i].bytes[k] = (guint8) (i % 2 == 0 ? g_rand_int (random) : 0);

  for (guint64 i = 0; i < n_inputs; i++)
    {
      Input input = pool[g_rand_int_range (random, 0, POOL)];
      g_autofree guint8 *bytes = NULL;

      for (gint k = g_rand_int_range (random, 1, 16); k > 0; k--)
        change (&input, random);
      /* A copy without a byte more, for the sanitizers. */
      bytes = g_memdup2 (input.bytes, input.length);
      LLVMFuzzerTestOneInput (bytes, input.length);
      if (i % 8 == 0)
        pool[g_rand_int_range (random, 0, POOL)] = input;
    }
  printf ("1..1\nok 1 /fuzz/%" G_GUINT64_FORMAT "-inputs\n", n_inputs);

  return n_inputs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
