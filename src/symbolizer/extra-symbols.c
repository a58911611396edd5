/* extra-symbols.c: reads procedure linkage tables and unwind tables
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A stub jumps through a slot, and a relocation names who fills the slot:
 *
 *   1040: f3 0f 1e fa         endbr64                  (not everywhere)
 *   1044: ff 25 76 2f 00 00   jmp *0x2f76(%rip)        → slot 3fc0
 *
 *   3fc0  R_X86_64_JUMP_SLOT  puts                     → 1040 is puts@plt
 *
 * So every linker's layout of the stubs is read alike.
 */

#include "config.h"

#include "symbolizer/extra-symbols.h"

#include <string.h>

#define SLOTS_MAX 1000000
#define FRAMES_MAX 2000000

/* DW_EH_PE_udata4, and DW_EH_PE_datarel | DW_EH_PE_sdata4: what every linker writes. */
#define COUNT_ENCODING 0x03
#define TABLE_ENCODING 0x3b

#define STUB_BYTES 16
#define SMALL_STUB_BYTES 8
#define JUMP_BYTES 6

typedef struct
{
  guint8  version;
  guint8  pointer_encoding;
  guint8  count_encoding;
  guint8  table_encoding;
  gint32  pointer;
  guint32 count;
} FrameIndex;

typedef struct
{
  gint32 start; /* from the beginning of the index */
  gint32 frame;
} FrameEntry;

static void
read_slots (SondeElfFile *file,
            Elf_Scn      *section,
            GHashTable   *slots)
{
  SondeStrings strings;
  GElf_Shdr header;
  GElf_Shdr symbols_header;
  Elf *elf = sonde_elf_file_get_elf (file);
  Elf_Scn *symbols_section;
  Elf_Data *symbols;
  Elf_Data *data;
  gsize count;

  if (gelf_getshdr (section, &header) == NULL || header.sh_type != SHT_RELA)
    return;

  symbols_section = elf_getscn (elf, header.sh_link);
  symbols = symbols_section != NULL ? sonde_elf_file_read_section (symbols_section) : NULL;
  data = sonde_elf_file_read_section (section);
  if (symbols == NULL || data == NULL ||
      gelf_getshdr (symbols_section, &symbols_header) == NULL ||
      symbols_header.sh_type != SHT_DYNSYM ||
      !sonde_elf_file_read_strings (file, symbols_header.sh_link, &strings))
    return;

  count = data->d_size / sizeof (Elf64_Rela);
  for (gsize i = 0; i < count && g_hash_table_size (slots) < SLOTS_MAX; i++)
    {
      GElf_Rela slot;
      GElf_Sym symbol;
      const char *name;

      if (gelf_getrela (data, (int) i, &slot) == NULL ||
          (GELF_R_TYPE (slot.r_info) != R_X86_64_JUMP_SLOT &&
           GELF_R_TYPE (slot.r_info) != R_X86_64_GLOB_DAT) ||
          gelf_getsym (symbols, (int) GELF_R_SYM (slot.r_info), &symbol) == NULL)
        continue;

      name = sonde_strings_get (&strings, symbol.st_name);
      if (name != NULL && name[0] != '\0')
        g_hash_table_insert (slots, GSIZE_TO_POINTER (slot.r_offset), (gpointer) (gsize) name);
    }
}

/* The slot that the stub at @code jumps through, 0 if there is no such jump. */
static guint64
find_slot (const guint8 *code,
           gsize         length,
           guint64       address)
{
  for (gsize i = 0; i + JUMP_BYTES <= length; i++)
    if (code[i] == 0xff && code[i + 1] == 0x25)
      {
        gint32 distance;

        memcpy (&distance, code + i + 2, sizeof distance);
        return address + i + JUMP_BYTES + (guint64) (gint64) distance;
      }

  return 0;
}

