/* test-system-calls.c: what is done with a thread in a system call
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/system-calls.h"

/* Of x32, whose calls are those of x86-64 with a mark (arch/x86/include/uapi/asm/unistd.h). */
#define X32_MARK 0x40000000

/* As they stand before the address that a call returns to. */
static const guint8 native_call[] = { 0x0f, 0x05 };
static const guint8 narrow_call[] = { 0xcd, 0x80 };

static SondeAddress
find_end (const guint8 instruction[2])
{
  return (SondeAddress) (gsize) (instruction + 2);
}

static void
test_system_calls_page (void)
{
  g_assert_cmpstr (sonde_system_call_get_name (SYS_read), ==, "read");
  g_assert_cmpstr (sonde_system_call_get_name (SYS_futex_waitv), ==, "futex_waitv");
  g_assert_cmpint (sonde_system_call_get_asleep (SYS_futex), ==, SONDE_ASLEEP_STOP);
  g_assert_cmpint (sonde_system_call_get_asleep (SYS_read), ==, SONDE_ASLEEP_NO_SOCKET);
  g_assert_cmpint (sonde_system_call_get_asleep (SYS_write), ==, SONDE_ASLEEP_DISK);
  g_assert_cmpint (sonde_system_call_get_asleep (SYS_epoll_wait), ==, SONDE_ASLEEP_NEVER);
  g_assert_cmpint (sonde_system_call_get_cut (SYS_epoll_wait), ==, SONDE_CUT_AGAIN);
  g_assert_cmpint (sonde_system_call_get_cut (SYS_close), ==, SONDE_CUT_LEFT);
}

static void
test_system_calls_unknown (void)
{
  static const gint64 numbers[] = {
    -1, G_MININT64, G_MAXINT64, 400, 511, 512, 1000000, X32_MARK, X32_MARK | SYS_poll,
  };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_assert_null (sonde_system_call_get_name (numbers[i]));
      g_assert_cmpint (sonde_system_call_get_asleep (numbers[i]), ==, SONDE_ASLEEP_NEVER);
      g_assert_cmpint (sonde_system_call_get_cut (numbers[i]), ==, SONDE_CUT_LEFT);
    }
}

static void
test_system_calls_native (void)
{
  g_assert_true (sonde_system_call_is_native (getpid (), find_end (native_call)));
  g_assert_false (sonde_system_call_is_native (getpid (), find_end (narrow_call)));
  g_assert_false (sonde_system_call_is_native (getpid (), 0));
  g_assert_false (sonde_system_call_is_native (getpid (), G_MAXUINT64));
}

static gboolean
may_be_stopped (gint64           call,
                int              fd,
                const guint8    *instruction,
                SondeThreadState state)
{
  const SondeThreadWait wait = { .asleep = TRUE, .call = call,
                                 .arguments = { (guint64) (gint64) fd },
                                 .pc = find_end (instruction) };
  SondeThread thread;
  gboolean result;

  sonde_thread_open (&thread, getpid (), getpid ());
  result = sonde_system_call_may_be_stopped (&thread, &wait, state);
  sonde_thread_close (&thread);

  return result;
}

static void
test_system_calls_asleep (void)
{
  const SondeThreadState asleep = SONDE_THREAD_STATE_SLEEPING;
  const SondeThreadState deep = SONDE_THREAD_STATE_IO;
  int sockets[2];
  int files[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), ==, 0);
  g_assert_cmpint (pipe (files), ==, 0);

  g_assert_true (may_be_stopped (SYS_poll, 0, native_call, asleep));
  g_assert_true (may_be_stopped (SYS_read, files[0], native_call, asleep));
  g_assert_true (may_be_stopped (SYS_write, files[1], native_call, deep));
  g_assert_true (may_be_stopped (-1, 0, native_call, asleep));

  g_assert_false (may_be_stopped (SYS_read, sockets[0], native_call, asleep));
  g_assert_false (may_be_stopped (SYS_read, -1, native_call, asleep));
  g_assert_false (may_be_stopped (SYS_write, files[1], native_call, asleep));
  g_assert_false (may_be_stopped (SYS_epoll_wait, 0, native_call, asleep));
  g_assert_false (may_be_stopped (SYS_epoll_wait, 0, native_call, deep));

  /* The number is that of another call. */
  g_assert_false (may_be_stopped (SYS_waitid, 0, narrow_call, asleep));
  g_assert_false (may_be_stopped (SYS_read, files[0], narrow_call, asleep));

  for (guint i = 0; i < 2; i++)
    {
      close (sockets[i]);
      close (files[i]);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/target/system-calls/page", test_system_calls_page);
  g_test_add_func ("/target/system-calls/unknown", test_system_calls_unknown);
  g_test_add_func ("/target/system-calls/native", test_system_calls_native);
  g_test_add_func ("/target/system-calls/asleep", test_system_calls_asleep);
  return g_test_run ();
}
