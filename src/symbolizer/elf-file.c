/* elf-file.c: opens ELF files
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libelf checks offsets and sizes against the length of the file, but a sparse file can be as
 * long as it likes: so counts and sizes have limits of their own here.
 */

#include "config.h"

#include "symbolizer/elf-file.h"

#include <elfutils/libdwelf.h>
#include <string.h>
#include <unistd.h>

/* The .strtab of a web browser has some 200 MB. */
#define SECTION_BYTES_MAX (G_GUINT64_CONSTANT (1) << 28)
#define ALL_SECTIONS_BYTES_MAX (G_GUINT64_CONSTANT (1) << 30)

/* Linked files have some 40 sections and 15 segments, 400 bytes of section names, and notes and
 * links of as many.
 */
#define SECTIONS_MAX 4096
#define SEGMENTS_MAX 256
#define NOTE_BYTES_MAX 65536

/* Who asks for one address after the other does not cause a read for each. */
#define WINDOW_BYTES 65536

/* "ZLIB" and the size as eight bytes, big-endian: how .zdebug_ sections begin. */
#define ZDEBUG_HEADER_BYTES 12

/* zlib packs debug information to a third or a tenth; zeros it packs to a thousandth, and zstd to
 * less. Small sections are not worth a doubt.
 */
#define PACKED_FACTOR_MAX 64
#define UNPACKED_BYTES_FREE (16 * 1024 * 1024)

struct _SondeElfFile
{
  /* Owned */
  Elf     *elf;
  int      fd;    /* -1 for an image, or when all was read */
  gpointer image; /* NULL for a file */
  gsize    image_length;

  gboolean was_read[SECTIONS_MAX]; /* by section */
  guint64  read_bytes;             /* of them all */

  GElf_Phdr segment;               /* that was read of last; empty at first */
  guint8   *window;                /* owned; what was read of it; NULL at first */
  guint64   window_offset;
  gsize     window_length;
};

/* More sections and segments than the 16 bit counts can say are for object files, or for making us
 * allocate. What dwz takes out of several files calls itself an object file.
 */
static gboolean
is_acceptable (const Elf64_Ehdr *header)
{
  return memcmp (header->e_ident, ELFMAG, SELFMAG) == 0 &&
         header->e_ident[EI_CLASS] == ELFCLASS64 &&
         header->e_ident[EI_DATA] == ELFDATA2LSB &&
         (header->e_type == ET_EXEC || header->e_type == ET_DYN || header->e_type == ET_REL) &&
         header->e_phnum <= SEGMENTS_MAX &&
         header->e_shnum <= SECTIONS_MAX && (header->e_shnum != 0 || header->e_shoff == 0);
}

/* libelf reads the names of sections unasked, libdwelf all that may hold a build-id or a link. */
static gboolean
has_small_notes (SondeElfFile *self)
{
  GElf_Shdr header;
  GElf_Phdr segment;
  Elf_Scn *section = NULL;
  size_t count;
  size_t names;

  if (elf_getphdrnum (self->elf, &count) != 0 || elf_getshdrstrndx (self->elf, &names) != 0)
    return FALSE;

  for (size_t i = 0; i < count; i++)
    if (gelf_getphdr (self->elf, (int) i, &segment) == NULL ||
        (segment.p_type == PT_NOTE && segment.p_filesz > NOTE_BYTES_MAX))
      return FALSE;

  section = elf_getscn (self->elf, names);
  if (section != NULL && gelf_getshdr (section, &header) != NULL &&
      header.sh_size > NOTE_BYTES_MAX)
    return FALSE;

  section = NULL;
  while ((section = elf_nextscn (self->elf, section)) != NULL)
    if (gelf_getshdr (section, &header) != NULL && header.sh_size > NOTE_BYTES_MAX &&
        (header.sh_type == SHT_NOTE ||
         g_str_has_suffix (sonde_elf_file_get_section_name (self, &header), "link")))
      return FALSE;

  return TRUE;
}

