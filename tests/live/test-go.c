/* test-go.c: stacks and names of programs in Go, with their symbols and without
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only where there is a Go that can build them; unwinder/go-stacks and symbolizer/go-lines need
 * none.
 */

#include "config.h"

#include <string.h>

#include "support/program.h"
#include "support/stacks.h"

static const char *const variants[] = { "go-spin", "go-spin-stripped", "go-spin-pie" };

static TestStacks *
record (TestProgram *target)
{
  g_autofree char *pid = test_dup_number (target->pid);
  g_autofree char *folded = test_cli_run (0, "record", "-p", pid, "-d", "1", NULL);
  TestStacks *stacks = test_stacks_parse (folded);

  test_stacks_show (stacks);
  g_assert_cmpuint (test_stacks_get_sum (stacks), >=, 200);

  return stacks;
}

/* Both callers of a function without a frame, in the right proportion: their calls take turns. */
static void
test_go_frameless_leaf (gconstpointer data)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  guint64 all;
  guint64 one;
  guint64 two;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start (data, NULL);
  stacks = record (target);
  all = test_stacks_count_end (stacks, "main.leaf");
  one = test_stacks_count_end (stacks, "runtime.goexit;runtime.main;main.main;main.serve;"
                                       "main.middleOne;main.leaf");
  two = test_stacks_count_end (stacks, "runtime.goexit;runtime.main;main.main;main.serve;"
                                       "main.middleTwo;main.leaf");
  g_assert_cmpuint (all, >=, test_stacks_get_sum (stacks) / 2);
  g_assert_cmpuint (one + two, ==, all);
  g_assert_cmpfloat_with_epsilon ((double) one / (double) (one + two), 1.0 / 3.0, 0.1);
}

/* What runs on its thread's stack for a goroutine is below that goroutine's frames, whatever the
 * instruction. Without the signals that take turns among goroutines: their handler, on a stack of
 * its own, would be a third stack.
 */
static void
test_go_other_stack (gconstpointer data)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  guint64 all;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  g_setenv ("GODEBUG", "asyncpreemptoff=1", TRUE);
  target = test_target_start (data, "switch", NULL);
  g_unsetenv ("GODEBUG");
  stacks = record (target);
  all = test_stacks_count_within (stacks, "runtime.systemstack;runtime.callers.func1");
  g_assert_cmpuint (all, >=, test_stacks_get_sum (stacks) / 2);
  g_assert_cmpuint (test_stacks_count_within (stacks, "main.ask;runtime.callers;"
                                                      "runtime.systemstack;"
                                                      "runtime.callers.func1"), ==, all);
  g_assert_cmpuint (test_stacks_count_end (stacks, "main.ask;runtime.callers;runtime.systemstack"),
                    ==, test_stacks_count_end (stacks, "runtime.systemstack"));
}

/* Sleeping threads are followed to where Go begins, and nothing is cut off. */
static void
test_go_sleepers (gconstpointer data)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *dump = NULL;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start (data, "sleep", NULL);
  pid = test_dup_number (target->pid);
  dump = test_cli_run (0, "dump", pid, NULL);
  g_test_message ("%s", dump);
  g_assert_nonnull (strstr (dump, " syscall.Pause at "));
  g_assert_nonnull (strstr (dump, " runtime.main at "));
  g_assert_nonnull (strstr (dump, " runtime.sysmon at "));
  g_assert_nonnull (strstr (dump, " runtime.mstart1 at "));
  g_assert_nonnull (strstr (dump, " runtime.mstart at "));
  g_assert_null (strstr (dump, "Outer frames are missing"));
}

static void
add_for_all (const char   *name,
             GTestDataFunc function)
{
  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      g_autofree char *path = g_strconcat ("/live/go/", name, "/", variants[i], NULL);

      g_test_add_data_func (path, variants[i], function);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add_for_all ("frameless-leaf", test_go_frameless_leaf);
  add_for_all ("other-stack", test_go_other_stack);
  add_for_all ("sleepers", test_go_sleepers);
  return g_test_run ();
}
