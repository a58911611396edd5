/* module.c: puts symbols and debug information of an ELF file together
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names come from symbol tables: .symtab where there is one (in the file, or in its debug file),
 * and else .dynsym with what .gnu_debugdata and the unwind table add. DWARF adds file and line,
 * and is asked for a name only where no symbol table has one. Go's own table stands in for either.
 */

#include "config.h"

#include "symbolizer/module.h"

#include <string.h>

#include "symbolizer/debug-file.h"
#include "symbolizer/debug-info.h"
#include "symbolizer/demangle.h"
#include "symbolizer/extra-symbols.h"
#include "symbolizer/go-lines.h"
#include "symbolizer/symbol-table.h"

#define PAGE_BYTES 4096

/* To find where functions end whose symbols do not say it: for a hundred thousand of them some
 * milliseconds.
 */
#define BOUNDS_TIME_MAX_US (2 * G_USEC_PER_SEC)

typedef struct
{
  guint64 offset;
  guint64 length;
  guint64 address;
} Segment;

struct _SondeModule
{
  /* Owned */
  char             *base_name;
  GArray           *segments;   /* of Segment; only those with code */
  SondeSymbolTable *symbols;
  SondeDebugInfo   *debug_info; /* NULL if there is none */
  SondeGoLines     *go_lines;   /* NULL if there are none, or no need of them */
  GHashTable       *functions;  /* of SondeModuleFunction by start: those already looked up */
  GStringChunk     *texts;      /* owns their names and files */

  guint64           base;       /* the virtual address of the file's first byte */
  SondeBuildId      build_id;
};

static void
read_segments (SondeModule  *self,
               SondeElfFile *file)
{
  Elf *elf = sonde_elf_file_get_elf (file);
  gboolean has_base = FALSE;
  size_t count;

  if (elf_getphdrnum (elf, &count) != 0)
    return;

  for (size_t i = 0; i < count; i++)
    {
      GElf_Phdr header;
      Segment segment;

      if (gelf_getphdr (elf, (int) i, &header) == NULL || header.p_type != PT_LOAD)
        continue;

      if (!has_base)
        self->base = (header.p_vaddr - header.p_offset) & ~(guint64) (PAGE_BYTES - 1);
      has_base = TRUE;

      segment.offset = header.p_offset;
      segment.length = header.p_filesz;
      segment.address = header.p_vaddr;
      if ((header.p_flags & PF_X) != 0)
        g_array_append_val (self->segments, segment);
    }
}

static gboolean
has_section (SondeElfFile *file,
             const char   *name)
{
  GElf_Shdr header;

  return sonde_elf_file_find_section (file, name, &header) != NULL && header.sh_type != SHT_NOBITS;
}

static gboolean
has_dwarf (SondeElfFile *file)
{
  return has_section (file, ".debug_info") || has_section (file, ".zdebug_info");
}

static void
read_build_id (SondeModule  *self,
               SondeElfFile *file)
{
  const guint8 *bytes;

  self->build_id.length = sonde_elf_file_get_build_id (file, &bytes);
  if (self->build_id.length > 0)
    memcpy (self->build_id.bytes, bytes, self->build_id.length);
}

/* Takes the symbols of @file and of its debug file, which is NULL if there is none. */
static void
read_symbols (SondeModule  *self,
              SondeElfFile *file,
              SondeElfFile *debug)
{
  g_autoptr(SondeElfFile) unpacked = NULL;
  g_autoptr(GArray) frames = sonde_symbol_table_read_frames (file);
  SondeSymbolBounds bounds = { .file = file, .frames = frames };

  bounds.is_complete = sonde_symbol_table_add_symbols (self->symbols, file, SHT_SYMTAB);
  if (debug != NULL && sonde_symbol_table_add_symbols (self->symbols, debug, SHT_SYMTAB))
    bounds.is_complete = TRUE;

  sonde_symbol_table_add_symbols (self->symbols, file, SHT_DYNSYM);
  sonde_symbol_table_add_stubs (self->symbols, file);
  sonde_symbol_table_add_entry (self->symbols, file);
  if (!bounds.is_complete)
    {
      unpacked = sonde_debug_file_unpack (file);
      if (unpacked != NULL)
        sonde_symbol_table_add_symbols (self->symbols, unpacked, SHT_SYMTAB);
      sonde_symbol_table_add_frames (self->symbols, frames);
    }

  self->go_lines = sonde_go_lines_new (file);
  if (self->go_lines != NULL)
    sonde_go_lines_add_symbols (self->go_lines, self->symbols);

  bounds.deadline_us = g_get_monotonic_time () + BOUNDS_TIME_MAX_US;
  sonde_symbol_table_sort (self->symbols, &bounds);
}