static gboolean
is_usable (SondeElfFile *self)
{
  return self->elf != NULL && elf_kind (self->elf) == ELF_K_ELF && has_small_notes (self);
}

/**
 * sonde_elf_file_open:
 * @fd: (transfer full): a regular file, open for reading
 *
 * Opens a file. @fd is closed with it, or at once if it is not an ELF file.
 *
 * Returns: (transfer full) (nullable): the file, or %NULL if Sonde cannot read it
 */
SondeElfFile *
sonde_elf_file_open (int fd)
{
  g_autoptr(SondeElfFile) self = g_new0 (SondeElfFile, 1);
  Elf64_Ehdr header;

  self->fd = fd;
  if (pread (fd, &header, sizeof header, 0) != sizeof header || !is_acceptable (&header))
    return NULL;

  elf_version (EV_CURRENT);
  self->elf = elf_begin (fd, ELF_C_READ, NULL);
  if (!is_usable (self))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * sonde_elf_file_new_for_image:
 * @image: (transfer full): an ELF file in memory of g_malloc()
 * @length: its length in bytes
 *
 * Opens a file that is in memory.
 *
 * Returns: (transfer full) (nullable): the file, or %NULL if Sonde cannot read it
 */
SondeElfFile *
sonde_elf_file_new_for_image (gpointer image,
                              gsize    length)
{
  g_autoptr(SondeElfFile) self = g_new0 (SondeElfFile, 1);
  Elf64_Ehdr header;

  self->fd = -1;
  self->image = image;
  self->image_length = length;
  if (length < sizeof header)
    return NULL;

  memcpy (&header, image, sizeof header);
  if (!is_acceptable (&header))
    return NULL;

  elf_version (EV_CURRENT);
  self->elf = elf_memory (image, length);
  if (!is_usable (self))
    return NULL;

  return g_steal_pointer (&self);
}

void
sonde_elf_file_free (SondeElfFile *self)
{
  g_return_if_fail (self != NULL);

  elf_end (self->elf);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->image);
  g_free (self->window);
  g_free (self);
}

Elf *
sonde_elf_file_get_elf (SondeElfFile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->elf;
}

gsize
sonde_elf_file_get_build_id (SondeElfFile  *self,
                             const guint8 **build_id)
{
  const void *found = NULL;
  ssize_t length;

  g_return_val_if_fail (self != NULL, 0);

  length = dwelf_elf_gnu_build_id (self->elf, &found);
  *build_id = found;

  return length > 1 && length <= SONDE_BUILD_ID_BYTES_MAX ? (gsize) length : 0;
}

const char *
sonde_elf_file_get_section_name (SondeElfFile    *self,
                                 const GElf_Shdr *header)
{
  size_t names;
  const char *name = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (elf_getshdrstrndx (self->elf, &names) == 0)
    name = elf_strptr (self->elf, names, header->sh_name);

  return name != NULL ? name : "";
}

Elf_Scn *
sonde_elf_file_find_section (SondeElfFile *self,
                             const char   *name,
                             GElf_Shdr    *header)
{
  Elf_Scn *section = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  while ((section = elf_nextscn (self->elf, section)) != NULL)
    if (gelf_getshdr (section, header) != NULL &&
        strcmp (sonde_elf_file_get_section_name (self, header), name) == 0)
      return section;

  return NULL;
}

Elf_Scn *
sonde_elf_file_find_type (SondeElfFile *self,
                          guint32       type,
                          GElf_Shdr    *header)
{
  Elf_Scn *section = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  while ((section = elf_nextscn (self->elf, section)) != NULL)
    if (gelf_getshdr (section, header) != NULL && header->sh_type == type)
      return section;

  return NULL;
}

/* Sections can overlap in the file, so that thousands could each be as long as all of it. */
static gboolean
may_read (SondeElfFile *self,
          Elf_Scn      *section,
          guint64       size)
{
  size_t index = elf_ndxscn (section);

  if (index >= SECTIONS_MAX || size > SECTION_BYTES_MAX)
    return FALSE;

  if (!self->was_read[index])
    {
      if (size > ALL_SECTIONS_BYTES_MAX - self->read_bytes)
        return FALSE;

      self->was_read[index] = TRUE;
      self->read_bytes += size;
    }

  return TRUE;
}

