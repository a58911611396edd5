/* go-image.c: a small program of Go, made up
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Written from the descriptions of the formats (golang.org/s/go12symtab; runtime/symtab.go and
 * cmd/link/internal/ld/pcln.go of Go 1.15 to 1.26), and tried on real programs of Go 1.15 to 1.26.
 */

#include "config.h"

#include "support/go-image.h"

#include <elf.h>
#include <string.h>

/* Offsets in the file. */
#define TABLE_AT (GO_TABLE - GO_BASE)
#define OTHERS_AT 0x900
#define CODE_AT 0x2000
#define MODULE_AT (GO_MODULE - GO_BASE)
#define SECTIONS_AT 0x4000
#define SECTION_NAMES_AT 0x4400
#define RELOCATIONS_AT 0x4600

#define N_FUNCTIONS 8
#define N_RELOCATIONS_MAX 32

typedef struct
{
  guint8      *bytes;        /* of the file */
  GoVersion    version;
  gboolean     is_relocated;
  gsize        at;           /* where the next part of the table goes */
  gsize        parts[5];     /* where names, units, files, programs and records begin */
  Elf64_Rela  *relocations;
  guint        n_relocations;
} Image;

typedef struct
{
  guint64     start;
  const char *name;
  guint8      sizes[8];
  guint8      files[8];
  guint8      lines[16];
  guint8      calls[8];
  guint32     first_line;
} Function;

/* Programs: what changes, twice as much and odd if it falls, from -1 on; and for how many bytes. */
static const Function functions[N_FUNCTIONS] = {
  { GO_MAIN, "main.main", { 2, 4, 48, 60 }, { 2, 64 }, { 22, 64 }, { 0 }, 10 },
  { GO_MIDDLE, "main.middle", { 66, 4, 16, 0xbc, 1 }, { 2, 32, 2, 32, 1, 0x80, 1 },
    { 42, 28, 4, 4, 33, 32, 38, 0x80, 1 }, { 0, 32, 2, 32, 1, 0x80, 1 }, 20 },
  { GO_LEAF, "main.leaf", { 2, 64 }, { 2, 64 }, { 62, 64 }, { 0 }, 30 },
  { GO_SWITCH, "runtime.systemstack", { 2, 64 }, { 6, 64 }, { 16, 64 }, { 0 }, 7 },
  { GO_TOP, "runtime.goexit", { 2, 32 }, { 6, 32 }, { 20, 32 }, { 0 }, 9 },
  { GO_RETURN, "runtime.sigreturn", { 2, 32 }, { 6, 32 }, { 20, 32 }, { 0 }, 9 },
  { GO_GROW, "runtime.morestack", { 2, 32 }, { 6, 32 }, { 20, 32 }, { 0 }, 9 },
  { GO_LEAVE, "runtime.schedule", { 2, 32 }, { 6, 32 }, { 20, 32 }, { 0 }, 9 },
};

/* That of GO_SWITCH since Go 1.21, when it got a frame. */
static const guint8 switch_sizes[] = { 18, 64, 0 };

/* runtime/symtab.go, funcFlag_SPWRITE. */
#define WRITES_SP 2

static const char *const files[] = { "/src/main.go", "/src/other.go", "/src/asm.s" };

static void
put (Image         *self,
     gsize          at,
     gconstpointer  bytes,
     gsize          length)
{
  memcpy (self->bytes + at, bytes, length);
}

static void
put_32 (Image   *self,
        gsize    at,
        guint32  value)
{
  put (self, at, &value, sizeof value);
}

static void
put_64 (Image   *self,
        gsize    at,
        guint64  value)
{
  put (self, at, &value, sizeof value);
}

/* An address, or a relocation that puts it there. */
static void
put_address (Image   *self,
             gsize    at,
             guint64  address)
{
  Elf64_Rela *relocation;

  if (!self->is_relocated)
    {
      put_64 (self, at, address);
      return;
    }

  g_assert_cmpuint (self->n_relocations, <, N_RELOCATIONS_MAX);
  relocation = &self->relocations[self->n_relocations++];
  relocation->r_offset = GO_BASE + at;
  relocation->r_info = ELF64_R_INFO (0, R_X86_64_RELATIVE);
  relocation->r_addend = (gint64) address;
}

