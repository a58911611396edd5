/* test-go-lines.c: names and lines of programs of Go without symbols and debug information
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <elf.h>
#include <gelf.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "support/go-image.h"
#include "symbolizer/elf-file.h"
#include "symbolizer/module.h"

#define N_BROKEN 3000

/* More than is read of a file at once. */
#define LONG_BYTES 0x30000

/* Which section has them in an image, and as many as a section is read of. */
#define RELOCATIONS_SECTION 2
#define N_RELOCATIONS 11000000

/* How many times as long as to go through them once; 24 times is as often as all are. */
#define N_PASSES_MAX 48

typedef struct
{
  const char  *name;
  GoVersion    version;
  GoImageFlags flags;
  gboolean     knows_calls;
} Variant;

static const Variant variants[] = {
  { "go-1.2", GO_1_2, 0, FALSE },
  { "go-1.2-pie", GO_1_2, GO_IMAGE_RELOCATED, FALSE },
  { "go-1.2-without-sections", GO_1_2, GO_IMAGE_NO_SECTIONS, FALSE },
  { "go-1.16", GO_1_16, 0, TRUE },
  { "go-1.16-pie", GO_1_16, GO_IMAGE_RELOCATED, TRUE },
  { "go-1.16-without-sections", GO_1_16, GO_IMAGE_NO_SECTIONS, TRUE },
  { "go-1.18", GO_1_18, 0, TRUE },
  { "go-1.18-pie", GO_1_18, GO_IMAGE_RELOCATED, TRUE },
  { "go-1.18-without-sections", GO_1_18, GO_IMAGE_NO_SECTIONS, TRUE },
  { "go-1.18-without-module", GO_1_18, GO_IMAGE_NO_MODULE, FALSE },
  { "go-1.20", GO_1_20, 0, TRUE },
  { "go-1.20-pie", GO_1_20, GO_IMAGE_RELOCATED, TRUE },
  { "go-1.20-without-sections", GO_1_20, GO_IMAGE_NO_SECTIONS, TRUE },
  { "go-1.20-merged", GO_1_20, GO_IMAGE_MERGED | GO_IMAGE_RELOCATED, TRUE },
  { "go-1.26", GO_1_26, 0, TRUE },
  { "go-1.26-pie", GO_1_26, GO_IMAGE_RELOCATED, TRUE },
  { "go-1.26-without-sections", GO_1_26, GO_IMAGE_NO_SECTIONS, TRUE },
};

/* Takes @image over. */
static SondeModule *
open_bytes (guint8 *image,
            gsize   length)
{
  SondeRoot root;

  sonde_root_init (&root, getpid ());

  return sonde_module_new_for_image (image, length, "/bin/made-up", &root);
}

static SondeModule *
open_image (GoVersion    version,
            GoImageFlags flags)
{
  return open_bytes (go_image_new (version, flags), GO_IMAGE_BYTES);
}

