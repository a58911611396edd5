/* memory.c: the input of a fuzzer as the memory of a Python
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fuzz/memory.h"

#include <string.h>

#include "support/pieces.h"
#include "support/python-versions.h"

#define TYPE_NAME 4000

static gsize
read_cb (gpointer     data,
         SondeAddress address,
         gpointer     buffer,
         gsize        length)
{
  FuzzMemory *self = data;
  const guint8 *from;
  gsize n;

  g_assert_cmpuint (++self->n_reads, <=, FUZZ_READS_MAX);
  g_assert_cmpuint (self->n_bytes += length, <=, FUZZ_BYTES_MAX);
  if (self->length == 0 || length == 0 || self->n_reads > FUZZ_READS_ALIVE)
    return 0;

  if (address < FUZZ_TYPES_END)
    {
      from = self->types + address;
      n = MIN (length, FUZZ_TYPES_END - address);
    }
  else
    {
      from = self->bytes + address % self->length;
      n = MIN (length, self->length - address % self->length);
    }
  memcpy (buffer, from, n);

  if (address < FUZZ_TYPES_END || !self->is_endless)
    return n;

  while (n < length)
    {
      gsize whole = n / self->length * self->length; /* what is there already repeats with that */
      const guint8 *again = whole > 0 ? (guint8 *) buffer + n - whole
                                      : self->bytes + (address + n) % self->length;
      gsize more = whole > 0 ? whole : self->length - (address + n) % self->length;

      more = MIN (more, length - n);
      memcpy ((guint8 *) buffer + n, again, more);
      n += more;
    }

  return n;
}

static guint
read_pieces_cb (gpointer                data,
                const SondeMemoryPiece *pieces,
                guint                   n_pieces)
{
  const SondePythonMemory memory = { .read = read_cb, .data = data };

  return test_read_pieces (&memory, pieces, n_pieces);
}

static void
put_type (FuzzMemory               *self,
          const SondePythonOffsets *offsets,
          gsize                     address,
          guint64                   flags)
{
  const guint64 name = TYPE_NAME;

  if (offsets->type.name > 512 || offsets->type.flags > 512)
    return;
  memcpy (self->types + address + offsets->type.name, &name, sizeof name);
  memcpy (self->types + address + offsets->type.flags, &flags, sizeof flags);
}

SondePythonMemory
fuzz_memory_open (FuzzMemory               *self,
                  const SondePythonOffsets *offsets,
                  const guint8             *bytes,
                  gsize                     length,
                  gboolean                  is_endless)
{
  *self = (FuzzMemory) { .bytes = bytes, .length = length, .is_endless = is_endless };
  strcpy ((char *) self->types + TYPE_NAME, "code");
  put_type (self, offsets, FUZZ_CODE_TYPE, 0);
  put_type (self, offsets, FUZZ_STR_TYPE, 1u << 28);
  put_type (self, offsets, FUZZ_BYTES_TYPE, 1u << 27);

  return (SondePythonMemory) { .read = read_cb, .read_pieces = read_pieces_cb, .data = self };
}

const SondePythonOffsets *
fuzz_choose_offsets (guint8 choice)
{
  guint version = PYTHON_OLDEST + choice % N_PYTHONS;
  gboolean may_be_free_threaded = version >= PYTHON_OLDEST_FREE_THREADED;

  return sonde_python_offsets_find (version, may_be_free_threaded && (choice & 0x80) != 0);
}

gsize
fuzz_change_offsets (SondePythonOffsets *offsets,
                     const guint8       *bytes,
                     gsize               length)
{
  const gsize first = G_STRUCT_OFFSET (SondePythonOffsets, runtime);
  const gsize end = G_STRUCT_OFFSET (SondePythonOffsets, unicode.kind_shift);
  gsize n;

  if (length == 0)
    return 0;

  n = MIN (bytes[0] % 8, (length - 1) / 4);
  for (const guint8 *change = bytes + 1; change < bytes + 1 + 4 * n; change += 4)
    {
      guint32 offset = (change[1] | change[2] << 8 | change[3] << 16) % (1 << 20);

      memcpy ((guint8 *) offsets + first + change[0] % ((end - first) / 4) * 4, &offset, 4);
    }

  return 1 + 4 * n;
}
