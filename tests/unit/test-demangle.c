/* test-demangle.c: C++ and Rust names
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>
#include <string.h>

#include "symbolizer/demangle.h"

static void
test_demangle_names (void)
{
  static const struct
  {
    const char *symbol;
    const char *name;
  } cases[] = {
    { "main", "main" },
    { "", "" },
    { "_start", "_start" },
    { "_Z", "_Z" },
    { "_Zebra", "_Zebra" },
    { "_Remove", "_Remove" },
    { "_ZN3foo3barEi", "foo::bar(int)" },
    { "_ZNSt6vectorIiSaIiEE9push_backERKi",
      "std::vector<int, std::allocator<int> >::push_back(int const&)" },
    { "_ZN3fooC1Ev", "foo::foo()" },
    { "_ZN3foo3barEi.cold", "foo::bar(int) [clone .cold]" },
    { "_GLOBAL__sub_I_main", "_GLOBAL__sub_I_main" },
    { "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE", "core::fmt::Write::write_fmt" },
    { "_ZN4core3ptr13drop_in_place17h0123456789abcdefE.llvm.1234", "core::ptr::drop_in_place" },
    { "_RNvC6_123foo3bar", "123foo::bar" },
    { "_RNvMs_NtCs1234_7mycrate3fooNtB4_3Bar3new", "<mycrate::foo::Bar>::new" },
    { "_RINvNtC3std3mem8align_ofjE", "std::mem::align_of::<usize>" },
    { "_RINvC1a1bFG_RL0_iEuE", "a::b::<for<'a> fn(&'a isize)>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = sonde_demangle (cases[i].symbol);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

/* Each argument is a pair of the one before: forty of them are 2^40 letters. */
static void
test_demangle_bomb (void)
{
  g_autoptr(GString) symbol = g_string_new ("_Z1fSt4pairIiiE");
  g_autofree char *name = NULL;
  static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

  for (guint i = 1; i < 34; i++)
    g_string_append_printf (symbol, "S_IS%c_S%c_E", digits[i], digits[i]);

  name = sonde_demangle (symbol->str);
  g_assert_cmpuint (strlen (name), <, 20000);
}

/* The same below a pack expansion ("Dp"), in all of which the demangler looks for a pack before it
 * prints anything. Each is of two of the one before: S_ is f, and what follows it are the names.
 */
static void
test_demangle_silent_bomb (void)
{
  static const guint n = 33;
  g_autoptr(GString) symbol = g_string_new ("_Z1fIiEvDp");
  g_autofree char *name = NULL;
  static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

  for (guint i = 0; i < n; i++)
    g_string_append (symbol, "1aI");
  g_string_append (symbol, "1aIiiE");
  for (guint i = n + 1; i < 2 * n + 1; i++)
    g_string_append_printf (symbol, "S%c%c_E", digits[i / 36], digits[i % 36]);

  name = sonde_demangle (symbol->str);
  g_assert_cmpstr (name, ==, symbol->str);
}

/* Ten million lifetimes, in the parts of a Rust name that are not shown: the crate that a function
 * was made for, and the place of an implementation.
 */
static void
test_demangle_lifetimes (void)
{
  static const char *const symbols[] = {
    "_RNvC1a1bINtC1c1dFGzzzzzzzzzz_EuE", "_RNvMINtC1c1dDGzzzzzzzzzz_EuEu1b",
  };

  for (guint i = 0; i < G_N_ELEMENTS (symbols); i++)
    {
      g_autofree char *name = sonde_demangle (symbols[i]);

      g_assert_cmpstr (name, ==, symbols[i]);
    }
}

static void
test_demangle_output_limit (void)
{
  g_autoptr(GString) symbol = g_string_new ("_Z1f");
  g_autofree char *name = NULL;

  g_string_append (symbol, "24twelvelettertwelveletter");
  for (guint i = 0; i < 1000; i++)
    g_string_append (symbol, "S_");

  name = sonde_demangle (symbol->str);
  g_assert_true (g_str_has_prefix (name, "f(twelvelettertwelveletter, "));
  g_assert_true (g_str_has_suffix (name, "…"));
  g_assert_cmpuint (strlen (name), ==, 16384 + strlen ("…"));
}

static void
test_demangle_too_long (void)
{
  g_autofree char *nested = g_strnfill (1000000, 'P');
  g_autofree char *symbol = g_strconcat ("_Z1f", nested, "i", NULL);
  g_autofree char *name = sonde_demangle (symbol);

  g_assert_cmpstr (name, ==, symbol);
}

/* Every kind of nesting, as deep as the longest name allows, on the stack of a thread. */
static gpointer
demangle_deep (gpointer data)
{
  static const char *const nests[] = {
    "P", "F", "A_", "M1x", "N1xI", "1xIJ", "XplL", "DTpl", "Xcv", "1xIXsZ", "Z1f",
  };

  for (guint i = 0; i < G_N_ELEMENTS (nests); i++)
    for (guint count = 1; count < 4000 / strlen (nests[i]); count = count * 2 + 1)
      {
        g_autoptr(GString) symbol = g_string_new ("_Z1f");
        g_autofree char *name = NULL;

        for (guint j = 0; j < count; j++)
          g_string_append (symbol, nests[i]);
        g_string_append (symbol, "i");

        name = sonde_demangle (symbol->str);
        g_assert_cmpuint (strlen (name), <, 20000);
      }

  return NULL;
}

static void
test_demangle_deep (void)
{
  g_thread_join (g_thread_new ("deep", demangle_deep, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/symbolizer/demangle/names", test_demangle_names);
  g_test_add_func ("/symbolizer/demangle/bomb", test_demangle_bomb);
  g_test_add_func ("/symbolizer/demangle/silent-bomb", test_demangle_silent_bomb);
  g_test_add_func ("/symbolizer/demangle/lifetimes", test_demangle_lifetimes);
  g_test_add_func ("/symbolizer/demangle/output-limit", test_demangle_output_limit);
  g_test_add_func ("/symbolizer/demangle/too-long", test_demangle_too_long);
  g_test_add_func ("/symbolizer/demangle/deep", test_demangle_deep);
  return g_test_run ();
}
