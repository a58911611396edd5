/* maps.c: reads the text of /proc/PID/maps
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One line of the text is
 *
 *   55d0c000-55d0e000 r-xp 00002000 fd:01 1311774      /usr/bin/cat
 *
 * and parse_line() reads it in that order. A path may hold spaces, so it is all that is left of
 * the line, never the next word.
 */

#include "config.h"

#include "target/maps.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/error.h"
#include "target/regular-file.h"
#include "target/thread.h"

#define DELETED_MARK " (deleted)"

struct _SondeMaps
{
  gatomicrefcount ref_count;
  GArray         *mappings; /* of SondeMapping, ascending, no overlap */
  GStringChunk   *paths;    /* owns every SondeMapping.path */
};

static gboolean
take_number (const char **at,
             guint        base,
             guint64     *value)
{
  const char *start = *at;
  char *end;

  /* strtoull() would take a sign, or space before the digits. */
  if (!g_ascii_isxdigit (*start))
    return FALSE;

  errno = 0;
  *value = g_ascii_strtoull (start, &end, base);
  *at = end;

  return errno == 0 && end != start;
}

static gboolean
take_char (const char **at,
           char         wanted)
{
  if (**at != wanted)
    return FALSE;

  *at += 1;
  return TRUE;
}

static gboolean
take_permissions (const char   **at,
                  SondeMapping  *mapping)
{
  if (strnlen (*at, 4) < 4)
    return FALSE;

  mapping->writable = (*at)[1] == 'w';
  mapping->executable = (*at)[2] == 'x';
  *at += 4;

  return TRUE;
}

static void
take_path (const char   **at,
           GStringChunk  *paths,
           SondeMapping  *mapping)
{
  gsize length;

  *at += strspn (*at, " ");
  length = strlen (*at);

  /* A file really named "x (deleted)" reads as a deleted "x": the kernel prints both alike.
   */
  mapping->deleted = g_str_has_suffix (*at, DELETED_MARK);
  if (mapping->deleted)
    length -= strlen (DELETED_MARK);

  if (length > 0)
    mapping->path = g_string_chunk_insert_len (paths, *at, (gssize) length);
}

static gboolean
parse_line (const char   *line,
            GStringChunk *paths,
            SondeMapping *mapping)
{
  const char *at = line;
  guint64 major;
  guint64 minor;

  if (!take_number (&at, 16, &mapping->start) || !take_char (&at, '-') ||
      !take_number (&at, 16, &mapping->end) || !take_char (&at, ' ') ||
      !take_permissions (&at, mapping) || !take_char (&at, ' ') ||
      !take_number (&at, 16, &mapping->offset) || !take_char (&at, ' ') ||
      !take_number (&at, 16, &major) || !take_char (&at, ':') ||
      !take_number (&at, 16, &minor) || !take_char (&at, ' ') ||
      !take_number (&at, 10, &mapping->inode))
    return FALSE;

  mapping->device = major << 32 | minor;
  take_path (&at, paths, mapping);

  return mapping->start < mapping->end;
}

/**
 * sonde_maps_parse:
 * @text: the whole of `/proc/PID/maps`
 * @error: return location for a #GError
 *
 * Reads a memory map. All or nothing: one bad line fails the whole text.
 *
 * Errors: %SONDE_ERROR_MALFORMED, naming the line (counted from 1), when a line has not the
 * kernel's form or starts before the one above it ends.
 *
 * Returns: (transfer full): the map, or %NULL with @error set
 */
SondeMaps *
sonde_maps_parse (const char  *text,
                  GError     **error)
{
  g_autoptr(SondeMaps) self = NULL;
  g_auto(GStrv) lines = NULL;
  guint64 previous_end = 0;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_new0 (SondeMaps, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->mappings = g_array_new (FALSE, FALSE, sizeof (SondeMapping));
  self->paths = g_string_chunk_new (4096);
  lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      SondeMapping mapping = { 0 };

      if (!parse_line (lines[i], self->paths, &mapping) ||
          mapping.start < previous_end)
        {
          g_set_error (error, SONDE_ERROR, SONDE_ERROR_MALFORMED,
                       "Memory map line %u cannot be read", i + 1);
          return NULL;
        }

      previous_end = mapping.end;
      g_array_append_val (self->mappings, mapping);
    }

  return g_steal_pointer (&self);
}

/**
 * sonde_maps_read:
 * @pid: a process
 * @error: return location for a #GError
 *
 * Reads the memory map of @pid as it is now.
 *
 * Errors: %SONDE_ERROR_GONE, %SONDE_ERROR_PERMISSION, or as sonde_maps_parse().
 *
 * Returns: (transfer full): the map, or %NULL with @error set; empty for a kernel thread or a
 *   zombie
 */
SondeMaps *
sonde_maps_read (pid_t    pid,
                 GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/maps", sonde_threads_find_living (pid));
  g_autofree char *text = NULL;
  g_autoptr(GError) read_error = NULL;

  if (!g_file_get_contents (path, &text, NULL, &read_error))
    {
      gboolean refused = g_error_matches (read_error, G_FILE_ERROR, G_FILE_ERROR_ACCES) ||
                         g_error_matches (read_error, G_FILE_ERROR, G_FILE_ERROR_PERM);

      g_set_error (error, SONDE_ERROR, refused ? SONDE_ERROR_PERMISSION : SONDE_ERROR_GONE,
                   "The memory map of process %d cannot be read", pid);
      return NULL;
    }

  return sonde_maps_parse (text, error);
}

