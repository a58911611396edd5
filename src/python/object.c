/* object.c: objects of a target's Python: words of them, and of what kind they are
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

guint64
sonde_python_heap_read_word (const SondePythonHeap *self,
                             SondeAddress           address)
{
  guint64 word;

  return sonde_python_memory_read_word (self->memory, address, &word) ? word : 0;
}

/* Whether @type is called "code". */
static gboolean
is_named_code (const SondePythonHeap *self,
               SondeAddress           type)
{
  SondeAddress name = sonde_python_heap_read_word (self, type + self->offsets->type.name);
  char text[sizeof "code"];

  return sonde_python_memory_copy (self->memory, name, text, sizeof text) &&
         memcmp (text, "code", sizeof text) == 0;
}

/* The type of code objects can only be told by its name; one that a program made is another. */
static gboolean
is_type (const SondePythonHeap *self,
         SondePythonType        wanted,
         SondeAddress           type,
         guint64                flags)
{
  if (wanted == SONDE_PYTHON_TYPE_TEXT)
    return (flags & FLAG_TEXT) != 0;
  if (wanted == SONDE_PYTHON_TYPE_BYTES)
    return (flags & FLAG_BYTES) != 0;

  return (flags & (FLAG_HEAP_TYPE | FLAG_TEXT | FLAG_BYTES)) == 0 && is_named_code (self, type);
}

gboolean
sonde_python_heap_is_type (SondePythonHeap *self,
                           SondePythonType  wanted,
                           SondeAddress     type)
{
  guint64 flags;

  g_return_val_if_fail (self != NULL, FALSE);

  if (type == 0)
    return FALSE;
  if (type == self->known[wanted])
    return TRUE;
  /* There is one type of code objects, so what is another is none. */
  if (wanted == SONDE_PYTHON_TYPE_CODE && self->known[wanted] != 0)
    return FALSE;

  if (!sonde_python_memory_read_word (self->memory, type + self->offsets->type.flags, &flags) ||
      !is_type (self, wanted, type, flags))
    return FALSE;

  /* The first is str or bytes itself with near certainty; a subtype is asked again each time. */
  if (self->known[wanted] == 0)
    self->known[wanted] = type;

  return TRUE;
}
