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
#include "unwinder/frame-loader.h"
#include "unwinder/own-indexes.h"

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

#define N_TABLES_MAX 3

/**
 * Module:
 * @mapping: what it is the code of
 * @path: (nullable): that of @mapping, owned
 * @is_whole: what has no search table was looked for too
 * @wanted: an address for which that was missed; 0 for none
 * @entry: the file's entry point; 0 for none
 * @tables: the loaded one first
 * @indexes: (nullable): of SondeFrameIndex, owned; what the others lead to
 *
 * The tables of one mapping.
 */
typedef struct
{
  SondeMapping  mapping;
  char         *path;
  gboolean      is_whole;
  SondeAddress  wanted;
  SondeAddress  entry;
  SondeTable    tables[N_TABLES_MAX];
  guint         n_tables;
  GPtrArray    *indexes;
} Module;

struct _SondeTables
{
  pid_t         pid;
  SondeMaps    *maps;       /* owned */
  GHashTable   *modules;    /* start of a mapping → Module, owned */
  SondeOwnIndexes *own;     /* owned; those of all modules */
  guint         n_wanted;   /* modules that are wanted */
  GHashTable   *chunks;     /* address / CHUNK_BYTES → Chunk */

  SondeAddress  last_index; /* of the chunk below */
  const Chunk  *last_chunk; /* borrowed from chunks */
};

static void
free_module (gpointer data)
{
  Module *self = data;

  g_clear_pointer (&self->indexes, g_ptr_array_unref);
  g_free (self->path);
  g_free (self);
}

SondeTables *
sonde_tables_new (pid_t pid)
{
  SondeTables *self = g_new0 (SondeTables, 1);

  self->pid = pid;
  self->modules = g_hash_table_new_full (NULL, NULL, NULL, free_module);
  self->own = sonde_own_indexes_new ();
  self->chunks = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  return self;
}

void
sonde_tables_free (SondeTables *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->maps, sonde_maps_unref);
  g_hash_table_unref (self->modules);
  sonde_own_indexes_free (self->own);
  g_hash_table_unref (self->chunks);
  g_free (self);
}

static void
drop_chunks (SondeTables *self)
{
  g_hash_table_remove_all (self->chunks);
  self->last_chunk = NULL;
}

