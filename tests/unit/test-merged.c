/* test-merged.c: native and Python frames in one stack
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A native frame is a letter, "E" one of the evaluation function; a Python frame is a digit, with
 * "!" if it was called from C, and one more for each such call outside of it without a frame.
 * By the entry it is known which native frame, counted from 1, executes the first Python frame.
 */

#include "config.h"

#include <string.h>

#include "unwinder/merged.h"

#define SP 0x7000
#define FRAME_BYTES 64

typedef struct
{
  const char   *name;
  const char   *native;
  SondeStackEnd end;
  const char   *codes;
  const char   *merged;
  guint         entry;
} Case;

static const Case cases[] = {
  { "native-only", "abc", SONDE_STACK_END_OUTERMOST, "", "abc" },
  { "one-run", "aEb", SONDE_STACK_END_OUTERMOST, "123!", "a123b" },
  { "one-frame-a-call", "aEbEc", SONDE_STACK_END_OUTERMOST, "1!2!", "a1b2c" },
  { "callback", "aEbbEc", SONDE_STACK_END_OUTERMOST, "1!23!", "a1bb23c" },
  { "innermost-is-python", "EaE", SONDE_STACK_END_OUTERMOST, "12!3!", "12a3" },
  { "outermost-not-marked", "aEb", SONDE_STACK_END_OUTERMOST, "12", "a12b" },
  { "entering", "EaEb", SONDE_STACK_END_OUTERMOST, "12!", "Ea12b" },
  { "cleared", "aEbEcE", SONDE_STACK_END_OUTERMOST, "12!!3!", "a12bEc3" },
  { "cleared-outermost", "aEbE", SONDE_STACK_END_OUTERMOST, "12!!", "a12bE" },
  { "cleared-twice", "aEbEcEE", SONDE_STACK_END_OUTERMOST, "1!!!2!", "a1bEcE2" },
  { "entering-cleared", "EaEbEcE", SONDE_STACK_END_OUTERMOST, "12!!3!", "Ea12bEc3" },
  { "more-runs-cleared", "aEb", SONDE_STACK_END_OUTERMOST, "1!!!", "a1Eb" },
  { "more-runs-cleared-between", "aEb", SONDE_STACK_END_OUTERMOST, "1!!2!!3!!", "a123Eb" },
  { "more-runs", "aEb", SONDE_STACK_END_OUTERMOST, "1!2!", "a12b" },
  { "truncated-native", "aEb", SONDE_STACK_END_BYTES, "1!2!3!", "a1b23" },
  { "nothing-native", "", SONDE_STACK_END_NO_RULE, "12!3!", "123" },
  { "no-python", "aEbE", SONDE_STACK_END_OUTERMOST, "", "aEbE" },
  { "entry", "aEbEc", SONDE_STACK_END_OUTERMOST, "1!2!", "a1b2c", 2 },
  { "entry-entering", "EaEb", SONDE_STACK_END_OUTERMOST, "12!", "Ea12b", 3 },
  { "entry-entering-truncated", "EaEb", SONDE_STACK_END_BYTES, "1!2!3!", "Ea1b23", 3 },
  { "entry-of-coroutine", "aEbEcE", SONDE_STACK_END_OUTERMOST, "12!", "a12bEcE", 2 },
  { "entry-cleared", "aEbEcE", SONDE_STACK_END_OUTERMOST, "1!!2!", "a1bEc2", 2 },
  { "entry-elsewhere", "EaEb", SONDE_STACK_END_OUTERMOST, "12!", "Ea12b", 2 },
};

static void
fill_native (const Case *test,
             SondeStack *native)
{
  native->depth = (guint) strlen (test->native);
  native->end = test->end;
  for (guint i = 0; i < native->depth; i++)
    {
      native->addresses[i] = (SondeAddress) test->native[i];
      native->sps[i] = SP + i * FRAME_BYTES;
    }
}

static void
fill_codes (const Case     *test,
            SondeCodeStack *codes)
{
  codes->entry = test->entry == 0 ? 0 : SP + test->entry * FRAME_BYTES - 8;
  for (const char *at = test->codes; *at != '\0'; at++)
    {
      SondeCodeFrame *outermost = codes->depth > 0 ? &codes->frames[codes->depth - 1] : NULL;

      if (*at == '!' && outermost->is_entry)
        outermost->n_empty++;
      else if (*at == '!')
        outermost->is_entry = TRUE;
      else
        codes->frames[codes->depth++].code = (SondeAddress) *at;
    }
}

static void
test_merged_fill (gconstpointer data)
{
  static const SondePythonRange evals[] = { { 'E', 'E' + 1 } };
  const Case *test = data;
  g_autofree SondeStack *native = g_new0 (SondeStack, 1);
  g_autofree SondeCodeStack *codes = g_new0 (SondeCodeStack, 1);
  g_autofree SondeMergedFrame *frames = g_new0 (SondeMergedFrame, SONDE_MERGED_DEPTH_MAX);
  g_autoptr(GString) merged = g_string_new (NULL);
  guint n;

  fill_native (test, native);
  fill_codes (test, codes);
  n = sonde_merged_fill (native, codes, evals, G_N_ELEMENTS (evals), frames);
  for (guint i = 0; i < n; i++)
    g_string_append_c (merged, (char) (frames[i].code != NULL ? frames[i].code->code
                                                              : frames[i].address));

  g_assert_cmpstr (merged->str, ==, test->merged);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unwinder/merged/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_merged_fill);
    }

  return g_test_run ();
}
