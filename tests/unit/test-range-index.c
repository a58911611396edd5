/* test-range-index.c: finding the range that an address lies in
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib.h>

#include "symbolizer/range-index.h"

static void
append (GArray  *index,
        guint64  start,
        guint64  end,
        guint64  value)
{
  SondeRange range = { .start = start, .end = end, .value = value };

  g_array_append_val (index, range);
}

static void
insert (GArray  *index,
        guint64  start,
        guint64  end,
        guint64  value)
{
  SondeRange range = { .start = start, .end = end, .value = value };

  sonde_range_index_insert (index, &range);
}

/* The value at @address, 0 if there is none. */
static guint64
find (GArray  *index,
      guint64  address)
{
  const SondeRange *range = sonde_range_index_find (index, address);

  return range != NULL ? range->value : 0;
}

static void
test_range_index_edges (void)
{
  g_autoptr(GArray) index = sonde_range_index_new ();

  g_assert_cmpuint (find (index, 0), ==, 0);
  append (index, 30, 40, 2);
  append (index, 10, 20, 1);
  sonde_range_index_sort (index);

  g_assert_cmpuint (find (index, 9), ==, 0);
  g_assert_cmpuint (find (index, 10), ==, 1);
  g_assert_cmpuint (find (index, 19), ==, 1);
  g_assert_cmpuint (find (index, 20), ==, 0);
  g_assert_cmpuint (find (index, 30), ==, 2);
  g_assert_cmpuint (find (index, 39), ==, 2);
  g_assert_cmpuint (find (index, 40), ==, 0);
  g_assert_cmpuint (find (index, G_MAXUINT64), ==, 0);
}

static void
test_range_index_nested (void)
{
  g_autoptr(GArray) index = sonde_range_index_new ();

  append (index, 10, 14, 2);
  append (index, 10, 100, 1);
  append (index, 20, 30, 3);
  append (index, 20, 30, 3);
  sonde_range_index_sort (index);

  g_assert_cmpuint (find (index, 10), ==, 2);
  g_assert_cmpuint (find (index, 14), ==, 1);
  g_assert_cmpuint (find (index, 20), ==, 3);
  g_assert_cmpuint (find (index, 30), ==, 1);
}

static void
test_range_index_insert (void)
{
  g_autoptr(GArray) index = sonde_range_index_new ();

  insert (index, 30, 40, 3);
  insert (index, 10, 20, 1);
  insert (index, 20, 30, 2);
  insert (index, 5, 11, 9);
  insert (index, 39, 50, 9);
  insert (index, 12, 13, 9);
  insert (index, 1, 100, 9);
  insert (index, 60, 60, 9);

  g_assert_cmpuint (index->len, ==, 3);
  g_assert_cmpuint (find (index, 12), ==, 1);
  g_assert_cmpuint (find (index, 20), ==, 2);
  g_assert_cmpuint (find (index, 39), ==, 3);
  g_assert_cmpuint (find (index, 60), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/symbolizer/range-index/edges", test_range_index_edges);
  g_test_add_func ("/symbolizer/range-index/nested", test_range_index_nested);
  g_test_add_func ("/symbolizer/range-index/insert", test_range_index_insert);
  return g_test_run ();
}
