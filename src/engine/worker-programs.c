/* worker-programs.c: what is counted of a process that becomes another program
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "engine/worker-private.h"

/* How many are told apart: a process may be a program of another name for ever. */
#define PROGRAMS_MAX 1000

/* The frame that stands for @program: "[python3]", "[exec server]". */
static const SondeFunction *
ensure_mark (SondeWorker *self,
             const char  *prefix,
             const char  *program)
{
  g_autofree char *base_name = g_path_get_basename (program);
  g_autofree char *name = g_strdup_printf ("[%s%s]", prefix, base_name);
  const SondeFunction wanted = { .name = name };

  return sonde_functions_intern (self->functions, &wanted);
}

void
sonde_worker_begin_program (SondeWorker *self)
{
  const SondeTarget *target = self->target;
  const SondeFunction *more;

  if (self->exec_count == 0)
    return;

  if (self->exec_count <= PROGRAMS_MAX)
    {
      sonde_views_begin_program (self->views, self->frames,
                                 ensure_mark (self, "", target->program_before),
                                 ensure_mark (self, "exec ", target->program));
      return;
    }

  more = ensure_mark (self, "", "more programs");
  sonde_views_begin_program (self->views, self->frames, more, more);
}
