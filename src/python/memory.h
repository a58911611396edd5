/* memory.h: where the reader of CPython's insides takes memory from
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <string.h>

#include "target/memory.h"

G_BEGIN_DECLS

/**
 * SondePythonMemory:
 * @read: copies up to @length bytes at @address; gives how many, from the first on
 * @read_pieces: copies many pieces in their order; gives how many were copied whole, from the
 *   first on
 * @data: for them
 *
 * The memory of a target, or of a recorded one. A struct of its user, who keeps @data for as long
 * as it is used. Threads: those of @data; any for that of a process.
 */
typedef struct
{
  gsize    (*read)        (gpointer                data,
                           SondeAddress            address,
                           gpointer                buffer,
                           gsize                   length);
  guint    (*read_pieces) (gpointer                data,
                           const SondeMemoryPiece *pieces,
                           guint                   n_pieces);
  gpointer data;
} SondePythonMemory;

/* The memory of a process. Nothing to free. */
SondePythonMemory sonde_python_memory_of_process (pid_t pid);

/* Whether all of @length bytes at @address could be read. */
gboolean          sonde_python_memory_copy       (const SondePythonMemory *self,
                                                  SondeAddress             address,
                                                  gpointer                 buffer,
                                                  gsize                    length);

/* Reads the word of 8 bytes at @address. */
gboolean          sonde_python_memory_read_word  (const SondePythonMemory *self,
                                                  SondeAddress             address,
                                                  guint64                 *word);

/* A number of a struct that was copied to @bytes, wherever it lies there. */
static inline guint64
sonde_python_get_word (const guint8 *bytes,
                       guint32       offset)
{
  guint64 word;

  memcpy (&word, bytes + offset, sizeof word);

  return word;
}

static inline gint32
sonde_python_get_int (const guint8 *bytes,
                      guint32       offset)
{
  gint32 number;

  memcpy (&number, bytes + offset, sizeof number);

  return number;
}

G_END_DECLS
