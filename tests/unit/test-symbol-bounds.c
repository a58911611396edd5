/* test-symbol-bounds.c: how far a name reaches whose symbol has no size
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "fixtures/unsized.h"
#include "symbolizer/extra-symbols.h"
#include "symbolizer/module.h"
#include "symbolizer/range-index.h"
#include "symbolizer/symbol-bounds.h"

static SondeModule *
open_module (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  SondeRoot root;

  g_assert_cmpint (fd, >=, 0);
  sonde_root_init (&root, getpid ());

  return sonde_module_new (fd, path, &root);
}

/* What @file, loaded, says of its places is found in it. */
static void
check_places (const char *file,
              gboolean    is_stripped)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures", file, NULL);
  g_autoptr(SondeModule) module = open_module (path);
  void *library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  const UnsizedPlace *places;
  Dl_info loaded;

  g_assert_nonnull (library);
  places = dlsym (library, "unsized_places");
  g_assert_nonnull (places);
  g_assert_cmpint (dladdr (places, &loaded), !=, 0);

  for (guint i = 0; i < UNSIZED_N_PLACES; i++)
    {
      guint64 address = GPOINTER_TO_SIZE (places[i].code) - GPOINTER_TO_SIZE (loaded.dli_fbase);
      const char *name = is_stripped ? places[i].stripped : places[i].name;
      SondeModuleFunction function = { 0 };
      gboolean is_found = sonde_module_find_function (module, address, &function);

      g_test_message ("%u: %s", i, is_found ? function.name : "nothing");
      if (name != NULL)
        {
          g_assert_true (is_found);
          g_assert_cmpstr (function.name, ==, name);
        }
      else if (is_found)
        g_assert_true (g_str_has_prefix (function.name, file));
    }

  dlclose (library);
}

static void
test_symbol_bounds_complete (void)
{
  check_places ("libunsized.so", FALSE);
}

static void
test_symbol_bounds_stripped (void)
{
  check_places ("unsized-stripped.so", TRUE);
}

/* The edges of each rule, without a file. */
static void
test_symbol_bounds_edges (void)
{
  static const SondeRange ranges[] = { { 0x2000, 0x2100, 0 }, { 0x3000, 0x9000, 0 } };
  g_autoptr(GArray) frames = g_array_new (FALSE, FALSE, sizeof (SondeRange));
  SondeSymbolBounds bounds = { .frames = frames, .is_complete = TRUE };

  g_array_append_vals (frames, ranges, G_N_ELEMENTS (ranges));
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x1fff, 0x20000), ==, 0x2000);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x1fff, 0x2000), ==, 0x2000);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x2000, 0x20000), ==, 0x2100);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x20ff, 0x20000), ==, 0x2100);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x2100, 0x20000), ==, 0x3000);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x3000, 0x20000), ==, 0x9000);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x9000, 0x9001), ==, 0x9001);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x9000, 0x20000), ==, 0xd000);

  bounds.is_complete = FALSE;
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x9000, 0x20000), ==, 0xa000);

  /* When time is up, whatever else is known. */
  bounds.deadline_us = 1;
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x3000, 0x20000), ==, 0x3040);
  g_assert_cmphex (sonde_symbol_bounds_find_end (&bounds, 0x3000, 0x3001), ==, 0x3001);
}

static char *
read_fixture (gsize *length)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures", "libsymbols.so",
                                                 NULL);
  char *bytes = NULL;

  g_assert_true (g_file_get_contents (path, &bytes, length, NULL));

  return bytes;
}

/* Each segment costs for each symbol: honest files have a dozen. */
static void
test_symbol_bounds_segments (void)
{
  for (guint16 count = 256; count <= 257; count++)
    {
      const gsize table = count * sizeof (Elf64_Phdr);
      gsize length;
      char *bytes = read_fixture (&length);
      g_autoptr(SondeElfFile) file = NULL;
      Elf64_Ehdr *header;

      bytes = g_realloc (bytes, length + table);
      memset (bytes + length, 0, table);
      header = (Elf64_Ehdr *) (gpointer) bytes;
      header->e_phoff = length;
      header->e_phnum = count;
      file = sonde_elf_file_new_for_image (bytes, length + table);
      g_assert_cmpint (file != NULL, ==, count == 256);
    }
}

