/* pieces.c: many pieces of a memory that is made up, read one after the other
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/pieces.h"

guint
test_read_pieces (const SondePythonMemory *memory,
                  const SondeMemoryPiece  *pieces,
                  guint                    n_pieces)
{
  guint n = 0;

  while (n < n_pieces && sonde_python_memory_copy (memory, pieces[n].address, pieces[n].buffer,
                                                   pieces[n].length))
    n++;

  return n;
}
