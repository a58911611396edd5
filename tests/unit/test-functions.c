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

/* A name that only says where the function lies is none. */
static void
test_functions_unnamed (void)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  const struct { SondeFunction wanted; gboolean is_unnamed; } cases[] = {
    { { .name = "libp.so+0x10", .module = "/lib/libp.so" }, TRUE },
    { { .name = "libp.so+0x20", .module = "/lib/libp.so", .provisional = TRUE }, TRUE },
    { { .name = "generated code at 0x10", .provisional = TRUE }, TRUE },
    { { .name = "parse", .module = "/lib/libp.so" }, FALSE },
    { { .name = "libp.so+1", .module = "/lib/libp.so" }, FALSE },
    { { .name = "other.so+0x30", .module = "/lib/libp.so" }, FALSE },
    { { .name = "parse+0x10", .kind = SONDE_FUNCTION_KIND_PYTHON }, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SondeFunction wanted = cases[i].wanted;

      wanted.offset = i;
      g_assert_cmpint (sonde_functions_intern (functions, &wanted)->is_unnamed, ==,
                       cases[i].is_unnamed);
    }
}

/* How long it takes to intern many functions, in µs. */
static gint64
time_interning (SondeFunctionKind  kind,
                const char        *module)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  gint64 begun = g_get_monotonic_time ();

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *name = g_strdup_printf ("function_%u", i / 2);
      const SondeFunction wanted = {
        .kind = kind, .name = name, .module = module, .line = i, .offset = module != NULL ? i : 0,
      };

      sonde_functions_intern (functions, &wanted);
    }
  g_assert_cmpuint (sonde_functions_get_count (functions), ==, 20000);

  return g_get_monotonic_time () - begun;
}

/* Those of an interpreter are found as fast as those of a module: 300 times slower when all of them
 * had the same hash.
 */
static void
test_functions_without_module (void)
{
  gint64 native = G_MAXINT64, python = G_MAXINT64;

  for (guint i = 0; i < 3; i++)
    {
      native = MIN (native, time_interning (SONDE_FUNCTION_KIND_NATIVE, "/bin/x"));
      python = MIN (python, time_interning (SONDE_FUNCTION_KIND_PYTHON, NULL));
    }
  g_test_message ("of a module %" G_GINT64_FORMAT " µs, without %" G_GINT64_FORMAT " µs", native,
                  python);

  g_assert_cmpint (python, <, 10 * native);
}

/* Interns @n functions of @kind with names of their own; gives the last. */
static const SondeFunction *
intern_many (SondeFunctions    *functions,
             SondeFunctionKind  kind,
             guint              n,
             const char        *prefix)
{
  const SondeFunction *last = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s%u", prefix, i);
      const SondeFunction wanted = { .kind = kind, .name = name, .line = i };

      last = sonde_functions_intern (functions, &wanted);
    }

  return last;
}

static void
test_functions_made_for_ever (void)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  const SondeFunction first = { .kind = SONDE_FUNCTION_KIND_PYTHON, .name = "made_0" };
  const SondeFunction *more;

  intern_many (functions, SONDE_FUNCTION_KIND_PYTHON, SONDE_FUNCTIONS_PYTHON_MAX, "made_");
  more = intern_many (functions, SONDE_FUNCTION_KIND_PYTHON, 1000, "another_");
  g_assert_cmpstr (more->name, ==, "[more functions]");
  g_assert_cmpuint (sonde_functions_get_count (functions), ==, SONDE_FUNCTIONS_PYTHON_MAX + 1);

  /* Those that are known stay so, and native ones have no limit. */
  g_assert_cmpstr (sonde_functions_intern (functions, &first)->name, ==, "made_0");
  intern_many (functions, SONDE_FUNCTION_KIND_NATIVE, 10, "native_");
  g_assert_cmpuint (sonde_functions_get_count (functions), ==, SONDE_FUNCTIONS_PYTHON_MAX + 11);
}

static void
test_functions_long_names_for_ever (void)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_autofree char *prefix = g_strnfill (32000, 'x');
  const SondeFunction *last;

  last = intern_many (functions, SONDE_FUNCTION_KIND_PYTHON, 2000, prefix);
  g_assert_cmpstr (last->name, ==, "[more functions]");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/functions/same-identity", test_functions_same_identity);
  g_test_add_func ("/base/functions/hostile-text", test_functions_hostile_text);
  g_test_add_func ("/base/functions/unnamed", test_functions_unnamed);
  g_test_add_func ("/base/functions/without-module", test_functions_without_module);
  g_test_add_func ("/base/functions/made-for-ever", test_functions_made_for_ever);
  g_test_add_func ("/base/functions/long-names-for-ever", test_functions_long_names_for_ever);
  return g_test_run ();
}
