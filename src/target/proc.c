/* proc.c: reads the files of /proc that tell about one process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `stat` is one line,
 *
 *   4711 (redis-server) S 1 4711 4711 0 -1 4194560 1234 0 0 0 52 17 …
 *
 * whose second field is written by the process and may hold anything, a ")" and a newline too: it
 * ends at the last ")". `status` has one thing a line,
 *
 *   TracerPid: 0 Uid: 1000 1000 1000 1000
 *
 * with tabs between, and there the kernel escapes the name.
 */

#include "config.h"

#include "target/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* include/linux/sched.h: a thread of the kernel. Not in any header for programs. */
#define PF_KTHREAD 0x00200000

/* Fields of `stat`, counted as in proc(5) from 1; the name is the second. */
enum
{
  FIELD_STATE = 3,
  FIELD_PARENT = 4,
  FIELD_FLAGS = 9,
  FIELD_USER_TIME = 14,
  FIELD_SYSTEM_TIME = 15,
  FIELD_CHILDREN_USER_TIME = 16,
  FIELD_CHILDREN_SYSTEM_TIME = 17,
  FIELD_THREADS = 20,
  FIELD_START_TIME = 22,
  FIELD_RESIDENT_PAGES = 24,
  FIELD_CODE_END = 27,
  FIELD_STACK_START = 28,
  N_FIELDS
};

int
sonde_proc_open (const char *path)
{
  return open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void
format_path (char        path[64],
             pid_t       pid,
             const char *name)
{
  if (pid == 0)
    g_snprintf (path, 64, "self/%s", name);
  else
    g_snprintf (path, 64, "%d/%s", pid, name);
}

int
sonde_proc_open_file (int         root_fd,
                      pid_t       pid,
                      const char *name)
{
  char path[64];

  format_path (path, pid, name);

  return openat (root_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

gssize
sonde_proc_read (int         root_fd,
                 pid_t       pid,
                 const char *name,
                 char       *buffer,
                 gsize       size)
{
  gsize length = 0;
  gssize got;
  int fd;

  g_return_val_if_fail (size > 0, -1);

  fd = sonde_proc_open_file (root_fd, pid, name);
  if (fd < 0)
    return -1;

  do
    {
      got = read (fd, buffer + length, size - 1 - length);
      if (got > 0)
        length += (gsize) got;
    }
  while ((got > 0 && length < size - 1) || (got < 0 && errno == EINTR));

  buffer[length] = '\0';
  if (got < 0)
    {
      int code = errno;

      close (fd);
      errno = code;
      return -1;
    }

  close (fd);
  return (gssize) length;
}

gssize
sonde_proc_read_link (int         root_fd,
                      pid_t       pid,
                      const char *name,
                      char       *buffer,
                      gsize       size)
{
  char path[64];
  gssize length;

  format_path (path, pid, name);
  length = readlinkat (root_fd, path, buffer, size - 1);
  buffer[MAX (length, 0)] = '\0';

  return length;
}

gboolean
sonde_proc_parse_stat (const char    *text,
                       SondeProcStat *stat)
{
  const char *open = strchr (text, '(');
  const char *close = strrchr (text, ')');
  guint64 fields[N_FIELDS] = { 0 };
  const char *at;
  gsize length;

  if (open == NULL || close == NULL || close < open || close[1] != ' ' ||
      !g_ascii_isalpha (close[2]) || close[3] != ' ')
    return FALSE;

  at = close + 4;
  for (guint i = FIELD_PARENT; i < N_FIELDS; i++)
    {
      char *end;

      fields[i] = strtoull (at, &end, 10);
      if (end == at)
        return FALSE;
      at = end;
    }

  length = MIN ((gsize) (close - open - 1), sizeof stat->name - 1);
  memcpy (stat->name, open + 1, length);
  stat->name[length] = '\0';
  stat->state = close[2];
  stat->parent = (pid_t) fields[FIELD_PARENT];
  stat->kernel = (fields[FIELD_FLAGS] & PF_KTHREAD) != 0;
  stat->cpu_ticks = fields[FIELD_USER_TIME] + fields[FIELD_SYSTEM_TIME];
  stat->children_ticks = fields[FIELD_CHILDREN_USER_TIME] + fields[FIELD_CHILDREN_SYSTEM_TIME];
  stat->thread_count = (guint) fields[FIELD_THREADS];
  stat->start_ticks = fields[FIELD_START_TIME];
  stat->memory_bytes = fields[FIELD_RESIDENT_PAGES] * (guint64) sysconf (_SC_PAGESIZE);
  stat->stack_start = fields[FIELD_STACK_START];
  /* A new program's stack is there (fs/exec.c, setup_arg_pages()) before its code is, and is moved
   * then (fs/binfmt_elf.c, load_elf_binary()).
   */
  stat->is_loading = stat->stack_start != 0 && fields[FIELD_CODE_END] == 0;

  return TRUE;
}

gboolean
sonde_proc_read_stat (int            root_fd,
                      pid_t          pid,
                      SondeProcStat *stat)
{
  char text[1024];

  if (sonde_proc_read (root_fd, pid, "stat", text, sizeof text) < 0)
    return FALSE;

  errno = EINVAL;
  return sonde_proc_parse_stat (text, stat);
}

static const char *
find_value (const char *text,
            const char *key)
{
  const char *at = strstr (text, key);

  return at != NULL ? at + strlen (key) : NULL;
}

gboolean
sonde_proc_parse_status (const char      *text,
                         SondeProcStatus *status)
{
  const char *uids = find_value (text, "\nUid:");
  const char *gids = find_value (text, "\nGid:");
  const char *tracer = find_value (text, "\nTracerPid:");
  const char *capabilities = find_value (text, "\nCapEff:");

  if (uids == NULL || gids == NULL || tracer == NULL)
    return FALSE;

  status->tracer = (pid_t) strtol (tracer, NULL, 10);
  status->effective_capabilities = capabilities != NULL ? strtoull (capabilities, NULL, 16) : 0;

  return sscanf (uids, "%u %u %u", &status->uids[0], &status->uids[1], &status->uids[2]) == 3 &&
         sscanf (gids, "%u %u %u", &status->gids[0], &status->gids[1], &status->gids[2]) == 3;
}

gboolean
sonde_proc_read_status (int              root_fd,
                        pid_t            pid,
                        SondeProcStatus *status)
{
  char text[4096];

  if (sonde_proc_read (root_fd, pid, "status", text, sizeof text) < 0)
    return FALSE;

  errno = EINVAL;
  return sonde_proc_parse_status (text, status);
}
