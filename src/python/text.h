/* text.h: text objects of a target's Python
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/object.h"

G_BEGIN_DECLS

/* What is longer is cut and ends with "…". */
#define SONDE_PYTHON_TEXT_CHARACTERS_MAX 4096

#define SONDE_PYTHON_MARK_BYTES 47

/**
 * SondePythonMark:
 *
 * The bytes that an object of variable length began with, from its length on, when it was read:
 * length, hash and the first of what it holds. As long as they stand there it is the same.
 */
typedef struct
{
  guint8 length;
  guint8 bytes[SONDE_PYTHON_MARK_BYTES];
} SondePythonMark;

/**
 * sonde_python_text_dup:
 * @heap: the target's objects
 * @address: where a text object may be
 * @mark: (out) (optional): what to compare it with later; from unicode.length on
 *
 * Reads a text object as one line of UTF-8 without control characters. Takes one read if the text
 * is short, else two.
 *
 * Returns: (transfer full) (nullable): the text; %NULL if no text object is there, or if it cannot
 *   be read
 */
char    *sonde_python_text_dup (SondePythonHeap *heap,
                                SondeAddress     address,
                                SondePythonMark *mark);

/* Whether a text object at @address says @ascii. Reads no more than that of it, so it may be asked
 * of many.
 */
gboolean sonde_python_text_is  (SondePythonHeap *heap,
                                SondeAddress     address,
                                const char      *ascii);

G_END_DECLS
