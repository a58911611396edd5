/* locate-native-code.h: where the compiled functions of a module lie
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/locate-image.h"

G_BEGIN_DECLS

/* The parts of @function that the compiler has put elsewhere, which it does with what a profile
 * calls cold: GCC 16 keeps 2 KiB of the interpreter's loop and puts 80 KiB away. At most @n_max;
 * returns how many.
 */
guint    sonde_python_native_find_parts (const SondePythonMemory *memory,
                                         const SondePythonImage  *image,
                                         const SondePythonRange  *function,
                                         SondePythonRange        *parts,
                                         guint                    n_max);

/* The largest function that has a table of 256 addresses in itself, or nearly: CPython's loop jumps
 * through one from each instruction of its bytecode to the next. Other functions with such a table,
 * a switch over a byte for instance, have a quarter of its size at most. Reads all constants of the
 * module, which takes some milliseconds.
 */
gboolean sonde_python_native_find_loop  (const SondePythonMemory *memory,
                                         const SondePythonImage  *image,
                                         SondePythonRange        *range);

G_END_DECLS