SondeMaps *
sonde_maps_ref (SondeMaps *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
sonde_maps_unref (SondeMaps *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_array_unref (self->mappings);
  g_string_chunk_free (self->paths);
  g_free (self);
}

guint
sonde_maps_get_count (SondeMaps *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->mappings->len;
}

const SondeMapping *
sonde_maps_get (SondeMaps *self,
                guint      index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->mappings->len, NULL);

  return &g_array_index (self->mappings, SondeMapping, index);
}

/**
 * sonde_maps_find:
 * @self: a memory map
 * @address: an address in the target's address space
 *
 * Finds the mapping that @address lies in. O(log n).
 *
 * Returns: (transfer none) (nullable): the mapping, borrowed from @self
 */
const SondeMapping *
sonde_maps_find (SondeMaps    *self,
                 SondeAddress  address)
{
  guint low = 0;
  guint high;

  g_return_val_if_fail (self != NULL, NULL);

  high = self->mappings->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const SondeMapping *mapping = &g_array_index (self->mappings, SondeMapping, middle);

      if (address < mapping->start)
        high = middle;
      else if (address >= mapping->end)
        low = middle + 1;
      else
        return mapping;
    }

  return NULL;
}

SondeAddress
sonde_maps_find_base (SondeMaps          *self,
                      const SondeMapping *mapping)
{
  g_return_val_if_fail (self != NULL && mapping != NULL, 0);

  while (mapping->inode != 0 && mapping->offset > 0 && mapping != sonde_maps_get (self, 0) &&
         mapping[-1].inode == mapping->inode && mapping[-1].device == mapping->device &&
         mapping[-1].offset < mapping->offset)
    mapping--;

  return mapping->start;
}

/* Whether @fd would show up in a memory map as @mapping does. Btrfs and overlayfs show another
 * device there than stat() does, so ours is asked. Nothing of the file is touched.
 */
static gboolean
would_map_alike (int                 fd,
                 const SondeMapping *mapping)
{
  g_autoptr(SondeMaps) maps = NULL;
  const SondeMapping *own;
  void *page = mmap (NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);
  gboolean is_alike;

  if (page == MAP_FAILED)
    return FALSE;

  maps = sonde_maps_read (getpid (), NULL);
  own = maps != NULL ? sonde_maps_find (maps, GPOINTER_TO_SIZE (page)) : NULL;
  is_alike = own != NULL && own->inode == mapping->inode && own->device == mapping->device;
  munmap (page, 1);

  return is_alike;
}

static gboolean
is_same_file (int                 fd,
              const SondeMapping *mapping)
{
  struct stat status;
  guint64 device;

  if (fstat (fd, &status) != 0)
    return FALSE;

  device = (guint64) major (status.st_dev) << 32 | minor (status.st_dev);

  return (status.st_ino == mapping->inode && device == mapping->device) ||
         would_map_alike (fd, mapping);
}

/* @fd if it is the file of @mapping, else -1, and @fd is closed. */
static int
keep_if_same (int                 fd,
              const SondeMapping *mapping)
{
  if (fd >= 0 && !is_same_file (fd, mapping))
    {
      close (fd);
      fd = -1;
    }

  return fd;
}

/* What was mapped before a chroot() lies outside of the root, and has its path in ours: the path is
 * the kernel's, and what it leads to must be the very file, so nothing can be made of it.
 */
static int
open_by_path (const SondeMapping *self,
              SondeRoot          *root)
{
  g_autofree char *path = sonde_root_dup_path (root, self->path);

  if (path != NULL)
    return keep_if_same (sonde_root_open_file (root, path), self);

  return root->has_our_mounts ? keep_if_same (sonde_regular_file_open (self->path), self) : -1;
}

int
sonde_mapping_open (const SondeMapping *self,
                    SondeRoot          *root)
{
  g_autofree char *by_range = NULL;
  g_autofree char *by_exe = NULL;
  pid_t living;
  int fd = -1;

  g_return_val_if_fail (self != NULL && root != NULL, -1);

  if (self->path == NULL || self->inode == 0)
    return -1;

  living = sonde_threads_find_living (root->pid);
  if (self->path[0] == '/' && !self->deleted)
    fd = open_by_path (self, root);

  if (fd < 0)
    {
      by_range = g_strdup_printf ("/proc/%d/map_files/%" G_GINT64_MODIFIER "x-%"
                                  G_GINT64_MODIFIER "x", living, self->start, self->end);
      fd = keep_if_same (sonde_regular_file_open (by_range), self);
    }

  /* map_files needs CAP_CHECKPOINT_RESTORE, but a process's own executable can be read by
   * whoever may trace it.
   */
  if (fd < 0)
    {
      by_exe = g_strdup_printf ("/proc/%d/exe", living);
      fd = keep_if_same (sonde_regular_file_open (by_exe), self);
    }

  return fd;
}

int
sonde_mapping_open_of (const SondeMapping *self,
                       pid_t               pid)
{
  SondeRoot root;

  sonde_root_init (&root, pid);

  return sonde_mapping_open (self, &root);
}
