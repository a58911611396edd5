/* build-id.c: reads a build-id from memory
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A segment of notes holds, each part filled up to four bytes,
 *
 *   length of name · length of what follows it · type · "GNU" 0 · the build-id, if the type is 3
 */

#include "config.h"

#include "target/build-id.h"

#include <elf.h>
#include <string.h>

#include "target/memory.h"

/* Programs have some 15 segments, and 200 bytes of notes. */
#define SEGMENTS_MAX 64
#define NOTES_BYTES_MAX 4096

static gboolean
take_from_notes (SondeBuildId *self,
                 const guint8 *notes,
                 gsize         length)
{
  Elf64_Nhdr header;
  gsize at = 0;

  while (at <= length && length - at >= sizeof header)
    {
      gsize name;
      gsize text;

      memcpy (&header, notes + at, sizeof header);
      name = at + sizeof header;
      text = name + ((header.n_namesz + (gsize) 3) & ~(gsize) 3);
      at = text + ((header.n_descsz + (gsize) 3) & ~(gsize) 3);
      if (at > length)
        return FALSE;

      if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == sizeof ELF_NOTE_GNU &&
          memcmp (notes + name, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0 &&
          header.n_descsz > 1 && header.n_descsz <= sizeof self->bytes)
        {
          self->length = header.n_descsz;
          memcpy (self->bytes, notes + text, self->length);
          return TRUE;
        }
    }

  return FALSE;
}

/* The first segment that is loaded lies at @base: addresses count from there. */
static SondeAddress
find_bias (const Elf64_Phdr *segments,
           guint             n_segments,
           SondeAddress      base)
{
  for (guint i = 0; i < n_segments; i++)
    if (segments[i].p_type == PT_LOAD)
      return base - (segments[i].p_vaddr - segments[i].p_offset);

  return base;
}

void
sonde_build_id_read (SondeBuildId *self,
                     pid_t         pid,
                     SondeAddress  base)
{
  Elf64_Phdr segments[SEGMENTS_MAX];
  guint8 notes[NOTES_BYTES_MAX];
  Elf64_Ehdr header;
  gsize length;

  g_return_if_fail (self != NULL);

  self->length = 0;
  if (sonde_memory_read (pid, base, &header, sizeof header) != sizeof header ||
      memcmp (header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof segments[0])
    return;

  length = MIN (header.e_phnum, SEGMENTS_MAX) * sizeof segments[0];
  length = sonde_memory_read (pid, base + header.e_phoff, segments, length);
  for (guint i = 0; i < length / sizeof segments[0]; i++)
    if (segments[i].p_type == PT_NOTE)
      {
        SondeAddress bias = find_bias (segments, (guint) (length / sizeof segments[0]), base);
        gsize n = MIN (segments[i].p_filesz, sizeof notes);

        n = sonde_memory_read (pid, segments[i].p_vaddr + bias, notes, n);
        if (take_from_notes (self, notes, n))
          return;
      }
}

gboolean
sonde_build_id_differs (const SondeBuildId *self,
                        const SondeBuildId *other)
{
  g_return_val_if_fail (self != NULL && other != NULL, FALSE);

  return self->length > 0 && other->length > 0 &&
         (self->length != other->length || memcmp (self->bytes, other->bytes, self->length) != 0);
}