Elf_Data *
sonde_elf_file_read_section (SondeElfFile *self,
                             Elf_Scn      *section)
{
  GElf_Shdr header;
  Elf_Data *data;

  g_return_val_if_fail (self != NULL, NULL);

  if (gelf_getshdr (section, &header) == NULL || header.sh_type == SHT_NOBITS ||
      header.sh_size == 0 || !may_read (self, section, header.sh_size))
    return NULL;

  data = elf_getdata (section, NULL);

  return data != NULL && data->d_buf != NULL && data->d_size > 0 ? data : NULL;
}

/* Fills the window from @offset of the file on. */
static void
move_window (SondeElfFile *self,
             guint64       offset)
{
  gssize n;

  if (self->window == NULL)
    self->window = g_malloc (WINDOW_BYTES);

  n = pread (self->fd, self->window, WINDOW_BYTES, (off_t) offset);
  self->window_offset = offset;
  self->window_length = n > 0 ? (gsize) n : 0;
}

/* Copies at most @length bytes, of which a window holds as many, that are @offset bytes into the
 * file; gives how many.
 */
static gsize
read_bytes (SondeElfFile *self,
            guint64       offset,
            guint8       *bytes,
            gsize         length)
{
  const guint8 *from = self->image;
  gsize size = self->image_length;

  if (self->fd >= 0)
    {
      if (offset < self->window_offset || length > self->window_length ||
          offset - self->window_offset > self->window_length - length)
        move_window (self, offset);
      from = self->window;
      size = self->window_length;
      offset -= self->window_offset;
    }

  if (from == NULL || offset >= size)
    return 0;

  length = MIN (length, size - offset);
  memcpy (bytes, from + offset, length);

  return length;
}

static gboolean
is_within (const GElf_Phdr *segment,
           guint64          address)
{
  return address >= segment->p_vaddr && address - segment->p_vaddr < segment->p_filesz;
}

/* Makes @self->segment the one that is loaded at @address. */
static gboolean
find_segment (SondeElfFile *self,
              guint64       address)
{
  GElf_Phdr segment;
  size_t count;

  if (is_within (&self->segment, address))
    return TRUE;

  if (elf_getphdrnum (self->elf, &count) != 0)
    return FALSE;

  for (size_t i = 0; i < count; i++)
    if (gelf_getphdr (self->elf, (int) i, &segment) != NULL && segment.p_type == PT_LOAD &&
        is_within (&segment, address))
      {
        self->segment = segment;
        return TRUE;
      }

  return FALSE;
}

gsize
sonde_elf_file_read_address (SondeElfFile *self,
                             guint64       address,
                             guint8       *bytes,
                             gsize         length)
{
  guint64 at;

  g_return_val_if_fail (self != NULL && bytes != NULL && length <= WINDOW_BYTES, 0);

  if (!find_segment (self, address))
    return 0;

  at = address - self->segment.p_vaddr;

  return read_bytes (self, self->segment.p_offset + at, bytes,
                     MIN (length, self->segment.p_filesz - at));
}

/* Not elf_strptr(): that looks for the closing zero of each name anew, from the end of the
 * section.
 */
gboolean
sonde_elf_file_read_strings (SondeElfFile *self,
                             gsize         index,
                             SondeStrings *strings)
{
  Elf_Scn *section;
  Elf_Data *data;
  const char *last;

  g_return_val_if_fail (self != NULL, FALSE);

  section = elf_getscn (self->elf, index);
  data = section != NULL ? sonde_elf_file_read_section (self, section) : NULL;
  last = data != NULL ? memrchr (data->d_buf, '\0', data->d_size) : NULL;
  if (last == NULL)
    return FALSE;

  strings->text = data->d_buf;
  strings->length = (gsize) (last - strings->text) + 1;

  return TRUE;
}

