/* test-debug-file.c: what is packed within a stripped file
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <elf.h>
#include <glib.h>
#include <lzma.h>
#include <string.h>

#include "symbolizer/debug-file.h"

/* More than is unpacked, though it is packed in some kilobytes. */
#define BOMB_BYTES (65 * 1024 * 1024)
#define PACKED_BYTES_MAX (1024 * 1024)

static char *
read_fixture (gsize *length)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "unit", "fixtures",
                                                 "symbols-mini.so", NULL);
  char *bytes = NULL;

  g_assert_true (g_file_get_contents (path, &bytes, length, NULL));

  return bytes;
}

/* Whether there is a file within the file @bytes (transfer full). */
static gboolean
unpack (char  *bytes,
        gsize  length)
{
  g_autoptr(SondeElfFile) file = sonde_elf_file_new_for_image (bytes, length);
  g_autoptr(SondeElfFile) within = NULL;

  g_assert_nonnull (file);
  within = sonde_debug_file_unpack (file);

  return within != NULL;
}

/* The section header of .gnu_debugdata, the only one whose content begins as xz files do. */
static Elf64_Shdr *
find_packed (char *bytes)
{
  const Elf64_Ehdr *header = (const Elf64_Ehdr *) (gpointer) bytes;
  Elf64_Shdr *sections = (Elf64_Shdr *) (gpointer) (bytes + header->e_shoff);

  for (guint i = 0; i < header->e_shnum; i++)
    if (sections[i].sh_type == SHT_PROGBITS && sections[i].sh_size > 6 &&
        memcmp (bytes + sections[i].sh_offset, "\3757zXZ", 6) == 0)
      return &sections[i];

  g_assert_not_reached ();
}

static void
test_debug_file_unpack (void)
{
  gsize length;
  char *bytes = read_fixture (&length);

  g_assert_true (unpack (bytes, length));
}

static void
test_debug_file_bomb (void)
{
  g_autofree guint8 *zeros = g_malloc0 (BOMB_BYTES);
  gsize length;
  char *bytes = read_fixture (&length);
  Elf64_Shdr *section;
  size_t packed = 0;

  bytes = g_realloc (bytes, length + PACKED_BYTES_MAX);
  g_assert_cmpint (lzma_easy_buffer_encode (0, LZMA_CHECK_CRC32, NULL, zeros, BOMB_BYTES,
                                            (guint8 *) bytes + length, &packed,
                                            PACKED_BYTES_MAX),
                   ==, LZMA_OK);
  section = find_packed (bytes);
  section->sh_offset = length;
  section->sh_size = packed;

  g_assert_false (unpack (bytes, length + packed));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/symbolizer/debug-file/unpack", test_debug_file_unpack);
  g_test_add_func ("/symbolizer/debug-file/bomb", test_debug_file_bomb);
  return g_test_run ();
}