static void
add_section_stubs (SondeSymbolTable *self,
                   Elf_Scn          *section,
                   const GElf_Shdr  *header,
                   GHashTable       *slots)
{
  gsize step = header->sh_entsize == SMALL_STUB_BYTES ? SMALL_STUB_BYTES : STUB_BYTES;
  Elf_Data *data = sonde_elf_file_read_section (section);

  if (data == NULL)
    return;

  for (gsize at = 0; at + step <= data->d_size; at += step)
    {
      SondeSymbol symbol = { .start = header->sh_addr + at, .stub = TRUE };
      guint64 slot = find_slot ((const guint8 *) data->d_buf + at, step, symbol.start);

      symbol.end = symbol.start + step;
      symbol.name = slot != 0 ? g_hash_table_lookup (slots, GSIZE_TO_POINTER (slot)) : NULL;
      if (symbol.name != NULL && symbol.start < symbol.end)
        sonde_symbol_table_add (self, &symbol);
    }
}

void
sonde_symbol_table_add_stubs (SondeSymbolTable *self,
                              SondeElfFile     *file)
{
  g_autoptr(GHashTable) slots = g_hash_table_new (NULL, NULL);
  Elf *elf;
  Elf_Scn *section = NULL;
  GElf_Shdr header;

  g_return_if_fail (self != NULL && file != NULL);

  elf = sonde_elf_file_get_elf (file);
  while ((section = elf_nextscn (elf, section)) != NULL)
    read_slots (file, section, slots);

  if (g_hash_table_size (slots) == 0)
    return;

  while ((section = elf_nextscn (elf, section)) != NULL)
    if (gelf_getshdr (section, &header) != NULL && (header.sh_flags & SHF_EXECINSTR) != 0 &&
        g_str_has_prefix (sonde_elf_file_get_section_name (file, &header), ".plt"))
      add_section_stubs (self, section, &header, slots);
}

/* Where the section of code ends that @address lies in, 0 if in none. */
static guint64
find_code_end (SondeElfFile *file,
               guint64       address)
{
  Elf_Scn *section = NULL;
  GElf_Shdr header;

  while ((section = elf_nextscn (sonde_elf_file_get_elf (file), section)) != NULL)
    if (gelf_getshdr (section, &header) != NULL && (header.sh_flags & SHF_EXECINSTR) != 0 &&
        address >= header.sh_addr && address - header.sh_addr < header.sh_size &&
        header.sh_addr <= G_MAXUINT64 - header.sh_size)
      return header.sh_addr + header.sh_size;

  return 0;
}

void
sonde_symbol_table_add_frames (SondeSymbolTable *self,
                               SondeElfFile     *file)
{
  GElf_Shdr header;
  Elf_Scn *section;
  Elf_Data *data;
  FrameIndex index;
  gsize count;
  guint64 end = 0;
  guint64 previous = 0;

  g_return_if_fail (self != NULL && file != NULL);

  section = sonde_elf_file_find_section (file, ".eh_frame_hdr", &header);
  data = section != NULL ? sonde_elf_file_read_section (section) : NULL;
  if (data == NULL || data->d_size < sizeof index)
    return;

  memcpy (&index, data->d_buf, sizeof index);
  if (index.version != 1 || index.count_encoding != COUNT_ENCODING ||
      index.table_encoding != TABLE_ENCODING)
    return;

  count = MIN (MIN (index.count, FRAMES_MAX), (data->d_size - sizeof index) / sizeof (FrameEntry));
  for (gsize i = 0; i < count; i++)
    {
      FrameEntry entry;
      SondeSymbol symbol = { .open = TRUE };

      memcpy (&entry, (const guint8 *) data->d_buf + sizeof index + i * sizeof entry, sizeof entry);
      symbol.start = header.sh_addr + (guint64) (gint64) entry.start;

      /* The index ascends: most lie in the section of the one before. */
      if (symbol.start < previous || symbol.start >= end)
        end = find_code_end (file, symbol.start);

      previous = symbol.start;
      symbol.end = end;
      if (symbol.start < symbol.end)
        sonde_symbol_table_add (self, &symbol);
    }
}
