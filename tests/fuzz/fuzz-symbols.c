/* fuzz-symbols.c: programs' files and mangled names that may say anything
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry for libFuzzer and for mutate.c. The first byte of the input says what is tried with the
 * rest: a name that is put together of the parts of such names, or a library of tests/unit/fixtures
 * of which some words are changed. Nothing may fault, fill the memory or go on without end.
 */

#include "config.h"

#include "fuzz/fuzz.h"

#include <elf.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "symbolizer/demangle.h"
#include "symbolizer/module.h"

#define FILES 6
#define PLACES_MAX 64
#define DAMAGES_MAX 48

/* How far apart the places are that are asked for. */
#define STEP_BYTES 97

/* A part of a file: its header, a table of headers, or a section. */
typedef struct
{
  gsize start;
  gsize length;
} Place;

typedef struct
{
  char *bytes;
  gsize length;
  Place places[PLACES_MAX];
  guint n_places;
} File;

/* What a damage is, in the input. */
typedef struct
{
  guint64 word;
  guint16 place;
  guint16 width;
  guint32 offset;
} Damage;

static const char *const names[FILES] = {
  "libsymbols.so", "libsymbols-dwarf4.so", "libsymbols-packed.so", "symbols-mini.so",
  "symbols-stripped.so", "libunsized.so",
};

static void
add_place (File *self,
           gsize start,
           gsize length)
{
  if (length == 0 || start > self->length || length > self->length - start ||
      self->n_places == PLACES_MAX)
    return;

  self->places[self->n_places++] = (Place) { start, length };
}

/* The files are whole and ours. */
static void
read_file (File       *self,
           const char *name)
{
  g_autofree char *path = g_build_filename (SYMBOLS_DIR, name, NULL);
  Elf64_Ehdr header;

  if (!g_file_get_contents (path, &self->bytes, &self->length, NULL))
    g_error ("%s is not there", path);

  memcpy (&header, self->bytes, sizeof header);
  add_place (self, 0, sizeof header);
  add_place (self, header.e_phoff, header.e_phnum * sizeof (Elf64_Phdr));
  add_place (self, header.e_shoff, header.e_shnum * sizeof (Elf64_Shdr));
  for (guint i = 0; i < header.e_shnum; i++)
    {
      Elf64_Shdr section;

      memcpy (&section, self->bytes + header.e_shoff + i * sizeof section, sizeof section);
      if (section.sh_type != SHT_NOBITS)
        add_place (self, section.sh_offset, section.sh_size);
    }
}

static const File *
choose_file (guint8 which)
{
  static File files[FILES];
  File *file = &files[which % FILES];

  if (file->bytes == NULL)
    read_file (file, names[which % FILES]);

  return file;
}

static void
ask_everything (SondeModule *module,
                gsize        length)
{
  SondeModuleFunction function;
  guint64 address;

  for (guint64 offset = 0; offset < length; offset += STEP_BYTES)
    if (sonde_module_find_address (module, offset, &address))
      {
        if (sonde_module_find_function (module, address, &function) &&
            (function.lower > address || function.upper <= address || function.name == NULL))
          g_error ("a function that does not hold its address");
        sonde_module_find_line (module, address);
      }
}

static void
try_file (const guint8 *input,
          gsize         length)
{
  const File *file = choose_file (length > 0 ? input[0] : 0);
  guint8 *image = g_memdup2 (file->bytes, file->length);
  guint n = (guint) MIN (length / sizeof (Damage), DAMAGES_MAX);
  SondeModule *module;
  SondeBuildId id;
  SondeRoot root;

  for (guint i = 0; i < n; i++)
    {
      const Place *place;
      Damage damage;
      gsize width;

      memcpy (&damage, input + i * sizeof damage, sizeof damage);
      place = &file->places[damage.place % file->n_places];
      width = MIN ((gsize) 1 << damage.width % 4, place->length);
      memcpy (image + place->start + damage.offset % (place->length - width + 1), &damage.word,
              width);
    }

  sonde_build_id_read (&id, getpid (), GPOINTER_TO_SIZE (image));
  sonde_root_init (&root, 0);
  module = sonde_module_new_for_image (image, file->length, "x", &root);
  if (module != NULL)
    {
      ask_everything (module, file->length);
      sonde_module_free (module);
    }
}

/* A name of either language, in which one byte of the input is a part. */
static void
try_name (const guint8      *input,
          gsize              length,
          const char        *prefix,
          const char *const *parts,
          guint              n_parts)
{
  g_autoptr(GString) symbol = g_string_new (prefix);
  g_autofree char *name = NULL;

  for (gsize i = 0; i < length; i++)
    g_string_append (symbol, parts[input[i] % n_parts]);

  name = sonde_demangle (symbol->str);
  if (strlen (name) > MAX (20000, symbol->len))
    g_error ("a name that is too long");
}

static const char *const cplusplus_parts[] = {
  "1a", "3foo", "St", "Sa", "Ss", "S_", "S0_", "S1_", "S2_", "S3_", "S4_", "S5_", "SA_", "T_",
  "T0_", "T1_", "Dp", "Dt", "DT", "Dn", "Do", "I", "J", "E", "N", "X", "L", "F", "M", "P", "R", "O",
  "K", "V", "v", "i", "j", "c", "z", "A", "A3_", "_", "0", "1", "9", "Ul", "Ut_", "E_", "C1", "C2",
  "D0", "D1", "cv", "dc", "sZ", "sp", "sr", "cl", "pl", "ix", "qu", "fp", "fL0p", "fl", "tl", "il",
  "B1x", "_Z", "Z", "s", "d", "TV", "TI", "GV", "Th", "Tc", "n1_", ".cold", "v2", "U3foo", "W1m",
  "1aIiE", "1aIT_S_E", "DpT_", "DpRT_",
};

static const char *const rust_parts[] = {
  "C1a", "Cs_1b", "C", "N", "v", "t", "c", "1a", "3foo", "I", "M", "X", "Y", "B_", "B0_", "B1_",
  "B5_", "F", "G_", "G0_", "Gzz_", "D", "E", "u", "i", "j", "h", "e", "L_", "L0_", "Lz_", "K", "1_",
  "n1_", "p", "R", "Q", "T", "A", "S", "P", "O", "U", "KC", "s_", "s0_", "u3foo", "Kj1_", "Kc41_",
  "Ke41_", "KRe41_", "_", "0", "1", "9", "z", "G", "FG", "DG", ".llvm.1", "Kb1_", "17h0123456789ab",
};

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  if (length == 0)
    return 0;

  switch (bytes[0] % 4)
    {
    case 0:
      try_name (bytes + 1, length - 1, "_Z", cplusplus_parts, G_N_ELEMENTS (cplusplus_parts));
      break;

    case 1:
      try_name (bytes + 1, length - 1, "_R", rust_parts, G_N_ELEMENTS (rust_parts));
      break;

    default:
      try_file (bytes + 1, length - 1);
      break;
    }

  return 0;
}
