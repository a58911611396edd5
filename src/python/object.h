/* object.h: what kind an object of a target's Python is
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <string.h>

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

/* Where the types of one target lie, as far as they were met. All zeros to begin with. */
typedef struct
{
  SondeAddress known[SONDE_N_PYTHON_TYPES];
} SondePythonTypes;

/* Whether @address, the ob_type of an object, is of the kind @wanted. Compares with what is known,
 * and reads the target's type object (three reads at most) where nothing is known yet or it is
 * another one.
 */
gboolean sonde_python_types_match (SondePythonTypes         *self,
                                   const SondePythonMemory  *memory,
                                   const SondePythonOffsets *offsets,
                                   SondePythonType           wanted,
                                   SondeAddress              address);

/* A number of a struct that was copied to @bytes, wherever it lies there. */
static inline guint64
sonde_python_get_word (const guint8 *bytes,
                       guint32       offset)
{
  guint64 word;

  memcpy (&word, bytes + offset, sizeof word);

  return word;
}

static inline guint32
sonde_python_get_int (const guint8 *bytes,
                      guint32       offset)
{
  guint32 number;

  memcpy (&number, bytes + offset, sizeof number);

  return number;
}

G_END_DECLS
