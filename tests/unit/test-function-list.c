/* test-function-list.c: the rows of the table and their order
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A snapshot is written "dictFind 500, call 300": the functions by rank, with
 * their self counts. Its scope is of 1,000 samples, so that 500 and 300 can be told apart, and 300
 * and 299 cannot.
 */

#include "config.h"

#include <gio/gio.h>

#include "model/function-list.h"

#define SCOPE_COUNT 1000

/* What a test changes between two snapshots, and the list under test. */
typedef struct
{
  SondeFunctionList *list;
  SondeFunctions    *functions;
  SondeQuery         query;
  SondeFrames        frames;
  guint64            scope_count;
  guint              matching_count;
  gint64             now_us;
  guint64            elapsed_ns;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->list = sonde_function_list_new ();
  fixture->functions = sonde_functions_new ();
  fixture->scope_count = SCOPE_COUNT;
  fixture->now_us = SONDE_FUNCTION_LIST_SETTLE_US;
  fixture->elapsed_ns = 10 * SONDE_NS_PER_SECOND;
  sonde_query_init (&fixture->query);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->list);
  sonde_functions_unref (fixture->functions);
  sonde_query_clear (&fixture->query);
}

static SondeSnapshot *
parse_snapshot (Fixture    *fixture,
                const char *text)
{
  g_auto(GStrv) words = g_strsplit (text, ", ", -1);
  SondeSnapshot *snapshot = sonde_snapshot_new (fixture->functions, &fixture->query);

  snapshot->frames = fixture->frames;
  snapshot->scope_count = fixture->scope_count;
  snapshot->elapsed_ns = fixture->elapsed_ns;
  snapshot->matching_count = fixture->matching_count;
  snapshot->n_rows = g_strv_length (words);
  snapshot->rows = g_new0 (SondeFunctionFigures, snapshot->n_rows);
  for (guint i = 0; i < snapshot->n_rows; i++)
    {
      g_auto(GStrv) pair = g_strsplit (words[i], " ", 2);
      const SondeFunction wanted = { .name = pair[0] };

      snapshot->rows[i].function = sonde_functions_intern (fixture->functions, &wanted);
      snapshot->rows[i].self_count = g_ascii_strtoull (pair[1], NULL, 10);
      snapshot->rows[i].total_count = snapshot->rows[i].self_count * 2;
    }

  return snapshot;
}

static void
update (Fixture    *fixture,
        const char *text)
{
  g_autoptr(SondeSnapshot) snapshot = parse_snapshot (fixture, text);

  sonde_function_list_update (fixture->list, snapshot, fixture->now_us);
}

/* The same after the time that the order must rest. */
static void
update_later (Fixture    *fixture,
              const char *text)
{
  fixture->now_us += SONDE_FUNCTION_LIST_SETTLE_US;
  update (fixture, text);
}

/* The rows as they stand, written like a snapshot. */
static void
assert_rows (Fixture    *fixture,
             const char *expected)
{
  GListModel *model = sonde_function_list_get_model (fixture->list);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr(SondeFunctionRow) row = g_list_model_get_item (model, i);

      g_string_append_printf (text, "%s%s %" G_GUINT64_FORMAT, i == 0 ? "" : ", ",
                              sonde_function_row_get_function (row)->name,
                              sonde_function_row_get_self_count (row));
    }

  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_function_list_first_snapshot (Fixture       *fixture,
                                   gconstpointer  data)
{
  update (fixture, "a 500, b 300, c 200");
  assert_rows (fixture, "a 500, b 300, c 200");
}

static void
test_function_list_rows_live_on (Fixture       *fixture,
                                 gconstpointer  data)
{
  GListModel *model = sonde_function_list_get_model (fixture->list);
  g_autoptr(SondeFunctionRow) first = NULL;
  g_autoptr(SondeFunctionRow) again = NULL;

  update (fixture, "a 500, b 300");
  first = g_list_model_get_item (model, 0);
  update_later (fixture, "b 700");
  update_later (fixture, "b 700, a 600");
  again = g_list_model_get_item (model, 1);

  g_assert_true (first == again);
}

static void
count_signal_cb (guint *count)
{
  (*count)++;
}