/* Appends to the table; gives where that is, counted from @base. */
static guint32
append (Image         *self,
        gsize          base,
        gconstpointer  bytes,
        gsize          length)
{
  gsize at = self->at;

  put (self, at, bytes, length);
  self->at += length;

  return (guint32) (at - base);
}

static guint32
append_text (Image      *self,
             gsize       base,
             const char *text)
{
  return append (self, base, text, strlen (text) + 1);
}

static gboolean
has_offsets (const Image *self)
{
  return self->version >= GO_1_18;
}

/* Where a part begins: for Go 1.2 all is counted from the start. */
static gsize
begin_part (Image *self,
            guint  part)
{
  self->at = (self->at + 7) & ~(gsize) 7;
  self->parts[part] = self->version == GO_1_2 ? TABLE_AT : self->at;

  return self->parts[part];
}

/* The names, in order, and where in their part each is. */
static void
append_names (Image   *self,
              guint32 *offsets)
{
  gsize base = begin_part (self, 0);

  for (guint i = 0; i < N_FUNCTIONS; i++)
    offsets[i] = append_text (self, base, functions[i].name);
}

/* Gives where the files are numbered, which Go 1.2 wants to know. Number 0 is for none there. */
static guint32
append_files (Image *self)
{
  guint32 offsets[4] = { 0 };
  gsize units = begin_part (self, 1);
  gsize texts;
  guint32 numbers;

  /* Offsets come first, and are filled in below. */
  numbers = append (self, units, offsets, sizeof offsets);
  texts = begin_part (self, 2);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    offsets[i + 1] = append_text (self, texts, files[i]);
  offsets[0] = G_MAXUINT32;
  put (self, units + numbers, offsets, sizeof offsets);

  return numbers;
}

/* Programs begin with -1, which is 0 after a change of 1: so the first file has number 0 there. The
 * unit of our files begins with the second number.
 */
static void
put_record (Image          *self,
            gsize           at,
            const Function *function,
            guint32         name,
            const guint32  *programs)
{
  gboolean has_line = self->version >= GO_1_20;
  gsize field = at + (has_offsets (self) ? 4 : 8);

  if (has_offsets (self))
    put_32 (self, at, (guint32) (function->start - GO_MAIN));
  else
    put_address (self, at, function->start);

  put_32 (self, field, name);
  put_32 (self, field + 12, programs[0]);
  put_32 (self, field + 16, programs[1]);
  put_32 (self, field + 20, programs[2]);
  put_32 (self, field + 24, 3);
  field += 28;
  if (self->version != GO_1_2)
    {
      put_32 (self, field, 1);
      field += 4;
    }
  if (has_line)
    {
      put_32 (self, field, function->first_line);
      field += 4;
    }
  self->bytes[field + 1] = function->start == GO_SWITCH && self->version >= GO_1_18 ? WRITES_SP : 0;
  self->bytes[field + 3] = 4;
  field += 4;
  put_32 (self, field + 8, programs[3]);
  field += 12;

  if (has_offsets (self))
    put_32 (self, field + 12, programs[3] != 0 ? 16 : G_MAXUINT32);
  else if (programs[3] != 0)
    put_address (self, ((field + 7) & ~(gsize) 7) + 24, GO_BASE + OTHERS_AT + 16);
}

static guint32
append_program (Image        *self,
                gsize         base,
                const guint8 *bytes,
                gsize         length)
{
  return bytes[0] != 0 || bytes[1] != 0 ? append (self, base, bytes, length) : 0;
}

