/* obstacle.c: why a process cannot be attached to, in words
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/obstacle.h"

#include <errno.h>
#include <pwd.h>

#include <glib/gi18n.h>

#include "base/error.h"

static char *
dup_user_name (uid_t uid)
{
  const struct passwd *entry = getpwuid (uid);

  if (entry == NULL || entry->pw_name == NULL)
    return g_strdup_printf ("%u", uid);

  return g_utf8_make_valid (entry->pw_name, -1);
}

static char *
dup_owner_reason (uid_t owner)
{
  g_autofree char *name = dup_user_name (owner);

  /* Translators: of a process; %s is the name of a user */
  return g_strdup_printf (_("Belongs to %s (another user)."), name);
}

static const char *
get_scope_reason (int scope)
{
  switch (scope)
    {
    case 1:
      return _("The setting kernel.yama.ptrace_scope is 1: a program may look only at programs "
               "that it has started.");
    case 2:
      return _("The setting kernel.yama.ptrace_scope is 2: only root may look at other programs.");
    default:
      return _("The setting kernel.yama.ptrace_scope is 3: nobody may look at other programs.");
    }
}

char *
sonde_obstacle_dup_reason (const SondeObstacle *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  switch (self->kind)
    {
    case SONDE_OBSTACLE_NONE:
      return g_strdup (_("Nothing stands in the way."));
    case SONDE_OBSTACLE_GONE:
      if (self->pid == 0)
        return g_strdup (_("The process has ended."));
      return g_strdup_printf (_("There is no process %d."), self->pid);
    case SONDE_OBSTACLE_ZOMBIE:
      return g_strdup (_("A zombie: it has ended, and waits for its parent to take note."));
    case SONDE_OBSTACLE_KERNEL:
      return g_strdup (_("A thread of the kernel, without a program to look at."));
    case SONDE_OBSTACLE_SELF:
      return g_strdup (_("Sonde itself."));
    case SONDE_OBSTACLE_OTHER_USER:
      return dup_owner_reason (self->owner);
    case SONDE_OBSTACLE_PTRACE_SCOPE:
      return g_strdup (get_scope_reason (self->scope));
    case SONDE_OBSTACLE_PROTECTED:
      return g_strdup (_("Protected: it has rights that you do not have, or hides its memory."));
    case SONDE_OBSTACLE_TRACED:
      return g_strdup_printf (_("Already traced by process %d."), self->tracer);
    case SONDE_OBSTACLE_32BIT:
      return g_strdup (_("A 32-bit program."));
    case SONDE_OBSTACLE_LAUNCH:
      return g_strdup_printf (_("The program could not be started: %s."), g_strerror (self->code));
    case SONDE_OBSTACLE_FAILED:
      /* EAGAIN: no more threads. */
      if (self->code == EAGAIN || sonde_errno_is_shortage (self->code))
        return g_strdup_printf (_("The system has no more room for it: %s."),
                                g_strerror (self->code));
      return g_strdup_printf (_("The system refused to attach: %s."), g_strerror (self->code));
    default:
      g_return_val_if_reached (NULL);
    }
}

static const char *
get_root_remedy (const SondeObstacle *self)
{
  if (self->is_root)
    return _("Not even root may look at it from here. If this is a container, look at it from the "
             "system that runs the container.");

  return _("Look at it as root:");
}

