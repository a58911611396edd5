/* python-image.c: recorded memory of a Python, to read without one
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "support/python-image.h"

#include <string.h>

#include "support/pieces.h"

static void
clear_region_cb (gpointer data)
{
  g_free (((PythonRegion *) data)->bytes);
}

static void
clear_object_cb (gpointer data)
{
  PythonObject *object = data;

  g_free (object->name);
  g_free (object->file);
}

static PythonImage *
image_new (void)
{
  PythonImage *self = g_new0 (PythonImage, 1);

  self->regions = g_array_new (FALSE, FALSE, sizeof (PythonRegion));
  self->codes = g_array_new (FALSE, FALSE, sizeof (PythonObject));
  self->texts = g_array_new (FALSE, FALSE, sizeof (PythonObject));
  self->lines = g_array_new (FALSE, FALSE, sizeof (PythonLine));
  g_array_set_clear_func (self->regions, clear_region_cb);
  g_array_set_clear_func (self->codes, clear_object_cb);
  g_array_set_clear_func (self->texts, clear_object_cb);

  return self;
}

void
python_image_free (PythonImage *self)
{
  g_array_unref (self->regions);
  g_array_unref (self->codes);
  g_array_unref (self->texts);
  g_array_unref (self->lines);
  g_free (self);
}

guint8 *
python_image_parse_hex (const char *word,
                        gsize      *length)
{
  guint8 *bytes = g_malloc (strlen (word) / 2 + 1);

  *length = strlen (word) / 2;
  for (gsize i = 0; i < *length; i++)
    bytes[i] = (guint8) (g_ascii_xdigit_value (word[2 * i]) << 4 |
                         g_ascii_xdigit_value (word[2 * i + 1]));

  return bytes;
}

/* A text as record.py writes it. */
static char *
dup_text (const char *word)
{
  gsize length;
  guint8 *bytes;

  if (*word != '=')
    return NULL;

  bytes = python_image_parse_hex (word + 1, &length);
  bytes[length] = '\0';

  return (char *) bytes;
}

static guint64
parse_address (const char *word)
{
  return g_ascii_strtoull (word, NULL, 16);
}

static void
take_line (PythonImage  *self,
           char        **words)
{
  guint n = g_strv_length (words);

  if (n == 3 && g_str_equal (words[0], "version"))
    self->version = (guint) (atoi (words[1]) << 8 | atoi (words[2]));
  else if (n == 3 && g_str_equal (words[0], "region"))
    {
      gsize length;
      g_autofree guint8 *bytes = python_image_parse_hex (words[2], &length);

      python_image_add (self, parse_address (words[1]), bytes, length);
    }
  else if (n == 5 && g_str_equal (words[0], "code"))
    {
      PythonObject code = { parse_address (words[1]), (guint) atoi (words[2]),
                            dup_text (words[3]), dup_text (words[4]) };

      g_array_append_val (self->codes, code);
    }
  else if (n == 4 && g_str_equal (words[0], "line"))
    {
      PythonLine line = { parse_address (words[1]), parse_address (words[2]),
                          (guint) atoi (words[3]) };

      g_array_append_val (self->lines, line);
    }
  else if (n == 3 && g_str_equal (words[0], "text"))
    {
      PythonObject text = { parse_address (words[1]), 0, dup_text (words[2]), NULL };

      g_array_append_val (self->texts, text);
    }
  else
    g_error ("an image has a line that is not known: %s", words[0]);
}

/* (nullable) @path: an image without anything for %NULL. */
PythonImage *
python_image_load (const char *path)
{
  PythonImage *self = image_new ();
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  g_autoptr(GError) error = NULL;

  if (path == NULL)
    return self;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      {
        g_auto(GStrv) words = g_strsplit (lines[i], " ", -1);

        take_line (self, words);
      }

  return self;
}

guint8 *
python_image_add (PythonImage  *self,
                  SondeAddress  address,
                  const guint8 *bytes,
                  gsize         length)
{
  PythonRegion region = { address, g_malloc0 (length + 1), length };
  guint i = 0;

  if (bytes != NULL)
    memcpy (region.bytes, bytes, length);
  while (i < self->regions->len &&
         g_array_index (self->regions, PythonRegion, i).address < address)
    i++;
  g_array_insert_val (self->regions, i, region);

  return region.bytes;
}

/* The last region that begins at or below @address. */
static const PythonRegion *
find_region (PythonImage  *self,
             SondeAddress  address)
{
  guint low = 0, high = self->regions->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (self->regions, PythonRegion, middle).address <= address)
        low = middle + 1;
      else
        high = middle;
    }

  return low > 0 ? &g_array_index (self->regions, PythonRegion, low - 1) : NULL;
}

guint8 *
python_image_at (PythonImage  *self,
                 SondeAddress  address)
{
  const PythonRegion *region = find_region (self, address);

  g_assert_nonnull (region);
  g_assert_cmpuint (address - region->address, <, region->length);

  return region->bytes + (address - region->address);
}

void
python_image_put_word (PythonImage  *self,
                       SondeAddress  address,
                       guint64       word)
{
  memcpy (python_image_at (self, address), &word, sizeof word);
}

void
python_image_add_type (PythonImage              *self,
                       const SondePythonOffsets *offsets,
                       SondeAddress              address,
                       const char               *name,
                       guint64                   flags)
{
  const SondeAddress text = address + 0x800;

  python_image_add (self, address, NULL, offsets->type.name + 160);
  python_image_put_word (self, address + offsets->type.name, text);
  python_image_put_word (self, address + offsets->type.flags, flags);
  python_image_add (self, text, (const guint8 *) name, strlen (name) + 1);
}

void
python_image_add_text (PythonImage              *self,
                       const SondePythonOffsets *offsets,
                       SondeAddress              address,
                       SondeAddress              type,
                       const char               *text)
{
  const guint32 state = 1u << offsets->unicode.kind_shift | 1u << offsets->unicode.compact_shift |
                        1u << offsets->unicode.ascii_shift |
                        2u << offsets->unicode.ascii_shift; /* ready, or nothing */

  python_image_add (self, address, NULL, offsets->unicode.ascii_data + strlen (text) + 1);
  python_image_put_word (self, address + offsets->object.type, type);
  python_image_put_word (self, address + offsets->unicode.length, strlen (text));
  memcpy (python_image_at (self, address + offsets->unicode.state), &state, sizeof state);
  strcpy ((char *) python_image_at (self, address + offsets->unicode.ascii_data), text);
}

static gsize
read_cb (gpointer     data,
         SondeAddress address,
         gpointer     buffer,
         gsize        length)
{
  PythonImage *self = data;
  const PythonRegion *region = find_region (self, address);
  gsize n;

  self->n_reads++;
  self->n_bytes += length;
  if (length == 0 || region == NULL || address - region->address >= region->length)
    return 0;

  n = MIN (length, region->length - (address - region->address));
  memcpy (buffer, region->bytes + (address - region->address), n);

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

SondePythonMemory
python_image_get_memory (PythonImage *self)
{
  return (SondePythonMemory) { .read = read_cb, .read_pieces = read_pieces_cb, .data = self };
}
