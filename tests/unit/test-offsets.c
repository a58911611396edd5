/* test-offsets.c: where versions of CPython keep their fields
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>

#include "python/offsets.h"

#define NONE SONDE_PYTHON_NO_FIELD

/* "xdebugpy" */
#define COOKIE G_GUINT64_CONSTANT (0x7970677562656478)

#include "fixtures/debug-offsets.inc"

typedef struct
{
  const guint64 *words;
  gsize          length; /* in bytes */
  guint32        version;
  gboolean       free_threaded;
} Recording;

static const Recording recordings[] = {
  { recorded_3_13_0, sizeof recorded_3_13_0, 0x030d00f0, FALSE },
  { recorded_3_13_18, sizeof recorded_3_13_18, 0x030d12f0, FALSE },
  { recorded_3_13_free_threaded, sizeof recorded_3_13_free_threaded, 0x030d00f0, TRUE },
  { recorded_3_14_10, sizeof recorded_3_14_10, 0x030e0af0, FALSE },
  { recorded_3_14_free_threaded, sizeof recorded_3_14_free_threaded, 0x030e0af0, TRUE },
  { recorded_3_15_2, sizeof recorded_3_15_2, 0x030f02f0, FALSE },
  { recorded_3_15_free_threaded, sizeof recorded_3_15_free_threaded, 0x030f02f0, TRUE },
};

/* A copy (transfer full) as the target has it in memory. */
static guint8 *
dup_bytes (const Recording *recording)
{
  guint64 *words = g_memdup2 (recording->words, recording->length);

  for (gsize i = 0; i < recording->length / sizeof *words; i++)
    words[i] = GUINT64_TO_LE (words[i]);

  return (guint8 *) words;
}

static void
set_word (guint8  *bytes,
          gsize    at,
          guint64  word)
{
  word = GUINT64_TO_LE (word);
  memcpy (bytes + at, &word, sizeof word);
}

