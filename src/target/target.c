/* target.c: the process that is looked at
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "target/target.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/reaper.h"
#include "base/text.h"
#include "target/launch.h"
#include "target/permission.h"
#include "target/proc.h"
#include "target/thread.h"

/* How long a process must be closed to us before we believe it. */
#define CLOSED_DOUBT_NS (SONDE_NS_PER_SECOND / 5)

/* The kernel's own answer where the rules that we know say no: the process may have let us in with
 * prctl(PR_SET_PTRACER). /proc/PID/syscall asks for the same right as ptrace(). Gives an errno; 0
 * if it is open.
 */
static int
ask_kernel (pid_t pid)
{
  SondeThreadWait wait;
  SondeThread thread;
  gboolean is_open;

  sonde_thread_open (&thread, pid, pid);
  is_open = sonde_thread_read_wait (&thread, &wait);
  sonde_thread_close (&thread);

  if (is_open)
    return 0;

  return thread.is_starved ? EMFILE : EPERM;
}

static SondeObstacle
check (pid_t pid)
{
  SondeObstacle obstacle = sonde_permission_check (pid);
  int code;

  switch (obstacle.kind)
    {
    case SONDE_OBSTACLE_OTHER_USER:
    case SONDE_OBSTACLE_PTRACE_SCOPE:
    case SONDE_OBSTACLE_PROTECTED:
      code = ask_kernel (pid);
      if (code == 0)
        obstacle.kind = SONDE_OBSTACLE_NONE;
      else if (sonde_errno_is_shortage (code))
        obstacle = (SondeObstacle) { .kind = SONDE_OBSTACLE_FAILED, .pid = pid, .code = code };
      break;

    case SONDE_OBSTACLE_NONE:
      /* A security module may say no where we know of no reason. */
      code = ask_kernel (pid);
      if (code != 0)
        obstacle = sonde_permission_explain (pid, code);
      break;

    case SONDE_OBSTACLE_TRACED:
      /* By us: we asked its first thread, which has not stopped yet. */
      if (obstacle.tracer == gettid ())
        obstacle.kind = SONDE_OBSTACLE_NONE;
      break;

    case SONDE_OBSTACLE_GONE:
    case SONDE_OBSTACLE_ZOMBIE:
    case SONDE_OBSTACLE_KERNEL:
    case SONDE_OBSTACLE_SELF:
    case SONDE_OBSTACLE_32BIT:
    case SONDE_OBSTACLE_LAUNCH:
    case SONDE_OBSTACLE_FAILED:
    default:
      break;
    }

  return obstacle;
}

/* Where the first stack begins is only told of a thread that has not ended. FALSE if the process is
 * gone.
 */
static gboolean
read_stat (const SondeTarget *self,
           SondeProcStat     *stat)
{
  SondeProcStat living;

  if (!sonde_proc_read_stat (self->root_fd, self->pid, stat))
    return FALSE;

  if (sonde_proc_stat_lacks_leader (stat) &&
      sonde_proc_read_stat (self->root_fd, sonde_threads_find_living (self->pid), &living))
    {
      stat->stack_start = living.stack_start;
      stat->is_loading = living.is_loading;
    }

  return TRUE;
}

/* Reads what an exec() changes. FALSE if the process is gone. */
static gboolean
read_program (SondeTarget *self)
{
  g_autoptr(SondeMaps) maps = NULL;
  SondeProcStat stat;
  char path[4096];
  gssize length;

  if (!read_stat (self, &stat))
    return FALSE;

  maps = sonde_maps_read (self->pid, NULL);
  if (maps == NULL || sonde_maps_get_count (maps) == 0)
    return FALSE;

  self->start_ticks = stat.start_ticks;
  self->stack_start = stat.stack_start;
  g_clear_pointer (&self->maps, sonde_maps_unref);
  self->maps = g_steal_pointer (&maps);

  length = sonde_proc_read_link (self->root_fd, sonde_threads_find_living (self->pid), "exe", path,
                                 sizeof path);
  g_free (self->program_before);
  self->program_before = g_steal_pointer (&self->program);
  self->program = length > 0 ? sonde_text_dup_clean (path, (gsize) length, '?')
                             : sonde_text_dup_clean (stat.name, strlen (stat.name), '?');

  return TRUE;
}

/* What failed for want of a descriptor or of memory, as an errno; 0 if there is enough. */
static int
find_shortage (void)
{
  int fd = sonde_proc_open (SONDE_PROC_ROOT);
  int code = errno;

  if (fd < 0)
    return code;

  close (fd);
  return 0;
}

static gboolean
is_shortage (const SondeObstacle *obstacle)
{
  return obstacle->kind == SONDE_OBSTACLE_FAILED && sonde_errno_is_shortage (obstacle->code);
}

