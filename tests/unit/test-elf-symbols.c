/* test-elf-symbols.c: the symbols and sections of programs
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib.h>

#include "target/elf-symbols.h"

/* A program whose data are a known number under the name of Py_Version. */
#define NUMBER 0x030b02f0

typedef struct
{
  const char  *wanted;
  SondeAddress address;
  guint64      size;
  gboolean     is_function;
  guint        seen;
  guint        all;
} Found;

static char *
dup_fixture (const char *name)
{
  g_autofree char *file = g_strconcat ("runtime-", name, NULL);

  return g_test_build_filename (G_TEST_BUILT, "unit", file, NULL);
}

static void
take_symbol_cb (const SondeElfSymbol *symbol,
                gpointer              data)
{
  Found *found = data;

  found->all++;
  if (strcmp (symbol->name, found->wanted) != 0)
    return;

  found->address = symbol->address;
  found->size = symbol->size;
  found->is_function = symbol->is_function;
  found->seen++;
}

static Found
look_for (SondeElfSymbols *file,
          const char      *name)
{
  Found found = { .wanted = name };

  sonde_elf_symbols_foreach (file, take_symbol_cb, &found);

  return found;
}

static void
test_elf_symbols_program (void)
{
  g_autofree char *path = dup_fixture ("python_new");
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  g_autoptr(SondeElfSymbols) file = sonde_elf_symbols_open (fd);
  SondeAddress address;
  guint64 offset;
  guint64 size;
  guint64 number = 0;
  Found found;

  g_assert_nonnull (file);
  found = look_for (file, "main");
  g_assert_cmpuint (found.seen, >=, 1);
  g_assert_true (found.is_function);
  g_assert_true (sonde_elf_symbols_find_section (file, ".text", &address, &offset, &size));
  g_assert_cmpuint (found.address, >=, address);
  g_assert_cmpuint (found.address, <, address + size);

  /* Exported, so in both tables. */
  found = look_for (file, "Py_Version");
  g_assert_cmpuint (found.seen, ==, 2);
  g_assert_false (found.is_function);
  g_assert_cmpuint (found.size, ==, sizeof number);
  g_assert_true (sonde_elf_symbols_read (file, found.address, &number, sizeof number));
  g_assert_cmphex (number, ==, NUMBER);

  /* Used and defined elsewhere. */
  g_assert_cmpuint (look_for (file, "__libc_start_main").seen, ==, 0);
  g_assert_cmpuint (look_for (file, "no_such_symbol").seen, ==, 0);
  g_assert_false (sonde_elf_symbols_find_section (file, ".no-such-section", &address, &offset,
                                                  &size));
  close (fd);
}

static void
test_elf_symbols_read_bounds (void)
{
  g_autofree char *path = dup_fixture ("python_new");
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  g_autoptr(SondeElfSymbols) file = sonde_elf_symbols_open (fd);
  SondeAddress address;
  guint64 offset;
  guint64 size;
  guint8 byte;
  guint8 two[2];

  g_assert_true (sonde_elf_symbols_find_section (file, ".data", &address, &offset, &size));
  g_assert_true (sonde_elf_symbols_read (file, address + size - 1, &byte, 1));
  g_assert_false (sonde_elf_symbols_read (file, address + size - 1, two, 2));
  g_assert_false (sonde_elf_symbols_read (file, G_MAXUINT64, &byte, 1));
  close (fd);
}

static void
test_elf_symbols_no_program (void)
{
  int fd = open ("/etc/passwd", O_RDONLY | O_CLOEXEC);

  g_assert_null (sonde_elf_symbols_open (fd));
  close (fd);
  g_assert_null (sonde_elf_symbols_open (-1));
}

/* Asks for everything that can be asked. */
static void
ask_all (int fd)
{
  g_autoptr(SondeElfSymbols) file = sonde_elf_symbols_open (fd);
  SondeAddress address;
  guint64 offset;
  guint64 size;
  guint8 bytes[16];

  if (file == NULL)
    return;

  look_for (file, "Py_Version");
  sonde_elf_symbols_find_section (file, ".PyRuntime", &address, &offset, &size);
  sonde_elf_symbols_read (file, 0x4000, bytes, sizeof bytes);
}

/* A file that is cut at any place, and one of which any word says something else, is read without a
 * fault.
 */
static void
test_elf_symbols_damaged (void)
{
  static const guint8 damages[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
  g_autofree char *whole = dup_fixture ("python_new");
  g_autofree char *bytes = NULL;
  g_autofree char *path = NULL;
  gsize length;
  int fd = g_file_open_tmp ("sonde-cut-XXXXXX", &path, NULL);

  g_assert_true (g_file_get_contents (whole, &bytes, &length, NULL));
  for (gsize keep = 0; keep < length; keep += 97)
    {
      g_assert_no_errno (ftruncate (fd, 0));
      g_assert_cmpint (pwrite (fd, bytes, keep, 0), ==, keep);
      ask_all (fd);
    }

  g_assert_cmpint (pwrite (fd, bytes, length, 0), ==, length);
  for (gsize at = 0; at < length; at += at < sizeof (Elf64_Ehdr) || length - at < 4096 ? 1 : 61)
    for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
      {
        g_assert_cmpint (pwrite (fd, &damages[i], 1, (off_t) at), ==, 1);
        ask_all (fd);
        g_assert_cmpint (pwrite (fd, bytes + at, 1, (off_t) at), ==, 1);
      }

  close (fd);
  unlink (path);
}

/* A file can be as long as it likes without a byte in it: its tables are not copied into memory. */
static void
test_elf_symbols_sparse (void)
{
  g_autofree char *whole = dup_fixture ("python_new");
  g_autofree char *bytes = NULL;
  g_autofree char *path = NULL;
  struct rusage before;
  struct rusage after;
  gsize length;
  int fd = g_file_open_tmp ("sonde-sparse-XXXXXX", &path, NULL);
  Elf64_Ehdr header;

  g_assert_true (g_file_get_contents (whole, &bytes, &length, NULL));
  memcpy (&header, bytes, sizeof header);
  for (guint i = 0; i < header.e_shnum; i++)
    {
      Elf64_Shdr *section = (gpointer) (bytes + header.e_shoff + i * sizeof (Elf64_Shdr));

      if (section->sh_type == SHT_SYMTAB || section->sh_type == SHT_DYNSYM ||
          section->sh_type == SHT_STRTAB)
        section->sh_size = G_GUINT64_CONSTANT (24) << 26;
    }

  g_assert_cmpint (pwrite (fd, bytes, length, 0), ==, length);
  g_assert_no_errno (ftruncate (fd, (off_t) 1 << 36));
  getrusage (RUSAGE_SELF, &before);
  ask_all (fd);
  getrusage (RUSAGE_SELF, &after);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 512 * 1024); /* in KiB */

  close (fd);
  unlink (path);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/target/elf-symbols/program", test_elf_symbols_program);
  g_test_add_func ("/target/elf-symbols/read-bounds", test_elf_symbols_read_bounds);
  g_test_add_func ("/target/elf-symbols/no-program", test_elf_symbols_no_program);
  g_test_add_func ("/target/elf-symbols/damaged", test_elf_symbols_damaged);
  g_test_add_func ("/target/elf-symbols/sparse", test_elf_symbols_sparse);
  return g_test_run ();
}
