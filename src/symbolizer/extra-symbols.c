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

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <string.h>

#include "symbolizer/range-index.h"

/* Programs have two sections of relocations, for data and for stubs. */
#define RELOCATION_SECTIONS_MAX 8
#define SLOTS_MAX 1000000

/* What compilers write for 64-bit programs that are not too big for it. */
#define FRAME_ENCODING (DW_EH_PE_pcrel | DW_EH_PE_sdata4)
#define FRAME_BYTES 8

/* A web browser has half a million. */
#define FRAMES_MAX 4000000

/* A linker keeps one of each kind. */
#define CIES_MAX 65536

/* What a program begins with calls the C library at once: glibc's _start has 38 bytes, and others
 * are no longer. Nothing else may say where it ends.
 */
#define ENTRY_BYTES_MAX 64

#define STUB_BYTES 16
#define SMALL_STUB_BYTES 8
#define JUMP_BYTES 6

static void
read_slots (SondeElfFile *file,
            Elf_Scn      *section,
            gsize         symbols_index,
            GHashTable   *slots)
{
  SondeStrings strings;
  GElf_Shdr symbols_header;
  Elf *elf = sonde_elf_file_get_elf (file);
  Elf_Scn *symbols_section;
  Elf_Data *symbols;
  Elf_Data *data;
  gsize count;

  symbols_section = elf_getscn (elf, symbols_index);
  symbols = symbols_section != NULL ? sonde_elf_file_read_section (file, symbols_section) : NULL;
  data = sonde_elf_file_read_section (file, section);
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
                   SondeElfFile     *file,
                   Elf_Scn          *section,
                   const GElf_Shdr  *header,
                   GHashTable       *slots)
{
  gsize step = header->sh_entsize == SMALL_STUB_BYTES ? SMALL_STUB_BYTES : STUB_BYTES;
  Elf_Data *data = sonde_elf_file_read_section (file, section);

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
  guint count = 0;

  g_return_if_fail (self != NULL && file != NULL);

  elf = sonde_elf_file_get_elf (file);
  while (count < RELOCATION_SECTIONS_MAX && (section = elf_nextscn (elf, section)) != NULL)
    if (gelf_getshdr (section, &header) != NULL && header.sh_type == SHT_RELA)
      {
        read_slots (file, section, header.sh_link, slots);
        count++;
      }

  if (g_hash_table_size (slots) == 0)
    return;

  section = NULL;
  while ((section = elf_nextscn (elf, section)) != NULL)
    if (gelf_getshdr (section, &header) != NULL && (header.sh_flags & SHF_EXECINSTR) != 0 &&
        g_str_has_prefix (sonde_elf_file_get_section_name (file, &header), ".plt"))
      add_section_stubs (self, file, section, &header, slots);
}

/* Whether the dynamic section of @file says that it is a program (DF_1_PIE), or that it is a
 * library (DT_SONAME).
 */
static void
read_dynamic (SondeElfFile *file,
              gboolean     *is_pie,
              gboolean     *is_library)
{
  GElf_Shdr header;
  Elf_Scn *section = sonde_elf_file_find_type (file, SHT_DYNAMIC, &header);
  Elf_Data *data = section != NULL ? sonde_elf_file_read_section (file, section) : NULL;
  gsize count = data != NULL ? MIN (data->d_size / sizeof (Elf64_Dyn), G_MAXINT) : 0;
  GElf_Dyn entry;

  *is_pie = *is_library = FALSE;
  for (gsize i = 0; i < count && gelf_getdyn (data, (int) i, &entry) != NULL; i++)
    {
      if (entry.d_tag == DT_NULL)
        return;
      if (entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_PIE) != 0)
        *is_pie = TRUE;
      if (entry.d_tag == DT_SONAME)
        *is_library = TRUE;
    }
}

/* The segment of code that holds @address; FALSE if there is none. */
static gboolean
find_code_segment (Elf       *elf,
                   guint64    address,
                   GElf_Phdr *segment,
                   gboolean  *has_loader)
{
  gboolean is_found = FALSE;
  GElf_Phdr header;
  size_t count;

  *has_loader = FALSE;
  if (elf_getphdrnum (elf, &count) != 0)
    return FALSE;

  for (size_t i = 0; i < count && gelf_getphdr (elf, (int) i, &header) != NULL; i++)
    {
      if (header.p_type == PT_INTERP)
        *has_loader = TRUE;
      if (header.p_type == PT_LOAD && (header.p_flags & PF_X) != 0 &&
          address >= header.p_vaddr && address - header.p_vaddr < header.p_filesz)
        {
          *segment = header;
          is_found = TRUE;
        }
    }

  return is_found;
}

/* A library can have an entry point as well: libc prints its version there. */
void
sonde_symbol_table_add_entry (SondeSymbolTable *self,
                              SondeElfFile     *file)
{
  SondeSymbol symbol = { .name = "_start", .rank = G_MAXUINT8, .open = TRUE };
  GElf_Phdr segment;
  GElf_Ehdr header;
  gboolean has_loader;
  gboolean is_pie;
  gboolean is_library;
  Elf *elf;

  g_return_if_fail (self != NULL && file != NULL);

  elf = sonde_elf_file_get_elf (file);
  if (gelf_getehdr (elf, &header) == NULL || header.e_entry == 0 ||
      !find_code_segment (elf, header.e_entry, &segment, &has_loader))
    return;

  read_dynamic (file, &is_pie, &is_library);
  if (header.e_type != ET_EXEC && !is_pie && (!has_loader || is_library))
    return;

  symbol.start = header.e_entry;
  symbol.end = MIN (segment.p_vaddr + segment.p_filesz, symbol.start + ENTRY_BYTES_MAX);
  if (symbol.start < symbol.end)
    sonde_symbol_table_add (self, &symbol);
}