static void
test_offsets_versions (void)
{
  static const struct
  {
    guint    version;
    gboolean free_threaded;
    gboolean known;
  } cases[] = {
    { 0x0207, FALSE, FALSE }, { 0x0307, FALSE, FALSE }, { 0x0308, FALSE, TRUE },
    { 0x0309, FALSE, TRUE },  { 0x030a, FALSE, TRUE },  { 0x030b, FALSE, TRUE },
    { 0x030c, FALSE, TRUE },  { 0x030c, TRUE, FALSE },  { 0x030d, FALSE, TRUE },
    { 0x030d, TRUE, TRUE },   { 0x030e, FALSE, TRUE },  { 0x030e, TRUE, TRUE },
    { 0x030f, FALSE, TRUE },  { 0x030f, TRUE, TRUE },   { 0x0310, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const SondePythonOffsets *offsets = sonde_python_offsets_find (cases[i].version,
                                                                     cases[i].free_threaded);

      g_test_message ("%x", cases[i].version);
      g_assert_cmpint (offsets != NULL, ==, cases[i].known);
      if (offsets != NULL)
        {
          g_assert_cmpuint (offsets->version, ==, cases[i].version);
          g_assert_cmpint (offsets->free_threaded, ==, cases[i].free_threaded);
        }
    }
}

/* Fields that came and went, as the headers of both sides of each change have them. */
static void
test_offsets_absent_fields (void)
{
  const SondePythonOffsets *old = sonde_python_offsets_find (0x030a, FALSE);
  const SondePythonOffsets *middle = sonde_python_offsets_find (0x030b, FALSE);
  const SondePythonOffsets *new = sonde_python_offsets_find (0x030d, FALSE);
  const SondePythonOffsets *free_threaded = sonde_python_offsets_find (0x030d, TRUE);

  g_assert_cmpuint (old->cframe.current_frame, ==, NONE);
  g_assert_cmpuint (old->code.qualname, ==, NONE);
  g_assert_cmpuint (old->frame.is_entry, ==, NONE);
  g_assert_cmpuint (middle->cframe.current_frame, ==, 8);
  g_assert_cmpuint (middle->code.qualname, ==, 128);
  g_assert_cmpuint (middle->frame.is_entry, ==, 68);
  g_assert_cmpuint (middle->runtime.gil, !=, NONE);
  g_assert_cmpuint (middle->interpreter.gil, ==, NONE);
  g_assert_cmpuint (new->cframe.current_frame, ==, NONE);
  g_assert_cmpuint (new->runtime.gil, ==, NONE);
  g_assert_cmpuint (new->interpreter.gil, !=, NONE);
  g_assert_cmpuint (new->gil.enabled, ==, NONE);
  g_assert_cmpuint (free_threaded->gil.enabled, ==, 0);
}

#define FLAG(name) { G_STRUCT_OFFSET (SondePythonOffsets, flags.name), #name }

/* All of them, but for the format of line tables. */
static const struct
{
  gsize       offset;
  const char *name;
} flags[] = {
  FLAG (tells_offsets),          FLAG (frames_are_objects),   FLAG (instruction_is_count),
  FLAG (instruction_is_address), FLAG (has_shims),            FLAG (code_is_tagged),
  FLAG (stacktop_is_address),    FLAG (bytecode_is_in_place), FLAG (text_has_old_form),
};

G_STATIC_ASSERT (sizeof ((SondePythonOffsets *) NULL)->flags ==
                 G_N_ELEMENTS (flags) * sizeof (gboolean) + sizeof (SondePythonLines));

/* The names of those that are set, in the order above (transfer full). */
static char *
dup_flags (const SondePythonOffsets *offsets)
{
  g_autoptr(GString) names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      gboolean is_set;

      memcpy (&is_set, (const guint8 *) offsets + flags[i].offset, sizeof is_set);
      g_assert_true (is_set == FALSE || is_set == TRUE);
      if (is_set)
        g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", flags[i].name);
    }

  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* What each version's own sources say, once and for all: CPython's tags do not change. */
static void
test_offsets_flags (void)
{
  static const struct
  {
    guint            version;
    SondePythonLines line_table;
    const char      *names;
  } cases[] = {
    { 0x0308, SONDE_PYTHON_LINES_STEPS, "frames_are_objects text_has_old_form" },
    { 0x0309, SONDE_PYTHON_LINES_STEPS, "frames_are_objects text_has_old_form" },
    { 0x030a, SONDE_PYTHON_LINES_RANGES,
      "frames_are_objects instruction_is_count text_has_old_form" },
    { 0x030b, SONDE_PYTHON_LINES_ENTRIES,
      "instruction_is_address bytecode_is_in_place text_has_old_form" },
    { 0x030c, SONDE_PYTHON_LINES_ENTRIES, "instruction_is_address has_shims bytecode_is_in_place" },
    { 0x030d, SONDE_PYTHON_LINES_ENTRIES,
      "tells_offsets instruction_is_address has_shims bytecode_is_in_place" },
    { 0x030e, SONDE_PYTHON_LINES_ENTRIES,
      "tells_offsets instruction_is_address has_shims code_is_tagged stacktop_is_address "
      "bytecode_is_in_place" },
    { 0x030f, SONDE_PYTHON_LINES_ENTRIES,
      "tells_offsets instruction_is_address has_shims code_is_tagged stacktop_is_address "
      "bytecode_is_in_place" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gint free_threaded = FALSE; free_threaded <= TRUE; free_threaded++)
      {
        const SondePythonOffsets *offsets = sonde_python_offsets_find (cases[i].version,
                                                                       free_threaded);
        g_autofree char *names = NULL;

        g_test_message ("%x%s", cases[i].version, free_threaded ? "t" : "");
        if (free_threaded && cases[i].version < 0x030d)
          {
            g_assert_null (offsets);
            continue;
          }

        g_assert_nonnull (offsets);
        names = dup_flags (offsets);
        g_assert_cmpstr (names, ==, cases[i].names);
        g_assert_cmpint (offsets->flags.line_table, ==, cases[i].line_table);
      }
}

/* What a process tells is what the headers say, of another patch release too. */
static void
test_offsets_told_by_target (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (recordings); i++)
    {
      const Recording *recording = &recordings[i];
      g_autofree guint8 *bytes = dup_bytes (recording);
      SondePythonOffsets offsets;
      const SondePythonOffsets *table;

      g_test_message ("%x%s", recording->version, recording->free_threaded ? "t" : "");
      g_assert_cmphex (sonde_python_offsets_parse_version (bytes, recording->length), ==,
                       recording->version);
      g_assert_true (sonde_python_offsets_parse (bytes, recording->length, &offsets));

      table = sonde_python_offsets_find (recording->version >> 16, recording->free_threaded);
      g_assert_cmpmem (&offsets, sizeof offsets, table, sizeof *table);
    }
}

/* A vendor's build with another layout: what it tells is taken, and what it does not tell moves
 * with its neighbour.
 */
static void
test_offsets_moved (void)
{
  g_autofree guint8 *bytes = dup_bytes (&recordings[0]);
  const SondePythonOffsets *table = sonde_python_offsets_find (0x030d, FALSE);
  SondePythonOffsets offsets;

  set_word (bytes, 264, 70 + 8);    /* interpreter_frame.owner */
  set_word (bytes, 136, 7768 + 16); /* interpreter_state.gil_runtime_state_locked */

  g_assert_true (sonde_python_offsets_parse (bytes, recordings[0].length, &offsets));
  g_assert_cmpuint (offsets.frame.stacktop, ==, table->frame.stacktop + 8);
  g_assert_cmpuint (offsets.gil.switch_number, ==, table->gil.switch_number + 16);
  g_assert_cmpuint (offsets.thread.next, ==, table->thread.next);
  g_assert_cmpuint (offsets.gil.size, ==, table->gil.size);
}

/* Bytes cut anywhere: never a fault, and no figures before all that are needed are there. */
static void
test_offsets_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (recordings); i++)
    {
      g_autofree guint8 *whole = dup_bytes (&recordings[i]);
      gboolean before = FALSE;

      for (gsize length = 0; length <= recordings[i].length; length++)
        {
          g_autofree guint8 *bytes = g_memdup2 (whole, length);
          SondePythonOffsets offsets;
          gboolean parsed = sonde_python_offsets_parse (bytes, length, &offsets);

          g_assert_true (parsed || !before);
          g_assert_false (parsed && length < 500);
          g_assert_cmphex (sonde_python_offsets_parse_version (bytes, length), ==,
                           length < 16 ? 0 : recordings[i].version);
          before = parsed;
        }

      g_assert_true (before);
    }
}

