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
 * What has stood there for two seconds stays as a rule, and is looked at ten times a second. It is
 * young until then, and where objects go all are: what a program throws away may go only when its
 * garbage is collected, some tenths of a second later. Young ones are looked at with each stack.
 *
 * Life: sonde_python_codes_new() → begin_turn() ten times a second; find() and find_line() of what
 * is on a stack → recheck() → if it forgot some, the same again, else what they gave is true of the
 * thread that stands still → sonde_python_codes_free(). A target that calls exec() needs a new one.
 *
 * Threads: one at a time.
 */
typedef struct _SondePythonCodes SondePythonCodes;

SondePythonCodes    *sonde_python_codes_new       (const SondePythonMemory  *memory,
                                                   const SondePythonOffsets *offsets,
                                                   SondeFunctions           *functions);
void                 sonde_python_codes_free      (SondePythonCodes         *self);

/* The function that the code object at @address is: its qualified name, or its plain one up to
 * Python 3.10, its file and first line. NULL (nullable) if none is there.
 */
const SondeFunction *sonde_python_codes_find       (SondePythonCodes        *self,
                                                    SondeAddress             address);
/* The line that its frame executes, from what that says of its @instruction: f_lasti up to Python
 * 3.10, an address since. 0 if it has none or it cannot be told.
 */
guint                sonde_python_codes_find_line  (SondePythonCodes        *self,
                                                    SondeAddress             address,
                                                    guint64                  instruction);
void                 sonde_python_codes_begin_turn (SondePythonCodes        *self);

/* Whether any that were found are to be looked at again; and looks at them, 16 with a call. Gives
 * how many were forgotten, since they are not there any more.
 */
gboolean             sonde_python_codes_needs_recheck (const SondePythonCodes *self);
guint                sonde_python_codes_recheck    (SondePythonCodes        *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePythonCodes, sonde_python_codes_free)

G_END_DECLS