static void
test_function_list_silent_without_change (Fixture       *fixture,
                                          gconstpointer  data)
{
  GListModel *model = sonde_function_list_get_model (fixture->list);
  g_autoptr(SondeFunctionRow) row = NULL;
  guint moved = 0;
  guint changed = 0;

  update (fixture, "a 500, b 300");
  row = g_list_model_get_item (model, 0);
  g_signal_connect_swapped (model, "items-changed", G_CALLBACK (count_signal_cb), &moved);
  g_signal_connect_swapped (row, "notify", G_CALLBACK (count_signal_cb), &changed);

  update_later (fixture, "a 500, b 300");
  g_assert_cmpuint (moved, ==, 0);
  g_assert_cmpuint (changed, ==, 0);

  update_later (fixture, "a 501, b 301");
  g_assert_cmpuint (moved, ==, 0);
  /* self-count and total-count */
  g_assert_cmpuint (changed, ==, 2);
}

static void
test_function_list_order_rests (Fixture       *fixture,
                                gconstpointer  data)
{
  update (fixture, "a 500, b 300");

  fixture->now_us += SONDE_FUNCTION_LIST_SETTLE_US - 1;
  update (fixture, "b 900, a 500");
  assert_rows (fixture, "a 500, b 900");

  fixture->now_us += 1;
  update (fixture, "b 900, a 500");
  assert_rows (fixture, "b 900, a 500");
}

static void
test_function_list_within_margin (Fixture       *fixture,
                                  gconstpointer  data)
{
  update (fixture, "a 300, b 299, c 100");
  update_later (fixture, "b 310, a 301, c 100");
  assert_rows (fixture, "a 301, b 310, c 100");

  update_later (fixture, "b 600, a 301, c 100");
  assert_rows (fixture, "b 600, a 301, c 100");

  /* Past all that it has overtaken, not just the next. */
  update_later (fixture, "c 800, b 600, a 301");
  assert_rows (fixture, "c 800, b 600, a 301");
}

/* No two neighbours can be told apart, but the last and the first can. */
static void
test_function_list_chain (Fixture       *fixture,
                          gconstpointer  data)
{
  update (fixture, "a 60, b 50, c 40, d 30, e 20, f 10");
  update_later (fixture, "f 60, e 50, d 40, c 30, b 20, a 10");
  assert_rows (fixture, "d 40, e 50, f 60, b 20, c 30, a 10");
}

static void
test_function_list_chain_ascending (Fixture       *fixture,
                                    gconstpointer  data)
{
  fixture->query.descending = FALSE;
  update (fixture, "f 10, a 60");
  update_later (fixture, "a 10, f 60");
  assert_rows (fixture, "a 10, f 60");
}

static void
test_function_list_new_rows (Fixture       *fixture,
                             gconstpointer  data)
{
  update (fixture, "a 500, b 300");
  update (fixture, "x 600, a 500, y 400, b 300, z 1");
  assert_rows (fixture, "x 600, a 500, y 400, b 300, z 1");
}

static void
test_function_list_gone_rows (Fixture       *fixture,
                              gconstpointer  data)
{
  guint position;
  const SondeFunction gone = { .name = "b" };
  guint32 id;

  update (fixture, "a 500, b 300, c 200");
  id = sonde_functions_intern (fixture->functions, &gone)->id;
  g_assert_true (sonde_function_list_find_position (fixture->list, id, &position));
  g_assert_cmpuint (position, ==, 1);

  update (fixture, "a 500, c 200");
  assert_rows (fixture, "a 500, c 200");
  g_assert_false (sonde_function_list_find_position (fixture->list, id, &position));
}

static void
test_function_list_held (Fixture       *fixture,
                         gconstpointer  data)
{
  update (fixture, "a 500, b 300");
  sonde_function_list_set_held (fixture->list, TRUE);

  update_later (fixture, "x 950, b 900, a 501");
  assert_rows (fixture, "a 501, b 900, x 950");

  sonde_function_list_set_held (fixture->list, FALSE);
  update_later (fixture, "x 950, b 700, a 501");
  assert_rows (fixture, "x 950, b 700, a 501");
}

/* The first few samples say nothing: their order is not worth holding. */
static void
test_function_list_not_held_at_first (Fixture       *fixture,
                                      gconstpointer  data)
{
  fixture->elapsed_ns = SONDE_NS_PER_SECOND;
  sonde_function_list_set_held (fixture->list, TRUE);
  update (fixture, "a 2, b 1");
  update_later (fixture, "b 500, c 300, a 2");
  assert_rows (fixture, "b 500, c 300, a 2");
}