static const char *
get_remedy (const SondeObstacle *self)
{
  switch (self->kind)
    {
    case SONDE_OBSTACLE_GONE:
      return _("Look up the number of a running process:");
    case SONDE_OBSTACLE_OTHER_USER:
    case SONDE_OBSTACLE_PROTECTED:
      return get_root_remedy (self);
    case SONDE_OBSTACLE_PTRACE_SCOPE:
      if (self->scope == 1)
        return _("Start the program from Sonde, or allow it until the computer restarts:");
      if (self->scope == 2)
        return _("Allow it until the computer restarts:");
      return _("Find where it is set, set it to 1 or less there, and restart the computer:");
    case SONDE_OBSTACLE_TRACED:
      return _("End that debugger or tracer first. To see what it is:");
    case SONDE_OBSTACLE_32BIT:
      return _("Sonde reads 64-bit programs; use a 64-bit build of this one.");
    case SONDE_OBSTACLE_LAUNCH:
      if (self->code == ENOENT)
        return _("Check the name of the program and the directory, or give the whole path.");
      if (self->code == EACCES)
        return _("Check that the file is a program and may be executed.");
      return NULL;
    case SONDE_OBSTACLE_FAILED:
      return self->code == EPERM || self->code == EACCES ? get_root_remedy (self) : NULL;
    case SONDE_OBSTACLE_NONE:
    case SONDE_OBSTACLE_ZOMBIE:
    case SONDE_OBSTACLE_KERNEL:
    case SONDE_OBSTACLE_SELF:
    default:
      return NULL;
    }
}

char *
sonde_obstacle_dup_remedy (const SondeObstacle *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_strdup (get_remedy (self));
}

static char *
dup_root_command (const SondeObstacle *self,
                  const char          *verb)
{
  return self->is_root ? NULL : g_strdup_printf ("sudo sonde-cli %s %d", verb, self->pid);
}

char *
sonde_obstacle_dup_command (const SondeObstacle *self,
                            const char          *verb)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (verb != NULL, NULL);

  switch (self->kind)
    {
    case SONDE_OBSTACLE_GONE:
      return g_strdup ("sonde-cli ps");
    case SONDE_OBSTACLE_OTHER_USER:
    case SONDE_OBSTACLE_PROTECTED:
      return dup_root_command (self, verb);
    case SONDE_OBSTACLE_PTRACE_SCOPE:
      if (self->scope >= 3)
        return g_strdup ("grep -rs ptrace_scope /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d");
      return g_strdup ("sudo sysctl kernel.yama.ptrace_scope=0");
    case SONDE_OBSTACLE_TRACED:
      return g_strdup_printf ("cat /proc/%d/comm", self->tracer);
    case SONDE_OBSTACLE_FAILED:
      return self->code == EPERM || self->code == EACCES ? dup_root_command (self, verb) : NULL;
    case SONDE_OBSTACLE_NONE:
    case SONDE_OBSTACLE_ZOMBIE:
    case SONDE_OBSTACLE_KERNEL:
    case SONDE_OBSTACLE_SELF:
    case SONDE_OBSTACLE_32BIT:
    case SONDE_OBSTACLE_LAUNCH:
    default:
      return NULL;
    }
}

char *
sonde_obstacle_dup_advice (const SondeObstacle *self,
                           const char          *verb)
{
  g_autofree char *command = NULL;
  const char *remedy;

  g_return_val_if_fail (self != NULL, NULL);

  remedy = get_remedy (self);
  command = sonde_obstacle_dup_command (self, verb);
  if (remedy == NULL || command == NULL)
    return g_strdup (remedy);

  /* Translators: first what to do, then the command that does it */
  return g_strdup_printf (C_ ("advice", "%s %s"), remedy, command);
}

const char *
sonde_hindrance_get_text (SondeHindrance hindrance)
{
  switch (hindrance)
    {
    case SONDE_HINDRANCE_CPUS:
      return _("Sonde may not run on the CPUs of this program, so each sample pauses its threads.");

    case SONDE_HINDRANCE_PRIORITY:
      return _("This program has a real-time priority, so each sample pauses its threads.");

    case SONDE_HINDRANCE_NONE:
    default:
      return "";
    }
}

char *
sonde_unmatched_dup_text (guint n_threads)
{
  if (n_threads == 0)
    return NULL;

  return g_strdup_printf (ngettext ("%u thread that runs Python is missing: it is not known which "
                                    "thread of the process it is.",
                                    "%u threads that run Python are missing: it is not known which "
                                    "threads of the process they are.",
                                    n_threads), n_threads);
}
