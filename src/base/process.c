/* process.c: a process as the list of processes shows it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "base/process.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gi18n.h>

static const char *
get_runtime_word (SondeRuntimeKind kind)
{
  switch (kind)
    {
    case SONDE_RUNTIME_UNKNOWN:
      return "";
    case SONDE_RUNTIME_NATIVE:
      /* Translators: a program that the processor runs directly, without an interpreter */
      return _("native");
    case SONDE_RUNTIME_PYTHON:
      return "Python";
    case SONDE_RUNTIME_NODE:
      return "Node.js";
    case SONDE_RUNTIME_JAVA:
      return "Java";
    case SONDE_RUNTIME_GO:
      return "Go";
    case SONDE_RUNTIME_RUBY:
      return "Ruby";
    case SONDE_RUNTIME_PERL:
      return "Perl";
    case SONDE_RUNTIME_DOTNET:
      return ".NET";
    default:
      g_return_val_if_reached ("");
    }
}

char *
sonde_runtime_dup_name (const SondeRuntime *self)
{
  const char *word;

  g_return_val_if_fail (self != NULL, NULL);

  word = get_runtime_word (self->kind);
  if (self->major == 0)
    return g_strdup (word);
  if (self->minor < 0)
    return g_strdup_printf ("%s %d", word, self->major);

  return g_strdup_printf ("%s %d.%d", word, self->major, self->minor);
}

SondeProcess *
sonde_process_new (void)
{
  SondeProcess *self = g_new0 (SondeProcess, 1);

  g_atomic_ref_count_init (&self->ref_count);

  return self;
}

SondeProcess *
sonde_process_ref (SondeProcess *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
sonde_process_unref (SondeProcess *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->user);
  g_free (self->name);
  g_free (self->command_line);
  g_free (self->executable);
  g_free (self->cgroup);
  g_free (self);
}

gboolean
sonde_process_equal (const SondeProcess *self,
                     const SondeProcess *other)
{
  const SondeObstacle *a = &self->obstacle;
  const SondeObstacle *b = &other->obstacle;

  return self->pid == other->pid &&
         self->start_ticks == other->start_ticks &&
         self->owner == other->owner &&
         g_strcmp0 (self->user, other->user) == 0 &&
         g_strcmp0 (self->name, other->name) == 0 &&
         g_strcmp0 (self->command_line, other->command_line) == 0 &&
         g_strcmp0 (self->executable, other->executable) == 0 &&
         g_strcmp0 (self->cgroup, other->cgroup) == 0 &&
         self->runtime.kind == other->runtime.kind &&
         self->runtime.major == other->runtime.major &&
         self->runtime.minor == other->runtime.minor &&
         a->kind == b->kind && a->pid == b->pid && a->tracer == b->tracer &&
         a->owner == b->owner && a->scope == b->scope && a->code == b->code;
}

static int
compare_pids (gconstpointer a,
              gconstpointer b)
{
  const SondeProcessFigures *left = a;
  const SondeProcessFigures *right = b;

  return (left->process->pid > right->process->pid) - (left->process->pid < right->process->pid);
}

/**
 * sonde_process_list_new:
 * @rows: (transfer full) (element-type SondeProcessFigures): one a process, each with a reference,
 *   in any order
 *
 * Makes a list of what a scan has found.
 *
 * Returns: (transfer full): the list
 */
SondeProcessList *
sonde_process_list_new (GArray *rows)
{
  SondeProcessList *self;

  g_return_val_if_fail (rows != NULL, NULL);

  g_array_sort (rows, compare_pids);

  self = g_new0 (SondeProcessList, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->n_rows = rows->len;
  self->rows = (SondeProcessFigures *) (gpointer) g_array_free (rows, FALSE);

  return self;
}

SondeProcessList *
sonde_process_list_ref (SondeProcessList *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
sonde_process_list_unref (SondeProcessList *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->n_rows; i++)
    sonde_process_unref (self->rows[i].process);
  g_free (self->rows);
  g_free (self);
}
