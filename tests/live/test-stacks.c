/* test-stacks.c: stacks are exact in names and order, however the code was built
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "support/program.h"
#include "support/stacks.h"

static TestStacks *
record (TestProgram *target)
{
  g_autofree char *pid = test_dup_number (target->pid);
  g_autofree char *folded = test_cli_run (0, "record", "-p", pid, "-d", "0.5", "-m", "wall", NULL);
  TestStacks *stacks = test_stacks_parse (folded);

  test_stacks_show (stacks);
  g_assert_cmpuint (test_stacks_get_sum (stacks), >=, 100);

  return stacks;
}

/* At least 99 of 100 samples end with this path. */
static void
check_path (TestProgram *target,
            const char  *path)
{
  g_autoptr(TestStacks) stacks = record (target);

  g_assert_cmpuint (test_stacks_count_end (stacks, path), >=,
                    test_stacks_get_sum (stacks) * 99 / 100);
}

static void
test_stacks_deep (void)
{
  const guint depths[] = { 1, 30, 100, 1000 };

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    {
      g_autofree char *depth = test_dup_number (depths[i]);
      g_autoptr(TestProgram) target = test_target_start ("depth", depth, NULL);
      g_autoptr(GString) path = g_string_new ("main");

      for (guint j = 0; j < depths[i]; j++)
        g_string_append (path, ";descend");
      g_string_append (path, ";spin");
      check_path (target, path->str);
    }
}

static void
test_stacks_mutual_recursion (void)
{
  g_autoptr(TestProgram) target = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("mutual", NULL);
  check_path (target, "main;ping;pong;ping;pong;ping;pong;spin");
}

/* A rule that is a program without an end ends the stack, and nothing else; see endless.c. */
static void
test_stacks_endless_rule (gconstpointer data)
{
  const char *kind = data;
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *name = g_strconcat ("spin_", kind, NULL);

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("endless", kind, NULL);
  check_path (target, name);
}

/* A return address in no code is no function: the stack is truncated there. */
static void
test_stacks_adrift (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autofree char *dump = NULL;
  g_autofree char *pid = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("adrift", NULL);
  stacks = record (target);
  g_assert_cmpuint (test_stacks_count_end (stacks, "drift;spin"), >=,
                    test_stacks_get_sum (stacks) * 99 / 100);
  g_assert_cmpuint (test_stacks_count_within (stacks, "unmapped memory"), ==, 0);

  pid = test_dup_number (target->pid);
  dump = test_cli_run (0, "dump", pid, NULL);
  g_test_message ("%s", dump);
  g_assert_nonnull (strstr (dump, "drift"));
  g_assert_nonnull (strstr (dump, "Outer frames are missing."));
  g_assert_null (strstr (dump, "unmapped"));
}

static void
test_stacks_frame_pointers (void)
{
  g_autoptr(TestProgram) target = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("framepointer", NULL);
  check_path (target, "main;first;second;third;spin");
}

static void
test_stacks_cplusplus_names (void)
{
  g_autoptr(TestProgram) target = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("names", NULL);
  check_path (target,
              "main;int orchard::pick<int>(int);orchard::Tree::grow(unsigned long) const;"
              "orchard::Tree::operator()(orchard::(anonymous namespace)::Seed) const;"
              "orchard::spin()");
}

/* The handler's frames, and below them those of the code that it came upon. */
static void
check_handler (TestProgram *target)
{
  g_autoptr(TestStacks) stacks = record (target);
  guint64 most = test_stacks_get_sum (stacks) * 99 / 100;

  g_assert_cmpuint (test_stacks_count_end (stacks, "on_signal;spin"), >=, most);
  g_assert_cmpuint (test_stacks_count_within (stacks, "main;raise_here"), >=, most);
}

static void
test_stacks_signal_handler (void)
{
  g_autoptr(TestProgram) target = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("handler", NULL);
  check_handler (target);
}

