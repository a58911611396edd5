/* python-image.h: recorded memory of a Python, to read without one
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "python/memory.h"
#include "python/offsets.h"

G_BEGIN_DECLS

/* What a code object is, or a text object says, at @address. */
typedef struct
{
  SondeAddress address;
  guint        line;
  char        *name;  /* of a text object: what it says, or NULL if it is none */
  char        *file;
} PythonObject;

/* Which line executes in the code object at @address. */
typedef struct
{
  SondeAddress address;
  guint64      instruction;
  guint        line;
} PythonLine;

typedef struct
{
  SondeAddress address;
  guint8      *bytes;
  gsize        length;
} PythonRegion;

/**
 * PythonImage:
 *
 * A file of tests/unit/fixtures/python, as record.py there says. @n_reads and @n_bytes count what
 * was asked for; a test may damage @regions, but not their length.
 */
typedef struct
{
  guint   version;
  GArray *regions; /* of PythonRegion, ascending */
  GArray *codes;   /* of PythonObject */
  GArray *texts;   /* of PythonObject */
  GArray *lines;   /* of PythonLine */
  guint64 n_reads;
  guint64 n_bytes;
} PythonImage;

PythonImage      *python_image_load       (const char  *path);
void              python_image_free       (PythonImage *self);

/* Adds @length bytes at @address, those of @bytes, or zeros for NULL; gives them. */
guint8           *python_image_add        (PythonImage  *self,
                                           SondeAddress  address,
                                           const guint8 *bytes,
                                           gsize         length);
SondePythonMemory python_image_get_memory (PythonImage *self);

/* Where @address lies in what was added; it must. */
guint8           *python_image_at         (PythonImage  *self,
                                           SondeAddress  address);
void              python_image_put_word   (PythonImage  *self,
                                           SondeAddress  address,
                                           guint64       word);

/* Adds a type object, and a text object of ASCII; @type is 0 for one that is not to be read. */
void              python_image_add_type   (PythonImage              *self,
                                           const SondePythonOffsets *offsets,
                                           SondeAddress              address,
                                           const char               *name,
                                           guint64                   flags);
void              python_image_add_text   (PythonImage              *self,
                                           const SondePythonOffsets *offsets,
                                           SondeAddress              address,
                                           SondeAddress              type,
                                           const char               *text);

/* The bytes that @word says in hexadecimal. */
guint8           *python_image_parse_hex  (const char  *word,
                                           gsize       *length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PythonImage, python_image_free)

G_END_DECLS
