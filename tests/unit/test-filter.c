/* test-filter.c: which functions a filter lets through
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "aggregate/filter.h"

static void
test_filter_texts (void)
{
  static const SondeFunction function = { .name = "dictFind", .file = "/src/Dict.c" };
  static const struct
  {
    const char *text;
    gboolean    is_valid;
    gboolean    is_match;
  } cases[] = {
    { NULL, TRUE, TRUE },
    { "", TRUE, TRUE },
    { "find", TRUE, TRUE },
    { "dict.c", TRUE, TRUE },
    { "dict.c:dictf", TRUE, TRUE },
    { "write", TRUE, FALSE },
    { "dict.", TRUE, TRUE },
    { "d.ct", TRUE, FALSE },
    { "/^dict/", TRUE, TRUE },
    { "/^find/", TRUE, FALSE },
    { "/c:dict/", TRUE, TRUE },
    /* Not finished, or no expression at all: nothing is filtered. */
    { "/", FALSE, TRUE },
    { "//", FALSE, TRUE },
    { "/write", FALSE, TRUE },
    { "/(/", FALSE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SondeFilter) filter = sonde_filter_new (cases[i].text);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (sonde_filter_is_valid (filter), ==, cases[i].is_valid);
      g_assert_cmpint (sonde_filter_matches (filter, &function), ==, cases[i].is_match);
    }
}

static void
test_filter_no_file (void)
{
  static const SondeFunction function = { .name = "spin" };
  g_autoptr(SondeFilter) filter = sonde_filter_new ("spin");

  g_assert_true (sonde_filter_matches (filter, &function));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aggregate/filter/texts", test_filter_texts);
  g_test_add_func ("/aggregate/filter/no-file", test_filter_no_file);
  return g_test_run ();
}