const char *
sonde_strings_get (const SondeStrings *self,
                   gsize               offset)
{
  return offset < self->length ? self->text + offset : NULL;
}

guint8 *
sonde_elf_file_dup_range (SondeElfFile *self,
                          guint64       offset,
                          guint64       length)
{
  g_autofree guint8 *bytes = NULL;
  guint64 n = 0;

  g_return_val_if_fail (self != NULL, NULL);

  if (length == 0 || length > SECTION_BYTES_MAX || offset > G_MAXINT64 ||
      length > ALL_SECTIONS_BYTES_MAX - self->read_bytes)
    return NULL;

  bytes = g_try_malloc (length);
  if (bytes == NULL)
    return NULL;

  while (n < length)
    {
      gsize got = read_bytes (self, offset + n, bytes + n, MIN (length - n, WINDOW_BYTES));

      if (got == 0)
        return NULL;

      n += got;
    }

  self->read_bytes += length;

  return g_steal_pointer (&bytes);
}

/* @size, or more than any file may have if that much cannot have been packed into @packed bytes by
 * who had something to say.
 */
static guint64
judge_unpacked_size (guint64 size,
                     guint64 packed)
{
  return size > UNPACKED_BYTES_FREE && size / PACKED_FACTOR_MAX > packed ? G_MAXUINT64 : size;
}

static guint64
get_unpacked_size (SondeElfFile    *self,
                   Elf_Scn         *section,
                   const GElf_Shdr *header)
{
  guint8 head[ZDEBUG_HEADER_BYTES];
  guint64 size;
  GElf_Chdr packed;

  if (header->sh_type == SHT_NOBITS)
    return 0;

  if ((header->sh_flags & SHF_COMPRESSED) != 0)
    return gelf_getchdr (section, &packed) != NULL
           ? judge_unpacked_size (packed.ch_size, header->sh_size) : 0;

  if (!g_str_has_prefix (sonde_elf_file_get_section_name (self, header), ".zdebug_"))
    return header->sh_size;

  if (self->fd < 0 ||
      pread (self->fd, head, sizeof head, (off_t) header->sh_offset) != sizeof head)
    return G_MAXUINT64;

  memcpy (&size, head + 4, sizeof size);
  return judge_unpacked_size (GUINT64_FROM_BE (size), header->sh_size);
}

guint64
sonde_elf_file_get_dwarf_size (SondeElfFile *self)
{
  Elf_Scn *section = NULL;
  guint64 sum = 0;

  g_return_val_if_fail (self != NULL, 0);

  while ((section = elf_nextscn (self->elf, section)) != NULL)
    {
      GElf_Shdr header;
      const char *name;
      guint64 size;

      if (gelf_getshdr (section, &header) == NULL)
        continue;

      name = sonde_elf_file_get_section_name (self, &header);
      if (!g_str_has_prefix (name, ".debug_") && !g_str_has_prefix (name, ".zdebug_"))
        continue;

      size = get_unpacked_size (self, section, &header);
      sum = size > G_MAXUINT64 - sum ? G_MAXUINT64 : sum + size;
    }

  return sum;
}

gboolean
sonde_elf_file_close_strings (SondeElfFile *self,
                              const char   *suffix)
{
  Elf_Scn *section = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  while ((section = elf_nextscn (self->elf, section)) != NULL)
    {
      GElf_Shdr header;
      Elf_Data *data;

      if (gelf_getshdr (section, &header) == NULL || header.sh_type == SHT_NOBITS ||
          header.sh_size == 0 ||
          !g_str_has_suffix (sonde_elf_file_get_section_name (self, &header), suffix))
        continue;

      data = sonde_elf_file_read_section (self, section);
      if (data == NULL)
        return FALSE;

      ((char *) data->d_buf)[data->d_size - 1] = '\0';
    }

  return TRUE;
}

void
sonde_elf_file_finish_reading (SondeElfFile *self)
{
  g_return_if_fail (self != NULL);

  if (self->fd < 0)
    return;

  elf_cntl (self->elf, ELF_C_FDDONE);
  close (self->fd);
  self->fd = -1;
}
