/* fuzz-module.c: a program or library in memory that may say anything
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry for libFuzzer and for mutate.c. The first byte of the input says what is tried with the
 * rest. Nothing may fault or read without end; either aborts.
 */

#include "config.h"

#include "fuzz/fuzz.h"

#include <elf.h>
#include <string.h>

#include "fuzz/memory.h"
#include "python/locate-image.h"
#include "python/locate-native-code.h"
#include "python/locate-version.h"
#include "python/object.h"

static void
look_at_module (const SondePythonMemory *memory,
                const SondePythonImage  *image)
{
  SondePythonRange range;
  SondePythonRange parts[4];

  sonde_python_image_find_symbol (memory, image, "_PyRuntime", &range);
  sonde_python_version_read (memory, image);
  if (sonde_python_native_find_loop (memory, image, &range))
    sonde_python_native_find_parts (memory, image, &range, parts, G_N_ELEMENTS (parts));
  if (image->n_segments > 0)
    sonde_python_native_find_parts (memory, image, &image->segments[0].range, parts,
                                    G_N_ELEMENTS (parts));
}

/* A program or library, with a header as it should be before what the input says. */
static void
try_module (const guint8 *bytes,
            gsize         length)
{
  const guint n_segments = length > 0 ? bytes[length - 1] : 0;
  const Elf64_Ehdr header = {
    .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
    .e_type = ET_DYN, .e_machine = EM_X86_64, .e_version = EV_CURRENT, .e_phoff = sizeof header,
    .e_ehsize = sizeof header, .e_phentsize = sizeof (Elf64_Phdr),
    .e_phnum = n_segments,
  };
  const gsize least = sizeof header + n_segments * sizeof (Elf64_Phdr);
  const gsize padded = MAX (sizeof header + length, least);
  g_autofree guint8 *copy = g_malloc0 (padded);
  SondePythonImage image = { 0 };
  SondePythonMemory memory;
  FuzzMemory all;

  memcpy (copy, &header, sizeof header);
  memcpy (copy + sizeof header, bytes, length);
  memory = fuzz_memory_open (&all, fuzz_choose_offsets (0), copy, padded, FALSE);
  if (sonde_python_image_read (&memory, (FUZZ_TYPES_END / padded + 1) * padded, &image))
    look_at_module (&memory, &image);
}

/* What the headers of a module may lead to, wherever that is, and its header itself. */
static void
try_symbols (const guint8 *bytes,
             gsize         length)
{
  SondePythonImage image = {
    .n_segments = 1, .segments = { { .writable = TRUE, .executable = TRUE } },
  };
  SondePythonMemory memory;
  FuzzMemory all;

  if (length < 48)
    return;

  image.segments[0].range.start = sonde_python_get_word (bytes, 0);
  image.segments[0].range.end = sonde_python_get_word (bytes, 8);
  image.hashes = sonde_python_get_word (bytes, 16);
  image.symbols = sonde_python_get_word (bytes, 24);
  image.names = sonde_python_get_word (bytes, 32);
  image.unwind_header = sonde_python_get_word (bytes, 40);
  memory = fuzz_memory_open (&all, fuzz_choose_offsets (0), bytes + 48, length - 48, FALSE);
  look_at_module (&memory, &image);
  sonde_python_image_read (&memory, FUZZ_TYPES_END, &image);
  sonde_python_version_parse_text ((const char *) bytes, length);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  if (length == 0)
    return 0;

  if (bytes[0] % 2 == 0)
    try_module (bytes + 1, length - 1);
  else
    try_symbols (bytes + 1, length - 1);

  return 0;
}
