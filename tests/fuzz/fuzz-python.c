/* fuzz-python.c: objects of a Python that may say anything
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry for libFuzzer and for mutate.c. The first byte of the input says which version, the
 * second what is tried with the rest. Nothing may fault, read without end, or give text that is
 * none; any of it aborts.
 */

#include "config.h"

#include "fuzz/fuzz.h"

#include <string.h>

#include "fuzz/damage.h"
#include "fuzz/memory.h"
#include "python/code.h"
#include "python/line-table.h"
#include "python/text.h"
#include "support/python-code.h"
#include "support/python-versions.h"

/* "xdebugpy" */
#define COOKIE G_GUINT64_CONSTANT (0x7970677562656478)

#include "unit/fixtures/debug-offsets.inc"

static void
look_at_code (SondePythonCodes *codes,
              SondeAddress      address,
              guint64           instruction)
{
  const SondeFunction *function = sonde_python_codes_find (codes, address);

  if (function != NULL)
    g_assert_true (g_utf8_validate (function->name, -1, NULL) &&
                   g_utf8_validate (function->file, -1, NULL));
  g_assert_cmpuint (sonde_python_codes_find_line (codes, address, instruction), <=, G_MAXINT);
}

static void
try_objects (const SondePythonOffsets *offsets,
             const guint8             *bytes,
             gsize                     length)
{
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_autoptr(SondePythonCodes) codes = NULL;
  SondePythonMemory memory;
  SondePythonHeap heap = { .memory = &memory, .offsets = offsets };
  FuzzMemory all;

  memory = fuzz_memory_open (&all, offsets, bytes, length, length % 4 != 0);
  codes = sonde_python_codes_new (&memory, offsets, functions);
  for (SondeAddress address = 0; address < length; address += 32)
    {
      g_autofree char *text = sonde_python_text_dup (&heap, address, NULL);

      g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
      look_at_code (codes, FUZZ_TYPES_END + address,
                    FUZZ_TYPES_END + address + offsets->code.bytecode);
      if (address % 64 == 0)
        sonde_python_codes_recheck (codes);
      if (address % 128 == 0)
        sonde_python_codes_begin_turn (codes);
      if (all.n_reads > FUZZ_READS_ALIVE)
        break;
    }
}

/* Fields anywhere where those of an honest struct may be. */
static void
try_offsets (const SondePythonOffsets *known,
             const guint8             *bytes,
             gsize                     length)
{
  SondePythonOffsets offsets = *known;
  gsize n = fuzz_change_offsets (&offsets, bytes, length);

  try_objects (&offsets, bytes + n, length - n);
}

/* What a target says of its own fields: what a real one says, but for some words. */
static void
try_debug_offsets (const guint8 *bytes,
                   gsize         length)
{
  static const struct
  {
    const guint64 *words;
    gsize          length;
  } recorded[] = {
    { recorded_3_13_0, sizeof recorded_3_13_0 },
    { recorded_3_13_18, sizeof recorded_3_13_18 },
    { recorded_3_13_free_threaded, sizeof recorded_3_13_free_threaded },
    { recorded_3_14_10, sizeof recorded_3_14_10 },
    { recorded_3_14_free_threaded, sizeof recorded_3_14_free_threaded },
    { recorded_3_15_2, sizeof recorded_3_15_2 },
    { recorded_3_15_free_threaded, sizeof recorded_3_15_free_threaded },
  };
  SondePythonOffsets offsets;
  g_autofree guint8 *said = NULL;
  gsize which, n, said_length;

  if (length < 2)
    return;

  which = bytes[0] % G_N_ELEMENTS (recorded);
  n = MIN (bytes[1] % 16, (length - 2) / 4);
  said_length = recorded[which].length;
  said = g_memdup2 (recorded[which].words, said_length);
  for (const guint8 *change = bytes + 2; change < bytes + 2 + 4 * n; change += 4)
    memcpy (said + change[0] % (said_length / 8) * 8, change + 1, 3);

  if (sonde_python_offsets_parse (said, said_length, &offsets))
    try_objects (&offsets, bytes + 2 + 4 * n, length - 2 - 4 * n);
  sonde_python_offsets_parse (bytes, length, &offsets);
}

static void
try_lines (SondePythonLines  format,
           const guint8     *bytes,
           gsize             length)
{
  gint first_line;
  guint16 offset;

  if (length < sizeof first_line + sizeof offset)
    return;

  memcpy (&first_line, bytes, sizeof first_line);
  memcpy (&offset, bytes + sizeof first_line, sizeof offset);
  bytes += sizeof first_line + sizeof offset;
  length -= sizeof first_line + sizeof offset;
  g_assert_cmpuint (sonde_python_line_table_find (format, bytes, length, first_line, offset), <=,
                    G_MAXINT);
}

