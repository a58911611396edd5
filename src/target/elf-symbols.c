/* elf-symbols.c: the symbols and sections of a program's file
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libelf checks offsets against the length of the file, but a sparse file can be as long as it
 * likes, and its sections can overlap: so what is read has limits of its own here.
 */

#include "config.h"

#include "target/elf-symbols.h"

#include <gelf.h>
#include <string.h>
#include <unistd.h>

/* The .strtab of a web browser has some 200 MB; nobody looks for a name in that one. */
#define SECTION_BYTES_MAX (64 * 1024 * 1024)
#define SECTION_NAMES_BYTES_MAX 65536
#define SECTIONS_MAX 4096

struct _SondeElfSymbols
{
  Elf *elf; /* owned */
  int  fd;  /* borrowed */
};

/* More sections than the 16-bit count can say are for object files, or for making us allocate. */
static gboolean
is_acceptable (int fd)
{
  union
  {
    guint8     ident[EI_NIDENT];
    Elf32_Ehdr narrow;
    Elf64_Ehdr wide;
  } header = { 0 };

  if (pread (fd, &header, sizeof header, 0) != sizeof header ||
      memcmp (header.ident, ELFMAG, SELFMAG) != 0 || header.ident[EI_DATA] != ELFDATA2LSB)
    return FALSE;

  if (header.ident[EI_CLASS] == ELFCLASS32)
    return header.narrow.e_phnum != PN_XNUM && header.narrow.e_shnum <= SECTIONS_MAX &&
           (header.narrow.e_shnum != 0 || header.narrow.e_shoff == 0);

  return header.ident[EI_CLASS] == ELFCLASS64 && header.wide.e_phnum != PN_XNUM &&
         header.wide.e_shnum <= SECTIONS_MAX &&
         (header.wide.e_shnum != 0 || header.wide.e_shoff == 0);
}

SondeElfSymbols *
sonde_elf_symbols_open (int fd)
{
  g_autoptr(SondeElfSymbols) self = NULL;

  if (!is_acceptable (fd))
    return NULL;

  self = g_new0 (SondeElfSymbols, 1);
  self->fd = fd;
  elf_version (EV_CURRENT);
  self->elf = elf_begin (fd, ELF_C_READ, NULL);
  if (self->elf == NULL || elf_kind (self->elf) != ELF_K_ELF)
    return NULL;

  return g_steal_pointer (&self);
}

void
sonde_elf_symbols_free (SondeElfSymbols *self)
{
  g_return_if_fail (self != NULL);

  elf_end (self->elf);
  g_free (self);
}

/* The bytes of a section; NULL if it has none, or more than any honest one. */
static Elf_Data *
read_section (Elf_Scn *section)
{
  GElf_Shdr header;
  Elf_Data *data;

  if (section == NULL || gelf_getshdr (section, &header) == NULL ||
      header.sh_type == SHT_NOBITS || header.sh_size == 0 || header.sh_size > SECTION_BYTES_MAX)
    return NULL;

  data = elf_getdata (section, NULL);

  return data != NULL && data->d_buf != NULL && data->d_size > 0 ? data : NULL;
}

/* The first section of a type; a linked file has no second one. */
static Elf_Scn *
find_type (SondeElfSymbols *self,
           guint32          type,
           GElf_Shdr       *header)
{
  Elf_Scn *section = NULL;

  while ((section = elf_nextscn (self->elf, section)) != NULL)
    if (gelf_getshdr (section, header) != NULL && header->sh_type == type)
      return section;

  return NULL;
}

static void
call_for_type (SondeElfSymbols    *self,
               guint32             type,
               SondeElfSymbolFunc  func,
               gpointer            user_data)
{
  GElf_Shdr header;
  Elf_Scn *section = find_type (self, type, &header);
  Elf_Data *data = read_section (section);
  Elf_Data *names = data != NULL ? read_section (elf_getscn (self->elf, header.sh_link)) : NULL;
  const char *last = names != NULL ? memrchr (names->d_buf, '\0', names->d_size) : NULL;
  gsize count;

  if (last == NULL || header.sh_entsize == 0)
    return;

  count = MIN (data->d_size / header.sh_entsize, (gsize) G_MAXINT);
  for (gsize i = 0; i < count; i++)
    {
      GElf_Sym symbol;
      const char *name = names->d_buf;

      if (gelf_getsym (data, (int) i, &symbol) == NULL || symbol.st_shndx == SHN_UNDEF ||
          symbol.st_name > (gsize) (last - name))
        continue;

      func (&(SondeElfSymbol) { name + symbol.st_name, symbol.st_value, symbol.st_size,
                                GELF_ST_TYPE (symbol.st_info) == STT_FUNC },
            user_data);
    }
}

void
sonde_elf_symbols_foreach (SondeElfSymbols    *self,
                           SondeElfSymbolFunc  func,
                           gpointer            data)
{
  g_return_if_fail (self != NULL);

  call_for_type (self, SHT_SYMTAB, func, data);
  call_for_type (self, SHT_DYNSYM, func, data);
}

gboolean
sonde_elf_symbols_find_section (SondeElfSymbols *self,
                                const char      *name,
                                SondeAddress    *address,
                                guint64         *offset,
                                guint64         *size)
{
  GElf_Shdr header;
  Elf_Scn *section = NULL;
  size_t names;

  g_return_val_if_fail (self != NULL, FALSE);

  if (elf_getshdrstrndx (self->elf, &names) != 0 ||
      gelf_getshdr (elf_getscn (self->elf, names), &header) == NULL ||
      header.sh_size > SECTION_NAMES_BYTES_MAX)
    return FALSE;

  while ((section = elf_nextscn (self->elf, section)) != NULL)
    if (gelf_getshdr (section, &header) != NULL &&
        g_strcmp0 (elf_strptr (self->elf, names, header.sh_name), name) == 0)
      {
        *address = header.sh_addr;
        *offset = header.sh_offset;
        *size = header.sh_size;
        return TRUE;
      }

  return FALSE;
}

gboolean
sonde_elf_symbols_read (SondeElfSymbols *self,
                        SondeAddress     address,
                        gpointer         buffer,
                        gsize            length)
{
  Elf_Scn *section = NULL;
  GElf_Shdr header;

  g_return_val_if_fail (self != NULL, FALSE);

  while ((section = elf_nextscn (self->elf, section)) != NULL)
    if (gelf_getshdr (section, &header) != NULL && header.sh_type == SHT_PROGBITS &&
        (header.sh_flags & SHF_ALLOC) != 0 && address >= header.sh_addr &&
        address - header.sh_addr < header.sh_size)
      return length <= header.sh_size - (address - header.sh_addr) &&
             pread (self->fd, buffer, length,
                    (off_t) (header.sh_offset + (address - header.sh_addr))) == (gssize) length;

  return FALSE;
}
