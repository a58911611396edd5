/* elf-file.h: an ELF file or image, held safe to read whatever is in it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gelf.h>
#include <glib.h>

#include "target/build-id.h"

G_BEGIN_DECLS

/**
 * SondeElfFile:
 *
 * A linked 64-bit little-endian ELF file: a program, a library, or the debug
 * information of one. Sections are copied into memory when first asked for and
 * never mapped: a file that shrinks under a mapping would kill us with SIGBUS.
 *
 * Life: sonde_elf_file_open() or sonde_elf_file_new_for_image() → sections →
 * sonde_elf_file_free(), which also frees what was read.
 *
 * Threads: one at a time.
 */
typedef struct _SondeElfFile SondeElfFile;

/**
 * SondeStrings:
 * @text: names, each with its closing zero
 * @length: bytes up to and with the last closing zero
 *
 * The names of a string section; any offset below @length begins a string that ends.
 */
typedef struct
{
  const char *text;
  gsize       length;
} SondeStrings;

SondeElfFile *sonde_elf_file_open          (int            fd);
SondeElfFile *sonde_elf_file_new_for_image (gpointer       image,
                                            gsize          length);
void          sonde_elf_file_free          (SondeElfFile  *self);

Elf          *sonde_elf_file_get_elf       (SondeElfFile  *self);
gsize         sonde_elf_file_get_build_id  (SondeElfFile  *self,
                                            const guint8 **build_id);

/* Both (nullable): the first section of that name or type, with its header in @header. */
Elf_Scn      *sonde_elf_file_find_section  (SondeElfFile  *self,
                                            const char    *name,
                                            GElf_Shdr     *header);
Elf_Scn      *sonde_elf_file_find_type     (SondeElfFile  *self,
                                            guint32        type,
                                            GElf_Shdr     *header);

const char   *sonde_elf_file_get_section_name (SondeElfFile    *self,
                                               const GElf_Shdr *header);

/* The bytes of @section; NULL if it has none, or if more is asked for than any honest file has. */
Elf_Data     *sonde_elf_file_read_section  (SondeElfFile  *self,
                                            Elf_Scn       *section);

/* Copies at most @length bytes, of 64 KiB at most, of what is loaded at @address; gives how many.
 * Quick for one address after the other.
 */
gsize         sonde_elf_file_read_address  (SondeElfFile  *self,
                                            guint64        address,
                                            guint8        *bytes,
                                            gsize          length);

/* The names in the section of index @index; FALSE if there are none. Borrowed from @self. */
gboolean      sonde_elf_file_read_strings  (SondeElfFile  *self,
                                            gsize          index,
                                            SondeStrings  *strings);

/* (nullable): the name that begins at @offset. */
const char   *sonde_strings_get            (const SondeStrings *self,
                                            gsize          offset);

/* The @length bytes at @offset of the file (transfer full); NULL if not all of them are there, or
 * if that is more than any honest file has.
 */
guint8       *sonde_elf_file_dup_range     (SondeElfFile  *self,
                                            guint64        offset,
                                            guint64        length);

/* The bytes of all debug information when unpacked. */
guint64       sonde_elf_file_get_dwarf_size (SondeElfFile *self);

/* Puts a closing zero at the end of our copies of the sections whose name ends in @suffix; FALSE
 * where there is more of one than is read here: libelf has it without the zero.
 */
gboolean      sonde_elf_file_close_strings (SondeElfFile  *self,
                                            const char    *suffix);

/* Closes the descriptor; what was not read until now cannot be read any more. */
void          sonde_elf_file_finish_reading (SondeElfFile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeElfFile, sonde_elf_file_free)

G_END_DECLS
