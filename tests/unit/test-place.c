/* test-place.c: where a function is written, in short
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/place.h"

static void
test_place_short_and_whole (void)
{
  const struct { const char *file; guint line; const char *brief; const char *whole; } cases[] = {
    { "/src/db/dict.c", 588, "dict.c:588", "/src/db/dict.c:588" },
    { "dict.c", 1, "dict.c:1", "dict.c:1" },
    { "/src/dict.c", 0, "dict.c", "/src/dict.c" },
    { "/src/", 3, "/src/:3", "/src/:3" },
    { "", 3, ":3", ":3" },
    { "/lib/json/__init__.py", 183, "json/__init__.py:183", "/lib/json/__init__.py:183" },
    { "/__main__.py", 2, "/__main__.py:2", "/__main__.py:2" },
    { "__init__.py", 2, "__init__.py:2", "__init__.py:2" },
    { NULL, 9, "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const SondeFunction function = { .name = "f", .file = cases[i].file, .line = cases[i].line };
      g_autofree char *brief = sonde_place_dup_text (&function, FALSE);
      g_autofree char *whole = sonde_place_dup_text (&function, TRUE);

      g_assert_cmpstr (brief, ==, cases[i].brief);
      g_assert_cmpstr (whole, ==, cases[i].whole);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/place/short-and-whole", test_place_short_and_whole);
  return g_test_run ();
}