/* How many ranges an unwind table of the file has that is made of @n_cies and a function. */
static guint
count_ranges (guint n_cies)
{
  static const guint8 cie[20] = { 16, [8] = 1, 'z', 'R', 0, 1, 0x78, 0x10, 1, 0x1b };
  gsize length;
  char *bytes = read_fixture (&length);
  const gsize table = n_cies * sizeof cie;
  guint32 fde[5] = { 16, 0, 0, 16, 0 };
  g_autoptr(SondeElfFile) file = NULL;
  g_autoptr(GArray) ranges = NULL;
  const Elf64_Ehdr *header;
  Elf64_Shdr *sections;

  /* The next multiple of eight is where the table begins. */
  bytes = g_realloc (bytes, length + 8 + table + sizeof fde);
  header = (const Elf64_Ehdr *) (gpointer) bytes;
  sections = (Elf64_Shdr *) (gpointer) (bytes + header->e_shoff);
  for (guint i = 0; i < header->e_shnum; i++)
    {
      const char *name = bytes + sections[header->e_shstrndx].sh_offset + sections[i].sh_name;

      if (g_str_equal (name, ".text"))
        fde[2] += (guint32) sections[i].sh_addr;
      if (!g_str_equal (name, ".eh_frame"))
        continue;

      sections[i].sh_offset = (length + 7) / 8 * 8;
      sections[i].sh_size = table + sizeof fde;
      for (guint j = 0; j < n_cies; j++)
        memcpy (bytes + sections[i].sh_offset + j * sizeof cie, cie, sizeof cie);

      /* It belongs to the last one, and counts from its own place. */
      fde[1] = sizeof cie + 4;
      fde[2] -= (guint32) (sections[i].sh_addr + table + 8);
    }
  for (guint i = 0; i < header->e_shnum; i++)
    if (sections[i].sh_size == table + sizeof fde)
      memcpy (bytes + sections[i].sh_offset + table, fde, sizeof fde);

  file = sonde_elf_file_new_for_image (bytes, length + 8 + table + sizeof fde);
  g_assert_nonnull (file);
  ranges = sonde_symbol_table_read_frames (file);

  return ranges->len;
}

static void
test_symbol_bounds_too_many_cies (void)
{
  g_assert_cmpuint (count_ranges (1), ==, 1);
  g_assert_cmpuint (count_ranges (65536), ==, 1);
  g_assert_cmpuint (count_ranges (65537), ==, 0);
}

/* What is read through the descriptor is what is there, in whatever order it is asked for. */
static void
test_symbol_bounds_code (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures", "libsymbols.so",
                                                 NULL);
  g_autoptr(SondeElfFile) file = sonde_elf_file_open (open (path, O_RDONLY | O_CLOEXEC));
  gsize length;
  g_autofree char *bytes = read_fixture (&length);
  const Elf64_Ehdr *header = (const Elf64_Ehdr *) (gpointer) bytes;
  const Elf64_Phdr *segments = (const Elf64_Phdr *) (gpointer) (bytes + header->e_phoff);

  for (guint i = 0; i < 2 * header->e_phnum; i++)
    {
      const Elf64_Phdr *segment = &segments[i < header->e_phnum ? i : 2 * header->e_phnum - 1 - i];
      guint8 copy[100];

      for (gsize at = 0; segment->p_type == PT_LOAD && at < segment->p_filesz; at += 70)
        {
          gsize n = sonde_elf_file_read_address (file, segment->p_vaddr + at, copy, sizeof copy);

          g_assert_cmpmem (copy, n, bytes + segment->p_offset + at,
                           MIN (sizeof copy, segment->p_filesz - at));
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/symbolizer/symbol-bounds/complete", test_symbol_bounds_complete);
  g_test_add_func ("/symbolizer/symbol-bounds/stripped", test_symbol_bounds_stripped);
  g_test_add_func ("/symbolizer/symbol-bounds/edges", test_symbol_bounds_edges);
  g_test_add_func ("/symbolizer/symbol-bounds/segments", test_symbol_bounds_segments);
  g_test_add_func ("/symbolizer/symbol-bounds/too-many-cies", test_symbol_bounds_too_many_cies);
  g_test_add_func ("/symbolizer/symbol-bounds/code", test_symbol_bounds_code);
  return g_test_run ();
}
