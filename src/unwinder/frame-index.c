/* frame-index.c: a search table for unwind rules that have none
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A chain is a row of records, each with its length before it: a CIE, which says what some
 * functions have in common, or an FDE, which has the rules of one function and leads to its CIE.
 *
 *   14 00 00 00  00 00 00 00  01 'z' 'R' 00  01 78 10  01 1b …      CIE
 *   length       0            version, text  alignments, return address, augmentation
 *   1c 00 00 00  1c 00 00 00  e8 0f 00 00  34 00 00 00 …            FDE
 *   length       to its CIE   start        bytes of the function
 *
 * .debug_frame has 0xffffffff in the place of a CIE's 0, offsets from the start of the section in
 * the place of those from the field, and absolute addresses (DWARF 5, 6.4.1; Linux Standard Base
 * 5.0, Core, 10.6.1).
 */

#include "config.h"

#include "unwinder/frame-index.h"

#include <string.h>

#define LENGTH_BYTES 4
#define ID_BYTES 4
/* Version, an empty text, two alignments and a register. */
#define CIE_BYTES_MIN (ID_BYTES + 5)
#define DEBUG_CIE_ID 0xffffffffu
/* Letters of a CIE's text ("zPLRSB"), and CIEs of one section: a linker keeps one of each kind. */
#define TEXT_BYTES_MAX 16
#define N_CIES_MAX 65536
/* From here on a length is none (DWARF 5, 7.4). */
#define LENGTH_RESERVED 0xfffffff0u

/* DWARF pointer encodings (Linux Standard Base 5.0, Core, 10.5.1). */
#define ENCODING_ABSOLUTE 0x00
#define ENCODING_UDATA2 0x02
#define ENCODING_UDATA4 0x03
#define ENCODING_UDATA8 0x04
#define ENCODING_SDATA2 0x0a
#define ENCODING_SDATA4 0x0b
#define ENCODING_SDATA8 0x0c
#define ENCODING_FORMAT 0x0f
#define ENCODING_RELATIVE 0x70
#define ENCODING_PC_RELATIVE 0x10

/* What every CIE of x86_64 says: the return address is register 16, and it is saved in steps of 8
 * bytes downwards (Go: of 4).
 */
#define RETURN_REGISTER 16

typedef struct
{
  const guint8 *bytes;
  gsize         at;
  gsize         end;
  gboolean      has_failed;
} Cursor;

typedef struct
{
  gsize   start; /* of its length */
  gsize   id_at;
  gsize   end;
  guint32 id;
} Record;

typedef struct
{
  const SondeFrameSection *section;
  gboolean                 is_strict;
  GHashTable              *encodings; /* borrowed; start of a CIE → encoding of its addresses */
  GArray                  *entries;   /* borrowed; of SondeFrameEntry; or NULL */
  gsize                    first;     /* where the chain begins */
  guint                    n_functions;
} Chain;

static guint64
take_bytes (Cursor *self,
            gsize   count)
{
  guint64 value = 0;

  if (self->has_failed || self->end - self->at < count)
    {
      self->has_failed = TRUE;
      return 0;
    }

  memcpy (&value, self->bytes + self->at, count);
  self->at += count;

  return value;
}

static guint64
take_uleb (Cursor *self)
{
  guint64 value = 0;

  for (guint shift = 0; shift < 64; shift += 7)
    {
      guint64 byte = take_bytes (self, 1);

      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) == 0)
        return value;
    }

  self->has_failed = TRUE;
  return 0;
}

static gint64
take_sleb (Cursor *self)
{
  gsize start = self->at;
  guint64 value = take_uleb (self);
  guint bits = (guint) (self->at - start) * 7;

  if (bits > 0 && bits < 64 && (value >> (bits - 1) & 1) != 0)
    value |= G_MAXUINT64 << bits;

  return (gint64) value;
}

/* A value as @encoding says, relative to nothing. */
static guint64
take_value (Cursor *self,
            guint8  encoding)
{
  switch (encoding & ENCODING_FORMAT)
    {
    case ENCODING_UDATA2:
      return take_bytes (self, 2);
    case ENCODING_SDATA2:
      return (guint64) (gint64) (gint16) take_bytes (self, 2);
    case ENCODING_UDATA4:
      return take_bytes (self, 4);
    case ENCODING_SDATA4:
      return (guint64) (gint64) (gint32) take_bytes (self, 4);
    case ENCODING_ABSOLUTE:
    case ENCODING_UDATA8:
    case ENCODING_SDATA8:
      return take_bytes (self, 8);
    default:
      self->has_failed = TRUE;
      return 0;
    }
}

