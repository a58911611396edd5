/* thread-list.h: the threads of a session, in the order of their ids
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "model/thread-row.h"

G_BEGIN_DECLS

#define SONDE_TYPE_THREAD_LIST (sonde_thread_list_get_type ())
G_DECLARE_FINAL_TYPE (SondeThreadList, sonde_thread_list, SONDE, THREAD_LIST, GObject)

SondeThreadList *sonde_thread_list_new             (void);

/* Of SondeThreadRow, as long as @self lives. */
GListModel      *sonde_thread_list_get_model       (SondeThreadList     *self);

/* How many of them have not exited. */
guint            sonde_thread_list_get_alive_count (SondeThreadList     *self);
/* How many there are to look at: those alive, or all once none is. */
guint64          sonde_thread_list_get_shown_count (SondeThreadList     *self);

void             sonde_thread_list_update          (SondeThreadList     *self,
                                                    const SondeSnapshot *snapshot);

/* Borrowed; NULL if there is no such thread. */
SondeThreadRow  *sonde_thread_list_find            (SondeThreadList     *self,
                                                    pid_t                tid);

/* The thread @step places after @tid, wrapping; 0 for none. With a @tid of 0 the first or last. */
pid_t            sonde_thread_list_find_neighbour  (SondeThreadList     *self,
                                                    pid_t                tid,
                                                    int                  step);

G_END_DECLS
