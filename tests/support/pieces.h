/* pieces.h: many pieces of a memory that is made up, read one after the other
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/memory.h"

G_BEGIN_DECLS

/* What read_pieces() of SondePythonMemory gives, by way of its read(). */
guint test_read_pieces (const SondePythonMemory *memory,
                        const SondeMemoryPiece  *pieces,
                        guint                    n_pieces);

G_END_DECLS
