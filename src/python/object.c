/* object.c: tells what kind an object of a target's Python is
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "python/object.h"

/* Py_TPFLAGS_…, the same in all versions */
#define FLAG_HEAP_TYPE (G_GUINT64_CONSTANT (1) << 9)
#define FLAG_BYTES (G_GUINT64_CONSTANT (1) << 27)
#define FLAG_TEXT (G_GUINT64_CONSTANT (1) << 28)

/* Whether the type is called "code"; @field is where it says where its name lies. */
static gboolean
is_named_code (const SondePythonMemory *memory,
               SondeAddress             field)
{
  char text[sizeof "code"];
  guint64 name;

  return sonde_python_memory_read_word (memory, field, &name) &&
         sonde_python_memory_copy (memory, name, text, sizeof text) &&
         memcmp (text, "code", sizeof text) == 0;
}

/* The type of code objects can only be told by its name; one that a program made is another. */
static gboolean
is_type (const SondePythonMemory *memory,
         SondePythonType          wanted,
         SondeAddress             name_field,
         guint64                  flags)
{
  switch (wanted)
    {
    case SONDE_PYTHON_TYPE_TEXT:
      return (flags & FLAG_TEXT) != 0;

    case SONDE_PYTHON_TYPE_BYTES:
      return (flags & FLAG_BYTES) != 0;

    case SONDE_PYTHON_TYPE_CODE:
    default:
      return (flags & (FLAG_HEAP_TYPE | FLAG_TEXT | FLAG_BYTES)) == 0 &&
             is_named_code (memory, name_field);
    }
}

gboolean
sonde_python_types_match (SondePythonTypes         *self,
                          const SondePythonMemory  *memory,
                          const SondePythonOffsets *offsets,
                          SondePythonType           wanted,
                          SondeAddress              address)
{
  guint64 flags;

  g_return_val_if_fail (self != NULL, FALSE);

  if (address == 0)
    return FALSE;
  if (address == self->known[wanted])
    return TRUE;
  /* There is one type of code objects, so what is another is none. */
  if (wanted == SONDE_PYTHON_TYPE_CODE && self->known[wanted] != 0)
    return FALSE;

  if (!sonde_python_memory_read_word (memory, address + offsets->type.flags, &flags) ||
      !is_type (memory, wanted, address + offsets->type.name, flags))
    return FALSE;

  /* The first is str or bytes itself with near certainty; a subtype is asked again each time. */
  if (self->known[wanted] == 0)
    self->known[wanted] = address;

  return TRUE;
}
