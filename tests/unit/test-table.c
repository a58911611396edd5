/* test-table.c: a snapshot as a table and as JSON
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "cli/cells.h"
#include "cli/stats.h"
#include "cli/table.h"

/* "         1  100.0 %         1  100.0 %" */
#define FIGURES_WIDTH 38

static const SondeFunction spin = {
  .name = "spin", .file = "spin.c", .line = 7, .module = "/usr/bin/spinner"
};
static const SondeFunction parse = { .id = 1, .name = "parse", .module = "/usr/lib/libp.so" };

/* Two functions, 4,000 samples; the arrays are the caller's. */
static SondeSnapshot
make_snapshot (SondeFunctionFigures *rows,
               SondeThreadFigures   *thread)
{
  static char program[] = "/usr/bin/spinner";
  SondeSnapshot snapshot = { 0 };

  rows[0] = (SondeFunctionFigures) { &spin, 3000, 4000, 3000000000, 4000000000 };
  rows[1] = (SondeFunctionFigures) { &parse, 1000, 1000, 250000000, 1000000000 };
  *thread = (SondeThreadFigures) { .tid = 4711, .name = "main", .count = 4000 };
  snapshot.state = SONDE_SESSION_SAMPLING;
  snapshot.pid = 4711;
  snapshot.program = program;
  snapshot.rate_asked_hz = 1000;
  snapshot.rate_mean_hz = 998.4;
  snapshot.elapsed_ns = 4 * SONDE_NS_PER_SECOND;
  snapshot.stopped_p50_ns = 25000;
  snapshot.stopped_p99_ns = 80000;
  snapshot.scope_count = 4000;
  snapshot.tick_count = 3994;
  snapshot.sample_count = 5000;
  snapshot.mode_count = 4000;
  snapshot.truncated_count = 12;
  snapshot.guessed_count = 11;
  snapshot.losses.count[SONDE_LOSS_LATE] = 3;
  snapshot.state_count[SONDE_THREAD_STATE_RUNNING] = 4000;
  snapshot.state_count[SONDE_THREAD_STATE_SLEEPING] = 1000;
  snapshot.n_rows = 2;
  snapshot.rows = rows;
  snapshot.thread_count = 1;
  snapshot.n_threads = 1;
  snapshot.threads = thread;

  return snapshot;
}

static void
test_table_one_sample (void)
{
  SondeFunctionFigures rows[2];
  SondeThreadFigures thread;
  SondeSnapshot snapshot = make_snapshot (rows, &thread);
  g_autofree char *text = NULL;

  snapshot.mode_count = 1;
  snapshot.tick_count = 1;
  text = sonde_table_dup_text (&snapshot, 0, 0);
  g_assert_nonnull (strstr (text, " 1 look in 4.00 s: "));
  g_assert_nonnull (strstr (text, "\n1 sample · "));
}

static void
test_table_whole (void)
{
  SondeFunctionFigures rows[2];
  SondeThreadFigures thread;
  SondeSnapshot snapshot = make_snapshot (rows, &thread);
  g_autofree char *text = sonde_table_dup_text (&snapshot, 0, 0);

  g_assert_cmpstr (text, ==,
                   "spinner · 4711 · CPU · 3994 looks in 4.00 s: 998 of 1000 Hz\n"
                   "4000 samples · 3 lost (late 3)\n"
                   "1 thread · running 80.0 % · sleeping 20.0 %\n"
                   "\n"
                   "      Self   Self %   Self time     Total  Total %  Total time  Function\n"
                   "      3000   75.0 %      3.00 s      4000  100.0 %      4.00 s"
                   "  spin  spin.c:7  (spinner)\n"
                   "      1000   25.0 %    250.0 ms      1000   25.0 %      1.00 s"
                   "  parse  (libp.so)\n");
}

