/* memory.h: the input of a fuzzer as the memory of a Python
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/memory.h"
#include "python/offsets.h"

/* The target dies after so many reads, and no more than that may be asked of one that is dead. */
#define FUZZ_READS_ALIVE 2000
#define FUZZ_READS_MAX 200000
#define FUZZ_BYTES_MAX (64 * 1024 * 1024)

/* Below this lie types that are as they should be, so that not all has to be guessed. */
#define FUZZ_TYPES_END 4096
#define FUZZ_CODE_TYPE 256
#define FUZZ_STR_TYPE 1024
#define FUZZ_BYTES_TYPE 1792

/* Repeats without end, so that every pointer leads to some of it. Aborts if too much is asked. */
typedef struct
{
  guint8        types[FUZZ_TYPES_END];
  const guint8 *bytes;
  gsize         length;
  gboolean      is_endless; /* else a read ends where the input does */
  guint         n_reads;
  gsize         n_bytes;
} FuzzMemory;

/* @self is the caller's, and so are @bytes, which may change. */
SondePythonMemory         fuzz_memory_open    (FuzzMemory               *self,
                                               const SondePythonOffsets *offsets,
                                               const guint8             *bytes,
                                               gsize                     length,
                                               gboolean                  is_endless);

/* The offsets that the first byte of an input chooses, of Python 3.8 to 3.15. */
const SondePythonOffsets *fuzz_choose_offsets (guint8                    choice);

/* Changes some fields within what is allowed, 1 MiB, as @bytes say; gives how many it took. */
gsize                     fuzz_change_offsets (SondePythonOffsets       *offsets,
                                               const guint8             *bytes,
                                               gsize                     length);