static void
test_stacks_other_signal_stack (void)
{
  g_autoptr(TestProgram) target = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("handler", "alt", NULL);
  check_handler (target);
}

/* Where no stop reaches it; with a return address that is in a register only. */
static void
test_stacks_vfork (void)
{
  g_autoptr(TestProgram) target = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("vforker", NULL);
  check_path (target, "main;launch;spawn;vfork");
}

/* Its frame hangs on a register that only a stop would show. */
static void
test_stacks_vfork_in_frame (void)
{
  g_autoptr(TestProgram) target = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("vforker", "frame", NULL);
  check_path (target, "launch_in_frame;spawn;vfork");
}

static void
test_stacks_stripped_static (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;
  g_auto(GStrv) lines = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("stripped", NULL);
  pid = test_dup_number (target->pid);
  folded = test_cli_run (0, "record", "-p", pid, "-d", "0.5", NULL);
  lines = g_strsplit (folded, "\n", -1);
  g_assert_nonnull (lines[0]);

  /* Nothing is known but where it is. */
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      g_test_message ("%s", lines[i]);
      g_assert_nonnull (strstr (lines[i], "stripped+0x"));
    }
}

/* FALSE, with the test skipped, where the machine could not build the target @name. */
static gboolean
has_target (const char *name)
{
  g_autofree char *path = test_dup_target_path (name);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;

  g_test_skip ("the library that this target is linked with is not here");
  return FALSE;
}

/* Whole stacks by rules that have no search table, or are for debuggers. */
static void
test_stacks_no_search_table (gconstpointer data)
{
  const char *name = data;
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;

  if (test_skip_without (TEST_NEED_TRACING) || !has_target (name))
    return;

  target = test_target_start (name, NULL);
  stacks = record (target);
  g_assert_cmpuint (test_stacks_count_end_in (stacks, "_start",
                                              "main;ping;pong;ping;pong;ping;pong;spin"), >=,
                    test_stacks_get_sum (stacks) * 99 / 100);
}

/* A frame without rules, in the C library, is called by functions that nothing leads to: the stack
 * is truncated there, and does not go on with the outermost frame as if it were whole.
 */
static void
test_stacks_no_rules_innermost (gconstpointer data)
{
  const char *name = data;
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autofree char *dump = NULL;
  g_autofree char *pid = NULL;

  if (test_skip_without (TEST_NEED_TRACING) || !has_target (name))
    return;

  target = test_target_start (name, NULL);
  stacks = record (target);
  g_assert_cmpuint (test_stacks_count_within (stacks, "_start"), ==, 0);

  pid = test_dup_number (target->pid);
  dump = test_cli_run (0, "dump", pid, NULL);
  g_test_message ("%s", dump);
  g_assert_nonnull (strstr (dump, "Outer frames are missing."));
}

/* Makes a program one without section headers. */
static void
cut_section_headers (char *content)
{
  Elf64_Ehdr header;

  memcpy (&header, content, sizeof header);
  header.e_shoff = 0;
  header.e_shnum = 0;
  header.e_shstrndx = SHN_UNDEF;
  memcpy (content, &header, sizeof header);
}

/* Copies a target to a folder of its own and starts it from there. */
static TestProgram *
start_copy (const char *name,
            gboolean    is_cut,
            const char *folder,
            char      **path)
{
  g_autofree char *original = test_dup_target_path (name);
  g_autofree char *content = NULL;
  const char *argv[] = { NULL, "3", NULL };
  TestProgram *target;
  gsize length;

  *path = g_build_filename (folder, "copy", NULL);
  g_assert_true (g_file_get_contents (original, &content, &length, NULL));
  if (is_cut)
    cut_section_headers (content);
  g_assert_true (g_file_set_contents_full (*path, content, (gssize) length, 0, 0700, NULL));
  argv[0] = *path;
  target = test_program_start (argv);
  test_program_wait_for (target, "ready ");

  return target;
}

