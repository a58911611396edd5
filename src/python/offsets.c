/* offsets.c: where a version of CPython keeps what a stack is made of
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Since 3.13 _PyRuntime begins with struct _Py_DebugOffsets: the cookie, PY_VERSION_HEX, whether
 * there is no global lock, then offsets and sizes, all words of 8 bytes. Which word tells what
 * differs between versions, never within one. What it says is right even where a vendor's build
 * has another layout, so it goes before the figures of the headers; those supply what it lacks.
 */

#include "config.h"

#include "python/offsets.h"

#include <string.h>

#define COOKIE "xdebugpy"
#define COOKIE_BYTES 8
#define VERSION_AT 8
#define FREE_THREADED_AT 16

/* The low byte of PY_VERSION_HEX from the first release candidate on. */
#define LEVEL_CANDIDATE 0xc0

/* The interpreter state has some 300 KiB, its fields that matter lie in the first 10. */
#define STRUCT_BYTES_MAX (G_GUINT64_CONSTANT (1) << 26)
#define OFFSET_MAX (1 << 20)

#define DEBUG_FIELDS_MAX 64

/* One field: the word that tells it, the words that are added to and taken from that, and the word
 * with the size of the struct. All as offsets in struct _Py_DebugOffsets; 0 for none.
 */
typedef struct
{
  guint16 field; /* in SondePythonOffsets */
  guint16 at;
  guint16 plus_at;
  guint16 minus_at;
  guint16 size_at;
} DebugField;

typedef struct
{
  guint      version;
  gboolean   free_threaded;
  DebugField fields[DEBUG_FIELDS_MAX];
} DebugLayout;

#define FIELD(name) G_STRUCT_OFFSET (SondePythonOffsets, name)
#define NONE SONDE_PYTHON_NO_FIELD

static const SondePythonOffsets tables[] = {
#include "python/offsets-table.inc"
};

static const DebugLayout layouts[] = {
#include "python/debug-offsets-table.inc"
};

/* What some versions or all do not tell, and a field near by that every one does: they move
 * together.
 */
static const struct
{
  guint16 field;
  guint16 neighbour;
} companions[] = {
  { FIELD (gil.switch_number), FIELD (gil.locked) },
  { FIELD (frame.stacktop), FIELD (frame.owner) },
  { FIELD (unicode.compact_data), FIELD (unicode.ascii_data) },
};

gsize
sonde_python_offsets_get_bytes (const guint32 *fields,
                                guint          n_fields,
                                gsize          max)
{
  gsize bytes = 0;

  for (guint i = 0; i < n_fields; i++)
    if (sonde_python_has_field (fields[i]))
      bytes = MAX (bytes, (gsize) fields[i] + sizeof (guint64));

  return bytes <= max ? bytes : 0;
}

const SondePythonOffsets *
sonde_python_offsets_find (guint    version,
                           gboolean free_threaded)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (tables[i].version == version && tables[i].free_threaded == (free_threaded != FALSE))
      return &tables[i];

  return NULL;
}

static const DebugLayout *
find_layout (guint    version,
             gboolean free_threaded)
{
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    if (layouts[i].version == version && layouts[i].free_threaded == free_threaded)
      return &layouts[i];

  return NULL;
}

/* FALSE if the word is not there or not below @limit. */
static gboolean
read_word (const guint8 *bytes,
           gsize         length,
           gsize         at,
           guint64       limit,
           guint64      *word)
{
  if (length < sizeof *word || at > length - sizeof *word)
    return FALSE;

  memcpy (word, bytes + at, sizeof *word);
  *word = GUINT64_FROM_LE (*word);

  return *word < limit;
}

guint32
sonde_python_offsets_parse_version (const guint8 *bytes,
                                    gsize         length)
{
  guint64 version;

  g_return_val_if_fail (bytes != NULL || length == 0, 0);

  if (length < COOKIE_BYTES || memcmp (bytes, COOKIE, COOKIE_BYTES) != 0 ||
      !read_word (bytes, length, VERSION_AT, G_MAXUINT32, &version))
    return 0;

  return (guint32) version;
}

static gboolean
parse_field (const guint8     *bytes,
             gsize             length,
             const DebugField *layout,
             guint32          *field)
{
  guint64 offset;
  guint64 plus = 0;
  guint64 minus = 0;
  guint64 size;

  if (!read_word (bytes, length, layout->at, STRUCT_BYTES_MAX, &offset) ||
      (layout->plus_at != 0 &&
       !read_word (bytes, length, layout->plus_at, STRUCT_BYTES_MAX, &plus)) ||
      (layout->minus_at != 0 &&
       !read_word (bytes, length, layout->minus_at, STRUCT_BYTES_MAX, &minus)) ||
      !read_word (bytes, length, layout->size_at, STRUCT_BYTES_MAX, &size))
    return FALSE;

  offset += plus;
  if (offset < minus || offset > size || offset - minus >= OFFSET_MAX)
    return FALSE;

  *field = (guint32) (offset - minus);

  return TRUE;
}

static gboolean
is_told (const DebugLayout *layout,
         guint16            field)
{
  for (guint i = 0; i < DEBUG_FIELDS_MAX && layout->fields[i].at != 0; i++)
    if (layout->fields[i].field == field)
      return TRUE;

  return FALSE;
}

static gint64
get_field (const SondePythonOffsets *offsets,
           guint16                   field)
{
  guint32 offset;

  memcpy (&offset, (const guint8 *) offsets + field, sizeof offset);

  return offset;
}

/* Moves what is not told by as much as its neighbour has moved. */
static gboolean
move_companions (const DebugLayout        *layout,
                 const SondePythonOffsets *table,
                 SondePythonOffsets       *offsets)
{
  for (guint i = 0; i < G_N_ELEMENTS (companions); i++)
    {
      guint16 field = companions[i].field;
      guint16 neighbour = companions[i].neighbour;
      gint64 offset = get_field (table, field) + get_field (offsets, neighbour) -
                      get_field (table, neighbour);

      if (get_field (table, field) == NONE || is_told (layout, field))
        continue;
      if (offset < 0 || offset >= OFFSET_MAX)
        return FALSE;
      G_STRUCT_MEMBER (guint32, offsets, field) = (guint32) offset;
    }

  return TRUE;
}

gboolean
sonde_python_offsets_parse (const guint8       *bytes,
                            gsize               length,
                            SondePythonOffsets *offsets)
{
  guint32 version = sonde_python_offsets_parse_version (bytes, length);
  guint64 free_threaded;
  const SondePythonOffsets *table;
  const DebugLayout *layout;

  g_return_val_if_fail (offsets != NULL, FALSE);

  if ((version & 0xff) < LEVEL_CANDIDATE ||
      !read_word (bytes, length, FREE_THREADED_AT, 2, &free_threaded))
    return FALSE;

  table = sonde_python_offsets_find (version >> 16, (gboolean) free_threaded);
  layout = find_layout (version >> 16, (gboolean) free_threaded);
  if (table == NULL || layout == NULL)
    return FALSE;

  *offsets = *table;
  for (guint i = 0; i < DEBUG_FIELDS_MAX && layout->fields[i].at != 0; i++)
    if (!parse_field (bytes, length, &layout->fields[i],
                      G_STRUCT_MEMBER_P (offsets, layout->fields[i].field)))
      return FALSE;

  return move_companions (layout, table, offsets);
}
