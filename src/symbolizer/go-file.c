/* go-file.c: finds Go's table of functions in an ELF file
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table has a section of its own, unless another linker (gcc -pie) has made it a part of
 * .data.rel.ro: then, and in a file without sections, it is looked for by how it begins.
 *
 * In a position-independent program the linker may have left zeros where addresses will be: then
 * they are what the relocations say. Which address functions are counted from, and where the tables
 * of inlined calls are, is in the data of the module (runtime.moduledata).
 */

#include "config.h"

#include "symbolizer/go-file.h"

#include <string.h>

/* How many times what looks like a table or a module's data is tried. */
#define N_TRIES_MAX 16

/* Of relocations that are gone through in all, about a second: a program of two million may go
 * through each 128 times.
 */
#define N_LOOKED_MAX (G_GUINT64_CONSTANT (1) << 28)

static gboolean
copy_from (const SondeGoPiece *piece,
           SondeAddress        address,
           gpointer            bytes,
           gsize               length)
{
  if (piece->bytes == NULL || address < piece->start || address - piece->start > piece->length ||
      piece->length - (address - piece->start) < length)
    return FALSE;

  memcpy (bytes, piece->bytes + (address - piece->start), length);
  return TRUE;
}

/* The segment that @address is in, which the file has whole. */
static gboolean
find_segment (SondeElfFile *file,
              SondeAddress  address,
              GElf_Phdr    *segment)
{
  Elf *elf = sonde_elf_file_get_elf (file);
  size_t count;

  if (elf_getphdrnum (elf, &count) != 0)
    return FALSE;

  for (size_t i = 0; i < count; i++)
    if (gelf_getphdr (elf, (int) i, segment) != NULL && segment->p_type == PT_LOAD &&
        address >= segment->p_vaddr && address - segment->p_vaddr < segment->p_filesz)
      return TRUE;

  return FALSE;
}

/* The @index-th relocation, if it is an address that is moved with the file (psABI, 4.4.1). */
static gboolean
get_relative (const SondeGoFile *self,
              gsize              index,
              GElf_Rela         *relocation)
{
  return gelf_getrela (self->relocations, (int) index, relocation) != NULL &&
         GELF_R_TYPE (relocation->r_info) == R_X86_64_RELATIVE;
}

/* How many relocations there are to go through; 0 once enough were. */
static gsize
count_relocations (SondeGoFile *self)
{
  gsize count = self->relocations != NULL ? self->relocations->d_size / sizeof (Elf64_Rela) : 0;

  count = MIN (count, G_MAXINT);
  if (count > N_LOOKED_MAX - self->n_looked)
    return 0;

  self->n_looked += count;

  return count;
}

/* An address that the loader will put at @address. */
static gboolean
find_relocated (SondeGoFile  *self,
                SondeAddress  address,
                guint64      *value)
{
  gsize count = count_relocations (self);

  for (gsize i = 0; i < count; i++)
    {
      GElf_Rela relocation;

      if (get_relative (self, i, &relocation) && relocation.r_offset == address)
        {
          *value = (guint64) relocation.r_addend;
          return TRUE;
        }
    }

  return FALSE;
}

static gboolean
read_cb (SondeAddress  address,
         gpointer      bytes,
         gsize         length,
         gpointer      data)
{
  SondeGoFile *self = data;

  if (copy_from (&self->table_bytes, address, bytes, length) ||
      copy_from (&self->other_bytes, address, bytes, length))
    return TRUE;

  if (self->file == NULL)
    return FALSE;

  if (length == sizeof (guint64) && find_relocated (self, address, bytes))
    return TRUE;

  return sonde_elf_file_read_address (self->file, address, bytes, length) == length;
}

static void
clear_piece (SondeGoPiece *piece)
{
  g_clear_pointer (&piece->bytes, g_free);
}

static gboolean
fill_piece (SondeGoFile  *self,
            SondeGoPiece *piece,
            SondeAddress  start,
            guint64       offset,
            guint64       length)
{
  clear_piece (piece);
  piece->bytes = sonde_elf_file_dup_range (self->file, offset, length);
  piece->start = start;
  piece->length = length;

  return piece->bytes != NULL && start <= G_MAXUINT64 - length;
}