static void
append_records (Image         *self,
                const guint32 *names,
                gsize          entries,
                gsize          base)
{
  guint32 programs[N_FUNCTIONS][4];

  for (guint i = 0; i < N_FUNCTIONS; i++)
    {
      const Function *function = &functions[i];
      gsize from = self->parts[3];

      if (function->start == GO_SWITCH && self->version == GO_1_26)
        programs[i][0] = append_program (self, from, switch_sizes, sizeof switch_sizes);
      else
        programs[i][0] = append_program (self, from, function->sizes, sizeof function->sizes);
      programs[i][1] = append_program (self, from, function->files, sizeof function->files);
      programs[i][2] = append_program (self, from, function->lines, sizeof function->lines);
      programs[i][3] = append_program (self, from, function->calls, sizeof function->calls);
    }

  if (self->version != GO_1_2)
    {
      entries = begin_part (self, 4);
      base = entries;
      self->at += (N_FUNCTIONS + 1) * 16;
    }

  for (guint i = 0; i < N_FUNCTIONS; i++)
    {
      self->at = (self->at + 7) & ~(gsize) 7;
      put_record (self, self->at, &functions[i], names[i], programs[i]);
      if (has_offsets (self))
        {
          put_32 (self, entries + i * 8, (guint32) (functions[i].start - GO_MAIN));
          put_32 (self, entries + i * 8 + 4, (guint32) (self->at - base));
        }
      else
        {
          put_address (self, entries + i * 16, functions[i].start);
          put_64 (self, entries + i * 16 + 8, self->at - base);
        }
      self->at += 104;
    }

  if (has_offsets (self))
    put_32 (self, entries + N_FUNCTIONS * 8, GO_END - GO_MAIN);
  else
    put_address (self, entries + N_FUNCTIONS * 16, GO_END);
}

static void
put_header (Image *self)
{
  static const guint32 magics[] = {
    [GO_1_2] = 0xfffffffb, [GO_1_16] = 0xfffffffa, [GO_1_18] = 0xfffffff0,
    [GO_1_20] = 0xfffffff1, [GO_1_26] = 0xfffffff1,
  };
  gsize at = TABLE_AT + 24;

  put_32 (self, TABLE_AT, magics[self->version]);
  self->bytes[TABLE_AT + 6] = 1;
  self->bytes[TABLE_AT + 7] = 8;
  put_64 (self, TABLE_AT + 8, N_FUNCTIONS);
  if (self->version == GO_1_2)
    return;

  put_64 (self, TABLE_AT + 16, G_N_ELEMENTS (files));
  if (has_offsets (self))
    {
      if (self->version != GO_1_26)
        put_address (self, at, GO_MAIN);
      at += 8;
    }
  for (guint i = 0; i < G_N_ELEMENTS (self->parts); i++)
    put_64 (self, at + i * 8, self->parts[i] - TABLE_AT);
}

static void
put_table (Image *self)
{
  guint32 names[N_FUNCTIONS];
  guint32 numbers;
  gsize entries = TABLE_AT + 16;

  self->at = self->version == GO_1_2 ? entries + N_FUNCTIONS * 16 + 16 : TABLE_AT + 72;
  append_names (self, names);
  numbers = append_files (self);
  begin_part (self, 3);
  self->at++;
  append_records (self, names, entries, TABLE_AT);
  put_header (self);
  if (self->version == GO_1_2)
    put_32 (self, entries + N_FUNCTIONS * 16 + 8, numbers + 4);
  g_assert_cmpuint (self->at, <=, GO_TABLE_END - GO_BASE);
}

/* One inlined call, which is at the last bytes before those that it put there. */
static void
put_others (Image *self)
{
  put_32 (self, OTHERS_AT + 16 + (self->version >= GO_1_20 ? 8 : 16), GO_INLINED - GO_MIDDLE - 1);
}

/* The kernel's way back is known by its code, a call by its first byte: mov $15, %rax; syscall. */
static void
put_code (Image *self)
{
  static const guint8 way_back[] = { 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05 };

  self->bytes[GO_CALLED - GO_BASE - 5] = 0xe8;
  put_32 (self, GO_CALLED - GO_BASE - 4, GO_SWITCH - GO_CALLED);
  put (self, GO_RETURN - GO_BASE, way_back, sizeof way_back);
}