static void
assert_function (SondeModule *module,
                 guint64      address,
                 const char  *expected)
{
  SondeModuleFunction function;
  g_autofree char *text = NULL;

  g_assert_true (sonde_module_find_function (module, address, &function));
  text = g_strdup_printf ("%s %s:%u [%" G_GINT64_MODIFIER "x, %" G_GINT64_MODIFIER "x)",
                          function.name, function.file, function.line, function.lower,
                          function.upper);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_go_lines_variant (gconstpointer data)
{
  const Variant *variant = data;
  g_autoptr(SondeModule) module = open_image (variant->version, variant->flags);
  SondeModuleFunction function;

  g_assert_nonnull (module);
  assert_function (module, GO_MAIN, "main.main /src/main.go:10 [402000, 402040)");
  assert_function (module, GO_MIDDLE - 1, "main.main /src/main.go:10 [402000, 402040)");
  assert_function (module, GO_MIDDLE, "main.middle /src/main.go:20 [402040, 402100)");
  assert_function (module, GO_LEAF - 1, "main.middle /src/main.go:20 [402040, 402100)");
  assert_function (module, GO_SWITCH + 1, "runtime.systemstack /src/asm.s:7 [402140, 402180)");
  assert_function (module, GO_TOP, "runtime.goexit /src/asm.s:9 [402180, 4021a0)");
  assert_function (module, GO_END - 1, "runtime.schedule /src/asm.s:9 [4021e0, 402200)");
  g_assert_false (sonde_module_find_function (module, GO_MAIN - 1, &function));
  g_assert_false (sonde_module_find_function (module, GO_END, &function));

  g_assert_cmpuint (sonde_module_find_line (module, GO_MAIN + 3), ==, 10);
  g_assert_cmpuint (sonde_module_find_line (module, GO_INLINED - 5), ==, 20);
  g_assert_cmpuint (sonde_module_find_line (module, GO_INLINED - 4), ==, 22);
  g_assert_cmpuint (sonde_module_find_line (module, GO_INLINED), ==, variant->knows_calls ? 22 : 5);
  g_assert_cmpuint (sonde_module_find_line (module, GO_INLINED + 31), ==,
                    variant->knows_calls ? 22 : 5);
  g_assert_cmpuint (sonde_module_find_line (module, GO_INLINED + 32), ==, 24);
  g_assert_cmpuint (sonde_module_find_line (module, GO_END), ==, 0);
}

/* Since Go 1.26 only the data of the module says where functions are. */
static void
test_go_lines_without_text (void)
{
  g_autoptr(SondeModule) module = open_image (GO_1_26, GO_IMAGE_NO_MODULE);
  SondeModuleFunction function;

  g_assert_nonnull (module);
  g_assert_false (sonde_module_find_function (module, GO_MAIN, &function));
}

/* What looks like the beginning of a table is none, if its functions are not as they should be. */
static void
test_go_lines_false_header (void)
{
  guint8 *image = go_image_new (GO_1_20, GO_IMAGE_NO_SECTIONS);
  const gsize false_at = 0x800;
  g_autoptr(SondeModule) module = NULL;

  memcpy (image + false_at, image + (GO_TABLE - GO_BASE), 72);
  module = open_bytes (image, GO_IMAGE_BYTES);
  g_assert_nonnull (module);
  assert_function (module, GO_MAIN, "main.main /src/main.go:10 [402000, 402040)");
}

/* Through a descriptor, of which the longest table is read whole. */
static void
test_go_lines_long_table (void)
{
  g_autofree guint8 *image = g_realloc (go_image_new (GO_1_20, 0), LONG_BYTES);
  const Elf64_Ehdr *header = (const Elf64_Ehdr *) (gpointer) image;
  Elf64_Shdr *table = (Elf64_Shdr *) (gpointer) (image + header->e_shoff) + 1;
  int fd = memfd_create ("made-up", MFD_CLOEXEC);
  g_autoptr(SondeElfFile) file = NULL;
  g_autoptr(SondeModule) module = NULL;
  g_autofree guint8 *copy = NULL;
  SondeRoot root;

  for (gsize i = GO_IMAGE_BYTES; i < LONG_BYTES; i++)
    image[i] = (guint8) (i % 251);
  table->sh_size = LONG_BYTES - table->sh_offset;
  g_assert_cmpint (write (fd, image, LONG_BYTES), ==, LONG_BYTES);

  file = sonde_elf_file_open (dup (fd));
  copy = sonde_elf_file_dup_range (file, 1, LONG_BYTES - 1);
  g_assert_cmpmem (copy, LONG_BYTES - 1, image + 1, LONG_BYTES - 1);
  g_assert_null (sonde_elf_file_dup_range (file, 1, LONG_BYTES));

  sonde_root_init (&root, getpid ());
  module = sonde_module_new (fd, "/bin/made-up", &root);
  g_assert_nonnull (module);
  g_assert_cmpuint (sonde_module_get_bytes (module), >, table->sh_size);
  assert_function (module, GO_MAIN, "main.main /src/main.go:10 [402000, 402040)");
}

/* CPU time (s) that it takes to go through all relocations of @image once. */
static double
measure_pass (guint8 *image,
              gsize   length)
{
  clock_t start = clock ();
  Elf *elf = elf_memory ((char *) image, length);
  Elf_Data *data = elf_rawdata (elf_getscn (elf, RELOCATIONS_SECTION), NULL);
  GElf_Rela relocation;
  guint64 sum = 0;

  for (gsize i = 0; gelf_getrela (data, (int) i, &relocation) != NULL; i++)
    sum += relocation.r_offset == 1;
  g_assert_cmpuint (sum, ==, 0);
  elf_end (elf);

  return (double) (clock () - start) / CLOCKS_PER_SEC;
}

/* Relocations that all look like the data of a module; what it says stands at their end. */
static guint8 *
new_relocated (gsize length)
{
  static const guint64 answers[] = { 0, 8, 104, 176 };
  guint8 *image = g_realloc (go_image_new (GO_1_20, GO_IMAGE_RELOCATED), length);
  Elf64_Rela relocation = {
    .r_offset = 16, .r_info = ELF64_R_INFO (0, R_X86_64_RELATIVE), .r_addend = GO_TABLE,
  };
  Elf64_Shdr section;
  Elf64_Ehdr header;
  gsize at;

  for (at = GO_IMAGE_BYTES; at + sizeof relocation <= length; at += sizeof relocation)
    memcpy (image + at, &relocation, sizeof relocation);

  relocation.r_addend = 1;
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      at -= sizeof relocation;
      relocation.r_offset = 16 + answers[i];
      memcpy (image + at, &relocation, sizeof relocation);
    }

  memcpy (&header, image, sizeof header);
  at = header.e_shoff + RELOCATIONS_SECTION * sizeof section;
  memcpy (&section, image + at, sizeof section);
  section.sh_offset = GO_IMAGE_BYTES;
  section.sh_size = length - GO_IMAGE_BYTES;
  memcpy (image + at, &section, sizeof section);

  return image;
}

