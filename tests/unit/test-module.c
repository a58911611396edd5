/* test-module.c: names and lines of ELF files, of whole ones, of stripped ones and of broken ones
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "fixtures/symbols.h"
#include "symbolizer/module.h"

/* How many broken files of each kind are tried. */
#define N_BROKEN 200

#define NO_PROCESS 0x7ffffff

/* What is left in a file; and how far its lines may be off, as clang's -g1 tells no lines but
 * those of the code, inlined or not.
 */
typedef struct
{
  const char *file;
  gboolean    has_local_names;
  gboolean    has_lines;
  guint       slack;
} Variant;

static const Variant variants[] = {
  { "libsymbols.so", TRUE, TRUE, 0 },
  { "libsymbols-dwarf4.so", TRUE, TRUE, 0 },
  { "libsymbols-packed.so", TRUE, TRUE, 0 },
  { "libsymbols-lines.so", TRUE, TRUE, 5 },
  { "symbols-split.so", TRUE, TRUE, 0 },
  { "symbols-symtab.so", TRUE, FALSE, 0 },
  { "symbols-mini.so", TRUE, FALSE, 0 },
  { "symbols-stripped.so", FALSE, FALSE, 0 },
};

static char *
dup_path (const char *file)
{
  return g_test_build_filename (G_TEST_BUILT, "unit", "fixtures", file, NULL);
}

static SondeModule *
open_module (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  SondeRoot root;

  g_assert_cmpint (fd, >=, 0);
  sonde_root_init (&root, getpid ());

  return sonde_module_new (fd, path, &root);
}

/* What the library at @path says of its functions; the addresses are those of its file. */
static void
read_functions (const char      *path,
                FixtureFunction  functions[FIXTURE_N_FUNCTIONS])
{
  void *library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  const FixtureFunction *found;
  Dl_info place;

  g_assert_nonnull (library);
  found = dlsym (library, "fixture_functions");
  g_assert_nonnull (found);
  g_assert_cmpint (dladdr (found, &place), !=, 0);

  for (guint i = 0; i < FIXTURE_N_FUNCTIONS; i++)
    {
      functions[i] = found[i];
      functions[i].name = g_intern_string (found[i].name);
      functions[i].code -= GPOINTER_TO_SIZE (place.dli_fbase);
    }

  dlclose (library);
}

static void
test_module_variant (gconstpointer data)
{
  const Variant *variant = data;
  g_autofree char *path = dup_path (variant->file);
  g_autoptr(SondeModule) module = open_module (path);
  FixtureFunction functions[FIXTURE_N_FUNCTIONS];

  g_assert_nonnull (module);
  read_functions (path, functions);

  for (guint i = 0; i < FIXTURE_N_FUNCTIONS; i++)
    {
      guint64 address = GPOINTER_TO_SIZE (functions[i].code);
      g_autofree char *offset = g_strdup_printf ("%s+0x%" G_GINT64_MODIFIER "x",
                                                 variant->file, address);
      gboolean is_hidden = i == FIXTURE_LOCAL && !variant->has_local_names;
      SondeModuleFunction function;

      g_assert_true (sonde_module_find_function (module, address + 1, &function));
      g_assert_cmpstr (function.name, ==, is_hidden ? offset : functions[i].name);
      g_assert_cmphex (function.start, ==, address);
      g_assert_cmphex (function.lower, ==, address);
      g_assert_cmphex (function.upper, >, address + 1);

      if (functions[i].line == 0)
        continue;

      if (!variant->has_lines)
        g_assert_cmpuint (function.line, ==, 0);
      else
        {
          g_assert_cmpuint (function.line + variant->slack, >=, functions[i].line);
          g_assert_cmpuint (function.line, <=, functions[i].line + variant->slack);
          g_test_message ("%s", function.file);
          g_assert_true (g_path_is_absolute (function.file));
          g_assert_true (g_str_has_suffix (function.file, "/fixtures/symbols.c"));
        }
    }
}

static void
test_module_assembly (void)
{
  g_autofree char *path = dup_path ("libsymbols.so");
  g_autoptr(SondeModule) module = open_module (path);
  FixtureFunction functions[FIXTURE_N_FUNCTIONS];
  SondeModuleFunction function;
  guint64 first;
  guint64 second;
  guint64 sized;

  read_functions (path, functions);
  first = GPOINTER_TO_SIZE (functions[FIXTURE_ASSEMBLY].code);
  second = GPOINTER_TO_SIZE (functions[FIXTURE_LABEL].code);
  sized = GPOINTER_TO_SIZE (functions[FIXTURE_SIZED].code);

  g_assert_true (sonde_module_find_function (module, second - 1, &function));
  g_assert_cmphex (function.start, ==, first);
  g_assert_cmphex (function.upper, ==, second);

  g_assert_true (sonde_module_find_function (module, sized - 1, &function));
  g_assert_cmphex (function.start, ==, second);

  /* Past the label. */
  g_assert_true (sonde_module_find_function (module, sized + 12, &function));
  g_assert_cmpstr (function.name, ==, "assembly_sized");
  g_assert_cmphex (function.upper, ==, sized + 17);
}

