/* tables.c: unwind tables of a target's ELF files, as they lie in its memory
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loader maps the ELF header, the program headers and .eh_frame with the code, so the tables
 * of a deleted, replaced or unreadable file are all there, and so are the vdso's. A mapped file
 * of our own could be cut short under us, and reading it would be a SIGBUS; process_vm_readv()
 * only fails.
 *
 * .eh_frame_hdr: version 1, three encodings, the address of .eh_frame, the number of entries,
 * then the entries, each two offsets of 32 bits from the section's start (Linux Standard Base
 * 5.0, Core, 10.6.2).
 */

#include "config.h"

#include "unwinder/tables.h"

#include <elf.h>
#include <string.h>

#include "target/memory.h"

/* A page: a larger piece could begin before the mapping does, and nothing would be read. */
#define CHUNK_BYTES ((gsize) 4096)
#define N_CHUNKS_MAX 16384
#define N_PROGRAM_HEADERS_MAX 128

/* DWARF pointer encodings (Linux Standard Base 5.0, Core, 10.5.1). */
#define ENCODING_UDATA4 0x03
#define ENCODING_DATAREL_SDATA4 0x3b

typedef struct
{
  gsize  length;
  guint8 bytes[CHUNK_BYTES];
} Chunk;

struct _SondeTables
{
  pid_t         pid;
  SondeMaps    *maps;       /* owned */
  GHashTable   *by_mapping; /* start of a mapping → SondeTable, NULL where there is none */
  GHashTable   *chunks;     /* address / CHUNK_BYTES → Chunk */

  SondeAddress  last_index; /* of the chunk below */
  const Chunk  *last_chunk; /* borrowed from chunks */
};

SondeTables *
sonde_tables_new (pid_t pid)
{
  SondeTables *self = g_new0 (SondeTables, 1);

  self->pid = pid;
  self->by_mapping = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->chunks = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  return self;
}

void
sonde_tables_free (SondeTables *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->maps, sonde_maps_unref);
  g_hash_table_unref (self->by_mapping);
  g_hash_table_unref (self->chunks);
  g_free (self);
}

static void
drop_chunks (SondeTables *self)
{
  g_hash_table_remove_all (self->chunks);
  self->last_chunk = NULL;
}

void
sonde_tables_set_maps (SondeTables *self,
                       SondeMaps   *maps)
{
  g_hash_table_remove_all (self->by_mapping);
  drop_chunks (self);
  g_clear_pointer (&self->maps, sonde_maps_unref);
  self->maps = sonde_maps_ref (maps);
}

gboolean
sonde_tables_is_code (SondeTables  *self,
                      SondeAddress  address)
{
  const SondeMapping *mapping = sonde_maps_find (self->maps, address);

  return mapping != NULL && mapping->executable;
}

/* Where the file of @mapping begins in memory: 0 if its first page is not mapped below it. */
static SondeAddress
find_base (SondeTables        *self,
           const SondeMapping *mapping)
{
  guint count = sonde_maps_get_count (self->maps);
  SondeAddress base = mapping->offset == 0 ? mapping->start : 0;

  if (mapping->path == NULL)
    return 0;

  for (guint i = 0; i < count; i++)
    {
      const SondeMapping *other = sonde_maps_get (self->maps, i);

      if (other->start > mapping->start)
        break;
      if (other->offset == 0 && other->inode == mapping->inode &&
          other->device == mapping->device && g_strcmp0 (other->path, mapping->path) == 0)
        base = other->start;
    }

  return base;
}

