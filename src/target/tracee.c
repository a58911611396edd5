/* tracee.c: holding one thread still for the moment of a capture
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * We are a thread's tracer only from ask() to release(), some 20 to 40 µs, so that in between
 * signals, exec(), exit() and other tracers meet a thread like any other.
 *
 * A stop is looked at with WNOWAIT and never taken. The signal that a thread is stopped for stays
 * in its exit code then, and if we are killed before the release the kernel delivers it all the
 * same; a stop that was taken would lose it (kernel/exit.c, wait_task_stopped; kernel/signal.c,
 * ptrace_signal).
 */

#include "config.h"

#include "target/tracee.h"

#include <elf.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "target/system-calls.h"
#include "target/thread.h"

/* From include/linux/errno.h, which programs never see. */
#define KERNEL_ERESTARTNOHAND 514

/* Seizes @tid and asks it to stop at its next return to user space.
 *
 * Waits while the process is in exec(), and exec() waits for every thread to be gone. One that we
 * held is gone only once it is buried, which somebody else must do then: sonde_tracee_bury_all()
 * (ptrace(2), "BUGS"; kernel/ptrace.c, ptrace_attach, cred_guard_mutex).
 */
SondeTraceeOutcome
sonde_tracee_ask (pid_t tid)
{
  /* EPERM is also what the kernel says of a thread that we hold already, having asked it
   * under another id before an exec(); then the request to stop succeeds.
   */
  if (ptrace (PTRACE_SEIZE, tid, NULL, NULL) != 0 && errno == ESRCH)
    return SONDE_TRACEE_GONE;

  return ptrace (PTRACE_INTERRUPT, tid, NULL, NULL) == 0 ? SONDE_TRACEE_PENDING
                                                         : SONDE_TRACEE_REFUSED;
}

void
sonde_tracee_ask_again (pid_t tid)
{
  ptrace (PTRACE_INTERRUPT, tid, NULL, NULL);
}

/**
 * sonde_tracee_poll:
 * @tid: a thread that was asked
 * @signal: (out caller-allocates): what to give sonde_tracee_release()
 *
 * Looks whether the thread stands still by now. Never waits.
 *
 * Returns: %SONDE_TRACEE_OK if so, %SONDE_TRACEE_PENDING or %SONDE_TRACEE_GONE
 */
SondeTraceeOutcome
sonde_tracee_poll (pid_t  tid,
                   int   *signal)
{
  siginfo_t info = { 0 };
  int result;

  do
    result = waitid (P_PID, (id_t) tid, &info,
                     WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL);
  while (result != 0 && errno == EINTR);

  if (result != 0)
    return SONDE_TRACEE_GONE;

  if (info.si_pid == 0)
    return SONDE_TRACEE_PENDING;

  if (info.si_code != CLD_TRAPPED)
    return SONDE_TRACEE_GONE;

  /* The event stands above the low byte; only a stop without one is for a signal, which must then
   * go on to the thread.
   */
  *signal = (info.si_status >> 8) == 0 ? info.si_status : 0;

  return SONDE_TRACEE_OK;
}

static gboolean
read_user (pid_t                    tid,
           struct user_regs_struct *user)
{
  struct iovec piece = { .iov_base = user, .iov_len = sizeof *user };

  return ptrace (PTRACE_GETREGSET, tid, GINT_TO_POINTER (NT_PRSTATUS), &piece) == 0 &&
         piece.iov_len == sizeof *user;
}

gboolean
sonde_tracee_read_registers (pid_t    tid,
                             guint64  registers[SONDE_N_REGISTERS],
                             gint64  *call)
{
  struct user_regs_struct user;

  if (!read_user (tid, &user))
    return FALSE;

  *call = MAX ((gint64) user.orig_rax, -1);
  registers[0] = user.rax;
  registers[1] = user.rdx;
  registers[2] = user.rcx;
  registers[3] = user.rbx;
  registers[4] = user.rsi;
  registers[SONDE_REGISTER_ARGUMENT] = user.rdi;
  registers[SONDE_REGISTER_FP] = user.rbp;
  registers[SONDE_REGISTER_SP] = user.rsp;
  registers[8] = user.r8;
  registers[9] = user.r9;
  registers[10] = user.r10;
  registers[11] = user.r11;
  registers[12] = user.r12;
  registers[13] = user.r13;
  registers[14] = user.r14;
  registers[15] = user.r15;
  registers[SONDE_REGISTER_PC] = user.rip;

  return TRUE;
}

/* Returns what was done with the call that was cut short; SONDE_CUT_LEFT if none was.
 *
 * A thread that was running when it was asked may have gone on into a call before it heard of it.
 * What the kernel then makes of the result is what it does for most calls by itself: with a signal
 * to handle it stays EINTR, and without one the call begins again, unseen by the program.
 */
static SondeCut
mend_call (pid_t tid)
{
  struct user_regs_struct user;
  struct iovec piece = { .iov_base = &user, .iov_len = sizeof user };
  SondeCut cut;

  if (!read_user (tid, &user) || (gint64) user.rax != -EINTR)
    return SONDE_CUT_LEFT;

  cut = sonde_system_call_get_cut ((gint64) user.orig_rax);
  if (cut == SONDE_CUT_LEFT || !sonde_system_call_is_native (tid, user.rip))
    return SONDE_CUT_LEFT;

  user.rax = (unsigned long long) -KERNEL_ERESTARTNOHAND;
  ptrace (PTRACE_SETREGSET, tid, GINT_TO_POINTER (NT_PRSTATUS), &piece);

  return cut;
}

/* Lets @tid go on as if nothing had been; one that was held by SIGSTOP before stays so. */
gboolean
sonde_tracee_release (pid_t tid,
                      int   signal)
{
  SondeCut cut = mend_call (tid);

  ptrace (PTRACE_DETACH, tid, NULL, GINT_TO_POINTER (signal));

  return cut == SONDE_CUT_ALONE;
}

void
sonde_tracee_bury (pid_t tid)
{
  siginfo_t info;

  waitid (P_PID, (id_t) tid, &info, WEXITED | WNOHANG | __WALL);
}

void
sonde_tracee_bury_all (pid_t pid)
{
  g_autoptr(GArray) tids = g_array_new (FALSE, FALSE, sizeof (pid_t));

  sonde_threads_list (pid, tids);
  for (guint i = 0; i < tids->len; i++)
    if (g_array_index (tids, pid_t, i) != pid)
      sonde_tracee_bury (g_array_index (tids, pid_t, i));
}

void
sonde_tracee_release_strays (const GArray *expected)
{
  for (;;)
    {
      siginfo_t info = { 0 };

      if (waitid (P_ALL, 0, &info, WSTOPPED | WNOHANG | WNOWAIT | __WALL | __WNOTHREAD) != 0 ||
          info.si_pid == 0 || info.si_code != CLD_TRAPPED)
        return;

      for (guint i = 0; i < expected->len; i++)
        if (g_array_index (expected, pid_t, i) == info.si_pid)
          return;

      sonde_tracee_release (info.si_pid, (info.si_status >> 8) == 0 ? info.si_status : 0);
    }
}
