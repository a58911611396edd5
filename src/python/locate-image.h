/* locate-image.h: a program or library as it lies in the memory of a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/memory.h"

G_BEGIN_DECLS

/* `[start, end)` */
typedef struct
{
  SondeAddress start;
  SondeAddress end;
} SondePythonRange;

/* A piece of an image, as the loader was asked to map it. */
typedef struct
{
  SondePythonRange range;
  SondeAddress     file_end;   /* what comes from the file ends here; the rest begins as zeros */
  gboolean         writable;   /* at first; what is constant once it is relocated, too */
  gboolean         executable;
} SondePythonSegment;

#define SONDE_PYTHON_SEGMENTS_MAX 16

/**
 * SondePythonImage:
 * @bias: what is added to an address of the file to get one of the process
 * @segments: what is mapped of it
 * @n_segments: how many; those beyond %SONDE_PYTHON_SEGMENTS_MAX are left out
 * @unwind_header: of .eh_frame_hdr; 0 if there is none
 * @is_program: whether it may be run, and not only loaded; the C library, which can be both, too
 *
 * What the loader has mapped of one ELF file. Its headers and its exported symbols are in memory,
 * so they are there even if the file is deleted or replaced, and reading them costs some ten system
 * calls and never the disk.
 *
 * Threads: any.
 */
typedef struct
{
  SondeAddress       bias;
  SondePythonSegment segments[SONDE_PYTHON_SEGMENTS_MAX];
  guint              n_segments;
  SondeAddress       unwind_header;
  gboolean           is_program;

  /*< private >*/
  SondeAddress       hashes;  /* of .gnu.hash; 0 if there is none */
  SondeAddress       symbols;
  SondeAddress       names;
} SondePythonImage;

/* FALSE if what lies at @base is no 64-bit ELF file. */
gboolean sonde_python_image_read        (const SondePythonMemory *memory,
                                         SondeAddress             base,
                                         SondePythonImage        *image);

/* Where the exported symbol @name lies; FALSE if it defines none, or in a form from before 2006. */
gboolean sonde_python_image_find_symbol (const SondePythonMemory *memory,
                                         const SondePythonImage  *image,
                                         const char              *name,
                                         SondePythonRange        *range);

G_END_DECLS
