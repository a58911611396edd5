/* test-perf.c: Sonde and perf find the same in a program that neither was made for
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "support/program.h"
#include "support/statistics.h"

/* Functions with less of the samples are not compared one by one. */
#define COMPARED_SHARE 0.015

/* What the two may differ by beside chance: they do not look at the same moments. */
#define SLACK 0.02

/* Python's interpreter: a large native program that exports many of its functions. */
#define PROGRAM \
  "import json, time\n" \
  "data = [{'a': i, 'b': [1, 2, str(i)]} for i in range(200)]\n" \
  "end = time.monotonic() + 60\n" \
  "print('ready 0', flush=True)\n" \
  "while time.monotonic() < end:\n" \
  "    for i in range(300):\n" \
  "        sorted(j * 7919 % 1000 for j in range(30))\n" \
  "    json.loads(json.dumps(data))\n"

/* Counts by name (of guint64), and their sum under "". */
static GHashTable *
counts_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
add_count (GHashTable *counts,
           const char *name,
           guint64     count)
{
  g_autoptr(GString) one_name = g_string_new (name);
  guint64 *sum;

  /* One code with two names, and each tool takes another. */
  g_string_replace (one_name, "__memcpy_", "__memmove_", 0);
  sum = g_hash_table_lookup (counts, one_name->str);
  if (sum == NULL)
    {
      sum = g_new0 (guint64, 1);
      g_hash_table_insert (counts, g_strdup (one_name->str), sum);
    }

  *sum += count;
}

static guint64
get_count (GHashTable *counts,
           const char *name)
{
  const guint64 *count = g_hash_table_lookup (counts, name);

  return count != NULL ? *count : 0;
}

/* Lines of "perf script -F ip,sym": an address and a name. */
static GHashTable *
read_perf (const char *text)
{
  GHashTable *counts = counts_new ();
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);
      const char *space = strchr (line, ' ');

      if (space == NULL)
        continue;

      add_count (counts, space + 1, 1);
      add_count (counts, "", 1);
    }

  return counts;
}

/* The innermost frames of a folded text. */
static GHashTable *
read_folded (const char *text)
{
  GHashTable *counts = counts_new ();
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      char *space = strrchr (lines[i], ' ');
      const char *frame;
      guint64 count;

      g_assert_nonnull (space);
      *space = '\0';
      frame = strrchr (lines[i], ';');
      count = g_ascii_strtoull (space + 1, NULL, 10);
      add_count (counts, frame != NULL ? frame + 1 : lines[i], count);
      add_count (counts, "", count);
    }

  return counts;
}

/* Both intervals, and the slack, must meet. */
static void
check_function (const char *name,
                GHashTable *ours,
                GHashTable *theirs)
{
  double low[2];
  double high[2];

  test_wilson_interval (get_count (ours, name), get_count (ours, ""), TEST_SIGMA_999,
                        &low[0], &high[0]);
  test_wilson_interval (get_count (theirs, name), get_count (theirs, ""), TEST_SIGMA_999,
                        &low[1], &high[1]);
  g_test_message ("%s: we [%.3f, %.3f], perf [%.3f, %.3f]", name, low[0], high[0], low[1], high[1]);
  g_assert_cmpfloat (low[0], <=, high[1] + SLACK);
  g_assert_cmpfloat (low[1], <=, high[0] + SLACK);
}

static guint
check_functions (GHashTable *ours,
                 GHashTable *theirs)
{
  guint compared = 0;
  GHashTableIter iter;
  gpointer name;
  gpointer count;

  g_hash_table_iter_init (&iter, theirs);
  while (g_hash_table_iter_next (&iter, &name, &count))
    {
      double share = (double) *(guint64 *) count / (double) get_count (theirs, "");

      /* "[unknown]" is the sum of all that has no name. */
      if (share < COMPARED_SHARE || *(char *) name == '\0' || *(char *) name == '[')
        continue;

      check_function (name, ours, theirs);
      compared++;
    }

  return compared;
}

static void
test_perf_agrees (void)
{
  const char *const program[] = { "/usr/bin/python3", "-c", PROGRAM, NULL };
  const char *perf[] = { "/bin/sh", "-c", NULL, NULL };
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestProgram) ours = NULL;
  g_autoptr(TestProgram) theirs = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *command = NULL;
  g_autofree char *folded = NULL;
  g_autofree char *lines = NULL;
  g_autoptr(GHashTable) our_counts = NULL;
  g_autoptr(GHashTable) their_counts = NULL;

  if (test_skip_without (TEST_NEED_TRACING) || test_skip_without (TEST_NEED_PERF))
    return;

  target = test_program_start (program);
  test_program_wait_for (target, "ready ");
  pid = test_dup_number (target->pid);

  /* Both at the same time, so that both see the same. */
  command = g_strdup_printf ("perf record -q -e cpu-clock:u -F 997 -p %s -o - -- sleep 5 | "
                             "perf script -i - -F ip,sym", pid);
  perf[2] = command;
  theirs = test_program_start (perf);
  ours = test_cli_start ("record", "-p", pid, "-d", "5", "--frames", "native", NULL);
  g_assert_cmpint (test_program_wait (ours), ==, 0);
  g_assert_cmpint (test_program_wait (theirs), ==, 0);

  folded = test_program_dup_output (ours);
  lines = test_program_dup_output (theirs);
  our_counts = read_folded (folded);
  their_counts = read_perf (lines);
  g_assert_cmpuint (get_count (our_counts, ""), >=, 500);
  g_assert_cmpuint (get_count (their_counts, ""), >=, 500);
  g_assert_cmpuint (check_functions (our_counts, their_counts), >=, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/perf/agrees", test_perf_agrees);
  return g_test_run ();
}
