/* text.c: reads text objects of a target's Python
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A text has 1, 2 or 4 bytes a character (PEP 393), in one of three forms: characters right behind
 * the head, which is shorter for ASCII; characters elsewhere, as subtypes of str have them; and up
 * to 3.11 the old form, made through an interface that is gone since, with wchar_t elsewhere and no
 * kind yet.
 */

#include "config.h"

#include "python/text.h"

#include "base/text.h"

/* As much as is read at first: the head and what most names need. */
#define HEAD_BYTES 256

/* No process has more memory than this. */
#define LENGTH_MAX (G_GUINT64_CONSTANT (1) << 47)

typedef struct
{
  SondeAddress data;    /* where the characters are */
  guint64      length;  /* how many */
  guint        width;   /* bytes each: 1, 2 or 4 */
  gsize        end;     /* of the object itself, from its address on */
} Layout;

static guint
get_bits (guint32 state,
          guint32 shift,
          guint32 mask)
{
  return shift < 32 ? (state >> shift) & mask : 0;
}

/* The old form has its two fields where the heads of both new forms end. */
static gboolean
parse_old_form (const SondePythonOffsets *offsets,
                const guint8             *head,
                Layout                   *layout)
{
  layout->data = sonde_python_get_word (head, offsets->unicode.ascii_data - 8);
  layout->length = sonde_python_get_word (head, offsets->unicode.compact_data - 8);
  layout->width = 4;
  layout->end = offsets->unicode.compact_data;

  return layout->data != 0;
}

static gboolean
parse_new_form (const SondePythonOffsets *offsets,
                SondeAddress              address,
                const guint8             *head,
                guint32                   state,
                Layout                   *layout)
{
  gboolean ascii = get_bits (state, offsets->unicode.ascii_shift, 1) != 0;
  guint32 begin = ascii ? offsets->unicode.ascii_data : offsets->unicode.compact_data;

  layout->length = sonde_python_get_word (head, offsets->unicode.length);
  layout->width = get_bits (state, offsets->unicode.kind_shift, 7);
  if ((layout->width != 1 && layout->width != 2 && layout->width != 4) ||
      (ascii && layout->width != 1) || layout->length > LENGTH_MAX)
    return FALSE;

  if (get_bits (state, offsets->unicode.compact_shift, 1) != 0)
    {
      layout->data = address + begin;
      layout->end = begin + layout->length * layout->width;
    }
  else
    {
      layout->data = sonde_python_get_word (head, offsets->unicode.compact_data);
      layout->end = offsets->unicode.compact_data + 8;
    }

  return TRUE;
}

/* @head holds HEAD_BYTES, zeros where nothing could be read. */
static gboolean
parse_head (const SondePythonOffsets *offsets,
            SondeAddress              address,
            const guint8             *head,
            Layout                   *layout)
{
  guint32 state = (guint32) sonde_python_get_int (head, offsets->unicode.state);

  if (offsets->flags.text_has_old_form &&
      get_bits (state, offsets->unicode.ascii_shift + 1, 1) == 0)
    return parse_old_form (offsets, head, layout) && layout->length <= LENGTH_MAX;

  return parse_new_form (offsets, address, head, state, layout);
}

/* Whether all fields of a head lie in HEAD_BYTES: the target may have given their offsets. */
static gboolean
has_fitting_offsets (const SondePythonOffsets *offsets)
{
  return offsets->object.type <= HEAD_BYTES - 8 &&
         offsets->unicode.length <= HEAD_BYTES - 8 &&
         offsets->unicode.state <= HEAD_BYTES - 4 &&
         offsets->unicode.ascii_data >= 8 && offsets->unicode.ascii_data <= HEAD_BYTES - 8 &&
         offsets->unicode.compact_data >= 8 && offsets->unicode.compact_data <= HEAD_BYTES - 8;
}

static gunichar
get_character (const guint8 *characters,
               guint         width,
               gsize         index)
{
  guint32 character = 0;

  memcpy (&character, characters + width * index, width);

  return character;
}