/* A target in Python has a line more, and says which functions are shown. */
static void
test_table_python (void)
{
  static char version[] = "3.12";
  SondeFunctionFigures rows[2];
  SondeThreadFigures thread;
  SondeSnapshot snapshot = make_snapshot (rows, &thread);
  g_autofree char *text = NULL;
  g_autofree char *free_threaded = NULL;

  snapshot.python = version;
  snapshot.is_readable = snapshot.has_gil = TRUE;
  snapshot.frames = SONDE_FRAMES_BOTH;
  snapshot.gil_count[SONDE_GIL_HAS] = 4850;
  snapshot.gil_count[SONDE_GIL_WANTS] = 50;
  snapshot.gil_count[SONDE_GIL_NEITHER] = 100;
  snapshot.collecting_count = 100;
  snapshot.n_rows = 0;
  text = sonde_table_dup_text (&snapshot, 0, 0);
  g_assert_cmpstr (text, ==,
                   "spinner · 4711 · CPU · 3994 looks in 4.00 s: 998 of 1000 Hz"
                   " · Python and native functions\n"
                   "4000 samples · 3 lost (late 3)\n"
                   "1 thread · running 80.0 % · sleeping 20.0 %\n"
                   "GIL: has 97.0 %, wants 1.0 % · GC 2.0 %\n"
                   "\n"
                   "      Self   Self %   Self time     Total  Total %  Total time  Function\n");

  snapshot.has_gil = FALSE;
  snapshot.frames = SONDE_FRAMES_PYTHON;
  free_threaded = sonde_table_dup_text (&snapshot, 0, 0);
  g_assert_null (strstr (free_threaded, "GIL"));
  g_assert_nonnull (strstr (free_threaded, "\nGC 2.0 %\n\n"));
  g_assert_nonnull (strstr (free_threaded, " · Python functions\n"));
}

static void
test_table_fits_window (void)
{
  SondeFunctionFigures rows[2];
  SondeThreadFigures thread;
  SondeSnapshot snapshot = make_snapshot (rows, &thread);

  for (guint columns = 1; columns < 120; columns++)
    for (guint lines = 1; lines < 10; lines++)
      {
        g_autofree char *text = sonde_table_dup_text (&snapshot, columns, lines);
        g_auto(GStrv) split = g_strsplit (text, "\n", -1);
        guint count = g_strv_length (split) - 1;

        g_assert_cmpuint (count, <=, lines);
        for (guint i = 0; i < count; i++)
          g_assert_cmpuint (sonde_cells_count (split[i]), <=, columns);
      }
}

/* The row of a function at the width of a window. */
static char *
dup_row (const SondeFunction *function,
         guint                columns)
{
  SondeFunctionFigures row = { .function = function, .self_count = 1, .total_count = 1 };
  SondeSnapshot snapshot = { .scope_count = 1, .n_rows = 1, .rows = &row };
  g_autofree char *text = sonde_table_dup_text (&snapshot, columns, 0);
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  return g_strdup (lines[SONDE_TABLE_HEAD_LINES] + FIGURES_WIDTH);
}

