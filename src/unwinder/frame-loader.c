/* frame-loader.c: finds the unwind rules of a mapped file that has no search table for them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gcc -static and musl-gcc link without PT_GNU_EH_FRAME, so nothing that is loaded says where
 * .eh_frame is; it is loaded all the same. .debug_frame, which is all that
 * -fno-asynchronous-unwind-tables leaves, is in the file only. The section headers say where both
 * are. A file without any, or that cannot be opened, is searched for a chain of rules: its memory
 * that nobody can write to, and its bytes on the disk.
 */

#include "config.h"

#include "unwinder/frame-loader.h"

#include <elf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/elf-symbols.h"
#include "target/memory.h"
#include "unwinder/frame-index.h"

typedef struct
{
  pid_t               pid;
  SondeMaps          *maps;    /* borrowed */
  const SondeMapping *mapping; /* borrowed */
  guint64             bias;
  SondeFrameSection   section; /* what holds for all sections of this file */
  GPtrArray          *indexes; /* of SondeFrameIndex, borrowed */
} Loader;

static void
free_index (gpointer data)
{
  SondeFrameIndex *self = data;

  g_array_unref (self->entries);
  g_free (self->bytes);
  g_free (self);
}

gboolean
sonde_frame_loader_is_same_file (const SondeMapping *a,
                                 const SondeMapping *b)
{
  return a->inode == b->inode && a->device == b->device && g_strcmp0 (a->path, b->path) == 0;
}

/* FALSE if there are no rules in it. */
static gboolean
read_index (Loader                  *self,
            const SondeFrameSection *section)
{
  g_autoptr(GArray) entries = sonde_frame_index_read (section);
  guint8 *copy = NULL;
  SondeFrameIndex *index;

  if (entries == NULL)
    return FALSE;

  if (section->kind == SONDE_FRAME_KIND_DEBUG)
    {
      copy = g_try_malloc (section->length);
      if (copy == NULL)
        return FALSE;
      memcpy (copy, section->bytes, section->length);
    }

  index = g_new0 (SondeFrameIndex, 1);
  index->start = section->code_start;
  index->end = section->code_end;
  index->entries = g_steal_pointer (&entries);
  index->section = copy == NULL ? section->address : 0;
  index->bytes = copy;
  index->length = copy != NULL ? section->length : 0;
  g_ptr_array_add (self->indexes, index);

  return TRUE;
}

/* The same, and takes @bytes over, which @section is a part of. */
static gboolean
add_index (Loader                  *self,
           const SondeFrameSection *section,
           guint8                  *bytes)
{
  gboolean is_read = read_index (self, section);

  g_free (bytes);

  return is_read;
}

/* Reads the target's memory in [@start, @end) as a section (its bytes transfer full). */
static gboolean
read_memory (Loader            *self,
             SondeAddress       start,
             SondeAddress       end,
             SondeFrameSection *section)
{
  *section = self->section;
  section->kind = SONDE_FRAME_KIND_EH;
  section->address = start;
  if (start < section->file_start || end > section->file_end || start >= end ||
      end - start > SONDE_FRAME_SECTION_BYTES_MAX)
    return FALSE;

  section->bytes = g_try_malloc (end - start);
  if (section->bytes != NULL)
    section->length = sonde_memory_read (self->pid, start, section->bytes, end - start);

  return section->bytes != NULL;
}

static gboolean
read_file (Loader            *self,
           int                fd,
           guint64            offset,
           guint64            length,
           SondeFrameSection *section)
{
  gssize count;

  *section = self->section;
  section->kind = SONDE_FRAME_KIND_DEBUG;
  section->bias = self->bias;
  if (length == 0 || length > SONDE_FRAME_SECTION_BYTES_MAX || offset > G_MAXINT64)
    return FALSE;

  section->bytes = g_try_malloc (length);
  if (section->bytes == NULL)
    return FALSE;

  count = pread (fd, section->bytes, length, (off_t) offset);
  section->length = count > 0 ? (gsize) count : 0;

  return TRUE;
}