/* There are no names either: main() and seven more functions are addresses in the copy. */
static void
test_stacks_no_section_headers (gconstpointer data)
{
  const char *name = data;
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;

  if (test_skip_without (TEST_NEED_TRACING) || !has_target (name))
    return;

  folder = g_dir_make_tmp ("sonde-XXXXXX", NULL);
  target = start_copy (name, TRUE, folder, &path);
  stacks = record (target);
  g_assert_cmpuint (test_stacks_count_with (stacks, "copy+0x", 8), >=,
                    test_stacks_get_sum (stacks) * 99 / 100);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_stacks_deleted_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sonde-XXXXXX", NULL);
  g_autofree char *path = NULL;
  g_autoptr(TestProgram) target = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = start_copy ("depth", FALSE, folder, &path);
  g_assert_cmpint (g_unlink (path), ==, 0);
  check_path (target, "main;descend;descend;descend;spin");
  g_rmdir (folder);
}

static void
test_stacks_replaced_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sonde-XXXXXX", NULL);
  g_autofree char *path = NULL;
  g_autofree char *other = test_dup_target_path ("shares");
  g_autofree char *content = NULL;
  g_autoptr(TestProgram) target = NULL;
  gsize length;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  /* As a package manager does it: another file under the same name. Its symbols are those of a
   * different program, and must not be used.
   */
  target = start_copy ("depth", FALSE, folder, &path);
  g_assert_true (g_file_get_contents (other, &content, &length, NULL));
  g_assert_true (g_file_set_contents (path, content, (gssize) length, NULL));
  check_path (target, "main;descend;descend;descend;spin");
  g_unlink (path);
  g_rmdir (folder);
}

static const char *const no_search_table[] = {
  "mutual-static", "mutual-no-header", "mutual-debug-frame", "mutual-musl", "mutual-musl-static",
};

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/stacks/deep", test_stacks_deep);
  g_test_add_func ("/live/stacks/mutual-recursion", test_stacks_mutual_recursion);
  g_test_add_data_func ("/live/stacks/endless-rule/cfa", "cfa", test_stacks_endless_rule);
  g_test_add_data_func ("/live/stacks/endless-rule/register", "register",
                        test_stacks_endless_rule);
  g_test_add_func ("/live/stacks/adrift", test_stacks_adrift);
  g_test_add_func ("/live/stacks/frame-pointers", test_stacks_frame_pointers);
  g_test_add_func ("/live/stacks/cplusplus-names", test_stacks_cplusplus_names);
  g_test_add_func ("/live/stacks/signal-handler", test_stacks_signal_handler);
  g_test_add_func ("/live/stacks/other-signal-stack", test_stacks_other_signal_stack);
  g_test_add_func ("/live/stacks/vfork", test_stacks_vfork);
  g_test_add_func ("/live/stacks/vfork-in-frame", test_stacks_vfork_in_frame);
  g_test_add_func ("/live/stacks/stripped-static", test_stacks_stripped_static);
  g_test_add_data_func ("/live/stacks/no-rules-innermost/paused-musl", "paused-musl",
                        test_stacks_no_rules_innermost);
  g_test_add_data_func ("/live/stacks/no-rules-innermost/paused-musl-static",
                        "paused-musl-static", test_stacks_no_rules_innermost);
  for (guint i = 0; i < G_N_ELEMENTS (no_search_table); i++)
    {
      g_autofree char *whole = g_strconcat ("/live/stacks/no-search-table/", no_search_table[i],
                                            NULL);
      g_autofree char *cut = g_strconcat ("/live/stacks/no-section-headers/", no_search_table[i],
                                          NULL);

      g_test_add_data_func (whole, no_search_table[i], test_stacks_no_search_table);
      g_test_add_data_func (cut, no_search_table[i], test_stacks_no_section_headers);
    }
  g_test_add_func ("/live/stacks/deleted-file", test_stacks_deleted_file);
  g_test_add_func ("/live/stacks/replaced-file", test_stacks_replaced_file);
  return g_test_run ();
}