/* The folder, which is "./mapped", is neither shown twice nor with its dot. */
static void
test_module_mapped_paths (void)
{
  g_autofree char *path = dup_path ("libsymbols-mapped.so");
  g_autoptr(SondeModule) module = open_module (path);
  FixtureFunction functions[FIXTURE_N_FUNCTIONS];
  SondeModuleFunction function;

  read_functions (path, functions);
  g_assert_true (sonde_module_find_function (module,
                                             GPOINTER_TO_SIZE (functions[FIXTURE_LOCAL].code),
                                             &function));
  g_assert_cmpstr (function.file, ==, "mapped/symbols.c");
}

/* Code that was inlined is at the line of the call: the one in the function that is shown. */
static void
test_module_inlined_line (void)
{
  g_autofree char *path = dup_path ("libsymbols.so");
  g_autoptr(SondeModule) module = open_module (path);
  FixtureFunction functions[FIXTURE_N_FUNCTIONS];
  const FixtureFunction *caller = &functions[FIXTURE_INLINED];

  read_functions (path, functions);
  g_assert_cmpuint (sonde_module_find_line (module, GPOINTER_TO_SIZE (caller->code)),
                    ==, caller->line + 2);
}

static void
test_module_stub (void)
{
  g_autofree char *path = dup_path ("symbols-stripped.so");
  g_autoptr(SondeModule) module = open_module (path);
  guint count = 0;

  for (guint64 address = 0; address < 0x4000; address += 16)
    {
      SondeModuleFunction function;

      if (sonde_module_find_function (module, address, &function) &&
          strcmp (function.name, "rand@plt") == 0)
        count++;
    }

  g_assert_cmpuint (count, ==, 1);
}

static void
test_module_segments (void)
{
  g_autofree char *path = dup_path ("symbols-static");
  g_autofree char *contents = NULL;
  g_autoptr(SondeModule) module = open_module (path);
  SondeModuleFunction function;
  Elf64_Ehdr header;
  guint64 address;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  memcpy (&header, contents, sizeof header);

  /* The linker puts the code of a small program at 0x401000, and a page into the file. */
  g_assert_true (sonde_module_find_address (module, header.e_entry - 0x400000, &address));
  g_assert_cmphex (address, ==, header.e_entry);
  g_assert_false (sonde_module_find_address (module, length, &address));
  g_assert_false (sonde_module_find_address (module, G_MAXUINT64, &address));

  g_assert_true (sonde_module_find_function (module, header.e_entry, &function));
  g_assert_cmpstr (function.name, ==, "_start");
  g_assert_false (sonde_module_find_function (module, 0x10, &function));
  g_assert_cmpuint (sonde_module_find_line (module, header.e_entry), ==, 0);
}

/* The debug file must be the one that the link means. */
static void
test_module_wrong_debug_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sonde-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "library.so", NULL);
  g_autofree char *debug = g_build_filename (folder, "symbols-split.debug", NULL);
  g_autofree char *split = dup_path ("symbols-split.so");
  g_autofree char *other = dup_path ("libsymbols-dwarf4.so");
  g_autofree char *contents = NULL;
  FixtureFunction functions[FIXTURE_N_FUNCTIONS];
  SondeModuleFunction function;
  SondeModule *module;
  gsize length;

  read_functions (split, functions);
  g_assert_true (g_file_get_contents (split, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (path, contents, (gssize) length, NULL));
  g_clear_pointer (&contents, g_free);
  g_assert_true (g_file_get_contents (other, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (debug, contents, (gssize) length, NULL));

  module = open_module (path);
  g_assert_true (sonde_module_find_function (module,
                                             GPOINTER_TO_SIZE (functions[FIXTURE_LOCAL].code),
                                             &function));
  g_assert_true (g_str_has_prefix (function.name, "library.so+0x"));
  g_assert_null (function.file);
  sonde_module_free (module);

  g_unlink (path);
  g_unlink (debug);
  g_rmdir (folder);
}

static void
test_module_not_elf (void)
{
  static const char *const texts[] = { "", "x", "\177ELF", "#!/bin/sh\nexit 0\n" };
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("sonde-XXXXXX", &path, NULL);
  SondeRoot root;

  close (fd);
  sonde_root_init (&root, getpid ());
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      g_assert_null (open_module (path));
      g_assert_null (sonde_module_new_for_image (g_strdup (texts[i]), strlen (texts[i]), "x",
                                                 &root));
    }

  g_unlink (path);
}

