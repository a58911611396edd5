/* locate-version.h: which CPython a module is, if no symbol says so
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/locate-image.h"

G_BEGIN_DECLS

/* All give major << 8 | minor: 0x030b; 0 if it is not known. */

/* From a path like "/usr/lib/libpython3.11.so.1.0" or "/usr/bin/python3.8". */
guint sonde_python_version_parse_path (const char              *path);

/* From a sys.version that begins somewhere in @length bytes: "3.9.18 (main, …) [GCC 12.2.0]". */
guint sonde_python_version_parse_text (const char              *bytes,
                                       gsize                    length);

/* From the sys.version in the writable memory of @image. Py_GetVersion() keeps it there since it
 * was first called, which CPython does itself as it begins.
 */
guint sonde_python_version_read       (const SondePythonMemory *memory,
                                       const SondePythonImage  *image);

G_END_DECLS