static void
read_relocations (SondeGoFile *self)
{
  GElf_Shdr header;
  Elf_Scn *section = sonde_elf_file_find_section (self->file, ".rela.dyn", &header);

  if (self->relocations == NULL && section != NULL && header.sh_type == SHT_RELA)
    self->relocations = sonde_elf_file_read_section (self->file, section);
}

/* Puts addresses into the copy of the table where the file has none. */
static void
relocate_table (SondeGoFile *self)
{
  SondeGoPiece *piece = &self->table_bytes;
  gsize count = count_relocations (self);

  for (gsize i = 0; i < count; i++)
    {
      GElf_Rela relocation;

      if (get_relative (self, i, &relocation) && relocation.r_offset >= piece->start &&
          relocation.r_offset - piece->start < piece->length &&
          piece->length - (relocation.r_offset - piece->start) >= sizeof relocation.r_addend)
        memcpy (piece->bytes + (relocation.r_offset - piece->start), &relocation.r_addend,
                sizeof relocation.r_addend);
    }
}

/* The data of a module begins with the address of its table. */
static gboolean
search_module_in (SondeGoFile        *self,
                  const SondeGoPiece *piece)
{
  guint64 at = -piece->start % sizeof (guint64);
  guint64 word;

  for (; at + sizeof word <= piece->length; at += sizeof word)
    {
      memcpy (&word, piece->bytes + at, sizeof word);
      if (word == self->table.start && self->n_modules++ < N_TRIES_MAX &&
          sonde_go_table_take_module (&self->table, piece->start + at))
        return TRUE;
    }

  return FALSE;
}

static gboolean
search_module_in_relocations (SondeGoFile *self)
{
  gsize count = count_relocations (self);

  for (gsize i = 0; i < count; i++)
    {
      GElf_Rela relocation;

      if (get_relative (self, i, &relocation) &&
          (guint64) relocation.r_addend == self->table.start && self->n_modules++ < N_TRIES_MAX &&
          sonde_go_table_take_module (&self->table, relocation.r_offset))
        return TRUE;
    }

  return FALSE;
}

static void
search_module (SondeGoFile *self)
{
  Elf *elf = sonde_elf_file_get_elf (self->file);
  GElf_Shdr header;
  gboolean found = FALSE;
  size_t count;

  /* Since Go 1.26. */
  if ((sonde_elf_file_find_section (self->file, ".go.module", &header) != NULL &&
       sonde_go_table_take_module (&self->table, header.sh_addr)) ||
      search_module_in_relocations (self) || elf_getphdrnum (elf, &count) != 0)
    return;

  for (size_t i = 0; i < count && !found; i++)
    {
      SondeGoPiece piece = { 0 };
      GElf_Phdr segment;

      if (gelf_getphdr (elf, (int) i, &segment) == NULL || segment.p_type != PT_LOAD ||
          (segment.p_flags & PF_W) == 0)
        continue;

      found = fill_piece (self, &piece, segment.p_vaddr, segment.p_offset, segment.p_filesz) &&
              search_module_in (self, &piece);
      clear_piece (&piece);
    }
}

/* Whether a table begins at @start whose functions are as they should be. */
static gboolean
open_at (SondeGoFile  *self,
         SondeAddress  start)
{
  const SondeGoPiece *piece = &self->table_bytes;

  if (!sonde_go_table_open (&self->table, start, piece->start + piece->length, read_cb, self))
    return FALSE;

  search_module (self);

  return sonde_go_table_check (&self->table);
}

static gboolean
open_section (SondeGoFile *self)
{
  static const char *const names[] = { ".gopclntab", ".data.rel.ro.gopclntab" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GElf_Shdr header;

      if (sonde_elf_file_find_section (self->file, names[i], &header) == NULL ||
          header.sh_type == SHT_NOBITS ||
          !fill_piece (self, &self->table_bytes, header.sh_addr, header.sh_offset, header.sh_size))
        continue;

      read_relocations (self);
      relocate_table (self);
      if (open_at (self, header.sh_addr))
        return TRUE;
    }

  return FALSE;
}