/* Asks a broken file for all that an honest one would tell. It may know or not: it must end. */
static void
ask_everything (SondeModule *module,
                gsize        length)
{
  SondeModuleFunction function;
  guint64 address;

  if (module == NULL)
    return;

  for (guint64 offset = 0; offset < length; offset += 61)
    if (sonde_module_find_address (module, offset, &address) &&
        sonde_module_find_function (module, address, &function))
      {
        g_assert_cmpuint (strlen (function.name), <, 40000);
        g_assert_cmphex (function.lower, <=, address);
        g_assert_cmphex (function.upper, >, address);
        sonde_module_find_line (module, address);
      }

  sonde_module_free (module);
}

static void
try_file (const char   *path,
          const guint8 *contents,
          gsize         length)
{
  SondeRoot root;

  sonde_root_init (&root, getpid ());
  g_assert_true (g_file_set_contents_full (path, (const char *) contents, (gssize) length,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  ask_everything (open_module (path), length);
  ask_everything (sonde_module_new_for_image (g_memdup2 (contents, length), length, path, &root),
                  length);
}

/* Some bytes changed: anywhere, or where ELF keeps its headers and what leads on from them. */
static void
break_bytes (GRand  *chance,
             guint8 *contents,
             gsize   length)
{
  Elf64_Ehdr header;
  guint count = (guint) g_rand_int_range (chance, 1, 12);

  memcpy (&header, contents, sizeof header);
  for (guint i = 0; i < count; i++)
    {
      gsize at = (gsize) g_rand_int_range (chance, 0, (gint32) length);

      if (g_rand_boolean (chance))
        at = header.e_shoff + at % (length - header.e_shoff);
      else if (i == 0)
        at = at % sizeof header;
      contents[at] = g_rand_boolean (chance) ? 0xff : (guint8) g_rand_int (chance);
    }
}

static void
test_module_broken_bytes (gconstpointer data)
{
  g_autofree char *original = dup_path (data);
  g_autofree char *contents = NULL;
  g_autofree char *path = NULL;
  g_autoptr(GRand) chance = g_rand_new_with_seed (20260101);
  gsize length;

  close (g_file_open_tmp ("sonde-XXXXXX", &path, NULL));
  g_assert_true (g_file_get_contents (original, &contents, &length, NULL));

  for (guint i = 0; i < N_BROKEN; i++)
    {
      g_autofree guint8 *broken = g_memdup2 (contents, length);

      break_bytes (chance, broken, length);
      try_file (path, broken, length);
    }

  g_unlink (path);
}

static void
test_module_truncated (gconstpointer data)
{
  g_autofree char *original = dup_path (data);
  g_autofree char *contents = NULL;
  g_autofree char *path = NULL;
  gsize length;

  close (g_file_open_tmp ("sonde-XXXXXX", &path, NULL));
  g_assert_true (g_file_get_contents (original, &contents, &length, NULL));
  for (guint i = 1; i < N_BROKEN; i++)
    try_file (path, (const guint8 *) contents, length * i / N_BROKEN);

  g_unlink (path);
}

/* Makes all sections of the file @contents end at @size, except those of type @kept. */
static void
stretch_sections (char    *contents,
                  guint64  size,
                  guint32  kept)
{
  Elf64_Ehdr header;

  memcpy (&header, contents, sizeof header);
  for (guint i = 1; i < header.e_shnum; i++)
    {
      char *at = contents + header.e_shoff + i * sizeof (Elf64_Shdr);
      Elf64_Shdr section;

      memcpy (&section, at, sizeof section);
      if (i != header.e_shstrndx && section.sh_type != kept)
        section.sh_size = size - section.sh_offset;
      memcpy (at, &section, sizeof section);
    }
}

/* A sparse file can be as long as it likes, and so can each of its sections: 64 GB of zeros. */
static void
test_module_sparse (void)
{
  static const gint64 size = G_GINT64_CONSTANT (1) << 36;
  g_autofree char *original = dup_path ("libsymbols.so");
  g_autofree char *path = NULL;

  close (g_file_open_tmp ("sonde-XXXXXX", &path, NULL));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *contents = NULL;
      g_autoptr(SondeModule) module = NULL;
      SondeModuleFunction function;
      gsize length;

      g_assert_true (g_file_get_contents (original, &contents, &length, NULL));
      stretch_sections (contents, (guint64) size, i == 0 ? SHT_NOTE : SHT_NULL);
      g_assert_true (g_file_set_contents (path, contents, (gssize) length, NULL));
      g_assert_cmpint (truncate (path, size), ==, 0);

      /* With honest notes it can be opened, and then has nothing. */
      module = open_module (path);
      g_assert_true ((module != NULL) == (i == 0));
      if (module != NULL)
        g_assert_false (sonde_module_find_function (module, 0x1000, &function));
    }

  g_unlink (path);
}

static void
test_module_too_many_sections (void)
{
  g_autofree char *original = dup_path ("libsymbols.so");
  g_autofree char *contents = NULL;
  Elf64_Ehdr header;
  SondeRoot root;
  gsize length;

  sonde_root_init (&root, getpid ());
  g_assert_true (g_file_get_contents (original, &contents, &length, NULL));
  memcpy (&header, contents, sizeof header);
  header.e_shnum = 60000;
  memcpy (contents, &header, sizeof header);
  g_assert_null (sonde_module_new_for_image (g_memdup2 (contents, length), length, "x", &root));
}

/* What an image in memory names is looked for among the files of its process alone. */
static void
test_module_image (void)
{
  g_autofree char *path = dup_path ("symbols-split.so");
  FixtureFunction functions[FIXTURE_N_FUNCTIONS];
  const pid_t pids[] = { getpid (), NO_PROCESS };

  read_functions (path, functions);
  for (guint i = 0; i < G_N_ELEMENTS (pids); i++)
    {
      g_autoptr(SondeModule) module = NULL;
      SondeModuleFunction function;
      SondeRoot root;
      char *contents;
      gsize length;

      g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
      sonde_root_init (&root, pids[i]);
      module = sonde_module_new_for_image (contents, length, path, &root);
      g_assert_true (sonde_module_find_function (module,
                                                 GPOINTER_TO_SIZE (functions[FIXTURE_LOCAL].code),
                                                 &function));
      g_assert_cmpint (g_str_equal (function.name, "local_function"), ==, pids[i] == getpid ());
    }
}

/* The file shrinks while it is open: what was mapped would now kill us. */
static void
test_module_shrinks (void)
{
  g_autofree char *original = dup_path ("libsymbols.so");
  g_autofree char *contents = NULL;
  g_autofree char *path = NULL;
  FixtureFunction functions[FIXTURE_N_FUNCTIONS];
  SondeModuleFunction function;
  SondeModule *module;
  gsize length;

  close (g_file_open_tmp ("sonde-XXXXXX", &path, NULL));
  g_assert_true (g_file_get_contents (original, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (path, contents, (gssize) length, NULL));
  read_functions (original, functions);

  module = open_module (path);
  g_assert_cmpint (truncate (path, 0), ==, 0);
  g_assert_true (sonde_module_find_function (module,
                                             GPOINTER_TO_SIZE (functions[FIXTURE_LOCAL].code),
                                             &function));
  g_assert_cmpstr (function.name, ==, "local_function");
  g_assert_cmpuint (function.line, ==, functions[FIXTURE_LOCAL].line);
  sonde_module_free (module);

  g_unlink (path);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const to_break[] = {
    "libsymbols.so", "libsymbols-dwarf4.so", "libsymbols-packed.so", "symbols-mini.so",
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      g_autofree char *path = g_strconcat ("/symbolizer/module/variant/", variants[i].file, NULL);

      g_test_add_data_func (path, &variants[i], test_module_variant);
    }

  g_test_add_func ("/symbolizer/module/assembly", test_module_assembly);
  g_test_add_func ("/symbolizer/module/mapped-paths", test_module_mapped_paths);
  g_test_add_func ("/symbolizer/module/inlined-line", test_module_inlined_line);
  g_test_add_func ("/symbolizer/module/stub", test_module_stub);
  g_test_add_func ("/symbolizer/module/segments", test_module_segments);
  g_test_add_func ("/symbolizer/module/wrong-debug-file", test_module_wrong_debug_file);
  g_test_add_func ("/symbolizer/module/not-elf", test_module_not_elf);
  g_test_add_func ("/symbolizer/module/sparse", test_module_sparse);
  g_test_add_func ("/symbolizer/module/too-many-sections", test_module_too_many_sections);
  g_test_add_func ("/symbolizer/module/image", test_module_image);
  g_test_add_func ("/symbolizer/module/shrinks", test_module_shrinks);

  for (guint i = 0; i < G_N_ELEMENTS (to_break); i++)
    {
      g_autofree char *broken = g_strconcat ("/symbolizer/module/broken/", to_break[i], NULL);
      g_autofree char *truncated = g_strconcat ("/symbolizer/module/truncated/", to_break[i], NULL);

      g_test_add_data_func (broken, to_break[i], test_module_broken_bytes);
      g_test_add_data_func (truncated, to_break[i], test_module_truncated);
    }

  return g_test_run ();
}
