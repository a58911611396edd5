/* locate-module.c: looks for CPython in one module of a process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "python/locate-module.h"

#include <string.h>
#include <unistd.h>

#include "python/offsets.h"
#include "target/elf-symbols.h"

/* _PyRuntime is at such an address, in data of at most so many bytes. */
#define RUNTIME_ALIGNMENT 8
#define SEGMENT_BYTES_MAX (64 * 1024 * 1024)
#define PIECE_BYTES 65536

static const char *const names[SONDE_N_PYTHON_SYMBOLS] = {
  [SONDE_PYTHON_SYMBOL_RUNTIME] = "_PyRuntime",
  [SONDE_PYTHON_SYMBOL_VERSION] = "Py_Version",
  [SONDE_PYTHON_SYMBOL_GET_VERSION] = "Py_GetVersion",
  [SONDE_PYTHON_SYMBOL_EVAL] = "_PyEval_EvalFrameDefault",
};

gboolean
sonde_python_module_is_python (const SondePythonModule *self)
{
  return self->symbols[SONDE_PYTHON_SYMBOL_RUNTIME].start != 0 ||
         self->symbols[SONDE_PYTHON_SYMBOL_GET_VERSION].start != 0;
}

void
sonde_python_module_find_exported (SondePythonModule       *self,
                                   const SondePythonMemory *memory)
{
  for (guint name = 0; name < SONDE_N_PYTHON_SYMBOLS; name++)
    sonde_python_image_find_symbol (memory, &self->image, names[name], &self->symbols[name]);
}

static void
take_symbol_cb (const SondeElfSymbol *symbol,
                gpointer              data)
{
  SondePythonModule *module = data;
  SondeAddress start = module->image.bias + symbol->address;
  SondePythonRange range = { start, start + MIN (symbol->size, G_MAXUINT64 - start) };

  for (guint name = 0; name < SONDE_N_PYTHON_SYMBOLS; name++)
    if (module->symbols[name].start == 0 && strcmp (symbol->name, names[name]) == 0)
      module->symbols[name] = range;
}

void
sonde_python_module_find_in_file (SondePythonModule *self,
                                  pid_t              pid)
{
  int fd = sonde_mapping_open_of (self->mapping, pid);
  g_autoptr(SondeElfSymbols) file = fd >= 0 ? sonde_elf_symbols_open (fd) : NULL;
  SondeAddress address;
  guint64 offset;
  guint64 size;

  if (file != NULL && self->symbols[SONDE_PYTHON_SYMBOL_RUNTIME].start == 0 &&
      sonde_elf_symbols_find_section (file, ".PyRuntime", &address, &offset, &size))
    {
      SondeAddress start = self->image.bias + address;

      self->symbols[SONDE_PYTHON_SYMBOL_RUNTIME] = (SondePythonRange) { start, start + size };
    }

  if (file != NULL && (self->image.is_program || sonde_python_module_is_python (self)))
    sonde_elf_symbols_foreach (file, take_symbol_cb, self);

  if (fd >= 0)
    close (fd);
}

/* Where in @bytes the beginning of _PyRuntime may be, or @length. */
static gsize
find_cookie (const guint8 *bytes,
             gsize         length)
{
  for (gsize at = 0; at < length; at += RUNTIME_ALIGNMENT)
    if (sonde_python_offsets_parse_version (bytes + at, length - at) != 0)
      return at;

  return length;
}

void
sonde_python_module_find_in_memory (SondePythonModule       *self,
                                    const SondePythonMemory *memory,
                                    gsize                   *n_bytes_left)
{
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);

  for (guint i = 0; i < self->image.n_segments; i++)
    {
      const SondePythonSegment *segment = &self->image.segments[i];
      SondeAddress at = segment->range.start - segment->range.start % RUNTIME_ALIGNMENT;
      SondeAddress end = at + MIN (segment->file_end - at, SEGMENT_BYTES_MAX);

      for (; segment->writable && at < end && *n_bytes_left > 0; at += PIECE_BYTES)
        {
          gsize length = memory->read (memory->data, at, piece, MIN (end - at, PIECE_BYTES));
          gsize found = find_cookie (piece, length);

          *n_bytes_left -= MIN (PIECE_BYTES, *n_bytes_left);
          if (found < length)
            {
              self->symbols[SONDE_PYTHON_SYMBOL_RUNTIME] =
                (SondePythonRange) { at + found, at + length };
              return;
            }
        }
    }
}
