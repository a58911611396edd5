/* code.h: code objects of a target's Python, as functions; and the line that executes
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/functions.h"
#include "python/memory.h"
#include "python/offsets.h"

G_BEGIN_DECLS

/* What is kept of code objects, at most; the longest unused go first. */
#define SONDE_PYTHON_CODES_MAX 65536
#define SONDE_PYTHON_CODES_BYTES_MAX (16 * 1024 * 1024)

/**
 * SondePythonCodes:
 *
 * The code objects of one target that were met on a stack. Reads each once, and looks again whether
 * it still stands there: an object that is freed may give way to another one at the same address.
 *
 * What has stood there for two seconds stays as a rule, and is looked at again by check() alone. It
 * is young until then, and where objects go all are: what a program throws away may go only when
 * its garbage is collected, some tenths of a second later.
 *
 * Life: sonde_python_codes_new() → find() and find_line() any number of times, recheck() after
 * those of a stack, check() ten times a second → sonde_python_codes_free(). Nothing that they give
 * was read before the last check() began. A target that calls exec() needs a new one.
 *
 * Threads: one at a time.
 */
typedef struct _SondePythonCodes SondePythonCodes;

SondePythonCodes    *sonde_python_codes_new       (const SondePythonMemory  *memory,
                                                   const SondePythonOffsets *offsets,
                                                   SondeFunctions           *functions);
void                 sonde_python_codes_free      (SondePythonCodes         *self);

const SondeFunction *sonde_python_codes_find      (SondePythonCodes         *self,
                                                   SondeAddress              address);
guint                sonde_python_codes_find_line (SondePythonCodes         *self,
                                                   SondeAddress              address,
                                                   guint64                   instruction);
guint                sonde_python_codes_check     (SondePythonCodes         *self);

/* Whether young ones were found since the last recheck(), and looks at those again, 16 with a call;
 * gives how many were forgotten. Until the target runs again the others are what they were.
 */
gboolean             sonde_python_codes_has_young (const SondePythonCodes   *self);
guint                sonde_python_codes_recheck   (SondePythonCodes         *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePythonCodes, sonde_python_codes_free)

G_END_DECLS
