/* debug-file.c: finds separate debug files
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of /usr/bin/x with build-id abcdef…, and with a .gnu_debuglink that says "x.debug":
 *
 *   /usr/lib/debug/.build-id/ab/cdef….debug     must have the same build-id
 *   /usr/bin/x.debug                            must have the checksum of the link
 *   /usr/bin/.debug/x.debug
 *   /usr/lib/debug/usr/bin/x.debug
 *
 * Paths and links come from the target's files, and are followed in its root alone. In our own only
 * the path that a build-id gives is looked at, and what the file there names.
 */

#include "config.h"

#include "symbolizer/debug-file.h"

#include <elfutils/libdwelf.h>
#include <lzma.h>
#include <string.h>
#include <unistd.h>

#define DEBUG_FOLDER "/usr/lib/debug"
#define ALTERNATE_FOLDER "/.dwz/"

/* Whatever lies at the end of a link is read whole to compare its checksum; of one module all
 * together.
 */
#define CHECKSUM_BYTES_MAX (G_GINT64_CONSTANT (1) << 30)
#define CHECKSUM_BLOCK_BYTES 65536

/* Fedora's largest is some 5 MB unpacked. */
#define UNPACKED_BYTES_MAX (64 * 1024 * 1024)
#define UNPACK_MEMORY_BYTES (128 * 1024 * 1024)

/* What a candidate must have to be the one looked for. */
typedef struct
{
  const guint8 *build_id;
  gsize         build_id_length; /* 0: compare the checksum */
  guint32       checksum;
  gint64       *bytes_left; /* that may be read for it */
} Identity;

static gboolean
has_checksum (int             fd,
              const Identity *identity)
{
  g_autofree guint8 *block = g_malloc (CHECKSUM_BLOCK_BYTES);
  guint32 checksum = 0;
  off_t at = 0;
  ssize_t count = -1;

  while (*identity->bytes_left > 0 &&
         (count = pread (fd, block, CHECKSUM_BLOCK_BYTES, at)) > 0)
    {
      checksum = lzma_crc32 (block, (size_t) count, checksum);
      at += count;
      *identity->bytes_left -= count;
    }

  return count == 0 && checksum == identity->checksum;
}

static SondeElfFile *
look_at (const char     *path,
         SondeRoot      *root,
         const Identity *identity)
{
  g_autoptr(SondeElfFile) file = NULL;
  const guint8 *build_id;
  gsize length;
  int fd = sonde_root_open_file (root, path);

  if (fd < 0)
    return NULL;

  if (identity->build_id_length == 0 && !has_checksum (fd, identity))
    {
      close (fd);
      return NULL;
    }

  file = sonde_elf_file_open (fd);
  if (file == NULL || identity->build_id_length == 0)
    return g_steal_pointer (&file);

  length = sonde_elf_file_get_build_id (file, &build_id);
  if (length != identity->build_id_length || memcmp (build_id, identity->build_id, length) != 0)
    return NULL;

  return g_steal_pointer (&file);
}

static SondeElfFile *
look_by_build_id (const Identity *identity,
                  SondeRoot      *root)
{
  g_autoptr(GString) path = NULL;

  if (identity->build_id_length == 0)
    return NULL;

  path = g_string_new (DEBUG_FOLDER "/.build-id/");
  g_string_append_printf (path, "%02x/", identity->build_id[0]);
  for (gsize i = 1; i < identity->build_id_length; i++)
    g_string_append_printf (path, "%02x", identity->build_id[i]);
  g_string_append (path, ".debug");

  return look_at (path->str, root, identity);
}

static SondeElfFile *
look_by_link (SondeElfFile *file,
              const char   *path,
              SondeRoot    *root)
{
  static const struct
  {
    const char *top;
    const char *folder;
  } places[] = { { "", "/" }, { "", "/.debug/" }, { DEBUG_FOLDER, "/" } };
  g_autofree char *folder = NULL;
  SondeElfFile *found = NULL;
  GElf_Word checksum;
  const char *name = dwelf_elf_gnu_debuglink (sonde_elf_file_get_elf (file), &checksum);
  gint64 bytes_left = CHECKSUM_BYTES_MAX;
  const Identity identity = { .checksum = checksum, .bytes_left = &bytes_left };

  if (name == NULL || path == NULL || path[0] != '/' || name[0] == '\0' ||
      strnlen (name, NAME_MAX + 1) > NAME_MAX || strchr (name, '/') != NULL)
    return NULL;

  folder = g_path_get_dirname (path);
  for (guint i = 0; i < G_N_ELEMENTS (places) && found == NULL; i++)
    {
      g_autofree char *candidate = NULL;

      candidate = g_strconcat (places[i].top, folder, places[i].folder, name, NULL);
      found = look_at (candidate, root, &identity);
    }

  return found;
}

