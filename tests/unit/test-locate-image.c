/* test-locate-image.c: programs and libraries as they lie in memory
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads this program itself, and the C library that it is linked with.
 */

#include "config.h"

#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "python/locate-image.h"
#include "support/damaged-memory.h"

static int writable_number = 42;

typedef struct
{
  const char   *name; /* how its file's name begins; "" for the program */
  SondeAddress  base;
} Wanted;

static int
take_module_cb (struct dl_phdr_info *info,
                gsize                size G_GNUC_UNUSED,
                gpointer             data)
{
  Wanted *wanted = data;
  const char *slash = strrchr (info->dlpi_name, '/');
  const char *name = slash != NULL ? slash + 1 : info->dlpi_name;

  if (wanted->name[0] == '\0' ? name[0] != '\0' : !g_str_has_prefix (name, wanted->name))
    return 0;

  for (guint i = 0; i < info->dlpi_phnum && wanted->base == 0; i++)
    if (info->dlpi_phdr[i].p_type == PT_LOAD)
      wanted->base = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

  return 1;
}

static SondeAddress
find_base (const char *name)
{
  Wanted wanted = { name, 0 };

  dl_iterate_phdr (take_module_cb, &wanted);
  g_assert_cmphex (wanted.base, !=, 0);

  return wanted.base;
}

static const SondePythonSegment *
find_segment (const SondePythonImage *image,
              SondeAddress            address)
{
  for (guint i = 0; i < image->n_segments; i++)
    if (address >= image->segments[i].range.start && address < image->segments[i].range.end)
      return &image->segments[i];

  return NULL;
}

static void
test_locate_image_program (void)
{
  SondePythonMemory memory = sonde_python_memory_of_process (getpid ());
  const SondePythonSegment *segment;
  SondePythonImage image;
  SondePythonRange range;

  g_assert_true (sonde_python_image_read (&memory, find_base (""), &image));
  g_assert_true (image.is_program);
  g_assert_cmphex (image.unwind_header, !=, 0);

  segment = find_segment (&image, (SondeAddress) (gsize) &writable_number);
  g_assert_nonnull (segment);
  g_assert_true (segment->writable);
  g_assert_false (segment->executable);

  segment = find_segment (&image, (SondeAddress) (gsize) test_locate_image_program);
  g_assert_nonnull (segment);
  g_assert_false (segment->writable);
  g_assert_true (segment->executable);

  /* It uses that one and does not define it. */
  g_assert_false (sonde_python_image_find_symbol (&memory, &image, "getpid", &range));
}

static void
test_locate_image_library (void)
{
  SondePythonMemory memory = sonde_python_memory_of_process (getpid ());
  SondePythonImage image;
  SondePythonRange range;

  g_assert_true (sonde_python_image_read (&memory, find_base ("libglib-2.0"), &image));
  g_assert_false (image.is_program);

  g_assert_true (sonde_python_image_find_symbol (&memory, &image, "g_strconcat", &range));
  g_assert_cmphex (range.start, ==, (SondeAddress) (gsize) g_strconcat);
  g_assert_cmphex (range.end, >, range.start);
  g_assert_true (find_segment (&image, range.start)->executable);

  g_assert_true (sonde_python_image_find_symbol (&memory, &image, "glib_major_version", &range));
  g_assert_false (find_segment (&image, range.start)->executable);
  g_assert_cmphex (range.end - range.start, ==, sizeof glib_major_version);

  g_assert_false (sonde_python_image_find_symbol (&memory, &image, "g_strconca", &range));
  g_assert_false (sonde_python_image_find_symbol (&memory, &image, "malloc", &range));
  g_assert_false (sonde_python_image_find_symbol (&memory, &image, "", &range));
}

static void
test_locate_image_nothing (void)
{
  SondePythonMemory memory = sonde_python_memory_of_process (getpid ());
  static const char text[4096] = ELFMAG "no file";
  SondePythonImage image;

  g_assert_false (sonde_python_image_read (&memory, 0, &image));
  g_assert_false (sonde_python_image_read (&memory, G_MAXUINT64 - 8, &image));
  g_assert_false (sonde_python_image_read (&memory, (SondeAddress) (gsize) text, &image));
}

/* Whatever is in memory, it ends, and a range is none that ends before it begins. */
static void
test_locate_image_damaged (void)
{
  SondeAddress base = find_base ("libglib-2.0");
  guint found = 0;

  for (guint i = 0; i < 2000; i++)
    {
      DamagedMemory damage = { getpid (), i, 8 << i % 12 };
      SondePythonMemory memory = damaged_memory_get (&damage);
      SondePythonImage image;
      SondePythonRange range;

      if (!sonde_python_image_read (&memory, base, &image))
        continue;
      g_assert_cmpuint (image.n_segments, <=, SONDE_PYTHON_SEGMENTS_MAX);
      if (sonde_python_image_find_symbol (&memory, &image, "g_strconcat", &range))
        {
          found++;
          g_assert_cmphex (range.start, <=, range.end);
        }
    }

  /* Else the damage was too great to come anywhere. */
  g_assert_cmpuint (found, >, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/locate-image/program", test_locate_image_program);
  g_test_add_func ("/python/locate-image/library", test_locate_image_library);
  g_test_add_func ("/python/locate-image/nothing", test_locate_image_nothing);
  g_test_add_func ("/python/locate-image/damaged", test_locate_image_damaged);
  return g_test_run ();
}
