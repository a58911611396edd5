/* locate-module.h: looks for CPython in one module of a process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/locate-image.h"
#include "target/maps.h"

G_BEGIN_DECLS

/**
 * SondePythonSymbol:
 * @SONDE_PYTHON_SYMBOL_RUNTIME: _PyRuntime, since 3.7
 * @SONDE_PYTHON_SYMBOL_VERSION: Py_Version, since 3.11
 * @SONDE_PYTHON_SYMBOL_GET_VERSION: Py_GetVersion(), in every version
 * @SONDE_PYTHON_SYMBOL_EVAL: _PyEval_EvalFrameDefault()
 *
 * What CPython has.
 */
typedef enum
{
  SONDE_PYTHON_SYMBOL_RUNTIME,
  SONDE_PYTHON_SYMBOL_VERSION,
  SONDE_PYTHON_SYMBOL_GET_VERSION,
  SONDE_PYTHON_SYMBOL_EVAL,
} SondePythonSymbol;

#define SONDE_N_PYTHON_SYMBOLS (SONDE_PYTHON_SYMBOL_EVAL + 1)

/**
 * SondePythonModule:
 * @mapping: where its file begins in memory; borrowed from its #SondeMaps
 * @image: what was mapped of it
 * @symbols: what was found so far; what was not begins at 0
 *
 * A program or library that CPython may have been linked into. Threads: one at a time, any.
 */
typedef struct
{
  const SondeMapping *mapping;
  SondePythonImage    image;
  SondePythonRange    symbols[SONDE_N_PYTHON_SYMBOLS];
} SondePythonModule;

/* Whether there is any sign of CPython. */
gboolean sonde_python_module_is_python      (const SondePythonModule *self);

/* Looks among the exported symbols, in memory: some ten reads. */
void     sonde_python_module_find_exported  (SondePythonModule       *self,
                                             const SondePythonMemory *memory);

/* Reads the file. What a program does not export it may name all the same; of a library only the
 * section .PyRuntime is looked for, so that no long tables are read in vain.
 */
void     sonde_python_module_find_in_file   (SondePythonModule       *self,
                                             pid_t                    pid);

/* The last resort, for a program without any symbol or section: since 3.13 _PyRuntime begins with
 * a word that is like no other. Reads the data that came from the file, up to @n_bytes_left, which
 * becomes less by what was read.
 */
void     sonde_python_module_find_in_memory (SondePythonModule       *self,
                                             const SondePythonMemory *memory,
                                             gsize                   *n_bytes_left);

G_END_DECLS