/* What took a while to find is kept for as long as the same file is mapped at the same place. */
static gboolean
is_outdated_cb (gpointer key,
                gpointer value,
                gpointer data)
{
  SondeTables *self = data;
  const Module *module = value;
  const SondeMapping *now = sonde_maps_find (self->maps, module->mapping.start);

  if (module->indexes != NULL && now != NULL && now->start == module->mapping.start &&
      now->end == module->mapping.end && now->offset == module->mapping.offset &&
      sonde_frame_loader_is_same_file (now, &module->mapping))
    return FALSE;

  self->n_wanted -= module->wanted != 0;
  for (guint i = 0; module->indexes != NULL && i < module->indexes->len; i++)
    sonde_own_indexes_remove (self->own, g_ptr_array_index (module->indexes, i));

  return TRUE;
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
      if (other->offset == 0 && sonde_frame_loader_is_same_file (other, mapping))
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

/* How far the file lies above its own addresses, that begins at @base with @segments. */
static gboolean
find_bias (const Elf64_Ehdr *header,
           const Elf64_Phdr *segments,
           SondeAddress      base,
           guint64          *bias)
{
  for (guint i = 0; i < header->e_phnum; i++)
    if (segments[i].p_type == PT_LOAD)
      {
        *bias = base - (segments[i].p_vaddr - segments[i].p_offset);
        return TRUE;
      }

  return FALSE;
}

const SondeMapping *
sonde_tables_find_program (SondeTables *self)
{
  guint count = self->maps != NULL ? sonde_maps_get_count (self->maps) : 0;

  for (guint i = 0; i < count; i++)
    {
      const SondeMapping *mapping = sonde_maps_get (self->maps, i);

      if (mapping->executable && mapping->inode != 0)
        return mapping;
    }

  return NULL;
}

/* A library may have an entry point too, which is called as any function is. Only a program's is
 * what the kernel jumps to; a static one that can lie anywhere looks like a library.
 */
static gboolean
is_program (SondeTables        *self,
            const SondeMapping *mapping,
            const Elf64_Ehdr   *header,
            const Elf64_Phdr   *segments)
{
  const SondeMapping *program = sonde_tables_find_program (self);

  if (header->e_type == ET_EXEC || (program != NULL && program->start == mapping->start))
    return TRUE;

  for (guint i = 0; i < header->e_phnum; i++)
    if (segments[i].p_type == PT_INTERP)
      return TRUE;

  return FALSE;
}

/* Reads the table that is loaded with the code of @module, and gives how far that lies above its
 * file's addresses. FALSE if it is of no file of ours to read.
 */
static gboolean
read_module (SondeTables *self,
             Module      *module,
             guint64     *bias)
{
  Elf64_Phdr segments[N_PROGRAM_HEADERS_MAX];
  Elf64_Ehdr header;
  SondeTable *table = &module->tables[0];
  SondeAddress base = find_base (self, &module->mapping);

  module->n_tables = 0;
  if (base == 0 || !read_headers (self, base, &header, segments) ||
      !find_bias (&header, segments, base, bias))
    return FALSE;

  module->entry = header.e_entry != 0 && is_program (self, &module->mapping, &header, segments)
                  ? header.e_entry + *bias : 0;
  *table = (SondeTable) { .start = module->mapping.start, .end = module->mapping.end };
  for (guint i = 0; i < header.e_phnum && module->n_tables == 0; i++)
    if (segments[i].p_type == PT_GNU_EH_FRAME &&
        read_table (self, segments[i].p_vaddr + *bias, segments[i].p_memsz, table))
      module->n_tables = 1;

  return TRUE;
}

/* What there is no room for is freed, and the module has no rules then. */
static void
load_indexes (SondeTables *self,
              Module      *module,
              guint64      bias)
{
  module->indexes = sonde_frame_loader_load (self->pid, self->maps, &module->mapping, bias,
                                             module->n_tables > 0);
  for (guint i = 0; i < module->indexes->len;)
    {
      SondeFrameIndex *index = g_ptr_array_index (module->indexes, i);
      SondeAddress address;

      if (module->n_tables == N_TABLES_MAX || !sonde_own_indexes_add (self->own, index, &address))
        {
          g_ptr_array_remove_index (module->indexes, i);
          continue;
        }

      module->tables[module->n_tables++] = (SondeTable) {
        .start = index->start,
        .end = index->end,
        .is_own = TRUE,
        .header = index->section != 0 ? index->section : address,
        .entries = address + SONDE_OWN_ENTRIES,
        .count = index->entries->len,
      };
      i++;
    }
}

static Module *
ensure_module (SondeTables        *self,
               const SondeMapping *mapping)
{
  gpointer key = GSIZE_TO_POINTER (mapping->start);
  Module *module = g_hash_table_lookup (self->modules, key);
  guint64 bias;

  if (module != NULL)
    return module;

  module = g_new0 (Module, 1);
  module->mapping = *mapping;
  module->mapping.path = module->path = g_strdup (mapping->path);
  /* Code of no file, and the vdso, have no more than what is loaded. */
  module->is_whole = !read_module (self, module, &bias) || mapping->inode == 0;
  g_hash_table_insert (self->modules, key, module);

  return module;
}

const SondeTable *
sonde_tables_find (SondeTables  *self,
                   SondeAddress  address,
                   guint         n)
{
  const SondeMapping *mapping = sonde_maps_find (self->maps, address);
  Module *module;

  if (mapping == NULL || !mapping->executable)
    return NULL;

  module = ensure_module (self, mapping);
  if (n < module->n_tables)
    return &module->tables[n];

  if (!module->is_whole)
    {
      self->n_wanted += module->wanted == 0;
      module->wanted = address;
    }

  return NULL;
}

/* That the program has no search table is then known before the first stack is. */
static void
want_program (SondeTables *self)
{
  const SondeMapping *program = sonde_tables_find_program (self);
  SondeAddress entry = program != NULL ? sonde_tables_find_entry (self, program->start) : 0;

  if (program != NULL)
    sonde_tables_find (self, entry != 0 ? entry : program->start, 0);
}

void
sonde_tables_set_maps (SondeTables *self,
                       SondeMaps   *maps)
{
  drop_chunks (self);
  g_clear_pointer (&self->maps, sonde_maps_unref);
  self->maps = sonde_maps_ref (maps);
  g_hash_table_foreach_remove (self->modules, is_outdated_cb, self);
  want_program (self);
}

void
sonde_tables_forget_files (SondeTables *self)
{
  drop_chunks (self);
  g_hash_table_remove_all (self->modules);
  sonde_own_indexes_clear (self->own);
  self->n_wanted = 0;
  want_program (self);
}

SondeAddress
sonde_tables_find_entry (SondeTables  *self,
                         SondeAddress  address)
{
  const SondeMapping *mapping = sonde_maps_find (self->maps, address);

  return mapping != NULL && mapping->executable ? ensure_module (self, mapping)->entry : 0;
}

static gboolean
is_wanted_cb (gpointer key,
              gpointer value,
              gpointer data)
{
  const Module *module = value;

  return module->wanted != 0;
}

gboolean
sonde_tables_take_wanted (SondeTables  *self,
                          SondeAddress *address)
{
  Module *module = self->n_wanted > 0 ? g_hash_table_find (self->modules, is_wanted_cb, NULL)
                                      : NULL;

  if (module == NULL)
    return FALSE;

  *address = module->wanted;
  module->wanted = 0;
  self->n_wanted--;

  return TRUE;
}

gboolean
sonde_tables_load (SondeTables  *self,
                   SondeAddress  address)
{
  const SondeMapping *mapping = sonde_maps_find (self->maps, address);
  Module *module = mapping != NULL ? ensure_module (self, mapping) : NULL;
  guint64 bias;

  if (module == NULL || module->is_whole)
    return FALSE;

  module->is_whole = TRUE;
  if (read_module (self, module, &bias))
    load_indexes (self, module, bias);

  return TRUE;
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

  if (sonde_own_indexes_has (address))
    return sonde_own_indexes_read (self->own, address, value);

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
