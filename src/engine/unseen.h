/* unseen.h: CPU time of the target that no sample stands for
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondeUnseen:
 *
 * The kernel counts the CPU time of a process, that of threads which have ended included. What is
 * left of it when all samples are taken away that stand for some was used by threads that nobody
 * saw: they came and ended between two looks.
 *
 * All zero is one that has not begun. Times are in ns, and of the process's own clock where they
 * are called @cpu_ns. Threads: worker only.
 */
typedef struct
{
  guint64 cpu_ns;       /* up to the last pause() */
  guint64 began_cpu_ns;
  guint64 seen_ns;
  gboolean is_going;
} SondeUnseen;

/* From here to pause() all threads are looked at. */
void    sonde_unseen_begin (SondeUnseen       *self,
                            guint64            cpu_ns);
void    sonde_unseen_pause (SondeUnseen       *self,
                            guint64            cpu_ns);
/* Samples that were counted or are known to be lost, and stand for @ns in which the thread had a
 * CPU or waited for one.
 */
void    sonde_unseen_add   (SondeUnseen       *self,
                            guint64            ns);
/* What nobody saw, if that is more than chance leaves out of samples of @period_ns each; else 0. */
guint64 sonde_unseen_get   (const SondeUnseen *self,
                            guint64            cpu_ns,
                            guint64            period_ns);

G_END_DECLS
