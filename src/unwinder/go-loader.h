/* go-loader.h: finds Go's table of functions in the memory of a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "target/go-table.h"
#include "target/maps.h"

G_BEGIN_DECLS

/* Opens the table for the code in @mapping, one of @maps, as it lies in memory; @read is how its
 * bytes are read from then on. FALSE if there is none. May read the disk, and all of the file's
 * memory up to 256 MiB. Threads: any.
 */
gboolean sonde_go_loader_load (pid_t               pid,
                               SondeMaps          *maps,
                               const SondeMapping *mapping,
                               SondeGoReadFunc     read,
                               gpointer            data,
                               SondeGoTable       *table);

G_END_DECLS
