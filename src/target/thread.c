/* thread.c: one thread of a target as /proc shows it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * schedstat is one line, "41510812 43916110 8001". syscall is "running", or "230 0x0 0x0 0x7ffc
 * 0x7ffd 0x0 0x0 0x7fffcbad47e8 0x7f3097566503" (number, six arguments, stack pointer, program
 * counter), or "-1 SP PC" when the thread waits outside of any system call. stat is described at
 * sonde_thread_read_place().
 */

#include "config.h"

#include "target/thread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "target/proc.h"

/* Sonde looks at one process at a time. */
#define FOUND_LAST_SLOTS 16

static int
open_file (const SondeThread *self,
           const char        *name)
{
  char path[64];

  g_snprintf (path, sizeof path, "/proc/%d/task/%d/%s", self->pid, self->tid, name);

  return open (path, O_RDONLY | O_CLOEXEC);
}

/* Opens a file to be kept open; -1 where half of what we may is, and then it is opened for each
 * read: a target may have more threads than we may have files, 1,024 as a rule.
 */
static int
keep_file (const SondeThread *self,
           const char        *name)
{
  struct rlimit limit;
  int fd = open_file (self, name);

  if (fd < 0 || getrlimit (RLIMIT_NOFILE, &limit) != 0 || (rlim_t) fd < limit.rlim_cur / 2)
    return fd;

  close (fd);
  return -1;
}

/* Reads the whole of a small file, through @fd or, when that is -1, by name. */
static gboolean
read_file (SondeThread *self,
           int          fd,
           const char  *name,
           char        *buffer,
           gsize        size)
{
  gssize count;
  int own_fd = -1;

  self->is_starved = FALSE;
  if (fd < 0)
    fd = own_fd = open_file (self, name);
  if (fd < 0)
    {
      self->is_starved = sonde_errno_is_shortage (errno);
      return FALSE;
    }

  count = pread (fd, buffer, size - 1, 0);
  if (own_fd >= 0)
    close (own_fd);
  if (count <= 0)
    return FALSE;

  buffer[count] = '\0';
  return TRUE;
}

void
sonde_thread_open (SondeThread *self,
                   pid_t        pid,
                   pid_t        tid)
{
  *self = (SondeThread) { .pid = pid, .tid = tid, .schedstat_fd = -1, .syscall_fd = -1,
                          .stat_fd = -1 };
  self->schedstat_fd = keep_file (self, "schedstat");
  self->syscall_fd = keep_file (self, "syscall");
  self->stat_fd = keep_file (self, "stat");
}

static void
close_file (int *fd)
{
  if (*fd >= 0)
    close (*fd);

  *fd = -1;
}

void
sonde_thread_close (SondeThread *self)
{
  close_file (&self->schedstat_fd);
  close_file (&self->syscall_fd);
  close_file (&self->stat_fd);
}

/* May be long: it has a word for each of the process's groups. NULL if there is no such thread. */
static char *
read_status (pid_t pid,
             pid_t tid)
{
  char path[64];
  char *text = NULL;

  g_snprintf (path, sizeof path, "/proc/%d/task/%d/status", pid, tid);
  g_file_get_contents (path, &text, NULL, NULL);

  return text;
}

/* What follows @key, which begins a line of @text; NULL for none. A name holds no line break there:
 * it is escaped.
 */
static const char *
find_line (const char *text,
           const char *key)
{
  const char *at = text;

  while (at != NULL && !g_str_has_prefix (at, key))
    {
      at = strchr (at, '\n');
      at = at != NULL ? at + 1 : NULL;
    }

  return at != NULL ? at + strlen (key) : NULL;
}

gboolean
sonde_thread_read_runs (SondeThread     *self,
                        SondeThreadRuns *runs)
{
  char text[96];
  char *at = text;

  if (!read_file (self, self->schedstat_fd, "schedstat", text, sizeof text))
    return FALSE;

  runs->ran_ns = strtoull (at, &at, 10);
  runs->waited_ns = strtoull (at, &at, 10);
  runs->count = strtoull (at, &at, 10);

  return TRUE;
}