static SondeModule *
module_new (SondeElfFile *taken,
            const char   *path,
            SondeRoot    *root)
{
  g_autoptr(SondeElfFile) file = taken;
  g_autofree char *in_root = path[0] == '/' ? sonde_root_dup_path (root, path) : NULL;
  g_autoptr(SondeElfFile) debug = NULL;
  SondeModule *self = g_new0 (SondeModule, 1);
  SondeRoot found_in;

  self->base_name = g_path_get_basename (path);
  self->segments = g_array_new (FALSE, FALSE, sizeof (Segment));
  self->symbols = sonde_symbol_table_new ();
  self->functions = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  self->texts = g_string_chunk_new (4096);

  read_segments (self, file);
  read_build_id (self, file);
  if (!has_section (file, ".symtab") || !has_dwarf (file))
    debug = sonde_debug_file_find (file, in_root, root, &found_in);

  read_symbols (self, file, debug);
  if (debug != NULL && has_dwarf (debug))
    self->debug_info = sonde_debug_info_new (g_steal_pointer (&debug),
                                             found_in.pid == root->pid ? in_root : NULL,
                                             &found_in);
  else if (has_dwarf (file))
    self->debug_info = sonde_debug_info_new (g_steal_pointer (&file), in_root, root);

  if (self->debug_info != NULL)
    g_clear_pointer (&self->go_lines, sonde_go_lines_free);

  return self;
}

/**
 * sonde_module_new:
 * @fd: (transfer full): the file
 * @path: where it lies, as the memory map says
 * @root: the root of the process that has it mapped
 *
 * Reads the symbols of a file. Reads the disk: milliseconds, for a big program tenths of a second.
 *
 * Returns: (transfer full) (nullable): the module, or %NULL if it is not an ELF file that Sonde
 * can read
 */
SondeModule *
sonde_module_new (int         fd,
                  const char *path,
                  SondeRoot  *root)
{
  SondeElfFile *file;

  g_return_val_if_fail (fd >= 0 && path != NULL && root != NULL, NULL);

  file = sonde_elf_file_open (fd);

  return file != NULL ? module_new (file, path, root) : NULL;
}

/**
 * sonde_module_new_for_image:
 * @image: (transfer full): an ELF file as it lies in memory
 * @length: its length in bytes
 * @path: what the target calls it, like `[vdso]`
 * @root: the root of the process that it is from: it may name files, as any other
 *
 * Reads the symbols of a file that is only in memory.
 *
 * Returns: (transfer full) (nullable): the module, or %NULL if it is not an ELF file that Sonde
 * can read
 */
SondeModule *
sonde_module_new_for_image (gpointer    image,
                            gsize       length,
                            const char *path,
                            SondeRoot  *root)
{
  SondeElfFile *file;

  g_return_val_if_fail (image != NULL && path != NULL && root != NULL, NULL);

  file = sonde_elf_file_new_for_image (image, length);

  return file != NULL ? module_new (file, path, root) : NULL;
}

void
sonde_module_free (SondeModule *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->debug_info, sonde_debug_info_free);
  g_clear_pointer (&self->go_lines, sonde_go_lines_free);
  sonde_symbol_table_free (self->symbols);
  g_array_unref (self->segments);
  g_hash_table_unref (self->functions);
  g_string_chunk_free (self->texts);
  g_free (self->base_name);
  g_free (self);
}

guint
sonde_module_get_symbol_count (SondeModule *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return sonde_symbol_table_get_count (self->symbols);
}

guint64
sonde_module_get_bytes (SondeModule *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return sonde_symbol_table_get_bytes (self->symbols) +
         (self->debug_info != NULL ? sonde_debug_info_get_bytes (self->debug_info) : 0) +
         (self->go_lines != NULL ? sonde_go_lines_get_bytes (self->go_lines) : 0);
}