/* Half of a number is another number: a long name and the file's give way to it. */
static void
test_table_line_is_whole (void)
{
  const SondeFunction function = {
    .name = "std::vector<int>::push_back", .file = "/usr/include/c++/12/bits/stl_vector.h",
    .line = 1276, .module = "/usr/bin/server",
  };
  const SondeFunction package = {
    .name = "loads", .file = "/usr/lib/python3/json/__init__.py", .line = 299,
  };
  const struct { const SondeFunction *function; guint columns; const char *row; } cases[] = {
    { &function, 99, "  std::vector<int>::push_back  stl_vector.h:1276  (server)" },
    { &function, 92, "  std::vector<int>::push_back  stl_vector.h:1276  (se…" },
    { &function, 86, "  std::vector<int>::push_back  stl_vector.h:1276" },
    { &function, 85, "  std::vector<int>::push_ba…  stl_vector.h:1276" },
    { &function, 71, "  std::vector…  stl_vector.h:1276" },
    { &function, 70, "  std::vector…  stl_vector…:1276" },
    { &function, 63, "  std::vector…  stl…:1276" },
    { &function, 62, "  std::vector<int>::pus…" },
    { &package, 99, "  loads  json/__init__.py:299" },
    { &package, 60, "  loads  json/__i…:299" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *row = dup_row (cases[i].function, cases[i].columns);

      g_assert_cmpstr (row, ==, cases[i].row);
    }
}

static void
test_table_nothing_yet (void)
{
  SondeSnapshot snapshot = { .state = SONDE_SESSION_STARTING };
  g_autofree char *text = sonde_table_dup_text (&snapshot, 0, 0);

  g_assert_true (g_str_has_prefix (text, "? · 0 · CPU"));
}

static void
test_table_control_characters (void)
{
  char program[] = "/tmp/a\033[2Jb\nc";
  SondeSnapshot snapshot = { .program = program };
  g_autofree char *text = sonde_table_dup_text (&snapshot, 0, 0);

  g_assert_null (strchr (text, '\033'));
  g_assert_true (g_str_has_prefix (text, "a?[2Jb?c · "));
}

static void
test_table_stats_json (void)
{
  SondeFunctionFigures rows[2];
  SondeThreadFigures thread;
  SondeSnapshot snapshot = make_snapshot (rows, &thread);
  g_autofree char *text = sonde_stats_dup_json (&snapshot);
  g_autoptr(JsonParser) parser = json_parser_new ();
  JsonObject *object;
  JsonObject *lost;

  g_assert_true (json_parser_load_from_data (parser, text, -1, NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpint (json_object_get_int_member (object, "samples"), ==, 5000);
  g_assert_cmpint (json_object_get_int_member (object, "truncated"), ==, 12);
  g_assert_cmpint (json_object_get_int_member (object, "guessed_in_all_modes"), ==, 11);
  g_assert_cmpint (json_object_get_int_member (object, "threads"), ==, 1);
  g_assert_cmpfloat (json_object_get_double_member (object, "rate_asked"), ==, 1000);
  g_assert_cmpfloat (json_object_get_double_member (object, "rate_achieved"), ==, 998.4);
  g_assert_cmpfloat (json_object_get_double_member (object, "duration_s"), ==, 4);
  g_assert_true (json_object_has_member (object, "sampler_cpu_s"));
  g_assert_true (json_object_has_member (object, "target_stopped_s"));
  g_assert_cmpfloat (json_object_get_double_member (object, "stop_p50_s"), ==, 25e-6);
  g_assert_cmpfloat (json_object_get_double_member (object, "stop_p99_s"), ==, 80e-6);

  lost = json_object_get_object_member (object, "lost");
  g_assert_cmpint (json_object_get_int_member (lost, "late"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (lost, "gone"), ==, 0);
}

/* How it ended, as a program that reads the figures can tell. */
static void
test_table_stats_end (void)
{
  const struct { SondeSessionState state; SondeEnd end; const char *keyword; } cases[] = {
    { SONDE_SESSION_FINISHED, SONDE_END_PROCESS, "process" },
    { SONDE_SESSION_FINISHED, SONDE_END_STOPPED, "stopped" },
    { SONDE_SESSION_FINISHED, SONDE_END_OBSTACLE, "failed" },
    { SONDE_SESSION_FAILED, SONDE_END_NONE, "failed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SondeSnapshot snapshot = { .state = cases[i].state, .end = cases[i].end };
      g_autofree char *text = sonde_stats_dup_json (&snapshot);
      g_autoptr(JsonNode) root = json_from_string (text, NULL);

      g_assert_cmpstr (json_object_get_string_member (json_node_get_object (root), "end"), ==,
                       cases[i].keyword);
    }
}

static void
test_table_cells (void)
{
  const struct { const char *text; guint width; const char *cut; } cases[] = {
    { "abc", 0, "abc" },
    { "abc", 3, "abc" },
    { "abc", 2, "a…" },
    { "abc", 1, "…" },
    { "日本語", 6, "日本語" },
    { "日本語", 5, "日本…" },
    { "日本語", 4, "日…" },
    { "e\xcc\x81t", 2, "e\xcc\x81t" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GString) line = g_string_new (cases[i].text);

      sonde_cells_cut (line, cases[i].width);
      g_assert_cmpstr (line->str, ==, cases[i].cut);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/table/one-sample", test_table_one_sample);
  g_test_add_func ("/cli/table/whole", test_table_whole);
  g_test_add_func ("/cli/table/python", test_table_python);
  g_test_add_func ("/cli/table/fits-window", test_table_fits_window);
  g_test_add_func ("/cli/table/line-is-whole", test_table_line_is_whole);
  g_test_add_func ("/cli/table/nothing-yet", test_table_nothing_yet);
  g_test_add_func ("/cli/table/control-characters", test_table_control_characters);
  g_test_add_func ("/cli/table/stats-json", test_table_stats_json);
  g_test_add_func ("/cli/table/stats-end", test_table_stats_end);
  g_test_add_func ("/cli/table/cells", test_table_cells);
  return g_test_run ();
}
