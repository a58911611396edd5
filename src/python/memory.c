/* memory.c: where the reader of CPython's insides takes memory from
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "python/memory.h"

static gsize
read_process_cb (gpointer     data,
                 SondeAddress address,
                 gpointer     buffer,
                 gsize        length)
{
  return sonde_memory_read (GPOINTER_TO_INT (data), address, buffer, length);
}

static guint
read_process_pieces_cb (gpointer                data,
                        const SondeMemoryPiece *pieces,
                        guint                   n_pieces)
{
  return sonde_memory_read_pieces (GPOINTER_TO_INT (data), pieces, n_pieces);
}

SondePythonMemory
sonde_python_memory_of_process (pid_t pid)
{
  return (SondePythonMemory) {
    .read = read_process_cb,
    .read_pieces = read_process_pieces_cb,
    .data = GINT_TO_POINTER (pid),
  };
}

gboolean
sonde_python_memory_copy (const SondePythonMemory *self,
                          SondeAddress             address,
                          gpointer                 buffer,
                          gsize                    length)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->read (self->data, address, buffer, length) == length;
}

gboolean
sonde_python_memory_read_word (const SondePythonMemory *self,
                               SondeAddress             address,
                               guint64                 *word)
{
  return sonde_python_memory_copy (self, address, word, sizeof *word);
}
