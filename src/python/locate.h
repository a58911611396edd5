/* locate.h: finds CPython in a process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/locate-image.h"
#include "python/offsets.h"
#include "target/maps.h"

G_BEGIN_DECLS

#define SONDE_PYTHON_EVALS_MAX 4

/**
 * SondePythonLocation:
 * @version: major << 8 | minor: 0x030b; 0 if it is not known
 * @runtime: where _PyRuntime lies
 * @offsets: where its fields are
 * @evals: the code of _PyEval_EvalFrameDefault(): the function itself, then the parts of it that
 *   the compiler has put elsewhere, where most of it may be
 * @n_evals: how many; none if it cannot be told
 *
 * A CPython. The addresses hold for as long as the process has this program and the library is not
 * unloaded.
 */
typedef struct
{
  guint              version;
  SondeAddress       runtime;
  SondePythonOffsets offsets;
  SondePythonRange   evals[SONDE_PYTHON_EVALS_MAX];
  guint              n_evals;
} SondePythonLocation;

/**
 * SondePythonFinding:
 * @SONDE_PYTHON_NONE: no CPython here
 * @SONDE_PYTHON_UNKNOWN_VERSION: one whose insides are not known; the location has nothing but its
 *   version, if that is known
 * @SONDE_PYTHON_NOT_READY: one that has not begun yet or is at its end; the location has nothing
 *   but its version, if that is known
 * @SONDE_PYTHON_FOUND: there is one, and all of its location is known
 *
 * From the least to the best.
 */
typedef enum
{
  SONDE_PYTHON_NONE,
  SONDE_PYTHON_UNKNOWN_VERSION,
  SONDE_PYTHON_NOT_READY,
  SONDE_PYTHON_FOUND,
} SondePythonFinding;

/**
 * SondePythonLocator:
 *
 * Looks for CPython in one process, again each time that its map has changed. What it has looked at
 * for a second without finding any it does not look at again, so that a process that maps code all
 * the time costs little.
 *
 * Life: sonde_python_locator_new() → sonde_python_locator_look() many times →
 * sonde_python_locator_free(). After an exec() the same one does.
 *
 * Threads: worker only.
 */
typedef struct _SondePythonLocator SondePythonLocator;

/* @pid is whose @memory is, 0 for a recorded one, of which no file is read. */
SondePythonLocator *sonde_python_locator_new  (const SondePythonMemory *memory,
                                               pid_t                    pid);
void                sonde_python_locator_free (SondePythonLocator      *self);

/* Looks for a CPython in the modules of @maps: the program, a library, or any module that one was
 * linked into. @now_ns is of sonde_clock_now_ns(). May read the disk, so no thread may be held
 * meanwhile.
 */
SondePythonFinding  sonde_python_locator_look (SondePythonLocator      *self,
                                               SondeMaps               *maps,
                                               guint64                  now_ns,
                                               SondePythonLocation     *location);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondePythonLocator, sonde_python_locator_free)

G_END_DECLS
