/* go-loader.c: finds Go's table of functions in the memory of a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table is loaded, but nothing that is loaded says where: the section headers are in the file
 * only. Without them, or where another linker (gcc -pie) has made the table a part of .data.rel.ro,
 * the file's memory is searched.
 */

#include "config.h"

#include "unwinder/go-loader.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

#include "target/elf-symbols.h"
#include "target/memory.h"
#include "unwinder/frame-loader.h"

#define N_PROGRAM_HEADERS_MAX 128
#define SEARCHED_BYTES_MAX (256 * 1024 * 1024)
#define CHUNK_BYTES (256 * 1024)
#define N_TRIES_MAX 16

typedef struct
{
  pid_t               pid;
  SondeMaps          *maps;    /* borrowed */
  const SondeMapping *mapping; /* borrowed */
  SondeGoReadFunc     read;
  gpointer            data;
  SondeGoTable       *table;   /* borrowed */
  guint               n_tries;
  gsize               left;    /* bytes that may still be searched */
} Loader;

/* Whether something stands at @address, whose bytes are at @bytes. */
typedef gboolean (*TryFunc) (Loader       *self,
                             SondeAddress  address,
                             const guint8 *bytes);

/* Tries every place in the mappings of our file that may hold @length bytes in question. */
static gboolean
search (Loader  *self,
        gsize    alignment,
        gsize    length,
        TryFunc  try_place)
{
  g_autofree guint8 *bytes = g_malloc (CHUNK_BYTES + SONDE_GO_HEADER_BYTES);
  guint count = sonde_maps_get_count (self->maps);

  for (guint i = 0; i < count; i++)
    {
      const SondeMapping *mapping = sonde_maps_get (self->maps, i);
      SondeAddress at = mapping->start;

      if (mapping->executable || !sonde_frame_loader_is_same_file (mapping, self->mapping))
        continue;

      for (; at < mapping->end && self->left >= CHUNK_BYTES; at += CHUNK_BYTES)
        {
          gsize n = sonde_memory_read (self->pid, at, bytes,
                                       MIN (mapping->end - at, CHUNK_BYTES + length - 1));

          self->left -= CHUNK_BYTES;
          for (gsize k = 0; k < CHUNK_BYTES && k + length <= n; k += alignment)
            if (try_place (self, at + k, bytes + k))
              return TRUE;
        }
    }

  return FALSE;
}

/* The data of a module begins with the address of its table. */
static gboolean
try_module (Loader       *self,
            SondeAddress  address,
            const guint8 *bytes)
{
  guint64 word;

  memcpy (&word, bytes, sizeof word);

  return word == self->table->start && self->n_tries++ < N_TRIES_MAX &&
         sonde_go_table_take_module (self->table, address);
}

/* Where what is mapped of our file at @address ends. The last page of the table may be a mapping of
 * its own, in a position-independent program: it can be written.
 */
static SondeAddress
find_end (Loader       *self,
          SondeAddress  address)
{
  const SondeMapping *mapping = sonde_maps_find (self->maps, address);

  while (mapping != NULL && sonde_frame_loader_is_same_file (mapping, self->mapping))
    {
      address = mapping->end;
      mapping = sonde_maps_find (self->maps, address);
    }

  return address;
}

static gboolean
try_table (Loader       *self,
           SondeAddress  address,
           const guint8 *bytes)
{
  if ((bytes != NULL && !sonde_go_table_is_header (bytes)) || self->n_tries++ >= N_TRIES_MAX ||
      !sonde_go_table_open (self->table, address, find_end (self, address), self->read,
                            self->data))
    return FALSE;

  /* Since Go 1.26 only the data of the module says where the functions are. */
  return sonde_go_table_check (self->table) ||
         (self->table->text == 0 && search (self, sizeof (guint64), sizeof (guint64), try_module) &&
          sonde_go_table_check (self->table));
}

/* How far the file lies above its own addresses. */
static gboolean
find_bias (Loader  *self,
           int      fd,
           guint64 *bias)
{
  Elf64_Phdr segments[N_PROGRAM_HEADERS_MAX];
  Elf64_Ehdr header;
  gsize length;

  if (pread (fd, &header, sizeof header, 0) != sizeof header ||
      header.e_phentsize != sizeof segments[0] || header.e_phnum > N_PROGRAM_HEADERS_MAX)
    return FALSE;

  length = header.e_phnum * sizeof segments[0];
  if (pread (fd, segments, length, (off_t) header.e_phoff) != (gssize) length)
    return FALSE;

  for (guint i = 0; i < header.e_phnum; i++)
    if (segments[i].p_type == PT_LOAD && (segments[i].p_flags & PF_X) != 0)
      {
        *bias = self->mapping->start - self->mapping->offset -
                (segments[i].p_vaddr - segments[i].p_offset);
        return TRUE;
      }

  return FALSE;
}

static gboolean
try_section (Loader          *self,
             SondeElfSymbols *symbols,
             guint64          bias,
             const char      *name)
{
  SondeAddress address;
  guint64 offset;
  guint64 size;

  return sonde_elf_symbols_find_section (symbols, name, &address, &offset, &size) &&
         try_table (self, address + bias, NULL);
}

static gboolean
has_section (SondeElfSymbols *symbols,
             const char      *name)
{
  SondeAddress address;
  guint64 offset;
  guint64 size;

  return sonde_elf_symbols_find_section (symbols, name, &address, &offset, &size);
}

/* Whether the section headers lead to it; @may_search says that it may be there all the same. */
static gboolean
find_by_sections (Loader   *self,
                  gboolean *may_search)
{
  g_autoptr(SondeElfSymbols) symbols = NULL;
  guint64 bias;
  gboolean found;
  int fd = sonde_mapping_open_of (self->mapping, self->pid);

  *may_search = TRUE;
  if (fd < 0)
    return FALSE;

  symbols = sonde_elf_symbols_open (fd);
  found = symbols != NULL && find_bias (self, fd, &bias) &&
          (try_section (self, symbols, bias, ".gopclntab") ||
           try_section (self, symbols, bias, ".data.rel.ro.gopclntab"));
  *may_search = symbols == NULL || !has_section (symbols, ".text") ||
                has_section (symbols, ".go.buildinfo") ||
                has_section (symbols, ".note.go.buildid");
  g_clear_pointer (&symbols, sonde_elf_symbols_free);
  close (fd);

  return found;
}

gboolean
sonde_go_loader_load (pid_t               pid,
                      SondeMaps          *maps,
                      const SondeMapping *mapping,
                      SondeGoReadFunc     read,
                      gpointer            data,
                      SondeGoTable       *table)
{
  Loader self = { .pid = pid, .maps = maps, .mapping = mapping, .read = read, .data = data,
                  .table = table, .left = SEARCHED_BYTES_MAX };
  gboolean may_search;

  g_return_val_if_fail (maps != NULL && mapping != NULL && table != NULL, FALSE);

  if (mapping->inode == 0 || mapping->path == NULL)
    return FALSE;

  return find_by_sections (&self, &may_search) ||
         (may_search && search (&self, SONDE_GO_ALIGNMENT, SONDE_GO_HEADER_BYTES, try_table));
}
