/* system-calls.c: what a stop does to each system call
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is known of each call is in docs/system-calls.md, which says how it is used, and why.
 */

#include "config.h"

#include "target/system-calls.h"

#include <string.h>
#include <unistd.h>

#include "target/memory.h"

/* What the link of a descriptor begins with (proc(5)). */
#define SOCKET_LINK "socket:["

typedef struct
{
  const char *name;
  SondeAsleep asleep;
  SondeCut    cut;
} SystemCall;

/* By number, with holes. */
static const SystemCall calls[] = {
#include "target/system-calls-table.inc"
};

static SystemCall
find_call (gint64 number)
{
  return number >= 0 && number < (gint64) G_N_ELEMENTS (calls) ? calls[number] : (SystemCall) { 0 };
}

SondeAsleep
sonde_system_call_get_asleep (gint64 number)
{
  return find_call (number).asleep;
}

SondeCut
sonde_system_call_get_cut (gint64 number)
{
  return find_call (number).cut;
}

const char *
sonde_system_call_get_name (gint64 number)
{
  return find_call (number).name;
}

/* By the instruction before @pc: "syscall", and not "int $0x80". */
gboolean
sonde_system_call_is_native (pid_t        tid,
                             SondeAddress pc)
{
  static const guint8 instruction[] = { 0x0f, 0x05 };
  guint8 found[sizeof instruction];

  return sonde_memory_read (tid, pc - sizeof found, found, sizeof found) == sizeof found &&
         memcmp (found, instruction, sizeof found) == 0;
}

/* One that cannot be told is taken for a socket. */
static gboolean
is_socket (const SondeThread *thread,
           guint64            fd)
{
  char path[96];
  char name[sizeof SOCKET_LINK - 1];

  g_snprintf (path, sizeof path, "/proc/%d/task/%d/fd/%u", thread->pid, thread->tid, (guint32) fd);

  return readlink (path, name, sizeof name) != sizeof name ||
         memcmp (name, SOCKET_LINK, sizeof name) == 0;
}

gboolean
sonde_system_call_may_be_stopped (const SondeThread     *thread,
                                  const SondeThreadWait *wait,
                                  SondeThreadState       state)
{
  /* It waits for a page, or is being stopped by others. */
  if (wait->call < 0)
    return TRUE;

  switch (sonde_system_call_get_asleep (wait->call))
    {
    case SONDE_ASLEEP_DISK:
      return state == SONDE_THREAD_STATE_IO;

    case SONDE_ASLEEP_NO_SOCKET:
      return sonde_system_call_is_native (thread->tid, wait->pc) &&
             !is_socket (thread, wait->arguments[0]);

    case SONDE_ASLEEP_STOP:
      return sonde_system_call_is_native (thread->tid, wait->pc);

    case SONDE_ASLEEP_NEVER:
    default:
      return FALSE;
    }
}