static gboolean
search_segment (SondeGoFile     *self,
                const GElf_Phdr *segment,
                guint           *n_tries)
{
  const SondeGoPiece *piece = &self->table_bytes;
  guint64 at = -segment->p_vaddr % SONDE_GO_ALIGNMENT;

  if (!fill_piece (self, &self->table_bytes, segment->p_vaddr, segment->p_offset,
                   segment->p_filesz))
    return FALSE;

  relocate_table (self);
  for (; at + SONDE_GO_HEADER_BYTES <= piece->length; at += SONDE_GO_ALIGNMENT)
    if (sonde_go_table_is_header (piece->bytes + at) && (*n_tries)++ < N_TRIES_MAX &&
        open_at (self, piece->start + at))
      return TRUE;

  return FALSE;
}

/* Of a file that has sections only one of Go is searched. */
static gboolean
may_have_table (SondeGoFile *self)
{
  static const char *const names[] = { ".go.buildinfo", ".note.go.buildid" };
  GElf_Shdr header;
  size_t count;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (sonde_elf_file_find_section (self->file, names[i], &header) != NULL &&
        header.sh_type != SHT_NOBITS)
      return TRUE;

  return elf_getshdrnum (sonde_elf_file_get_elf (self->file), &count) == 0 && count == 0;
}

static gboolean
search_table (SondeGoFile *self)
{
  Elf *elf = sonde_elf_file_get_elf (self->file);
  guint n_tries = 0;
  size_t count;

  if (!may_have_table (self) || elf_getphdrnum (elf, &count) != 0)
    return FALSE;

  read_relocations (self);
  for (size_t i = 0; i < count; i++)
    {
      GElf_Phdr segment;

      if (gelf_getphdr (elf, (int) i, &segment) != NULL && segment.p_type == PT_LOAD &&
          (segment.p_flags & PF_X) == 0 && search_segment (self, &segment, &n_tries))
        return TRUE;
    }

  return FALSE;
}

/* Where the other tables are: from the address that they are counted from on, or (Go 1.16, 1.17)
 * somewhere before the table.
 */
static void
read_others (SondeGoFile *self)
{
  SondeAddress start = self->table.data_base;
  SondeAddress end;
  GElf_Phdr segment;

  if (!find_segment (self->file, start != 0 ? start : self->table.start, &segment))
    return;

  end = start != 0 ? segment.p_vaddr + segment.p_filesz : self->table.start;
  start = start != 0 ? start : segment.p_vaddr;
  if (start < self->table.start && end > self->table.start)
    end = self->table.start;
  if (!fill_piece (self, &self->other_bytes, start, segment.p_offset + (start - segment.p_vaddr),
                   end - start))
    clear_piece (&self->other_bytes);
}

/* Names and files are where the table says, up to the last closing zero. */
static void
read_texts (SondeGoFile *self)
{
  const SondeGoPiece *piece = &self->table_bytes;
  const guint8 *last = memrchr (piece->bytes, '\0', piece->length);

  self->texts.text = (const char *) piece->bytes;
  self->texts.length = last != NULL ? (gsize) (last - piece->bytes) + 1 : 0;
}

SondeGoFile *
sonde_go_file_open (SondeElfFile *file)
{
  g_autoptr(SondeGoFile) self = g_new0 (SondeGoFile, 1);

  g_return_val_if_fail (file != NULL, NULL);

  self->file = file;
  if (!open_section (self) && !search_table (self))
    return NULL;

  read_texts (self);
  read_others (self);
  self->file = NULL;
  self->relocations = NULL;

  return g_steal_pointer (&self);
}

void
sonde_go_file_free (SondeGoFile *self)
{
  g_return_if_fail (self != NULL);

  clear_piece (&self->table_bytes);
  clear_piece (&self->other_bytes);
  g_free (self);
}

const char *
sonde_go_file_get_text (SondeGoFile  *self,
                        SondeAddress  address)
{
  SondeAddress start;

  g_return_val_if_fail (self != NULL, NULL);

  start = self->table_bytes.start;

  return address >= start ? sonde_strings_get (&self->texts, address - start) : NULL;
}
