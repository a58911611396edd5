/* locate-image.c: a program or library as it lies in the memory of a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Symbols are found as the loader finds them, through DT_GNU_HASH: four words, a Bloom filter of
 * 64-bit words, a bucket a hash, and for each symbol from the first hashed one on its hash, whose
 * lowest bit ends a bucket. The filter alone turns away nearly every library that has not what is
 * looked for.
 */

#include "config.h"

#include "python/locate-image.h"

#include <elf.h>
#include <string.h>

#define SEGMENTS_MAX 128
#define DYNAMIC_MAX 256
#define PAGE_BYTES_MIN 4096

/* A bucket of an honest file has a few symbols. */
#define CHAIN_MAX 4096
#define CHAIN_PIECE 16

#define NAME_BYTES_MAX 64

typedef struct
{
  guint32 n_buckets;
  guint32 first_symbol;
  guint32 filter_words;
  guint32 filter_shift;
} HashHeader;

static void
add_segment (SondePythonImage *image,
             const Elf64_Phdr *segment)
{
  SondeAddress start = image->bias + segment->p_vaddr;

  if (image->n_segments < SONDE_PYTHON_SEGMENTS_MAX && start + segment->p_memsz > start)
    image->segments[image->n_segments++] = (SondePythonSegment) {
      .range = { start, start + segment->p_memsz },
      .file_end = start + MIN (segment->p_filesz, segment->p_memsz),
      .writable = (segment->p_flags & PF_W) != 0,
      .executable = (segment->p_flags & PF_X) != 0,
    };
}

/* The loader adds the bias to the addresses in this section, but musl's does not. */
static SondeAddress
get_pointer (const SondePythonImage *image,
             const Elf64_Dyn        *entry)
{
  return entry->d_un.d_ptr < image->bias ? entry->d_un.d_ptr + image->bias : entry->d_un.d_ptr;
}

static void
read_dynamic (const SondePythonMemory *memory,
              const Elf64_Phdr        *segment,
              SondePythonImage        *image)
{
  Elf64_Dyn entries[DYNAMIC_MAX];
  gsize length = MIN (segment->p_memsz, sizeof entries);
  gsize count;

  length = memory->read (memory->data, image->bias + segment->p_vaddr, entries, length);
  count = length / sizeof entries[0];

  for (gsize i = 0; i < count && entries[i].d_tag != DT_NULL; i++)
    if (entries[i].d_tag == DT_GNU_HASH)
      image->hashes = get_pointer (image, &entries[i]);
    else if (entries[i].d_tag == DT_SYMTAB)
      image->symbols = get_pointer (image, &entries[i]);
    else if (entries[i].d_tag == DT_STRTAB)
      image->names = get_pointer (image, &entries[i]);
    else if (entries[i].d_tag == DT_FLAGS_1 && (entries[i].d_un.d_val & DF_1_PIE) != 0)
      image->is_program = TRUE;
}

static gboolean
read_header (const SondePythonMemory *memory,
             SondeAddress             base,
             Elf64_Ehdr              *header)
{
  return sonde_python_memory_copy (memory, base, header, sizeof *header) &&
         memcmp (header->e_ident, ELFMAG, SELFMAG) == 0 &&
         header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
         (header->e_type == ET_EXEC || header->e_type == ET_DYN) &&
         header->e_phentsize == sizeof (Elf64_Phdr) && header->e_phnum <= SEGMENTS_MAX;
}

gboolean
sonde_python_image_read (const SondePythonMemory *memory,
                         SondeAddress             base,
                         SondePythonImage        *image)
{
  Elf64_Phdr segments[SEGMENTS_MAX];
  Elf64_Ehdr header;
  gboolean loaded = FALSE;

  g_return_val_if_fail (image != NULL, FALSE);

  if (!read_header (memory, base, &header) ||
      !sonde_python_memory_copy (memory, base + header.e_phoff, segments,
                                 header.e_phnum * sizeof segments[0]))
    return FALSE;

  *image = (SondePythonImage) { .is_program = header.e_type == ET_EXEC };
  for (guint i = 0; i < header.e_phnum && !loaded; i++)
    if (segments[i].p_type == PT_LOAD && segments[i].p_offset < PAGE_BYTES_MIN)
      {
        image->bias = base - (segments[i].p_vaddr - segments[i].p_offset);
        loaded = TRUE;
      }

  for (guint i = 0; i < header.e_phnum && loaded; i++)
    if (segments[i].p_type == PT_LOAD)
      add_segment (image, &segments[i]);
    else if (segments[i].p_type == PT_GNU_EH_FRAME)
      image->unwind_header = image->bias + segments[i].p_vaddr;
    else if (segments[i].p_type == PT_INTERP)
      image->is_program = TRUE;
    else if (segments[i].p_type == PT_DYNAMIC)
      read_dynamic (memory, &segments[i], image);

  return loaded;
}

