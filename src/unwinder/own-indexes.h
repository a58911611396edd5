/* own-indexes.h: where libunwind reads the search tables that we have made
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "unwinder/frame-loader.h"

G_BEGIN_DECLS

/* How far behind an index's address its entries are. */
#define SONDE_OWN_ENTRIES (G_GUINT64_CONSTANT (1) << 32)

/**
 * SondeOwnIndexes:
 *
 * Gives indexes addresses that no target has, so that libunwind can ask for their bytes as it asks
 * for the target's.
 *
 * Life: sonde_own_indexes_new() → the others, any number of times → sonde_own_indexes_free(). An
 * index is borrowed until it is removed.
 *
 * Threads: worker only.
 */
typedef struct _SondeOwnIndexes SondeOwnIndexes;

SondeOwnIndexes *sonde_own_indexes_new    (void);
void             sonde_own_indexes_free   (SondeOwnIndexes *self);

/* Gives an address where its rules are, if it has a copy of them, and then its entries. FALSE if
 * none is left, or no room: 256 MiB for all.
 */
gboolean         sonde_own_indexes_add    (SondeOwnIndexes *self,
                                           SondeFrameIndex *index,
                                           SondeAddress    *address);
void             sonde_own_indexes_remove (SondeOwnIndexes *self,
                                           SondeFrameIndex *index);
void             sonde_own_indexes_clear  (SondeOwnIndexes *self);

/* Whether @address is none of a target. */
gboolean         sonde_own_indexes_has    (SondeAddress     address);
/* Reads eight bytes there; what is behind the end is 0. */
gboolean         sonde_own_indexes_read   (SondeOwnIndexes *self,
                                           SondeAddress     address,
                                           guint64         *value);

G_END_DECLS
