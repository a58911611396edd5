/* permission.c: says before trying whether a process can be attached to
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules are the kernel's, from ptrace(2), "Ptrace access mode checking". Users,
 * groups, capabilities, dumpability and security modules are not worked out here:
 * reading the link of the process's user namespace asks the kernel for all of that at once.
 * What that leaves open is Yama and who else is tracing. Why the kernel refused is
 * then told from the users and groups.
 */

#include "config.h"

#include "target/permission.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "target/thread.h"

/* linux/capability.h has it too, but drags much in. */
#define CAP_SYS_PTRACE_BIT 19

/* A chain of parents longer than this is no real one. */
#define ANCESTORS_MAX 1024

void
sonde_rights_read (SondeRights *self,
                   int          root_fd)
{
  SondeProcStatus status = { 0 };
  char text[16] = "";
  int fd;

  memset (self, 0, sizeof *self);
  self->uid = getuid ();
  self->gid = getgid ();

  if (sonde_proc_read_status (root_fd, 0, &status))
    {
      self->uid = status.uids[0];
      self->gid = status.gids[0];
      self->capable = (status.effective_capabilities >> CAP_SYS_PTRACE_BIT & 1) != 0;
    }

  if (sonde_proc_read_link (root_fd, 0, "ns/user", self->namespace, sizeof self->namespace) < 0)
    self->namespace[0] = '\0';

  fd = openat (root_fd, "sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
  if (fd >= 0)
    {
      if (read (fd, text, sizeof text - 1) > 0)
        self->scope = atoi (text);
      close (fd);
    }
}

static gboolean
is_same_user (const SondeRights     *rights,
              const SondeProcStatus *status)
{
  for (guint i = 0; i < G_N_ELEMENTS (status->uids); i++)
    if (status->uids[i] != rights->uid || status->gids[i] != rights->gid)
      return FALSE;

  return TRUE;
}

static gboolean
is_descendant (int   root_fd,
               pid_t parent)
{
  SondeProcStat stat;

  for (guint i = 0; i < ANCESTORS_MAX && parent > 1; i++)
    {
      if (parent == getpid ())
        return TRUE;
      if (!sonde_proc_read_stat (root_fd, parent, &stat))
        return FALSE;
      parent = stat.parent;
    }

  return FALSE;
}

/* Whether a task is one of our own threads: a session of ours may be at this process right now. */
static gboolean
is_own_thread (int   root_fd,
               pid_t tid)
{
  char path[32];

  g_snprintf (path, sizeof path, "self/task/%d", tid);

  return faccessat (root_fd, path, F_OK, 0) == 0;
}

static gboolean
is_32bit (int   root_fd,
          pid_t pid)
{
  unsigned char ident[EI_NIDENT] = { 0 };
  int fd = sonde_proc_open_file (root_fd, pid, "exe");
  gboolean found = FALSE;

  if (fd < 0)
    return FALSE;

  if (read (fd, ident, sizeof ident) == (gssize) sizeof ident)
    found = memcmp (ident, ELFMAG, SELFMAG) == 0 && ident[EI_CLASS] == ELFCLASS32;

  close (fd);
  return found;
}

/* What Yama adds to the kernel's own rules. */
static gboolean
is_scope_allowing (const SondeRights *rights,
                   int                root_fd,
                   pid_t              parent,
                   const char        *namespace)
{
  /* The kernel let us look into a namespace that is not ours: only CAP_SYS_PTRACE in there
   * allows that.
   */
  gboolean capable = rights->capable || strcmp (namespace, rights->namespace) != 0;

  if (rights->scope <= 0)
    return TRUE;
  if (rights->scope >= 3)
    return FALSE;
  if (capable)
    return TRUE;

  return rights->scope == 1 && is_descendant (root_fd, parent);
}

SondeObstacle
sonde_permission_judge (const SondeRights     *rights,
                        int                    root_fd,
                        pid_t                  pid,
                        const SondeProcStat   *stat,
                        const SondeProcStatus *status)
{
  SondeObstacle obstacle = { .pid = pid, .owner = status->uids[1], .scope = rights->scope,
                             .is_root = rights->uid == 0 };
  char namespace[64];
  gboolean readable;

  /* A kernel without user namespaces has no such link for anybody. */
  readable = sonde_proc_read_link (root_fd, pid, "ns/user", namespace, sizeof namespace) >= 0 ||
             errno == ENOENT;
  if (namespace[0] == '\0')
    g_strlcpy (namespace, rights->namespace, sizeof namespace);

  if (stat->kernel)
    obstacle.kind = SONDE_OBSTACLE_KERNEL;
  else if ((stat->state == 'Z' || stat->state == 'X') && !sonde_proc_stat_lacks_leader (stat))
    obstacle.kind = SONDE_OBSTACLE_ZOMBIE;
  else if (pid == getpid ())
    obstacle.kind = SONDE_OBSTACLE_SELF;
  else if (!readable && is_same_user (rights, status))
    obstacle.kind = SONDE_OBSTACLE_PROTECTED;
  else if (!readable)
    obstacle.kind = SONDE_OBSTACLE_OTHER_USER;
  else if (!is_scope_allowing (rights, root_fd, stat->parent, namespace))
    obstacle.kind = SONDE_OBSTACLE_PTRACE_SCOPE;
  else if (status->tracer != 0 && !is_own_thread (root_fd, status->tracer))
    obstacle.kind = SONDE_OBSTACLE_TRACED;
  else if (is_32bit (root_fd, sonde_proc_stat_lacks_leader (stat) ? sonde_threads_find_living (pid)
                                                                   : pid))
    obstacle.kind = SONDE_OBSTACLE_32BIT;

  if (obstacle.kind == SONDE_OBSTACLE_TRACED)
    obstacle.tracer = status->tracer;

  return obstacle;
}

static SondeObstacle
check_at (int   root_fd,
          pid_t pid)
{
  SondeRights rights;
  SondeProcStat stat;
  SondeProcStatus status;

  if (!sonde_proc_read_stat (root_fd, pid, &stat) ||
      !sonde_proc_read_status (root_fd, pid, &status))
    {
      SondeObstacle obstacle = { .kind = SONDE_OBSTACLE_GONE, .pid = pid, .code = errno };

      if (sonde_errno_is_shortage (obstacle.code))
        obstacle.kind = SONDE_OBSTACLE_FAILED;

      return obstacle;
    }

  sonde_rights_read (&rights, root_fd);

  return sonde_permission_judge (&rights, root_fd, pid, &stat, &status);
}

/**
 * sonde_permission_check:
 * @pid: a process
 *
 * Looks whether @pid could be attached to now. Touches nothing of it. A process that allowed us
 * with `prctl(PR_SET_PTRACER)` still counts as closed by `ptrace_scope`: that cannot be seen from
 * outside.
 *
 * Returns: what stands in the way
 */
SondeObstacle
sonde_permission_check (pid_t pid)
{
  SondeObstacle obstacle = { .kind = SONDE_OBSTACLE_GONE, .pid = pid };
  int root_fd;

  /* 0 and less mean other things to the kernel. */
  if (pid <= 0)
    return obstacle;

  root_fd = sonde_proc_open (SONDE_PROC_ROOT);
  if (root_fd < 0)
    return (SondeObstacle) { .kind = SONDE_OBSTACLE_FAILED, .pid = pid, .code = errno };

  obstacle = check_at (root_fd, pid);
  close (root_fd);

  return obstacle;
}

SondeObstacle
sonde_permission_explain (pid_t pid,
                          int   code)
{
  SondeObstacle obstacle = sonde_permission_check (pid);

  if (obstacle.kind != SONDE_OBSTACLE_NONE)
    return obstacle;

  obstacle.kind = code == ESRCH ? SONDE_OBSTACLE_GONE : SONDE_OBSTACLE_FAILED;
  obstacle.code = code;

  return obstacle;
}
