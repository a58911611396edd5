/* test-guess.c: the stacks of sleepers that are found without their registers are those with them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test-guess PID… measures it in these processes, whose sleeping threads are stopped for a moment.
 */

#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "base/stack.h"
#include "support/program.h"
#include "support/stacks.h"
#include "target/memory.h"
#include "target/thread.h"
#include "target/tracee.h"
#include "unwinder/unwinder.h"

#define N_SLEEPERS 16
#define STOP_NS (5 * SONDE_NS_PER_SECOND)

/**
 * Counts:
 * @n_right: guessed as they are
 * @n_wrong: guessed otherwise
 * @n_open: not guessed
 * @n_known: whole without a guess, or not whole with all registers either
 *
 * Threads of one kind.
 */
typedef struct
{
  guint n_right;
  guint n_wrong;
  guint n_open;
  guint n_known;
} Counts;

typedef struct
{
  pid_t          pid;
  SondeUnwinder *unwinder; /* owned */
  SondeStack    *guess;    /* owned */
  SondeStack    *truth;    /* owned */
  Counts         counts;
  const char    *name;     /* of the threads that are counted; NULL for all */
} Measurement;

static void
measurement_clear (Measurement *self)
{
  g_clear_pointer (&self->unwinder, sonde_unwinder_free);
  g_clear_pointer (&self->guess, g_free);
  g_clear_pointer (&self->truth, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Measurement, measurement_clear)

static void
copy_stack (SondeCapture *capture,
            pid_t         tid)
{
  capture->tid = tid;
  sonde_stack_piece_ensure (&capture->stack, SONDE_CAPTURE_BYTES_MAX);
  capture->stack.start = capture->registers[SONDE_REGISTER_SP];
  capture->stack.length = sonde_memory_read (tid, capture->stack.start, capture->stack.bytes,
                                             SONDE_CAPTURE_BYTES_MAX);
}

/* All registers of @tid. FALSE if it stops elsewhere than at @wait. */
static gboolean
stop (pid_t                  tid,
      const SondeThreadWait *wait,
      SondeCapture          *capture)
{
  guint64 give_up_ns = sonde_clock_now_ns () + STOP_NS;
  SondeTraceeOutcome outcome = sonde_tracee_ask (tid);
  gint64 call;
  int signal = 0;

  while (outcome == SONDE_TRACEE_PENDING && sonde_clock_now_ns () < give_up_ns)
    outcome = sonde_tracee_poll (tid, &signal);
  g_assert_cmpint (outcome, ==, SONDE_TRACEE_OK);

  g_assert_true (sonde_tracee_read_registers (tid, capture->registers, &call));
  copy_stack (capture, tid);
  sonde_tracee_release (tid, signal);
  capture->known = SONDE_REGISTERS_ALL;

  return capture->registers[SONDE_REGISTER_SP] == wait->sp &&
         capture->registers[SONDE_REGISTER_PC] == wait->pc;
}

static void
compare (Measurement *self,
         gboolean     is_guessed)
{
  const SondeStack *guess = self->guess;
  const SondeStack *truth = self->truth;

  if (truth->end != SONDE_STACK_END_OUTERMOST)
    self->counts.n_known++;
  else if (!is_guessed)
    self->counts.n_open++;
  else if (guess->depth == truth->depth &&
           memcmp (guess->addresses, truth->addresses,
                   guess->depth * sizeof guess->addresses[0]) == 0)
    self->counts.n_right++;
  else
    self->counts.n_wrong++;
}

static void
look_at (Measurement *self,
         pid_t        tid)
{
  SondeThread thread;
  SondeThreadWait wait;
  SondeCapture capture = { 0 };
  char name[SONDE_THREAD_NAME_BYTES];
  gboolean is_there;

  sonde_thread_open (&thread, self->pid, tid);
  sonde_thread_read_name (&thread, name);
  is_there = sonde_thread_read_wait (&thread, &wait);
  sonde_thread_close (&thread);
  if (!is_there || !wait.asleep || wait.sp == 0 ||
      (self->name != NULL && !g_str_equal (name, self->name)))
    return;

  capture.registers[SONDE_REGISTER_SP] = wait.sp;
  capture.registers[SONDE_REGISTER_PC] = wait.pc;
  capture.known = SONDE_REGISTERS_PC_SP;
  copy_stack (&capture, tid);
  do
    sonde_unwinder_unwind (self->unwinder, &capture, self->guess);
  while (sonde_unwinder_load_tables (self->unwinder));

  if (self->guess->end != SONDE_STACK_END_REGISTER)
    {
      self->counts.n_known++;
    }
  else
    {
      gboolean is_guessed = sonde_unwinder_guess (self->unwinder, &capture, self->guess);

      if (stop (tid, &wait, &capture))
        {
          sonde_unwinder_unwind (self->unwinder, &capture, self->truth);
          compare (self, is_guessed);
        }
    }
  sonde_capture_clear (&capture);
}

static Counts
measure (pid_t       pid,
         const char *name)
{
  g_auto(Measurement) self = { .pid = pid, .name = name };
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  g_autoptr(SondeMaps) maps = sonde_maps_read (pid, NULL);

  g_assert_nonnull (maps);
  self.unwinder = sonde_unwinder_new (pid);
  self.guess = g_new0 (SondeStack, 1);
  self.truth = g_new0 (SondeStack, 1);
  sonde_unwinder_set_maps (self.unwinder, maps);
  sonde_threads_list (pid, tids);
  for (guint i = 0; i < tids->len; i++)
    look_at (&self, g_array_index (tids, pid_t, i));

  g_test_message ("%d %s: right %u, wrong %u, not guessed %u, no guess needed %u", pid,
                  name != NULL ? name : "", self.counts.n_right, self.counts.n_wrong,
                  self.counts.n_open, self.counts.n_known);

  return self.counts;
}

static void
test_guess_frames (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autofree char *count = test_dup_number (N_SLEEPERS);
  Counts plain, stale, pointer;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("framed", count, NULL);
  plain = measure (target->pid, "plain");
  stale = measure (target->pid, "stale");
  pointer = measure (target->pid, "pointer");

  g_assert_cmpuint (plain.n_right, ==, N_SLEEPERS);
  g_assert_cmpuint (stale.n_right, ==, N_SLEEPERS);

  /* Nothing says that it is called from there. */
  g_assert_cmpuint (pointer.n_open, ==, N_SLEEPERS);
}

/* What is a guess is said to be one. */
static void
test_guess_is_told (void)
{
  g_autoptr(TestProgram) target = NULL;
  g_autoptr(TestStacks) stacks = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *folded = NULL;
  g_autofree char *dump = NULL;
  guint64 n_plain, n_all;

  if (test_skip_without (TEST_NEED_TRACING))
    return;

  target = test_target_start ("framed", "1", NULL);
  pid = test_dup_number (target->pid);
  dump = test_cli_run (0, "dump", "-p", pid, NULL);
  g_assert_nonnull (strstr (dump, "\nOuter frames are a guess.\n"));

  folded = test_cli_run (0, "record", "-m", "wall", "-d", "0.5", "-p", pid, NULL);
  stacks = test_stacks_parse (folded);
  test_stacks_show (stacks);
  n_plain = test_stacks_count_end (stacks, "begin;plain;sleep_in_frame;epoll_wait");
  n_all = test_stacks_count_end (stacks, "sleep_in_frame;epoll_wait");
  g_assert_cmpuint (n_plain, >, 0);
  g_assert_cmpuint (n_plain * 3, >=, n_all * 98 / 100);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 1; i < argc; i++)
    measure (atoi (argv[i]), NULL);
  if (argc > 1)
    return 0;

  g_test_add_func ("/live/guess/frames", test_guess_frames);
  g_test_add_func ("/live/guess/is-told", test_guess_is_told);
  return g_test_run ();
}