/* The sections of @file that hold code. */
static GArray *
list_code (SondeElfFile *file)
{
  GArray *code = sonde_range_index_new ();
  Elf_Scn *section = NULL;
  GElf_Shdr header;

  while ((section = elf_nextscn (sonde_elf_file_get_elf (file), section)) != NULL)
    if (gelf_getshdr (section, &header) != NULL && (header.sh_flags & SHF_EXECINSTR) != 0 &&
        header.sh_addr <= G_MAXUINT64 - header.sh_size)
      {
        SondeRange range = { .start = header.sh_addr, .end = header.sh_addr + header.sh_size };

        g_array_append_val (code, range);
      }

  sonde_range_index_sort (code);

  return code;
}

/* How the FDEs of @cie write addresses; DW_EH_PE_omit if it cannot be told. */
static guint8
find_encoding (const Dwarf_CIE *cie)
{
  const guint8 *at = cie->augmentation_data;
  gsize left = at != NULL ? cie->augmentation_data_size : 0;

  if (cie->augmentation[0] != 'z')
    return DW_EH_PE_omit;

  for (const char *letter = cie->augmentation + 1; *letter != '\0' && left > 0; letter++)
    {
      gsize size = 1;

      if (*letter == 'R')
        return *at;

      /* The personality routine: how it is written, and where it is. */
      if (*letter == 'P')
        size += (*at & 0x0f) == DW_EH_PE_sdata4 || (*at & 0x0f) == DW_EH_PE_udata4 ? 4 : 8;
      else if (*letter != 'L')
        continue;

      size = MIN (size, left);
      at += size;
      left -= size;
    }

  return DW_EH_PE_omit;
}

/* Both numbers of an FDE are four bytes, and the first counts from its own place. */
static void
append_frame (GArray       *frames,
              GArray       *code,
              const guint8 *fde,
              guint64       address)
{
  SondeRange frame = { 0 };
  const SondeRange *section;
  gint32 distance;
  guint32 length;

  memcpy (&distance, fde, sizeof distance);
  memcpy (&length, fde + sizeof distance, sizeof length);
  frame.start = address + (guint64) (gint64) distance;
  section = sonde_range_index_find (code, frame.start);
  if (section == NULL || length == 0 || frames->len == FRAMES_MAX)
    return;

  frame.end = frame.start + MIN (length, section->end - frame.start);
  g_array_append_val (frames, frame);
}

/* Takes all FDEs of @data, whose first byte is at @address. Linkers keep one of several equal CIEs,
 * so an FDE can belong to any before it.
 */
static void
append_frames (GArray       *frames,
               SondeElfFile *file,
               Elf_Data     *data,
               guint64       address)
{
  g_autoptr(GArray) code = list_code (file);
  g_autoptr(GHashTable) encodings = g_hash_table_new (NULL, NULL);
  const guint8 *ident = (const guint8 *) elf_getident (sonde_elf_file_get_elf (file), NULL);
  Dwarf_CFI_Entry entry;
  Dwarf_Off next;

  for (Dwarf_Off at = 0;
       dwarf_next_cfi (ident, data, TRUE, at, &next, &entry) == 0 && next > at;
       at = next)
    {
      gpointer cie;
      const guint8 *fde = entry.fde.start;

      if (dwarf_cfi_cie_p (&entry))
        {
          if (g_hash_table_size (encodings) == CIES_MAX)
            return;

          g_hash_table_insert (encodings, GSIZE_TO_POINTER (at),
                               GUINT_TO_POINTER (find_encoding (&entry.cie)));
          continue;
        }

      cie = g_hash_table_lookup (encodings, GSIZE_TO_POINTER (entry.fde.CIE_pointer));
      if (GPOINTER_TO_UINT (cie) == FRAME_ENCODING && entry.fde.end - fde >= FRAME_BYTES)
        append_frame (frames, code, fde, address + (guint64) (fde - (const guint8 *) data->d_buf));
    }
}

GArray *
sonde_symbol_table_read_frames (SondeElfFile *file)
{
  GArray *frames = sonde_range_index_new ();
  GElf_Shdr header;
  Elf_Scn *section;
  Elf_Data *data;

  section = sonde_elf_file_find_section (file, ".eh_frame", &header);
  data = section != NULL ? sonde_elf_file_read_section (file, section) : NULL;
  if (data != NULL)
    append_frames (frames, file, data, header.sh_addr);
  sonde_range_index_sort (frames);

  return frames;
}

void
sonde_symbol_table_add_frames (SondeSymbolTable *self,
                               GArray           *frames)
{
  g_return_if_fail (self != NULL && frames != NULL);

  for (guint i = 0; i < frames->len; i++)
    {
      const SondeRange *frame = &g_array_index (frames, SondeRange, i);
      SondeSymbol symbol = { .start = frame->start, .end = frame->end };

      sonde_symbol_table_add (self, &symbol);
    }
}