/* FALSE at the end of the chain. */
static gboolean
read_record (const Chain *self,
             gsize        at,
             Record      *record)
{
  Cursor cursor = { .bytes = self->section->bytes, .at = at, .end = self->section->length };
  guint32 length = (guint32) take_bytes (&cursor, LENGTH_BYTES);

  if (cursor.has_failed || length < ID_BYTES || length >= LENGTH_RESERVED ||
      length > cursor.end - cursor.at)
    return FALSE;

  record->start = at;
  record->id_at = cursor.at;
  record->end = cursor.at + length;
  record->id = (guint32) take_bytes (&cursor, ID_BYTES);

  return TRUE;
}

static gboolean
is_cie (const Chain  *self,
        const Record *record)
{
  return record->id == (self->section->kind == SONDE_FRAME_KIND_DEBUG ? DEBUG_CIE_ID : 0);
}

/* The letters of a CIE's text, and what belongs to each; @encoding is that of 'R'. */
static gboolean
read_augmentation (Cursor       *cursor,
                   const guint8 *letters,
                   guint8       *encoding)
{
  for (; *letters != '\0'; letters++)
    switch (*letters)
      {
      case 'R':
        *encoding = (guint8) take_bytes (cursor, 1);
        break;
      case 'L':
        take_bytes (cursor, 1);
        break;
      case 'P':
        take_value (cursor, (guint8) take_bytes (cursor, 1));
        break;
      case 'S':
      case 'B':
        break;
      default:
        return FALSE;
      }

  return !cursor->has_failed;
}

static gboolean
has_known_alignments (guint64 code,
                      gint64  data,
                      guint64 return_register)
{
  return code == 1 && (data == -8 || data == -4) && return_register == RETURN_REGISTER;
}

/* Gives how the starts of the CIE's functions are written, @encoding. .debug_frame has addresses
 * of 8 bytes only, and convert_fde() puts such into the place of what was read.
 */
static gboolean
read_cie (const Chain  *self,
          const Record *record,
          guint8       *encoding)
{
  Cursor cursor = { .bytes = self->section->bytes, .at = record->id_at + ID_BYTES,
                    .end = record->end };
  guint8 version = (guint8) take_bytes (&cursor, 1);
  const guint8 *letters = cursor.bytes + cursor.at;
  const guint8 *zero = memchr (letters, '\0', MIN (cursor.end - cursor.at, TEXT_BYTES_MAX));
  guint64 code_alignment, return_register;
  gint64 data_alignment;

  *encoding = ENCODING_ABSOLUTE;
  if (cursor.has_failed || zero == NULL || (version != 1 && version != 3 && version != 4))
    return FALSE;

  cursor.at += (gsize) (zero - letters) + 1;
  /* Bytes of an address and of a segment. */
  if (version == 4 && take_bytes (&cursor, 2) != 8)
    return FALSE;

  code_alignment = take_uleb (&cursor);
  data_alignment = take_sleb (&cursor);
  return_register = version == 1 ? take_bytes (&cursor, 1) : take_uleb (&cursor);
  if (cursor.has_failed ||
      (self->is_strict &&
       !has_known_alignments (code_alignment, data_alignment, return_register)))
    return FALSE;

  if (letters[0] == '\0')
    return TRUE;

  if (letters[0] != 'z')
    return FALSE;

  take_uleb (&cursor);
  return read_augmentation (&cursor, letters + 1, encoding) &&
         (self->section->kind == SONDE_FRAME_KIND_EH || *encoding == ENCODING_ABSOLUTE);
}

/* libunwind reads version 3, which has not the two bytes of version 4; two more instructions that
 * do nothing (0) take their place at the end.
 */
static void
convert_cie (const Chain  *self,
             const Record *record)
{
  guint8 *bytes = self->section->bytes + record->id_at;
  guint8 *version = bytes + ID_BYTES;
  guint8 *end = self->section->bytes + record->end;
  guint8 *sizes;

  memset (bytes, 0, ID_BYTES);
  if (*version != 4)
    return;

  sizes = (guint8 *) memchr (version, '\0', (gsize) (end - version)) + 1;
  *version = 3;
  memmove (sizes, sizes + 2, (gsize) (end - sizes) - 2);
  memset (end - 2, 0, 2);
}

static void
convert_fde (const Chain  *self,
             const Record *record,
             SondeAddress  start)
{
  guint8 *bytes = self->section->bytes + record->id_at;
  guint32 distance = (guint32) (record->id_at - (self->first + record->id));

  memcpy (bytes, &distance, sizeof distance);
  memcpy (bytes + ID_BYTES, &start, sizeof start);
}

/* Where the CIE of an FDE begins. */
static gsize
find_cie (const Chain  *self,
          const Record *record)
{
  if (self->section->kind == SONDE_FRAME_KIND_DEBUG)
    return self->first + record->id;

  return record->id_at - record->id;
}

