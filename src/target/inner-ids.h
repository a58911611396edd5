/* inner-ids.h: what a process calls its threads, and what we call them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

/**
 * SondeInnerIds:
 *
 * The kernel's ids of the threads of one process. In a container it sees others than we do
 * (pid_namespaces(7)).
 *
 * Life: sonde_inner_ids_new() → begin() before each look at many of them → find() for each →
 * sonde_inner_ids_free().
 *
 * Threads: one at a time.
 */
typedef struct _SondeInnerIds SondeInnerIds;

SondeInnerIds *sonde_inner_ids_new        (pid_t          pid);
void           sonde_inner_ids_free       (SondeInnerIds *self);

/* From here on an id that is not known is looked for among the threads of the process again, and
 * with @for_all one that is known, too: another thread may have it by now.
 */
void           sonde_inner_ids_begin      (SondeInnerIds *self,
                                           gboolean       for_all);
/* The thread that the process itself calls @inner; 0 if it has no such thread. */
pid_t          sonde_inner_ids_find       (SondeInnerIds *self,
                                           pid_t          inner);
/* What the process calls its first thread. */
pid_t          sonde_inner_ids_get_first  (SondeInnerIds *self);

G_END_DECLS
