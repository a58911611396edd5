/* test-functions.c: interning of functions
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "base/functions.h"

static void
test_functions_same_identity (void)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  const SondeFunction wanted = { .offset = 64, .name = "spin", .module = "/bin/x", .line = 3 };
  SondeFunction other = wanted;
  const SondeFunction *first = sonde_functions_intern (functions, &wanted);

  other.module = "/bin/y";

  g_assert_true (first == sonde_functions_intern (functions, &wanted));
  g_assert_true (first != sonde_functions_intern (functions, &other));
  g_assert_cmpuint (sonde_functions_get_count (functions), ==, 2);
  g_assert_true (sonde_functions_get (functions, first->id) == first);
  g_assert_null (sonde_functions_get (functions, 2));
}

static void
test_functions_hostile_text (void)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_autofree char *huge = g_strnfill (1000000, 'x');
  const SondeFunction binary = { .name = "a\xff\nb", .module = "\x80" };
  const SondeFunction longest = { .name = huge };

  g_assert_cmpstr (sonde_functions_intern (functions, &binary)->name, ==, "a\357\277\275?b");
  g_assert_true (g_utf8_validate (sonde_functions_get (functions, 0)->module, -1, NULL));
  g_assert_cmpuint (strlen (sonde_functions_intern (functions, &longest)->name), ==, 32768);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/functions/same-identity", test_functions_same_identity);
  g_test_add_func ("/base/functions/hostile-text", test_functions_hostile_text);
  return g_test_run ();
}
