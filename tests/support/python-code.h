/* python-code.h: recorded and made up Pythons with code objects
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/code.h"
#include "support/python-image.h"

G_BEGIN_DECLS

/* Where things lie in a Python that is made up. */
#define AT_CODE_TYPE 0x10000
#define AT_STR_TYPE 0x12000
#define AT_BYTES_TYPE 0x14000
#define AT_NAME 0x20000
#define AT_FILE 0x21000
#define AT_TABLE 0x22000
#define AT_CODE 0x30000
#define FLAG_HEAP_TYPE (1u << 9)
#define FLAG_BYTES (1u << 27)
#define FLAG_TEXT (1u << 28)

/* Those that a made up one usually has: 3.12. */
const SondePythonOffsets *python_offsets       (void);

/* One with the code object Class.method of /srv/a.py, which begins in line 7; its 32 units of
 * bytecode are on lines 8 to 11, 8 each.
 */
PythonImage      *python_code_make_image       (const SondePythonOffsets *offsets);

/* Adds another one that differs in @first_line only. */
void              python_code_add              (PythonImage              *image,
                                                const SondePythonOffsets *offsets,
                                                SondeAddress              address,
                                                guint                     first_line);

/* The recorded one of that version. */
PythonImage      *python_code_load_image       (guint                     version);

SondePythonCodes *python_code_read             (PythonImage              *image);

/* Uses all that was read until none of it is young. */
void              python_code_age              (SondePythonCodes         *codes);

/* Adds a test for each version that is recorded; it is given the version. */
void              python_code_add_for_versions (const char               *path,
                                                GTestDataFunc             test);

G_END_DECLS
