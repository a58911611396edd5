/* process-store.h: the running processes as a list of rows
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "base/process.h"

G_BEGIN_DECLS

#define SONDE_TYPE_PROCESS_STORE (sonde_process_store_get_type ())
G_DECLARE_FINAL_TYPE (SondeProcessStore, sonde_process_store, SONDE, PROCESS_STORE, GObject)

SondeProcessStore *sonde_process_store_new        (void);

/* While active, the processes are listed once a second; at first not. Turning it on lists them at
 * once.
 */
void               sonde_process_store_set_active (SondeProcessStore *self,
                                                   gboolean           active);
gboolean           sonde_process_store_get_active (SondeProcessStore *self);

/* Takes over what a scan has found; a scan of its own does that. */
void               sonde_process_store_update     (SondeProcessStore *self,
                                                   SondeProcessList  *list);

G_END_DECLS