static gboolean
add_function (Chain        *self,
              const Record *record,
              SondeAddress  start,
              SondeAddress  end)
{
  const SondeFrameSection *section = self->section;
  SondeFrameEntry entry;

  /* What a linker has left out is at 0. */
  if (start < section->file_start || end > section->file_end || start >= end)
    return start == section->bias || !self->is_strict;

  self->n_functions++;
  if (self->entries == NULL || start < section->code_start || end > section->code_end ||
      start - section->code_start > G_MAXINT32)
    return TRUE;

  entry.start = (gint32) (start - section->code_start);
  entry.fde = (gint32) (record->start);
  g_array_append_val (self->entries, entry);
  if (section->kind == SONDE_FRAME_KIND_DEBUG)
    convert_fde (self, record, start);

  return TRUE;
}

static gboolean
read_fde (Chain        *self,
          const Record *record)
{
  const SondeFrameSection *section = self->section;
  Cursor cursor = { .bytes = section->bytes, .at = record->id_at + ID_BYTES, .end = record->end };
  gpointer value;
  SondeAddress start, end;
  guint8 encoding;

  if (!g_hash_table_lookup_extended (self->encodings,
                                     GSIZE_TO_POINTER (find_cie (self, record)), NULL, &value))
    return FALSE;

  encoding = (guint8) GPOINTER_TO_UINT (value);
  if ((encoding & ENCODING_RELATIVE) == ENCODING_PC_RELATIVE)
    start = section->address + cursor.at;
  else if ((encoding & ~ENCODING_FORMAT) == 0)
    start = section->kind == SONDE_FRAME_KIND_DEBUG ? section->bias : 0;
  else
    return FALSE;

  start += take_value (&cursor, encoding);
  end = start + take_value (&cursor, encoding);

  return !cursor.has_failed && add_function (self, record, start, end);
}

/* Gives where the chain that begins at @at ends. */
static gsize
walk (Chain *self,
      gsize  at)
{
  Record record;

  self->first = at;
  self->n_functions = 0;
  g_hash_table_remove_all (self->encodings);
  for (; read_record (self, at, &record); at = record.end)
    {
      guint8 encoding;

      if (!is_cie (self, &record))
        {
          if (!read_fde (self, &record))
            break;
          continue;
        }

      if (g_hash_table_size (self->encodings) == N_CIES_MAX ||
          !read_cie (self, &record, &encoding))
        break;

      g_hash_table_insert (self->encodings, GSIZE_TO_POINTER (record.start),
                           GUINT_TO_POINTER (encoding));
      if (self->entries != NULL && self->section->kind == SONDE_FRAME_KIND_DEBUG)
        convert_cie (self, &record);
    }

  return at;
}

static gint
compare_entries (gconstpointer a,
                 gconstpointer b)
{
  const SondeFrameEntry *left = a;
  const SondeFrameEntry *right = b;

  return (left->start > right->start) - (left->start < right->start);
}

GArray *
sonde_frame_index_read (const SondeFrameSection *section)
{
  g_autoptr(GHashTable) encodings = g_hash_table_new (NULL, NULL);
  g_autoptr(GArray) entries = g_array_new (FALSE, FALSE, sizeof (SondeFrameEntry));
  Chain chain = { .section = section, .encodings = encodings, .entries = entries };

  g_return_val_if_fail (section->length <= SONDE_FRAME_SECTION_BYTES_MAX, NULL);

  walk (&chain, 0);
  g_array_sort (entries, compare_entries);

  return entries->len > 0 ? g_steal_pointer (&entries) : NULL;
}

/* Whether a CIE may begin at @at; of most bytes that is told by the first twelve. */
static gboolean
may_be_cie (const Chain *self,
            gsize        at)
{
  Record record;
  guint8 version;

  if (!read_record (self, at, &record) || !is_cie (self, &record) ||
      record.end - record.id_at < CIE_BYTES_MIN)
    return FALSE;

  version = self->section->bytes[record.id_at + ID_BYTES];
  return version == 1 || version == 3 || version == 4;
}

gboolean
sonde_frame_index_find (SondeFrameSection *section)
{
  g_autoptr(GHashTable) encodings = g_hash_table_new (NULL, NULL);
  Chain chain = { .section = section, .is_strict = TRUE, .encodings = encodings };
  gsize first = 0;
  gsize end = 0;
  guint n_most = 0;
  gsize at = 0;

  g_return_val_if_fail (section->length <= SONDE_FRAME_SECTION_BYTES_MAX, FALSE);

  while (section->length - at >= LENGTH_BYTES + CIE_BYTES_MIN)
    {
      gsize next = at + 4;

      if (may_be_cie (&chain, at))
        {
          /* What was a part of one chain begins no other: each byte is read once. */
          next = MAX (next, walk (&chain, at));
          next += (at - next) % 4;
          if (chain.n_functions > n_most)
            {
              n_most = chain.n_functions;
              first = at;
              end = MIN (next, section->length);
            }
        }

      if (next > section->length)
        break;
      at = next;
    }

  section->bytes += first;
  section->address += first;
  section->length = end - first;

  return n_most > 0;
}