/* Whatever stands in any of the words, no offset leaves its bounds. */
static void
test_offsets_damaged (void)
{
  static const guint64 damages[] = {
    0, 1, 7, 0xffff, (1 << 20) - 1, 1 << 20, G_MAXINT32, G_MAXUINT32,
    G_GUINT64_CONSTANT (1) << 62, G_MAXUINT64 - 8, G_MAXUINT64,
  };

  for (guint i = 0; i < G_N_ELEMENTS (recordings); i++)
    for (gsize at = 0; at < recordings[i].length; at += 8)
      for (guint j = 0; j < G_N_ELEMENTS (damages); j++)
        {
          g_autofree guint8 *bytes = dup_bytes (&recordings[i]);
          guint32 figures[sizeof (SondePythonOffsets) / sizeof (guint32)];
          SondePythonOffsets offsets;

          set_word (bytes, at, damages[j]);
          if (!sonde_python_offsets_parse (bytes, recordings[i].length, &offsets))
            continue;

          memcpy (figures, &offsets, sizeof figures);
          for (guint k = 0; k < G_N_ELEMENTS (figures); k++)
            g_assert_true (figures[k] == NONE || figures[k] < 1 << 20);
        }
}

/* A struct may say that it is large, and its fields still lie near its start. */
static void
test_offsets_far (void)
{
  static const struct
  {
    guint64  offset;
    guint64  size;
    gboolean fine;
  } cases[] = {
    { (1 << 20) - 8, 1 << 20, TRUE },
    { (1 << 20) - 8, 1 << 25, TRUE },
    { 1 << 20, 1 << 25, FALSE },
    { (1 << 20) - 8, 1 << 26, FALSE },
    { 4096, 4096, TRUE },
    { 4097, 4096, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree guint8 *bytes = dup_bytes (&recordings[0]);
      SondePythonOffsets offsets;

      set_word (bytes, 152, cases[i].size);   /* thread_state.size */
      set_word (bytes, 168, cases[i].offset); /* thread_state.next */
      g_assert_cmpint (sonde_python_offsets_parse (bytes, recordings[0].length, &offsets), ==,
                       cases[i].fine);
      if (cases[i].fine)
        g_assert_cmpuint (offsets.thread.next, ==, cases[i].offset);
    }
}

static void
test_offsets_other_versions (void)
{
  static const struct
  {
    guint64 version;
    guint32 said;
  } cases[] = {
    { 0x031000f0, 0x031000f0 }, /* one that is to come */
    { 0x040000f0, 0x040000f0 },
    { 0x030c00f0, 0x030c00f0 }, /* one that tells nothing */
    { 0x030d00b4, 0x030d00b4 }, /* a beta */
    { 0x030f00a1, 0x030f00a1 },
    { 0, 0 },
    { G_MAXUINT32, 0 },
    { G_MAXUINT64, 0 },
  };
  g_autofree guint8 *bytes = dup_bytes (&recordings[0]);
  SondePythonOffsets offsets;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      set_word (bytes, 8, cases[i].version);
      g_assert_false (sonde_python_offsets_parse (bytes, recordings[0].length, &offsets));
      g_assert_cmphex (sonde_python_offsets_parse_version (bytes, recordings[0].length), ==,
                       cases[i].said);
    }

  set_word (bytes, 8, 0x030d00c1); /* a release candidate */
  g_assert_true (sonde_python_offsets_parse (bytes, recordings[0].length, &offsets));
  bytes[0]++;
  g_assert_false (sonde_python_offsets_parse (bytes, recordings[0].length, &offsets));
  g_assert_cmphex (sonde_python_offsets_parse_version (bytes, recordings[0].length), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/offsets/versions", test_offsets_versions);
  g_test_add_func ("/python/offsets/absent-fields", test_offsets_absent_fields);
  g_test_add_func ("/python/offsets/flags", test_offsets_flags);
  g_test_add_func ("/python/offsets/told-by-target", test_offsets_told_by_target);
  g_test_add_func ("/python/offsets/moved", test_offsets_moved);
  g_test_add_func ("/python/offsets/cut", test_offsets_cut);
  g_test_add_func ("/python/offsets/damaged", test_offsets_damaged);
  g_test_add_func ("/python/offsets/far", test_offsets_far);
  g_test_add_func ("/python/offsets/other-versions", test_offsets_other_versions);
  return g_test_run ();
}