gboolean
sonde_thread_read_wait (SondeThread     *self,
                        SondeThreadWait *wait)
{
  char text[256];
  char *at = text;

  *wait = (SondeThreadWait) { 0 };
  if (!read_file (self, self->syscall_fd, "syscall", text, sizeof text))
    return FALSE;

  if (!g_ascii_isdigit (text[0]) && text[0] != '-')
    return TRUE;

  wait->asleep = TRUE;
  wait->call = strtoll (at, &at, 10);
  for (guint i = 0; wait->call >= 0 && i < SONDE_N_CALL_ARGUMENTS; i++)
    wait->arguments[i] = strtoull (at, &at, 16);
  wait->sp = strtoull (at, &at, 16);
  wait->pc = strtoull (at, &at, 16);

  return TRUE;
}

/* FALSE of one that has ended. */
static gboolean
parse_state (char              letter,
             SondeThreadState *state)
{
  switch (letter)
    {
    case 'R':
      *state = SONDE_THREAD_STATE_RUNNING;
      return TRUE;
    case 'D':
      *state = SONDE_THREAD_STATE_IO;
      return TRUE;
    case 'T':
    case 't':
      *state = SONDE_THREAD_STATE_STOPPED;
      return TRUE;
    case 'Z':
    case 'X':
      return FALSE;
    default:
      *state = SONDE_THREAD_STATE_SLEEPING;
      return TRUE;
    }
}

static gboolean
is_realtime (int policy)
{
  return policy == SCHED_FIFO || policy == SCHED_RR || policy == SCHED_DEADLINE;
}

/* Goes on by @n fields; NULL if there are none so many. */
static const char *
skip_fields (const char *at,
             guint       n)
{
  for (; at != NULL && n > 0; n--)
    at = strchr (at + 1, ' ');

  return at;
}

/* "123 (na) me) S 1 …": the name may hold anything, so its end is the last bracket. The state after
 * it is field 3, the CPU is field 39, and the policy 41.
 */
gboolean
sonde_thread_read_place (SondeThread      *self,
                         SondeThreadPlace *place)
{
  char text[512];
  const char *at;

  if (!read_file (self, self->stat_fd, "stat", text, sizeof text))
    return FALSE;

  at = strrchr (text, ')');
  if (at == NULL || at[1] != ' ' || !parse_state (at[2], &place->state))
    return FALSE;

  at = skip_fields (at, 39 - 2);
  place->cpu = at != NULL ? atoi (at) : -1;
  at = skip_fields (at, 41 - 39);
  place->is_realtime = at != NULL && is_realtime (atoi (at));

  return TRUE;
}

gboolean
sonde_thread_read_state (SondeThread      *self,
                         SondeThreadState *state)
{
  SondeThreadPlace place;

  if (!sonde_thread_read_place (self, &place))
    return FALSE;

  *state = place.state;

  return TRUE;
}

gboolean
sonde_thread_read_sleeps (SondeThread *self,
                          guint64     *count)
{
  g_autofree char *text = read_status (self->pid, self->tid);
  const char *line = find_line (text, "voluntary_ctxt_switches:");

  if (line == NULL)
    return FALSE;

  *count = g_ascii_strtoull (line, NULL, 10);
  return TRUE;
}

int
sonde_thread_read_priority (pid_t tid)
{
  struct sched_param parameters;

  switch (sched_getscheduler (tid))
    {
    case SCHED_FIFO:
    case SCHED_RR:
      return sched_getparam (tid, &parameters) == 0 ? parameters.sched_priority : 0;

    case SCHED_DEADLINE:
      return SONDE_THREAD_PRIORITY_DEADLINE;

    default:
      return 0;
    }
}

