/* memory.h: reading the memory of a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/types.h"

G_BEGIN_DECLS

/* Copies up to @length bytes at @address of @pid into @buffer; returns how many could be read,
 * from the first on. Neither stops the target nor touches the disk, but for pages the kernel must
 * fetch. Threads: any.
 */
gsize sonde_memory_read (pid_t         pid,
                         SondeAddress  address,
                         gpointer      buffer,
                         gsize         length);

/**
 * SondeMemoryPiece:
 * @address: where it lies in the target
 * @buffer: where it is copied to
 * @length: its bytes; none is fine
 *
 * One of many pieces of memory that are copied at once.
 */
typedef struct
{
  SondeAddress address;
  gpointer     buffer;
  gsize        length;
} SondeMemoryPiece;

/* Copies @pieces of @pid in their order, %SONDE_MEMORY_PIECES_MAX a system call, up to the first
 * that is not there as a whole; returns how many are whole. What is in the buffers of the others is
 * not told. It is no snapshot: a target that runs may write in between. Threads: any.
 */
#define SONDE_MEMORY_PIECES_MAX 64
guint sonde_memory_read_pieces (pid_t                   pid,
                                const SondeMemoryPiece *pieces,
                                guint                   n_pieces);

G_END_DECLS