/* ---- Recorded memory, damaged */

/* One with what other threads of a free-threaded Python run. */
static PythonImage *
make_free_threaded (const SondePythonOffsets *offsets)
{
  const SondeAddress copies = 0x50000;
  const SondeAddress start = AT_CODE + offsets->code.bytecode;
  PythonImage *image = python_code_make_image (offsets);
  const PythonObject code = { .address = AT_CODE };
  const PythonObject text = { .address = AT_NAME };
  const PythonLine lines[] = { { AT_CODE, start, 8 }, { AT_CODE, 0x60000, 8 } };

  g_array_append_val (image->codes, code);
  g_array_append_val (image->texts, text);
  g_array_append_vals (image->lines, lines, G_N_ELEMENTS (lines));
  python_image_add (image, copies, NULL, 8 * 4);
  python_image_put_word (image, copies, 3);
  python_image_put_word (image, copies + 8, start);
  python_image_put_word (image, copies + 24, 0x60000);
  if (offsets->code.tlbc != SONDE_PYTHON_NO_FIELD)
    python_image_put_word (image, AT_CODE + offsets->code.tlbc, copies);

  return image;
}

/* A recorded one; a made up one without the lock, since none is recorded. */
static PythonImage *
get_image (const SondePythonOffsets *offsets)
{
  static PythonImage *images[2][N_PYTHONS];
  PythonImage **image = &images[offsets->free_threaded][offsets->version - PYTHON_OLDEST];

  if (*image == NULL && offsets->free_threaded)
    *image = make_free_threaded (offsets);
  else if (*image == NULL)
    {
      g_autofree char *path = g_strdup_printf (FIXTURES_DIR "/python/image-3.%u.txt",
                                               offsets->version & 0xff);

      *image = python_image_load (path);
    }

  return *image;
}

/* The topmost bit of the lowest byte of @what is for check() before. */
static void
look_at_recorded (PythonImage              *image,
                  const SondePythonOffsets *offsets,
                  SondePythonCodes         *codes,
                  guint                     what)
{
  const PythonLine *line = &g_array_index (image->lines, PythonLine, what % image->lines->len);
  const PythonObject *text = &g_array_index (image->texts, PythonObject, what % image->texts->len);
  SondePythonMemory memory = python_image_get_memory (image);
  SondePythonHeap heap = { .memory = &memory, .offsets = offsets };
  g_autofree char *shown = NULL;

  if ((what & 0x80) != 0)
    sonde_python_codes_begin_turn (codes);
  else if ((what & 0x40) != 0)
    sonde_python_codes_recheck (codes);
  look_at_code (codes, line->address, line->instruction);
  shown = sonde_python_text_dup (&heap, text->address, NULL);
  g_assert_true (shown == NULL || g_utf8_validate (shown, -1, NULL));
}

static void
try_recorded (const SondePythonOffsets *offsets,
              const guint8             *bytes,
              gsize                     length)
{
  PythonImage *image = get_image (offsets);
  SondePythonMemory memory = python_image_get_memory (image);
  g_autoptr(SondeFunctions) functions = sonde_functions_new ();
  g_autoptr(SondePythonCodes) codes = NULL;
  g_autoptr(GArray) damages = fuzz_damages_parse (bytes, length);

  image->n_reads = image->n_bytes = 0;
  codes = sonde_python_codes_new (&memory, offsets, functions);
  for (guint i = 0; i < damages->len; i++)
    {
      fuzz_damages_put (damages, i, image);
      look_at_recorded (image, offsets, codes, g_array_index (damages, FuzzDamage, i).what);
    }
  fuzz_damages_undo (damages, image);

  g_assert_cmpuint (image->n_reads, <=, FUZZ_READS_MAX);
  g_assert_cmpuint (image->n_bytes, <=, FUZZ_BYTES_MAX);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  const SondePythonOffsets *offsets;

  if (length < 2)
    return 0;

  offsets = fuzz_choose_offsets (bytes[0]);
  bytes += 2;
  length -= 2;
  switch (bytes[-1] % 5)
    {
    case 0:
      try_lines (offsets->flags.line_table, bytes, length);
      break;

    case 1:
      try_objects (offsets, bytes, length);
      break;

    case 2:
      try_debug_offsets (bytes, length);
      break;

    case 3:
      try_offsets (offsets, bytes, length);
      break;

    default:
      try_recorded (offsets, bytes, length);
      break;
    }

  return 0;
}