static gboolean
read_headers (SondeTables  *self,
              SondeAddress  base,
              Elf64_Ehdr   *header,
              Elf64_Phdr   *segments)
{
  gsize length;

  if (sonde_memory_read (self->pid, base, header, sizeof *header) != sizeof *header ||
      memcmp (header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64 ||
      header->e_phentsize != sizeof *segments ||
      header->e_phnum > N_PROGRAM_HEADERS_MAX)
    return FALSE;

  length = header->e_phnum * sizeof *segments;

  return sonde_memory_read (self->pid, base + header->e_phoff, segments, length) == length;
}

static gboolean
read_table (SondeTables  *self,
            SondeAddress  header,
            guint64       length,
            SondeTable   *table)
{
  guint8 bytes[12];
  guint32 count;

  if (sonde_memory_read (self->pid, header, bytes, sizeof bytes) != sizeof bytes ||
      bytes[0] != 1 || bytes[2] != ENCODING_UDATA4 || bytes[3] != ENCODING_DATAREL_SDATA4)
    return FALSE;

  /* The pointer to .eh_frame in between has 4 bytes in every encoding linkers use. */
  memcpy (&count, bytes + 8, sizeof count);
  if (count == 0 || sizeof bytes + (guint64) count * 8 > length)
    return FALSE;

  table->header = header;
  table->entries = header + sizeof bytes;
  table->count = count;

  return TRUE;
}

/* The unwind table of the file that @mapping is a part of (transfer full), or NULL. */
static SondeTable *
load_table (SondeTables        *self,
            const SondeMapping *mapping)
{
  Elf64_Phdr segments[N_PROGRAM_HEADERS_MAX];
  Elf64_Ehdr header;
  SondeTable table = { .start = mapping->start, .end = mapping->end };
  SondeAddress base = find_base (self, mapping);
  guint64 bias = 0;
  gboolean has_bias = FALSE;

  if (base == 0 || !read_headers (self, base, &header, segments))
    return NULL;

  for (guint i = 0; i < header.e_phnum; i++)
    {
      if (segments[i].p_type == PT_LOAD && !has_bias)
        {
          bias = base - (segments[i].p_vaddr - segments[i].p_offset);
          has_bias = TRUE;
        }
    }

  for (guint i = 0; i < header.e_phnum; i++)
    {
      if (segments[i].p_type == PT_GNU_EH_FRAME && has_bias &&
          read_table (self, segments[i].p_vaddr + bias, segments[i].p_memsz, &table))
        return g_memdup2 (&table, sizeof table);
    }

  return NULL;
}

const SondeTable *
sonde_tables_find (SondeTables  *self,
                   SondeAddress  address)
{
  const SondeMapping *mapping = sonde_maps_find (self->maps, address);
  gpointer key;
  gpointer table;

  if (mapping == NULL || !mapping->executable)
    return NULL;

  key = GSIZE_TO_POINTER (mapping->start);
  if (!g_hash_table_lookup_extended (self->by_mapping, key, NULL, &table))
    {
      table = load_table (self, mapping);
      g_hash_table_insert (self->by_mapping, key, table);
    }

  return table;
}

static const Chunk *
find_chunk (SondeTables  *self,
            SondeAddress  index)
{
  Chunk *chunk;

  if (self->last_chunk != NULL && self->last_index == index)
    return self->last_chunk;

  chunk = g_hash_table_lookup (self->chunks, GSIZE_TO_POINTER (index));
  if (chunk == NULL)
    {
      if (g_hash_table_size (self->chunks) >= N_CHUNKS_MAX)
        drop_chunks (self);

      chunk = g_new (Chunk, 1);
      chunk->length = sonde_memory_read (self->pid, index * CHUNK_BYTES, chunk->bytes, CHUNK_BYTES);
      g_hash_table_insert (self->chunks, GSIZE_TO_POINTER (index), chunk);
    }

  self->last_index = index;
  self->last_chunk = chunk;

  return chunk;
}

gboolean
sonde_tables_read (SondeTables  *self,
                   SondeAddress  address,
                   guint64      *value)
{
  const SondeMapping *mapping = sonde_maps_find (self->maps, address);
  guint8 bytes[sizeof *value];
  gsize at = address % CHUNK_BYTES;
  gsize first = MIN (sizeof bytes, CHUNK_BYTES - at);
  const Chunk *chunk;

  if (mapping == NULL || (mapping->inode == 0 && g_strcmp0 (mapping->path, "[vdso]") != 0))
    return FALSE;

  chunk = find_chunk (self, address / CHUNK_BYTES);
  if (chunk->length < at + first)
    return FALSE;
  memcpy (bytes, chunk->bytes + at, first);

  if (first < sizeof bytes)
    {
      chunk = find_chunk (self, address / CHUNK_BYTES + 1);
      if (chunk->length < sizeof bytes - first)
        return FALSE;
      memcpy (bytes + first, chunk->bytes, sizeof bytes - first);
    }

  memcpy (value, bytes, sizeof bytes);
  return TRUE;
}