/* Why nothing can be read of @pid any more. */
static SondeObstacle
explain (pid_t pid)
{
  int code = find_shortage ();

  if (code != 0)
    return (SondeObstacle) { .kind = SONDE_OBSTACLE_FAILED, .pid = pid, .code = code };

  return sonde_permission_explain (pid, ESRCH);
}

/* Holds @pid by what stays its own when its id is given to another process: before anything else is
 * asked of it, or it might be asked of two.
 */
static SondeTarget *
hold_process (pid_t          pid,
              gboolean       is_child,
              SondeObstacle *obstacle)
{
  g_autoptr(SondeTarget) self = g_new0 (SondeTarget, 1);
  SondeProcStat stat;
  int code;

  self->pid = pid;
  self->is_child = is_child;
  self->exit_status = -1;
  self->root_fd = -1;
  self->pid_fd = (int) syscall (SYS_pidfd_open, pid, 0);
  code = errno;
  if (self->pid_fd < 0 && sonde_errno_is_shortage (code))
    {
      *obstacle = (SondeObstacle) { .kind = SONDE_OBSTACLE_FAILED, .pid = pid, .code = code };
      return NULL;
    }

  self->root_fd = sonde_proc_open (SONDE_PROC_ROOT);
  if (self->root_fd < 0)
    {
      *obstacle = (SondeObstacle) { .kind = SONDE_OBSTACLE_FAILED, .pid = pid, .code = errno };
      return NULL;
    }
  if (sonde_proc_read_stat (self->root_fd, pid, &stat))
    self->children_start_ticks = stat.children_ticks;

  return g_steal_pointer (&self);
}

/* Readable once every thread has ended, whether or not somebody waited for it (pidfd_open(2)). */
static gboolean
is_over (const SondeTarget *self)
{
  struct pollfd poll_fd = { .fd = self->pid_fd, .events = POLLIN };

  return self->pid_fd >= 0 && poll (&poll_fd, 1, 0) > 0;
}

SondeTarget *
sonde_target_new_attach (pid_t          pid,
                         guint64        start_ticks,
                         SondeObstacle *obstacle)
{
  g_autoptr(SondeTarget) self = NULL;

  /* 0 and less mean other things to the kernel. */
  *obstacle = (SondeObstacle) { .kind = SONDE_OBSTACLE_GONE, .pid = pid };
  if (pid <= 0)
    return NULL;

  self = hold_process (pid, FALSE, obstacle);
  if (self == NULL)
    return NULL;

  *obstacle = check (pid);
  if (obstacle->kind != SONDE_OBSTACLE_NONE)
    return NULL;

  /* What was read may be of another process that has its id by now. */
  if (!read_program (self) || is_over (self))
    {
      *obstacle = explain (pid);
      if (obstacle->kind == SONDE_OBSTACLE_NONE)
        obstacle->kind = SONDE_OBSTACLE_GONE;
      return NULL;
    }

  /* So may the one that has it now be, of the one that is meant. */
  if (start_ticks != 0 && self->start_ticks != start_ticks)
    {
      *obstacle = (SondeObstacle) { .kind = SONDE_OBSTACLE_GONE };
      return NULL;
    }

  return g_steal_pointer (&self);
}

/* A program that cannot be looked at does not get to its first instruction. */
static void
abandon_launch (SondeTarget *self,
                pid_t        pid)
{
  int status = -1;
  pid_t ended;

  kill (pid, SIGKILL);
  do
    ended = waitpid (pid, &status, __WALL);
  while ((ended == pid && WIFSTOPPED (status)) || (ended < 0 && errno == EINTR));

  /* Else it is reaped with @self. */
  if (self != NULL && ended == pid)
    self->exit_status = status;
}

