/* process-lookup.h: finds one process by id or by name
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "base/process.h"

G_BEGIN_DECLS

/* @wanted is an id, or the whole name of a process. Scans all processes in a thread of its own. */
void          sonde_process_lookup_async  (const char           *wanted,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);

/* The newest process that was meant (transfer full), and how many there are; NULL for none, with
 * @error only when cancelled.
 */
SondeProcess *sonde_process_lookup_finish (GAsyncResult         *result,
                                           guint                *n_found,
                                           GError              **error);

/* The newest of @list that @wanted means (transfer full), and how many there are; NULL for none. */
SondeProcess *sonde_process_lookup_find   (SondeProcessList     *list,
                                           const char           *wanted,
                                           guint                *n_found);

G_END_DECLS