/* Lone surrogates stand for the bytes of a file name that are no text (PEP 383). */
static char *
dup_characters (const guint8 *characters,
                const Layout *layout,
                gsize         n)
{
  g_autoptr(GString) text = g_string_sized_new (n + 4);

  for (gsize i = 0; i < n; i++)
    {
      gunichar character = get_character (characters, layout->width, i);

      if (character == 0)
        g_string_append_c (text, '\0');
      else
        g_string_append_unichar (text, g_unichar_validate (character) ? character : 0xfffd);
    }
  if (layout->length > n)
    g_string_append (text, "…");

  return sonde_text_dup_clean (text->str, text->len, '?');
}

static void
set_mark (const SondePythonOffsets *offsets,
          const guint8             *head,
          gsize                     got,
          const Layout             *layout,
          SondePythonMark          *mark)
{
  gsize end = MIN (got, layout->end);
  gsize length = end > offsets->unicode.length ? end - offsets->unicode.length : 0;

  mark->length = (guint8) MIN (length, SONDE_PYTHON_MARK_BYTES);
  memcpy (mark->bytes, head + offsets->unicode.length, mark->length);
}

/* Reads HEAD_BYTES of the object, or how many there are, and what they say; gives how many, 0 if it
 * is no text.
 */
static gsize
read_head (SondePythonHeap *heap,
           SondeAddress     address,
           guint8          *head,
           Layout          *layout)
{
  const SondePythonOffsets *offsets = heap->offsets;
  gsize got;

  if (address == 0 || !has_fitting_offsets (offsets))
    return 0;

  got = heap->memory->read (heap->memory->data, address, head, HEAD_BYTES);
  if (got < offsets->unicode.ascii_data ||
      !sonde_python_heap_is_type (heap, SONDE_PYTHON_TYPE_TEXT,
                                  sonde_python_get_word (head, offsets->object.type)) ||
      !parse_head (offsets, address, head, layout))
    return 0;

  return got;
}

/* The first @n characters: in the @got bytes of @head, or read into @more. NULL for a failure. */
static const guint8 *
find_characters (const SondePythonHeap  *heap,
                 SondeAddress            address,
                 const guint8           *head,
                 gsize                   got,
                 const Layout           *layout,
                 gsize                   n,
                 guint8                **more)
{
  guint64 begin = layout->data - address;

  if (begin <= got && got - begin >= n * layout->width)
    return head + begin;

  *more = g_malloc (n * layout->width + 1);

  return sonde_python_memory_copy (heap->memory, layout->data, *more, n * layout->width) ? *more
                                                                                          : NULL;
}

char *
sonde_python_text_dup (SondePythonHeap *heap,
                       SondeAddress     address,
                       SondePythonMark *mark)
{
  guint8 head[HEAD_BYTES] = { 0 };
  g_autofree guint8 *more = NULL;
  const guint8 *characters;
  Layout layout = { 0 };
  gsize got, n;

  g_return_val_if_fail (heap != NULL, NULL);

  got = read_head (heap, address, head, &layout);
  if (got == 0)
    return NULL;

  n = MIN (layout.length, SONDE_PYTHON_TEXT_CHARACTERS_MAX);
  characters = find_characters (heap, address, head, got, &layout, n, &more);
  if (characters == NULL)
    return NULL;

  if (mark != NULL)
    set_mark (heap->offsets, head, got, &layout, mark);

  return dup_characters (characters, &layout, n);
}

gboolean
sonde_python_text_is (SondePythonHeap *heap,
                      SondeAddress     address,
                      const char      *ascii)
{
  guint8 head[HEAD_BYTES] = { 0 };
  g_autofree guint8 *more = NULL;
  const guint8 *characters;
  Layout layout = { 0 };
  gsize got;

  g_return_val_if_fail (heap != NULL && ascii != NULL, FALSE);

  got = read_head (heap, address, head, &layout);
  if (got == 0 || layout.width != 1 || layout.length != strlen (ascii))
    return FALSE;

  characters = find_characters (heap, address, head, got, &layout, layout.length, &more);

  return characters != NULL && memcmp (characters, ascii, layout.length) == 0;
}