/* Nor do those of frames that are first looked at later. */
static void
test_function_list_not_held_at_first_of_frames (Fixture       *fixture,
                                                gconstpointer  data)
{
  sonde_function_list_set_held (fixture->list, TRUE);
  update (fixture, "x 500");

  fixture->frames = SONDE_FRAMES_BOTH;
  update_later (fixture, "a 2, b 1");
  fixture->elapsed_ns += SONDE_NS_PER_SECOND;
  update_later (fixture, "b 500, c 300, a 2");
  assert_rows (fixture, "b 500, c 300, a 2");

  fixture->elapsed_ns += 5 * SONDE_NS_PER_SECOND;
  update_later (fixture, "c 900, b 500, a 2");
  assert_rows (fixture, "b 500, c 900, a 2");
}

/* Only some of the functions are in the snapshot: who is last comes and goes. */
static void
test_function_list_cut (Fixture       *fixture,
                        gconstpointer  data)
{
  fixture->matching_count = 100;
  update (fixture, "a 500, b 300, c 20");
  update (fixture, "a 501, b 300, d 21");
  assert_rows (fixture, "a 501, b 300, c 20");

  update_later (fixture, "a 502, b 300, d 22");
  assert_rows (fixture, "a 502, b 300, d 22");
}

static void
test_function_list_other_question (Fixture       *fixture,
                                   gconstpointer  data)
{
  update (fixture, "a 500, b 300");
  sonde_function_list_set_held (fixture->list, TRUE);

  fixture->query.descending = FALSE;
  update (fixture, "b 300, a 500");
  assert_rows (fixture, "b 300, a 500");

  fixture->query.mode = SONDE_MODE_WALL;
  update (fixture, "a 299, b 300");
  assert_rows (fixture, "a 299, b 300");

  fixture->query.scope_tid = 7;
  update (fixture, "b 300, a 299");
  assert_rows (fixture, "b 300, a 299");

  fixture->frames = SONDE_FRAMES_BOTH;
  update (fixture, "a 299, b 300");
  assert_rows (fixture, "a 299, b 300");

  fixture->frames = SONDE_FRAMES_PYTHON;
  update (fixture, "b 300, a 299");
  assert_rows (fixture, "b 300, a 299");

  fixture->query.column = SONDE_COLUMN_FUNCTION;
  update (fixture, "a 299, b 300");
  assert_rows (fixture, "a 299, b 300");

  fixture->query.filter = g_strdup ("x");
  update (fixture, "b 300, a 299");
  assert_rows (fixture, "b 300, a 299");

  /* A reset: the samples have become fewer. */
  fixture->scope_count = 10;
  update (fixture, "a 5, b 5");
  assert_rows (fixture, "a 5, b 5");
}

static void
test_function_list_text_column (Fixture       *fixture,
                                gconstpointer  data)
{
  fixture->query.column = SONDE_COLUMN_FUNCTION;
  update (fixture, "a 500, b 300");
  update_later (fixture, "b 300, a 500");
  assert_rows (fixture, "b 300, a 500");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/model/function-list/first-snapshot", test_function_list_first_snapshot);
  ADD ("/model/function-list/rows-live-on", test_function_list_rows_live_on);
  ADD ("/model/function-list/silent-without-change", test_function_list_silent_without_change);
  ADD ("/model/function-list/order-rests", test_function_list_order_rests);
  ADD ("/model/function-list/within-margin", test_function_list_within_margin);
  ADD ("/model/function-list/chain", test_function_list_chain);
  ADD ("/model/function-list/chain-ascending", test_function_list_chain_ascending);
  ADD ("/model/function-list/new-rows", test_function_list_new_rows);
  ADD ("/model/function-list/gone-rows", test_function_list_gone_rows);
  ADD ("/model/function-list/held", test_function_list_held);
  ADD ("/model/function-list/not-held-at-first", test_function_list_not_held_at_first);
  ADD ("/model/function-list/not-held-at-first-of-frames",
       test_function_list_not_held_at_first_of_frames);
  ADD ("/model/function-list/cut", test_function_list_cut);
  ADD ("/model/function-list/other-question", test_function_list_other_question);
  ADD ("/model/function-list/text-column", test_function_list_text_column);

  return g_test_run ();
}
