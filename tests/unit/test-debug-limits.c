/* test-debug-limits.c: debug information that would keep its reader busy
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <elfutils/libdw.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "symbolizer/debug-limits.h"
#include "symbolizer/module.h"

static int
open_fixture (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures", name, NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);

  return fd;
}

static void
test_debug_limits_entries (void)
{
  static const struct
  {
    const char *file;
    gboolean    is_fine;
  } cases[] = {
    { "libsymbols.so", TRUE }, { "libsymbols-dwarf4.so", TRUE }, { "libsymbols-packed.so", TRUE },
    { "symbols-stripped.so", FALSE }, { "libheavy.so", FALSE }, { "libskewed.so", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SondeElfFile) file = sonde_elf_file_open (open_fixture (cases[i].file));
      Dwarf *dwarf = dwarf_begin_elf (sonde_elf_file_get_elf (file), DWARF_C_READ, NULL);

      g_test_message ("%s", cases[i].file);
      g_assert_cmpint (dwarf != NULL && sonde_debug_limits_check_entries (file, dwarf), ==,
                       cases[i].is_fine);
      dwarf_end (dwarf);
    }
}

static void
test_debug_limits_line_length (void)
{
  g_autoptr(SondeElfFile) file = sonde_elf_file_open (open_fixture ("libsymbols.so"));
  g_autoptr(SondeElfFile) without = sonde_elf_file_open (open_fixture ("symbols-stripped.so"));

  g_assert_cmpuint (sonde_debug_limits_get_line_length (file, 0), >, 50);
  g_assert_cmpuint (sonde_debug_limits_get_line_length (file, 0), <, 5000);
  g_assert_cmpuint (sonde_debug_limits_get_line_length (file, 1 << 20), ==, G_MAXUINT32);
  g_assert_cmpuint (sonde_debug_limits_get_line_length (file, G_MAXUINT64), ==, G_MAXUINT32);
  g_assert_cmpuint (sonde_debug_limits_get_line_length (without, 0), ==, G_MAXUINT32);
}

/* A section that says of itself that it was packed to a thousandth. */
static void
test_debug_limits_packed_zeros (void)
{
  g_autoptr(SondeElfFile) file = NULL;
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures",
                                                 "libsymbols-packed.so", NULL);
  char *bytes;
  gsize length;
  const Elf64_Ehdr *header;
  const Elf64_Shdr *sections;
  guint n_packed = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  header = (const Elf64_Ehdr *) (gpointer) bytes;
  sections = (const Elf64_Shdr *) (gpointer) (bytes + header->e_shoff);
  for (guint i = 0; i < header->e_shnum; i++)
    if ((sections[i].sh_flags & SHF_COMPRESSED) != 0)
      {
        Elf64_Chdr *packed = (Elf64_Chdr *) (gpointer) (bytes + sections[i].sh_offset);

        packed->ch_size = sections[i].sh_size * 1000 + 16 * 1024 * 1024;
        n_packed++;
      }

  g_assert_cmpuint (n_packed, >, 0);
  file = sonde_elf_file_new_for_image (bytes, length);
  g_assert_cmpuint (sonde_elf_file_get_dwarf_size (file), ==, G_MAXUINT64);
}

/* Whether .debug_str can be closed if it says that it has @size bytes; 0 for as many as it has. */
static gboolean
close_strings_of (guint64 size)
{
  g_autofree char *original = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures",
                                                     "libsymbols.so", NULL);
  g_autofree char *path = NULL;
  g_autofree char *bytes = NULL;
  g_autoptr(SondeElfFile) file = NULL;
  int fd = g_file_open_tmp ("sonde-XXXXXX", &path, NULL);
  const Elf64_Ehdr *header;
  Elf64_Shdr *sections;
  guint n_found = 0;
  gsize length;

  g_assert_true (g_file_get_contents (original, &bytes, &length, NULL));
  header = (const Elf64_Ehdr *) (gpointer) bytes;
  sections = (Elf64_Shdr *) (gpointer) (bytes + header->e_shoff);
  for (guint i = 0; i < header->e_shnum; i++)
    if (size != 0 && g_str_equal (bytes + sections[header->e_shstrndx].sh_offset +
                                  sections[i].sh_name, ".debug_str"))
      {
        sections[i].sh_size = size;
        n_found++;
      }

  g_assert_cmpuint (n_found, ==, size != 0 ? 1 : 0);
  g_assert_cmpint (write (fd, bytes, length), ==, (gssize) length);
  g_assert_cmpint (ftruncate (fd, (off_t) (length + size)), ==, 0);
  g_unlink (path);
  file = sonde_elf_file_open (fd);
  g_assert_nonnull (file);

  return sonde_elf_file_close_strings (file, "debug_str");
}

/* A section that libdw reads and we do not is not closed, and may not be left so in silence. */
static void
test_debug_limits_open_strings (void)
{
  g_assert_true (close_strings_of (0));
  g_assert_false (close_strings_of ((1 << 28) + 1));
}

/* What is asked for is answered from the symbols, and at once. */
static void
check_answers_at_once (const char *file,
                       const char *name)
{
  g_autoptr(SondeModule) module = NULL;
  SondeModuleFunction function;
  gboolean is_found = FALSE;
  SondeRoot root;

  sonde_root_init (&root, 0);
  module = sonde_module_new (open_fixture (file), file, &root);
  for (guint64 address = 0; address < 0x4000; address++)
    if (sonde_module_find_function (module, address, &function))
      is_found |= g_str_equal (function.name, name);

  g_assert_true (is_found);
}

static void
test_debug_limits_heavy (void)
{
  check_answers_at_once ("libheavy.so", "heavy");
}

static void
test_debug_limits_skewed (void)
{
  check_answers_at_once ("libskewed.so", "skewed");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/symbolizer/debug-limits/entries", test_debug_limits_entries);
  g_test_add_func ("/symbolizer/debug-limits/line-length", test_debug_limits_line_length);
  g_test_add_func ("/symbolizer/debug-limits/packed-zeros", test_debug_limits_packed_zeros);
  g_test_add_func ("/symbolizer/debug-limits/open-strings", test_debug_limits_open_strings);
  g_test_add_func ("/symbolizer/debug-limits/heavy", test_debug_limits_heavy);
  g_test_add_func ("/symbolizer/debug-limits/skewed", test_debug_limits_skewed);
  return g_test_run ();
}