void
sonde_thread_read_name (SondeThread *self,
                        char         name[SONDE_THREAD_NAME_BYTES])
{
  char text[SONDE_THREAD_NAME_BYTES + 1];

  name[0] = '\0';
  if (!read_file (self, -1, "comm", text, sizeof text) || text[0] == '\0')
    return;

  /* The line break that the kernel adds is the last byte; others belong to the name. */
  text[strlen (text) - 1] = '\0';
  g_strlcpy (name, text, SONDE_THREAD_NAME_BYTES);
}

pid_t
sonde_thread_read_inner_id (pid_t pid,
                            pid_t tid)
{
  g_autofree char *text = read_status (pid, tid);
  /* "NSpid:\t4711\t12\t1": from our namespace to its own. */
  const char *line = find_line (text, "NSpid:");

  if (line == NULL)
    return tid;

  while (*line == '\t' || g_ascii_isdigit (*line))
    {
      char *end;
      pid_t id = (pid_t) strtol (line, &end, 10);

      if (end == line)
        break;
      tid = id;
      line = end;
    }

  return tid;
}

/* Signal 0 is none: the kernel only checks (kill(2)). */
gboolean
sonde_thread_exists (pid_t pid,
                     pid_t tid)
{
  return tgkill (pid, tid, 0) == 0 || errno == EPERM;
}

gboolean
sonde_threads_list (pid_t   pid,
                    GArray *tids)
{
  char path[64];
  struct dirent *entry;
  DIR *directory;

  g_snprintf (path, sizeof path, "/proc/%d/task", pid);
  directory = opendir (path);
  if (directory == NULL)
    return FALSE;

  while ((entry = readdir (directory)) != NULL)
    {
      pid_t tid = (pid_t) strtol (entry->d_name, NULL, 10);

      if (tid > 0)
        g_array_append_val (tids, tid);
    }

  closedir (directory);
  return tids->len > 0;
}

static gboolean
is_living (pid_t pid,
           pid_t tid)
{
  SondeThread thread = { .pid = pid, .tid = tid, .schedstat_fd = -1, .syscall_fd = -1,
                         .stat_fd = -1 };
  SondeThreadState state;

  return sonde_thread_read_state (&thread, &state);
}

/* The living thread that was last found of some processes, a word each: the id of the process, and
 * that of the thread. All may ask at any time, also while a thread is held, and what is lost to
 * another process is found again. So it is no part of a target, and has no lock.
 */
static _Atomic guint64 found_last[FOUND_LAST_SLOTS];

static void
remember_living (pid_t pid,
                 pid_t tid)
{
  atomic_store (&found_last[(guint) pid % FOUND_LAST_SLOTS], (guint64) pid << 32 | (guint32) tid);
}

pid_t
sonde_threads_get_last_living (pid_t pid)
{
  guint64 found = atomic_load (&found_last[(guint) pid % FOUND_LAST_SLOTS]);
  pid_t tid = (pid_t) (guint32) found;

  /* The kernel tells whether its id is another process's by now. */
  return found >> 32 == (guint64) pid &&
         sonde_thread_exists (pid, tid) ? tid : pid;
}

pid_t
sonde_threads_find_living (pid_t pid)
{
  g_autoptr(GArray) tids = NULL;
  pid_t tid;

  if (is_living (pid, pid))
    return pid;

  tid = sonde_threads_get_last_living (pid);
  if (tid != pid && is_living (pid, tid))
    return tid;

  tids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  sonde_threads_list (pid, tids);
  for (guint i = 0; i < tids->len; i++)
    {
      tid = g_array_index (tids, pid_t, i);
      if (is_living (pid, tid))
        {
          remember_living (pid, tid);
          return tid;
        }
    }

  return pid;
}

int
sonde_threads_open_last (void)
{
  return open ("/proc/sys/kernel/ns_last_pid", O_RDONLY | O_CLOEXEC);
}

gboolean
sonde_threads_read_last (int    fd,
                         pid_t *last)
{
  char text[32];
  gssize length = pread (fd, text, sizeof text - 1, 0);

  if (length <= 0)
    return FALSE;

  text[length] = '\0';
  *last = (pid_t) atoi (text);

  return TRUE;
}