static void
put_module (Image *self)
{
  put_address (self, MODULE_AT, GO_TABLE);
  put_address (self, MODULE_AT + 8, GO_BASE + self->parts[0]);
  put_address (self, MODULE_AT + 104, GO_BASE + self->parts[4]);
  put_address (self, MODULE_AT + 176, GO_MAIN);
  put_address (self, MODULE_AT + (self->version >= GO_1_20 ? 320 : 304), GO_BASE + OTHERS_AT);
}

static void
put_sections (Image        *self,
              GoImageFlags  flags)
{
  static const char names[] = "\0.gopclntab\0.rela.dyn\0.text\0.shstrtab";
  static const char merged_names[] = "\0.data.rel1\0.rela.dyn\0.text\0.note.go.buildid";
  const Elf64_Shdr headers[] = {
    { 0 },
    { .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC, .sh_addr = GO_TABLE,
      .sh_offset = TABLE_AT, .sh_size = GO_TABLE_END - GO_TABLE, .sh_addralign = 32 },
    { .sh_name = 12, .sh_type = SHT_RELA, .sh_flags = SHF_ALLOC, .sh_offset = RELOCATIONS_AT,
      .sh_addr = GO_BASE + RELOCATIONS_AT, .sh_addralign = 8, .sh_entsize = sizeof (Elf64_Rela),
      .sh_size = N_RELOCATIONS_MAX * sizeof (Elf64_Rela) },
    { .sh_name = 22, .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
      .sh_addr = GO_MAIN, .sh_offset = CODE_AT, .sh_size = 0x1000, .sh_addralign = 32 },
    { .sh_name = 28, .sh_type = SHT_STRTAB, .sh_offset = SECTION_NAMES_AT,
      .sh_size = sizeof merged_names, .sh_addralign = 1 },
  };

  put (self, SECTIONS_AT, headers, sizeof headers);
  if ((flags & GO_IMAGE_MERGED) != 0)
    put (self, SECTION_NAMES_AT, merged_names, sizeof merged_names);
  else
    put (self, SECTION_NAMES_AT, names, sizeof names);
}

static void
put_headers (Image        *self,
             GoImageFlags  flags)
{
  const Elf64_Phdr segments[] = {
    { .p_type = PT_LOAD, .p_flags = PF_R, .p_offset = 0, .p_vaddr = GO_BASE, .p_filesz = 0x2000,
      .p_memsz = 0x2000, .p_align = 0x1000 },
    { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = CODE_AT, .p_vaddr = GO_MAIN,
      .p_filesz = 0x1000, .p_memsz = 0x1000, .p_align = 0x1000 },
    { .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = MODULE_AT, .p_vaddr = GO_MODULE,
      .p_filesz = 0x1000, .p_memsz = 0x1000, .p_align = 0x1000 },
  };
  Elf64_Ehdr header = {
    .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
    .e_type = ET_DYN, .e_machine = EM_X86_64, .e_version = EV_CURRENT, .e_phoff = sizeof header,
    .e_ehsize = sizeof header, .e_phentsize = sizeof segments[0],
    .e_phnum = G_N_ELEMENTS (segments), .e_shentsize = sizeof (Elf64_Shdr),
  };

  if ((flags & GO_IMAGE_NO_SECTIONS) == 0)
    {
      header.e_shoff = SECTIONS_AT;
      header.e_shnum = 5;
      header.e_shstrndx = 4;
    }
  put (self, 0, &header, sizeof header);
  put (self, sizeof header, segments, sizeof segments);
}

guint8 *
go_image_new (GoVersion    version,
              GoImageFlags flags)
{
  Image self = { .version = version };

  self.bytes = g_malloc0 (GO_IMAGE_BYTES);
  self.is_relocated = (flags & GO_IMAGE_RELOCATED) != 0;
  self.relocations = (Elf64_Rela *) (gpointer) (self.bytes + RELOCATIONS_AT);
  put_headers (&self, flags);
  if ((flags & GO_IMAGE_NO_SECTIONS) == 0)
    put_sections (&self, flags);
  put_table (&self);
  put_others (&self);
  put_code (&self);
  if ((flags & GO_IMAGE_NO_MODULE) == 0 && version >= GO_1_18)
    put_module (&self);

  return self.bytes;
}