const SondeBuildId *
sonde_module_get_build_id (SondeModule *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->build_id;
}

gboolean
sonde_module_find_address (SondeModule *self,
                           guint64      offset,
                           guint64     *address)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; i < self->segments->len; i++)
    {
      const Segment *segment = &g_array_index (self->segments, Segment, i);

      if (offset >= segment->offset && offset - segment->offset < segment->length)
        {
          *address = offset - segment->offset + segment->address;
          return TRUE;
        }
    }

  return FALSE;
}

/* The name that is shown, from @symbol and else from what DWARF says. */
static char *
dup_name (SondeModule              *self,
          const SondeSymbol        *symbol,
          const SondeDebugFunction *described,
          guint64                   start)
{
  g_autofree char *name = NULL;

  if (symbol != NULL && symbol->name != NULL)
    name = sonde_demangle (symbol->name);
  else if (described->name != NULL)
    name = sonde_demangle (described->name);
  else
    return g_strdup_printf ("%s+0x%" G_GINT64_MODIFIER "x", self->base_name, start - self->base);

  if (symbol != NULL && symbol->stub)
    return g_strconcat (name, "@plt", NULL);

  return g_steal_pointer (&name);
}

static const SondeModuleFunction *
ensure_function (SondeModule              *self,
                 const SondeSymbol        *symbol,
                 const SondeDebugFunction *described,
                 guint64                   start)
{
  g_autofree char *name = NULL;
  SondeModuleFunction *function = g_hash_table_lookup (self->functions, &start);

  if (function != NULL)
    return function;

  name = dup_name (self, symbol, described, start);
  function = g_new0 (SondeModuleFunction, 1);
  function->start = start;
  function->name = g_string_chunk_insert (self->texts, name);
  if (described->file != NULL)
    function->file = g_string_chunk_insert_const (self->texts, described->file);
  function->line = described->line;
  g_hash_table_insert (self->functions, &function->start, function);

  return function;
}

static const SondeModuleFunction *
find_by_symbol (SondeModule       *self,
                const SondeSymbol *symbol)
{
  const SondeModuleFunction *known = g_hash_table_lookup (self->functions, &symbol->start);
  SondeDebugFunction described = { 0 };

  if (known != NULL)
    return known;

  if (symbol->stub)
    return ensure_function (self, symbol, &described, symbol->start);

  if ((self->debug_info == NULL ||
       !sonde_debug_info_find_function (self->debug_info, symbol->start, &described)) &&
      self->go_lines != NULL)
    sonde_go_lines_find_function (self->go_lines, symbol->start, &described);

  return ensure_function (self, symbol, &described, symbol->start);
}

/* For a file that has debug information and no symbol there. */
static const SondeModuleFunction *
find_by_debug_info (SondeModule         *self,
                    guint64              address,
                    SondeModuleFunction *bounds)
{
  SondeDebugFunction described = { 0 };

  if (self->debug_info == NULL ||
      !sonde_debug_info_find_function (self->debug_info, address, &described) ||
      described.name == NULL)
    return NULL;

  bounds->lower = MAX (bounds->lower, described.start);
  bounds->upper = MIN (bounds->upper, described.end);

  return ensure_function (self, NULL, &described, described.start);
}

gboolean
sonde_module_find_function (SondeModule         *self,
                            guint64              address,
                            SondeModuleFunction *function)
{
  const SondeModuleFunction *known;
  const SondeSymbol *symbol;
  SondeModuleFunction bounds;

  g_return_val_if_fail (self != NULL, FALSE);

  symbol = sonde_symbol_table_find (self->symbols, address, &bounds.lower, &bounds.upper);
  known = symbol != NULL ? find_by_symbol (self, symbol)
                         : find_by_debug_info (self, address, &bounds);
  if (known == NULL)
    return FALSE;

  *function = *known;
  function->lower = bounds.lower;
  function->upper = bounds.upper;

  return TRUE;
}

guint
sonde_module_find_line (SondeModule *self,
                        guint64      address)
{
  guint line = 0;

  g_return_val_if_fail (self != NULL, 0);

  if (self->debug_info != NULL)
    line = sonde_debug_info_find_line (self->debug_info, address);
  if (line == 0 && self->go_lines != NULL)
    line = sonde_go_lines_find_line (self->go_lines, address);

  return line;
}
