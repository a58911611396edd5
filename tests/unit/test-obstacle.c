/* test-obstacle.c: obstacles in words
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include <glib.h>

#include "base/obstacle.h"

#define NOBODY_UID 4123123123u

#define ROOT_ADVICE \
  "Not even root may look at it from here. If this is a container, look at it from the " \
  "system that runs the container."

static const struct
{
  SondeObstacle obstacle;
  const char   *reason;
  const char   *advice;
} cases[] = {
  { { .kind = SONDE_OBSTACLE_NONE }, "Nothing stands in the way.", NULL },
  { { .kind = SONDE_OBSTACLE_GONE, .pid = 4711 }, "There is no process 4711.",
    "Look up the number of a running process: sonde-cli ps" },
  { { .kind = SONDE_OBSTACLE_GONE }, "The process has ended.",
    "Look up the number of a running process: sonde-cli ps" },
  { { .kind = SONDE_OBSTACLE_ZOMBIE },
    "A zombie: it has ended, and waits for its parent to take note.", NULL },
  { { .kind = SONDE_OBSTACLE_KERNEL }, "A thread of the kernel, without a program to look at.",
    NULL },
  { { .kind = SONDE_OBSTACLE_SELF }, "Sonde itself.", NULL },
  { { .kind = SONDE_OBSTACLE_OTHER_USER, .pid = 12 }, "Belongs to root (another user).",
    "Look at it as root: sudo sonde-cli top 12" },
  { { .kind = SONDE_OBSTACLE_OTHER_USER, .pid = 12, .owner = NOBODY_UID },
    "Belongs to 4123123123 (another user).", "Look at it as root: sudo sonde-cli top 12" },
  { { .kind = SONDE_OBSTACLE_PTRACE_SCOPE, .scope = 1 },
    "The setting kernel.yama.ptrace_scope is 1: a program may look only at programs "
    "that it has started.",
    "Start the program from Sonde, or allow it until the computer restarts: "
    "sudo sysctl kernel.yama.ptrace_scope=0" },
  { { .kind = SONDE_OBSTACLE_PTRACE_SCOPE, .scope = 2 },
    "The setting kernel.yama.ptrace_scope is 2: only root may look at other programs.",
    "Allow it until the computer restarts: sudo sysctl kernel.yama.ptrace_scope=0" },
  { { .kind = SONDE_OBSTACLE_PTRACE_SCOPE, .scope = 3 },
    "The setting kernel.yama.ptrace_scope is 3: nobody may look at other programs.",
    "Find where it is set, set it to 1 or less there, and restart the computer: "
    "grep -rs ptrace_scope /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d" },
  { { .kind = SONDE_OBSTACLE_PROTECTED, .pid = 12 },
    "Protected: it has rights that you do not have, or hides its memory.",
    "Look at it as root: sudo sonde-cli top 12" },
  { { .kind = SONDE_OBSTACLE_PROTECTED, .pid = 12, .is_root = TRUE },
    "Protected: it has rights that you do not have, or hides its memory.", ROOT_ADVICE },
  { { .kind = SONDE_OBSTACLE_OTHER_USER, .pid = 12, .is_root = TRUE },
    "Belongs to root (another user).", ROOT_ADVICE },
  { { .kind = SONDE_OBSTACLE_TRACED, .tracer = 99 }, "Already traced by process 99.",
    "End that debugger or tracer first. To see what it is: cat /proc/99/comm" },
  { { .kind = SONDE_OBSTACLE_32BIT }, "A 32-bit program.",
    "Sonde reads 64-bit programs; use a 64-bit build of this one." },
  { { .kind = SONDE_OBSTACLE_LAUNCH, .code = ENOENT },
    "The program could not be started: No such file or directory.",
    "Check the name of the program and the directory, or give the whole path." },
  { { .kind = SONDE_OBSTACLE_LAUNCH, .code = EACCES },
    "The program could not be started: Permission denied.",
    "Check that the file is a program and may be executed." },
  { { .kind = SONDE_OBSTACLE_LAUNCH, .code = ENOMEM },
    "The program could not be started: Cannot allocate memory.", NULL },
  { { .kind = SONDE_OBSTACLE_FAILED, .code = EPERM, .pid = 12 },
    "The system refused to attach: Operation not permitted.",
    "Look at it as root: sudo sonde-cli top 12" },
  { { .kind = SONDE_OBSTACLE_FAILED, .code = EPERM, .pid = 12, .is_root = TRUE },
    "The system refused to attach: Operation not permitted.", ROOT_ADVICE },
  { { .kind = SONDE_OBSTACLE_FAILED, .code = EMFILE, .pid = 12 },
    "The system has no more room for it: Too many open files.", NULL },
  { { .kind = SONDE_OBSTACLE_FAILED, .code = EAGAIN },
    "The system has no more room for it: Resource temporarily unavailable.", NULL },
  { { .kind = SONDE_OBSTACLE_FAILED, .code = EIO },
    "The system refused to attach: Input/output error.", NULL },
};

static void
test_obstacle_sentences (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *reason = sonde_obstacle_dup_reason (&cases[i].obstacle);
      g_autofree char *advice = sonde_obstacle_dup_advice (&cases[i].obstacle, "top");

      g_assert_cmpstr (reason, ==, cases[i].reason);
      g_assert_cmpstr (advice, ==, cases[i].advice);
    }
}

static void
test_obstacle_advice_in_parts (void)
{
  for (int kind = SONDE_OBSTACLE_NONE; kind <= SONDE_OBSTACLE_FAILED; kind++)
    {
      const SondeObstacle obstacle = { .kind = (SondeObstacleKind) kind, .pid = 5, .scope = 1,
                                       .code = EPERM };
      g_autofree char *advice = sonde_obstacle_dup_advice (&obstacle, "record -p");
      g_autofree char *command = sonde_obstacle_dup_command (&obstacle, "record -p");
      g_autofree char *remedy = sonde_obstacle_dup_remedy (&obstacle);

      if (command != NULL)
        g_assert_true (g_str_has_suffix (advice, command));
      if (remedy != NULL)
        g_assert_true (g_str_has_prefix (advice, remedy));
      g_assert_true ((advice == NULL) == (remedy == NULL));
    }
}

/* Who wanted to record is not told to look at a table. */
static void
test_obstacle_command_of_the_user (void)
{
  const SondeObstacle obstacle = { .kind = SONDE_OBSTACLE_OTHER_USER, .pid = 12 };
  g_autofree char *dump = sonde_obstacle_dup_command (&obstacle, "dump");
  g_autofree char *record = sonde_obstacle_dup_advice (&obstacle, "record -p");

  g_assert_cmpstr (dump, ==, "sudo sonde-cli dump 12");
  g_assert_cmpstr (record, ==, "Look at it as root: sudo sonde-cli record -p 12");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/obstacle/sentences", test_obstacle_sentences);
  g_test_add_func ("/base/obstacle/advice-in-parts", test_obstacle_advice_in_parts);
  g_test_add_func ("/base/obstacle/command-of-the-user", test_obstacle_command_of_the_user);
  return g_test_run ();
}