SondeTarget *
sonde_target_new_launch (const char *const *argv,
                         const char *const *envp,
                         const char        *directory,
                         int                output_fd,
                         gboolean           null_input,
                         SondeObstacle     *obstacle)
{
  pid_t pid = sonde_launch (argv, envp, directory, output_fd, null_input, obstacle);
  g_autoptr(SondeTarget) self = NULL;
  gboolean is_read;
  SondeObstacle later;

  if (pid < 0)
    return NULL;

  self = hold_process (pid, TRUE, obstacle);
  is_read = self != NULL && read_program (self);
  if (self != NULL && !is_read)
    *obstacle = explain (pid);
  if (!is_read)
    {
      abandon_launch (self, pid);
      return NULL;
    }

  sonde_launch_release (pid);

  /* A 32-bit program starts all the same, and is not ours to look at. One that has ended by now
   * was, and so is one of which we only cannot ask for want of a descriptor.
   */
  later = check (pid);
  if (later.kind != SONDE_OBSTACLE_NONE && later.kind != SONDE_OBSTACLE_GONE &&
      later.kind != SONDE_OBSTACLE_ZOMBIE && !is_shortage (&later))
    {
      *obstacle = later;
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
sonde_target_free (SondeTarget *self)
{
  if (self == NULL)
    return;

  if (self->pid_fd >= 0 && self->is_child && self->exit_status == -1)
    sonde_reaper_take (self->pid, self->pid_fd, self->program);
  else if (self->pid_fd >= 0)
    close (self->pid_fd);
  if (self->root_fd >= 0)
    close (self->root_fd);
  g_clear_pointer (&self->maps, sonde_maps_unref);
  g_free (self->program);
  g_free (self->program_before);
  g_free (self);
}

gboolean
sonde_target_reap (SondeTarget *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_child && self->exit_status == -1 && is_over (self) &&
         waitpid (self->pid, &self->exit_status, WNOHANG | __WALL) == self->pid;
}

static gboolean
has_ended (SondeTarget         *self,
           const SondeProcStat *stat)
{
  gboolean ended = is_over (self);

  /* Without a pid_fd, by what has its id. */
  if (self->pid_fd < 0)
    ended = stat != NULL ? stat->start_ticks != self->start_ticks : find_shortage () == 0;

  /* Not before: waitpid() would also take the stop of a thread that we hold. */
  if (ended && self->is_child)
    waitpid (self->pid, &self->exit_status, WNOHANG | __WALL);

  return ended;
}

/* In the middle of an exec() by another thread the first one may look dead, or have no map:
 * pid_fd tells when all threads have ended.
 */
static SondeTargetChange
end_unless_open (const SondeTarget *self)
{
  return self->pid_fd >= 0 ? SONDE_TARGET_SAME : SONDE_TARGET_ENDED;
}

SondeTargetChange
sonde_target_poll (SondeTarget   *self,
                   SondeObstacle *obstacle)
{
  SondeObstacle found;
  SondeProcStat stat;
  gboolean is_there;

  g_return_val_if_fail (self != NULL, SONDE_TARGET_ENDED);

  is_there = read_stat (self, &stat);
  if (is_there && stat.start_ticks == self->start_ticks)
    self->children_ns = (stat.children_ticks - self->children_start_ticks) *
                        (SONDE_NS_PER_SECOND / (guint64) sysconf (_SC_CLK_TCK));
  if (has_ended (self, is_there ? &stat : NULL))
    return SONDE_TARGET_ENDED;

  if (!is_there)
    return SONDE_TARGET_SAME;

  /* The first stack of a new program begins elsewhere; 0 is said to who may not know. */
  if ((stat.stack_start == self->stack_start && stat.stack_start != 0) || stat.is_loading)
    return SONDE_TARGET_SAME;

  found = check (self->pid);
  if (found.kind == SONDE_OBSTACLE_GONE || found.kind == SONDE_OBSTACLE_ZOMBIE)
    return end_unless_open (self);

  if (is_shortage (&found))
    return SONDE_TARGET_SAME;

  if (found.kind != SONDE_OBSTACLE_NONE)
    {
      /* In the middle of an exec() a process is nobody's for a moment. */
      if (self->closed_ns == 0)
        self->closed_ns = sonde_clock_now_ns ();
      if (sonde_clock_now_ns () - self->closed_ns < CLOSED_DOUBT_NS)
        return SONDE_TARGET_SAME;

      *obstacle = found;
      return SONDE_TARGET_CLOSED;
    }

  self->closed_ns = 0;

  /* It is not loaded far enough to say where its stack begins. */
  if (stat.stack_start == 0)
    return SONDE_TARGET_SAME;

  return read_program (self) ? SONDE_TARGET_EXECED : end_unless_open (self);
}

static gboolean
is_same_code (const SondeMapping *a,
              const SondeMapping *b)
{
  return a->start == b->start && a->end == b->end && a->offset == b->offset &&
         a->inode == b->inode && a->device == b->device && g_strcmp0 (a->path, b->path) == 0;
}

static const SondeMapping *
next_code (SondeMaps *maps,
           guint     *at)
{
  while (*at < sonde_maps_get_count (maps))
    {
      const SondeMapping *mapping = sonde_maps_get (maps, (*at)++);

      if (mapping->executable)
        return mapping;
    }

  return NULL;
}

static gboolean
maps_same_code (SondeMaps *a,
                SondeMaps *b)
{
  guint at_a = 0;
  guint at_b = 0;
  const SondeMapping *left;
  const SondeMapping *right;

  do
    {
      left = next_code (a, &at_a);
      right = next_code (b, &at_b);
      if ((left == NULL) != (right == NULL))
        return FALSE;
      if (left != NULL && !is_same_code (left, right))
        return FALSE;
    }
  while (left != NULL);

  return TRUE;
}

gboolean
sonde_target_refresh_maps (SondeTarget *self)
{
  g_autoptr(SondeMaps) maps = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  maps = sonde_maps_read (self->pid, NULL);
  if (maps == NULL || sonde_maps_get_count (maps) == 0 || maps_same_code (self->maps, maps))
    return FALSE;

  sonde_maps_unref (self->maps);
  self->maps = g_steal_pointer (&maps);

  return TRUE;
}