static void
load_by_headers (Loader          *self,
                 int              fd,
                 SondeElfSymbols *symbols,
                 gboolean         has_table)
{
  SondeFrameSection section;
  SondeAddress address;
  guint64 offset, size;

  if (!has_table &&
      sonde_elf_symbols_find_section (symbols, ".eh_frame", &address, &offset, &size) &&
      read_memory (self, address + self->bias, address + self->bias + size, &section))
    add_index (self, &section, section.bytes);

  if (sonde_elf_symbols_find_section (symbols, ".debug_frame", &address, &offset, &size) &&
      read_file (self, fd, offset, size, &section))
    add_index (self, &section, section.bytes);
}

/* Of a linked file .eh_frame is one piece, in one mapping that is not written to. */
static void
search_memory (Loader *self)
{
  gsize n_left = SONDE_FRAME_SECTION_BYTES_MAX;

  for (guint i = 0; i < sonde_maps_get_count (self->maps); i++)
    {
      const SondeMapping *mapping = sonde_maps_get (self->maps, i);
      SondeFrameSection section;
      guint8 *bytes;

      if (mapping->writable || !sonde_frame_loader_is_same_file (mapping, self->mapping) ||
          mapping->end - mapping->start > n_left ||
          !read_memory (self, mapping->start, mapping->end, &section))
        continue;

      n_left -= mapping->end - mapping->start;
      bytes = section.bytes;
      if (!sonde_frame_index_find (&section))
        g_free (bytes);
      else if (add_index (self, &section, bytes))
        return;
    }
}

static void
search_file (Loader *self,
             int     fd)
{
  SondeFrameSection section;
  struct stat status;
  guint8 *bytes;

  if (fstat (fd, &status) != 0 || status.st_size <= 0 ||
      !read_file (self, fd, 0, (guint64) status.st_size, &section))
    return;

  bytes = section.bytes;
  if (sonde_frame_index_find (&section))
    add_index (self, &section, bytes);
  else
    g_free (bytes);
}

static gboolean
has_section_headers (int fd)
{
  Elf64_Ehdr header;

  return pread (fd, &header, sizeof header, 0) == sizeof header && header.e_shoff != 0 &&
         header.e_shnum != 0;
}

/* The addresses that the file is mapped to. */
static void
find_extent (Loader *self)
{
  SondeFrameSection *section = &self->section;

  section->code_start = section->file_start = self->mapping->start;
  section->code_end = section->file_end = self->mapping->end;
  for (guint i = 0; i < sonde_maps_get_count (self->maps); i++)
    {
      const SondeMapping *mapping = sonde_maps_get (self->maps, i);

      if (!sonde_frame_loader_is_same_file (mapping, self->mapping))
        continue;

      section->file_start = MIN (section->file_start, mapping->start);
      section->file_end = MAX (section->file_end, mapping->end);
    }
}

GPtrArray *
sonde_frame_loader_load (pid_t               pid,
                         SondeMaps          *maps,
                         const SondeMapping *mapping,
                         guint64             bias,
                         gboolean            has_table)
{
  GPtrArray *indexes = g_ptr_array_new_with_free_func (free_index);
  Loader self = { .pid = pid, .maps = maps, .mapping = mapping, .bias = bias, .indexes = indexes };
  SondeElfSymbols *symbols = NULL;
  int fd = sonde_mapping_open_of (mapping, pid);

  find_extent (&self);
  if (fd >= 0 && has_section_headers (fd))
    symbols = sonde_elf_symbols_open (fd);

  if (symbols != NULL)
    load_by_headers (&self, fd, symbols, has_table);
  else if (!has_table)
    search_memory (&self);

  if (symbols == NULL && fd >= 0)
    search_file (&self, fd);

  if (symbols != NULL)
    sonde_elf_symbols_free (symbols);
  if (fd >= 0)
    close (fd);

  return indexes;
}