/**
 * sonde_debug_file_find:
 * @file: a program or library
 * @path: (nullable): where it lies in @root
 * @root: the root of the process that has it mapped
 * @found_in: (out caller-allocates): the root that the debug file was found in
 *
 * Finds the file that has the debug information of @file. Reads the disk.
 *
 * Returns: (transfer full) (nullable): the debug file
 */
SondeElfFile *
sonde_debug_file_find (SondeElfFile *file,
                       const char   *path,
                       SondeRoot    *root,
                       SondeRoot    *found_in)
{
  Identity identity = { 0 };
  SondeElfFile *found;

  g_return_val_if_fail (file != NULL && root != NULL && found_in != NULL, NULL);

  *found_in = *root;
  identity.build_id_length = sonde_elf_file_get_build_id (file, &identity.build_id);
  found = look_by_build_id (&identity, root);
  if (found == NULL)
    found = look_by_link (file, path, root);

  if (found == NULL && !root->is_ours)
    {
      sonde_root_init (found_in, 0);
      found = look_by_build_id (&identity, found_in);
    }

  return found;
}

/**
 * sonde_debug_file_find_alternate:
 * @name: the path in .gnu_debugaltlink, relative to @path
 * @build_id: the build-id that follows there
 * @build_id_length: its length
 * @path: (nullable): where the file that has the link lies in @root
 * @root: where that file was found
 *
 * Finds the file of debug information that several debug files share.
 *
 * Returns: (transfer full) (nullable): the file
 */
SondeElfFile *
sonde_debug_file_find_alternate (const char   *name,
                                 const guint8 *build_id,
                                 gsize         build_id_length,
                                 const char   *path,
                                 SondeRoot    *root)
{
  const Identity identity = { .build_id = build_id, .build_id_length = build_id_length };
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;
  g_autofree char *beside = NULL;
  const char *shared;
  SondeElfFile *found;

  if (build_id_length < 2 || build_id_length > SONDE_BUILD_ID_BYTES_MAX ||
      strnlen (name, PATH_MAX) == PATH_MAX)
    return NULL;

  found = look_by_build_id (&identity, root);
  if (found != NULL)
    return found;

  if (name[0] == '/')
    beside = g_strdup (name);
  else if (folder != NULL)
    beside = g_strconcat (folder, "/", name, NULL);
  if (beside != NULL)
    found = look_at (beside, root, &identity);

  /* The debug file may have been reached through a link, and then @name does not lead on from
   * there.
   */
  shared = strstr (name, &ALTERNATE_FOLDER[1]);
  if (found == NULL && shared != NULL)
    {
      g_autofree char *candidate = g_strconcat (DEBUG_FOLDER "/", shared, NULL);

      found = look_at (candidate, root, &identity);
    }

  return found;
}

/**
 * sonde_debug_file_unpack:
 * @file: a program or library
 *
 * Unpacks .gnu_debugdata, the symbols that some distributions leave in
 * stripped files: a whole ELF file, packed with xz.
 *
 * Returns: (transfer full) (nullable): the file within
 */
SondeElfFile *
sonde_debug_file_unpack (SondeElfFile *file)
{
  g_autofree guint8 *image = NULL;
  GElf_Shdr header;
  Elf_Scn *section;
  Elf_Data *data;
  guint64 memory = UNPACK_MEMORY_BYTES;
  size_t taken = 0;
  size_t length = 0;
  lzma_ret outcome = LZMA_BUF_ERROR;

  g_return_val_if_fail (file != NULL, NULL);

  section = sonde_elf_file_find_section (file, ".gnu_debugdata", &header);
  data = section != NULL ? sonde_elf_file_read_section (file, section) : NULL;
  if (data == NULL)
    return NULL;

  /* The size unpacked is written nowhere that can be trusted. */
  for (gsize room = 1 << 20; outcome == LZMA_BUF_ERROR && room <= UNPACKED_BYTES_MAX; room *= 4)
    {
      image = g_realloc (image, room);
      taken = length = 0;
      outcome = lzma_stream_buffer_decode (&memory, 0, NULL, data->d_buf, &taken, data->d_size,
                                           image, &length, room);
    }

  if (outcome != LZMA_OK)
    return NULL;

  return sonde_elf_file_new_for_image (g_steal_pointer (&image), length);
}
