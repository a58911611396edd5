/* test-text.c: text of the target, made fit to be shown
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>
#include <string.h>

#include "base/text.h"

static void
test_text_clean (void)
{
  static const struct
  {
    const char *bytes;
    gsize       length;
    const char *text;
  } cases[] = {
    { "", 0, "" },
    { "plain", 5, "plain" },
    { "plain", 2, "pl" },
    { "a\0b", 3, "a?b" },
    { "a\nb\tc\177", 6, "a?b?c?" },
    { "\xc3\xa9", 2, "\xc3\xa9" },
    { "\xc3\xa9", 1, "\357\277\275" },
    { "\xff\n", 2, "\357\277\275?" },
    { "a\xc2\x9b" "2J", 5, "a?2J" },
    { "\xc2\x80\xc2\x9f", 4, "??" },
    { "\xc2\xa0", 2, "\xc2\xa0" },
    { "\xc2\x9b", 1, "\357\277\275" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = sonde_text_dup_clean (cases[i].bytes, cases[i].length, '?');

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_text_shorten_path (void)
{
  static const struct
  {
    const char *path;
    const char *shorter;
  } cases[] = {
    { "", "" },
    { "/", "/" },
    { ".", "" },
    { "./", "" },
    { "a", "a" },
    { "/a/b.c", "/a/b.c" },
    { "./malloc/./malloc/malloc.c", "malloc/malloc/malloc.c" },
    { "././a", "a" },
    { "/./a//b/./c.c", "/a/b/c.c" },
    { "//a", "/a" },
    { "/build/../src/a.c", "/src/a.c" },
    { "build/../src/a.c", "src/a.c" },
    { "/a/b/../../c/./d/../e.c", "/c/e.c" },
    { "../a/./../b.c", "../b.c" },
    { "../../b.c", "../../b.c" },
    { "a/../../b.c", "../b.c" },
    { "a/..", "" },
    { "/a/..", "/" },
    { "/../a.c", "/a.c" },
    { "..", ".." },
    { "/..", "/" },
    { "a/...", "a/..." },
    { "a/..b/c..", "a/..b/c.." },
    { ".a/b./..c", ".a/b./..c" },
    { "a/.", "a" },
    { "a/", "a" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GString) path = g_string_new (cases[i].path);

      sonde_text_shorten_path (path);
      g_assert_cmpstr (path->str, ==, cases[i].shorter);
      g_assert_cmpuint (path->len, ==, strlen (path->str));
    }
}

static void
test_text_fit (void)
{
  static const struct
  {
    const char *text;
    const char *fitted;
  } cases[] = {
    { "", "" },
    { "worker", "worker" },
    { "worker1", "worker1" },
    { "worker12", "work…" },
    { "Größe", "Größe" },
    { "aaaöbbb", "aaa…" },
    { "aaö b b", "aaö…" },
    { "✓✓✓", "✓…" },
  };
  char buffer[9];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      buffer[8] = '#';
      sonde_text_fit (cases[i].text, buffer, 8);
      g_assert_cmpstr (buffer, ==, cases[i].fitted);
      g_assert_cmpint (buffer[8], ==, '#');
    }

  sonde_text_fit ("worker", buffer, 4);
  g_assert_cmpstr (buffer, ==, "…");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/text/clean", test_text_clean);
  g_test_add_func ("/base/text/shorten-path", test_text_shorten_path);
  g_test_add_func ("/base/text/fit", test_text_fit);
  return g_test_run ();
}
