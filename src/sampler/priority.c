/* priority.c: how soon a thread of the sampler comes to a CPU
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sampler/priority.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A thread that asks for less time at once than the one that runs may take its place when it wakes,
 * from Linux 6.12 on; older kernels favour a thread that slept, whatever it asks for
 * (kernel/sched/fair.c, check_preempt_wakeup_fair).
 */
#define SLICE_NS 200000

/* From include/uapi/linux/sched/types.h, which the C library has from its version 2.41 on. */
typedef struct
{
  guint32 size;
  guint32 policy;
  guint64 flags;
  gint32  nice;
  guint32 priority;
  guint64 runtime_ns;
  guint64 deadline_ns;
  guint64 period_ns;
} Attributes;

#define FLAG_RESET_ON_FORK 1

static void
shorten_slice (SondePriority priority)
{
  Attributes attributes = { 0 };

  if (syscall (SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0)
    return;

  attributes.flags = FLAG_RESET_ON_FORK;
  attributes.runtime_ns = SLICE_NS / priority;
  syscall (SYS_sched_setattr, 0, &attributes, 0);
}

void
sonde_priority_raise (SondePriority priority)
{
  const struct sched_param parameters = { .sched_priority = (int) priority };

  if (sched_setscheduler (0, SCHED_RR | SCHED_RESET_ON_FORK, &parameters) != 0)
    shorten_slice (priority);
}

void
sonde_priority_drop (void)
{
  const struct sched_param parameters = { 0 };

  sched_setscheduler (0, SCHED_OTHER | SCHED_RESET_ON_FORK, &parameters);
}
