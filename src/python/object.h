/* object.h: objects of a target's Python: what is needed to read any, and of what kind one is
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/memory.h"
#include "python/offsets.h"

G_BEGIN_DECLS

/**
 * SondePythonType:
 * @SONDE_PYTHON_TYPE_CODE: the type `code` itself, which has no subtypes
 * @SONDE_PYTHON_TYPE_TEXT: `str` and its subtypes
 * @SONDE_PYTHON_TYPE_BYTES: `bytes` and its subtypes
 */
typedef enum
{
  SONDE_PYTHON_TYPE_CODE,
  SONDE_PYTHON_TYPE_TEXT,
  SONDE_PYTHON_TYPE_BYTES,
} SondePythonType;

#define SONDE_N_PYTHON_TYPES (SONDE_PYTHON_TYPE_BYTES + 1)

/**
 * SondePythonHeap:
 * @memory: borrowed
 * @offsets: borrowed
 * @known: where types lie, as far as they were met; zeros to begin with
 * @budget: (nullable): borrowed; how many more entries of dicts may be read
 *
 * What is needed to read any object. All functions read a target that runs, so what they give may
 * be gone already, or never have been: it is to be read with the same care. Threads: one at a time.
 */
typedef struct
{
  const SondePythonMemory  *memory;
  const SondePythonOffsets *offsets;
  SondeAddress              known[SONDE_N_PYTHON_TYPES];
  guint                    *budget;
} SondePythonHeap;

/* The word at @address; 0 if there is none. */
guint64  sonde_python_heap_read_word (const SondePythonHeap *self,
                                      SondeAddress           address);

/* Whether @type, the ob_type of an object, is of the kind @wanted. Compares with what is known, and
 * reads the target's type object (three reads at most) where nothing is known yet or it is another
 * one.
 */
gboolean sonde_python_heap_is_type   (SondePythonHeap       *self,
                                      SondePythonType        wanted,
                                      SondeAddress           type);

G_END_DECLS