static guint32
hash_name (const char *name)
{
  guint32 hash = 5381;

  for (; *name != '\0'; name++)
    hash = hash * 33 + (guint8) *name;

  return hash;
}

static SondeAddress
get_buckets (const SondePythonImage *image,
             const HashHeader       *header)
{
  return image->hashes + sizeof *header + header->filter_words * sizeof (guint64);
}

/* Whether the filter lets @hash through; it keeps away what is not there. */
static gboolean
passes_filter (const SondePythonMemory *memory,
               const SondePythonImage  *image,
               const HashHeader        *header,
               guint32                  hash)
{
  guint64 at = hash / 64 % header->filter_words;
  guint64 word;
  guint64 bits = G_GUINT64_CONSTANT (1) << hash % 64 |
                 G_GUINT64_CONSTANT (1) << (hash >> header->filter_shift) % 64;

  return sonde_python_memory_read_word (memory, image->hashes + sizeof *header + at * 8, &word) &&
         (word & bits) == bits;
}

static gboolean
is_symbol (const SondePythonMemory *memory,
           const SondePythonImage  *image,
           guint64                  index,
           const char              *name,
           SondePythonRange        *range)
{
  char text[NAME_BYTES_MAX];
  gsize length = strlen (name) + 1;
  Elf64_Sym symbol;

  if (!sonde_python_memory_copy (memory, image->symbols + index * sizeof symbol, &symbol,
                                 sizeof symbol) ||
      symbol.st_shndx == SHN_UNDEF ||
      !sonde_python_memory_copy (memory, image->names + symbol.st_name, text, length) ||
      memcmp (text, name, length) != 0)
    return FALSE;

  range->start = image->bias + symbol.st_value;
  range->end = range->start + MIN (symbol.st_size, G_MAXUINT64 - range->start);

  return TRUE;
}

/* Looks through the bucket whose first symbol is @index. */
static gboolean
search_bucket (const SondePythonMemory *memory,
               const SondePythonImage  *image,
               const HashHeader        *header,
               guint64                  index,
               const char              *name,
               SondePythonRange        *range)
{
  guint32 hash = hash_name (name);
  SondeAddress chain = get_buckets (image, header) + header->n_buckets * sizeof (guint32);

  for (guint seen = 0; seen < CHAIN_MAX; seen += CHAIN_PIECE)
    {
      guint32 hashes[CHAIN_PIECE];
      gsize length = memory->read (memory->data, chain + (index - header->first_symbol) * 4, hashes,
                                   sizeof hashes);

      for (gsize i = 0; i < length / sizeof hashes[0]; i++, index++)
        if ((hashes[i] | 1) == (hash | 1) && is_symbol (memory, image, index, name, range))
          return TRUE;
        else if ((hashes[i] & 1) != 0)
          return FALSE;

      if (length < sizeof hashes)
        return FALSE;
    }

  return FALSE;
}

gboolean
sonde_python_image_find_symbol (const SondePythonMemory *memory,
                                const SondePythonImage  *image,
                                const char              *name,
                                SondePythonRange        *range)
{
  guint32 hash = hash_name (name);
  HashHeader header;
  SondeAddress bucket;
  guint32 index;

  g_return_val_if_fail (image != NULL, FALSE);
  g_return_val_if_fail (strlen (name) < NAME_BYTES_MAX, FALSE);

  if (image->hashes == 0 || image->symbols == 0 || image->names == 0 ||
      !sonde_python_memory_copy (memory, image->hashes, &header, sizeof header) ||
      header.n_buckets == 0 || header.filter_words == 0 || header.filter_shift > 31 ||
      !passes_filter (memory, image, &header, hash))
    return FALSE;

  bucket = get_buckets (image, &header) + hash % header.n_buckets * sizeof (guint32);

  return sonde_python_memory_copy (memory, bucket, &index, sizeof index) &&
         index >= header.first_symbol &&
         search_bucket (memory, image, &header, index, name, range);
}
