/* functions.h: every function that was ever on a stack, once
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"

G_BEGIN_DECLS

/**
 * SondeFunctionKind:
 *
 * Which kind of code a function is.
 */
typedef enum
{
  SONDE_FUNCTION_KIND_NATIVE,
  SONDE_FUNCTION_KIND_PYTHON,
  SONDE_FUNCTION_KIND_KERNEL,
  SONDE_FUNCTION_KIND_JIT,
} SondeFunctionKind;

/**
 * SondeFunction:
 * @id: its place in its table, counted from 0 without gaps
 * @kind: which kind of code
 * @provisional: whether @name is only "module+0x1234", and may be another one later
 * @is_unnamed: whether @name is only a place, provisional or not; the table sets it
 * @line: where the function begins in @file, counted from 1; 0 if not known
 * @offset: where it begins in the module, as a virtual address of its ELF file; with @module it
 *   is the function's identity. Of a provisional one: the address looked up
 * @name: demangled; always valid UTF-8 without control characters
 * @file: (nullable): source file, as the debug information gives it, UTF-8
 * @module: (nullable): path of the ELF file; %NULL for memory without a file; UTF-8
 *
 * Two frames are in the same function if they point to the same SondeFunction.
 * Never changes once made. Borrowed from its #SondeFunctions.
 */
typedef struct
{
  guint32           id;
  SondeFunctionKind kind;
  gboolean          provisional;
  gboolean          is_unnamed;
  guint             line;
  guint64           offset;
  const char       *name;
  const char       *file;
  const char       *module;
} SondeFunction;

/* How many Python functions are told apart, and the bytes of their names: a program can make new
 * ones for ever. Some 100 MB with their figures.
 */
#define SONDE_FUNCTIONS_PYTHON_MAX 100000
#define SONDE_FUNCTIONS_PYTHON_BYTES_MAX (32 * 1024 * 1024)

/**
 * SondeFunctions:
 *
 * The table that owns every #SondeFunction of a session. It only grows, native functions as far as
 * there are any, those of Python up to %SONDE_FUNCTIONS_PYTHON_MAX: all others are one function
 * then, "[more functions]".
 *
 * Life: sonde_functions_new() → sonde_functions_intern() any number of times → the last
 * sonde_functions_unref() frees all functions. A snapshot holds a reference, so names outlive the
 * session that found them.
 *
 * Threads: any; has a lock of its own.
 */
typedef struct _SondeFunctions SondeFunctions;

SondeFunctions      *sonde_functions_new       (void);
SondeFunctions      *sonde_functions_ref       (SondeFunctions      *self);
void                 sonde_functions_unref     (SondeFunctions      *self);

const SondeFunction *sonde_functions_intern    (SondeFunctions      *self,
                                                const SondeFunction *wanted);
const SondeFunction *sonde_functions_get       (SondeFunctions      *self,
                                                guint32              id);
guint32              sonde_functions_get_count (SondeFunctions      *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeFunctions, sonde_functions_unref)

G_END_DECLS