/* They are not gone through for each question again and again. */
static void
test_go_lines_relocations (void)
{
  gsize length = GO_IMAGE_BYTES + N_RELOCATIONS * sizeof (Elf64_Rela);
  guint8 *image = new_relocated (length);
  double pass = measure_pass (image, length);
  g_autoptr(SondeModule) module = NULL;
  SondeModuleFunction function;
  clock_t start = clock ();

  module = open_bytes (image, length);
  sonde_module_find_function (module, GO_LEAF, &function);
  g_assert_cmpfloat ((double) (clock () - start) / CLOCKS_PER_SEC, <, N_PASSES_MAX * pass);
}

/* Whatever is broken is read to an end, and nothing beside it (sanitizers). */
static void
test_go_lines_broken (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (4711);

  for (guint i = 0; i < N_BROKEN; i++)
    {
      GoVersion version = i % (GO_1_26 + 1);
      guint8 *image = go_image_new (version, i % 3 == 0 ? GO_IMAGE_NO_SECTIONS
                                                        : GO_IMAGE_RELOCATED);
      gsize length = i % 5 == 0 ? (gsize) g_rand_int_range (random, 0x1000, GO_IMAGE_BYTES)
                                : GO_IMAGE_BYTES;
      SondeModule *module;

      for (gint n = g_rand_int_range (random, 1, 20); n > 0; n--)
        {
          gsize at = (gsize) g_rand_int_range (random, GO_TABLE - GO_BASE, GO_IMAGE_BYTES);

          image[at] = i % 2 == 0 ? 0xff : (guint8) g_rand_int (random);
        }

      module = open_bytes (g_realloc (image, length), length);
      if (module == NULL)
        continue;

      for (guint64 address = GO_MAIN - 8; address < GO_END + 8; address += 8)
        {
          SondeModuleFunction function;

          sonde_module_find_function (module, address, &function);
          sonde_module_find_line (module, address);
        }
      sonde_module_free (module);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      g_autofree char *path = g_strconcat ("/symbolizer/go-lines/", variants[i].name, NULL);

      g_test_add_data_func (path, &variants[i], test_go_lines_variant);
    }
  g_test_add_func ("/symbolizer/go-lines/without-text", test_go_lines_without_text);
  g_test_add_func ("/symbolizer/go-lines/false-header", test_go_lines_false_header);
  g_test_add_func ("/symbolizer/go-lines/long-table", test_go_lines_long_table);
  g_test_add_func ("/symbolizer/go-lines/relocations", test_go_lines_relocations);
  g_test_add_func ("/symbolizer/go-lines/broken", test_go_lines_broken);

  return g_test_run ();
}
