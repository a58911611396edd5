/* test-source-path.c: which path is shown for a source file
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "symbolizer/source-path.h"

#define HASH "90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf"

static void
test_source_path_shown (void)
{
  static const struct
  {
    const char *folder;
    const char *file;
    const char *shown;
  } cases[] = {
    { "/home/a", "main.c", "/home/a/main.c" },
    { "/home/a/", "./main.c", "/home/a/main.c" },
    { "/home/a", "/usr/include/x.h", "/usr/include/x.h" },
    { "/x/build", "../src/main.c", "/x/src/main.c" },
    { "/x/build", "sub/../../src/main.c", "/x/src/main.c" },
    { NULL, "x/../main.c", "main.c" },
    { NULL, "../main.c", "../main.c" },
    { "./io", "./io/read.c", "io/read.c" },
    { "./io", "read.c", "io/read.c" },
    { "./io", "./io/./io/read.c", "io/read.c" },
    { "/", "/rustc/" HASH "/library/std/src/rt.rs", "library/std/src/rt.rs" },
    { "/rustc/" HASH, "library/core/src/ops/function.rs", "library/core/src/ops/function.rs" },
    { "/", "/rustc/1.63.0/library/std/src/rt.rs", "library/std/src/rt.rs" },
    { "/", "/rustc/main.rs", "/rustc/main.rs" },
    { "/", "/home/rustc/" HASH "/a.rs", "/home/rustc/" HASH "/a.rs" },
    { "/", "/rustc-x/" HASH "/a.rs", "/rustc-x/" HASH "/a.rs" },
  };
  g_autoptr(GString) path = g_string_new ("before");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      sonde_source_path_make (path, cases[i].folder, cases[i].file);
      g_assert_cmpstr (path->str, ==, cases[i].shown);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/symbolizer/source-path/shown", test_source_path_shown);
  return g_test_run ();
}
