/* debug-info.c: reads DWARF
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * .debug_aranges is not used: clang does not write it, and it does not tell what it leaves out.
 * The ranges of the units themselves are read instead, once, and the functions of a unit when an
 * address in it is first asked for.
 *
 * libdw checks that what it reads lies within its section. That reading ends is up to us:
 * siblings must lead forward, numbers have limits, and a module has a limit of time, after which
 * its DWARF is left alone.
 */

#include "config.h"

#include "symbolizer/debug-info.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <string.h>

#include "symbolizer/debug-file.h"
#include "symbolizer/debug-limits.h"
#include "symbolizer/range-index.h"
#include "symbolizer/source-path.h"

/* Of all sections when unpacked. They are copied into memory; names do without them. */
#define DWARF_BYTES_MAX (G_GUINT64_CONSTANT (1) << 30)

/* Of one unit, and of all whose lines are asked for: a line takes a byte in the file and fifty in
 * memory.
 */
#define LINE_FACTOR 50
#define LINE_BYTES_MAX (16 * 1024 * 1024)
#define ALL_LINE_BYTES_MAX (32 * 1024 * 1024)

/* To go on to the next entry libdw reads all that lies within the one before, and cannot be stopped
 * meanwhile: so units have a limit. Those of a web browser have some 10 MB, and are 50,000.
 */
#define UNIT_BYTES_MAX (64 * 1024 * 1024)
#define UNITS_MAX 500000

#define RANGES_MAX 4000000
#define DEPTH_MAX 32

/* In all, and for one question: who waits for the thread to end waits that long. */
#define TIME_MAX_US (20 * G_USEC_PER_SEC)
#define QUESTION_TIME_MAX_US (2 * G_USEC_PER_SEC)

struct _SondeDebugInfo
{
  /* Owned */
  SondeElfFile *file;
  SondeElfFile *alternate_file; /* NULL if there is none */
  Dwarf        *dwarf;
  Dwarf        *alternate;
  GArray       *units;     /* of SondeRange; the value is the offset of the unit's DIE */
  GHashTable   *functions; /* of GArray of SondeRange by unit; the value: the function's DIE */

  GHashTable   *line_programs; /* set of those that were read, by place */

  GString      *path;      /* the last file found */

  guint64       bytes;     /* of the sections of both */
  guint64       line_bytes_left;
  gint64        time_left_us;
  gint64        start_us; /* of the question */
};

/* Reads all of the DWARF of @file into memory. */
static Dwarf *
open_dwarf (SondeDebugInfo *self,
            SondeElfFile   *file)
{
  guint64 size = sonde_elf_file_get_dwarf_size (file);
  Dwarf *dwarf;

  if (size == 0 || size > DWARF_BYTES_MAX)
    return NULL;

  dwarf = dwarf_begin_elf (sonde_elf_file_get_elf (file), DWARF_C_READ, NULL);
  if (dwarf == NULL)
    return NULL;

  /* libdw 0.188 takes the strings of line tables to be closed. */
  if (!sonde_debug_limits_check_entries (file, dwarf) ||
      !sonde_elf_file_close_strings (file, "debug_str") ||
      !sonde_elf_file_close_strings (file, "debug_line_str"))
    {
      dwarf_end (dwarf);
      return NULL;
    }

  sonde_elf_file_finish_reading (file);
  self->bytes += size;

  return dwarf;
}

/* Debug files that were made smaller by dwz have their common parts in another file. libdw would
 * open whatever path the link says, even a pipe: so it is opened here. Without it most names
 * would be missing: FALSE.
 */
static gboolean
open_alternate (SondeDebugInfo *self,
                const char     *path,
                SondeRoot      *root)
{
  const char *name = NULL;
  const void *build_id = NULL;
  ssize_t length = dwelf_dwarf_gnu_debugaltlink (self->dwarf, &name, &build_id);

  if (length == 0)
    return TRUE;

  if (length < 0)
    return FALSE;

  self->alternate_file = sonde_debug_file_find_alternate (name, build_id, (gsize) length,
                                                          path, root);
  self->alternate = self->alternate_file != NULL ? open_dwarf (self, self->alternate_file) : NULL;
  if (self->alternate == NULL)
    return FALSE;

  dwarf_setalt (self->dwarf, self->alternate);

  return TRUE;
}

/**
 * sonde_debug_info_new:
 * @file: (transfer full): the file that has the debug information
 * @path: (nullable): where it lies in @root, or the program it is of
 * @root: where it was found
 *
 * Reads the debug information of a module. @file is freed with it, or at once if there is none.
 *
 * Returns: (transfer full) (nullable): the debug information
 */
SondeDebugInfo *
sonde_debug_info_new (SondeElfFile *file,
                      const char   *path,
                      SondeRoot    *root)
{
  g_autoptr(SondeDebugInfo) self = g_new0 (SondeDebugInfo, 1);

  g_return_val_if_fail (file != NULL, NULL);

  self->file = file;
  self->time_left_us = TIME_MAX_US;
  self->line_bytes_left = ALL_LINE_BYTES_MAX;
  self->dwarf = open_dwarf (self, file);
  if (self->dwarf == NULL || !open_alternate (self, path, root))
    return NULL;

  self->functions = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  self->line_programs = g_hash_table_new (NULL, NULL);
  self->path = g_string_new (NULL);

  return g_steal_pointer (&self);
}

void
sonde_debug_info_free (SondeDebugInfo *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->functions, g_hash_table_unref);
  g_clear_pointer (&self->line_programs, g_hash_table_unref);
  g_clear_pointer (&self->units, g_array_unref);
  g_clear_pointer (&self->dwarf, dwarf_end);
  g_clear_pointer (&self->alternate, dwarf_end);
  g_clear_pointer (&self->alternate_file, sonde_elf_file_free);
  g_clear_pointer (&self->file, sonde_elf_file_free);
  if (self->path != NULL)
    g_string_free (self->path, TRUE);
  g_free (self);
}

guint64
sonde_debug_info_get_bytes (SondeDebugInfo *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->bytes + (ALL_LINE_BYTES_MAX - self->line_bytes_left) * LINE_FACTOR;
}

static gboolean
start_clock (SondeDebugInfo *self)
{
  self->start_us = g_get_monotonic_time ();

  return self->time_left_us > 0;
}

static void
stop_clock (SondeDebugInfo *self)
{
  self->time_left_us -= g_get_monotonic_time () - self->start_us;
}

static gboolean
is_late (SondeDebugInfo *self)
{
  return g_get_monotonic_time () - self->start_us > MIN (self->time_left_us, QUESTION_TIME_MAX_US);
}

static void
add_ranges (SondeDebugInfo *self,
            GArray         *index,
            Dwarf_Die      *die)
{
  ptrdiff_t at = 0;
  Dwarf_Addr base;
  SondeRange range = { .value = dwarf_dieoffset (die) };

  /* What the linker threw away is left with the start 0 or 1, and would lie over what is really
   * there.
   */
  while (index->len < RANGES_MAX && !is_late (self) &&
         (at = dwarf_ranges (die, at, &base, &range.start, &range.end)) > 0)
    if (range.start > 1 && range.start < range.end)
      g_array_append_val (index, range);
}

static void
ensure_units (SondeDebugInfo *self)
{
  Dwarf_Off at = 0;
  Dwarf_Off next;
  size_t header_size;
  guint n_units = 0;

  if (self->units != NULL)
    return;

  self->units = sonde_range_index_new ();
  while (!is_late (self) && n_units++ < UNITS_MAX &&
         dwarf_nextcu (self->dwarf, at, &next, &header_size, NULL, NULL, NULL) == 0 && next > at)
    {
      Dwarf_Die unit;

      if (next - at <= UNIT_BYTES_MAX &&
          dwarf_offdie (self->dwarf, at + header_size, &unit) != NULL)
        add_ranges (self, self->units, &unit);
      at = next;
    }

  sonde_range_index_sort (self->units);
}

/* Moves @die on to its sibling; FALSE at the end of the row. */
static gboolean
next_sibling (SondeDebugInfo *self,
              Dwarf_Die      *die)
{
  Dwarf_Die sibling;

  if (is_late (self) || dwarf_siblingof (die, &sibling) != 0 ||
      dwarf_dieoffset (&sibling) <= dwarf_dieoffset (die))
    return FALSE;

  *die = sibling;
  return TRUE;
}

static gboolean
is_scope (int tag)
{
  return tag == DW_TAG_namespace || tag == DW_TAG_module || tag == DW_TAG_class_type ||
         tag == DW_TAG_structure_type || tag == DW_TAG_union_type || tag == DW_TAG_interface_type ||
         tag == DW_TAG_enumeration_type;
}

static void
collect_functions (SondeDebugInfo *self,
                   GArray         *index,
                   Dwarf_Die      *scope,
                   guint           depth)
{
  Dwarf_Die die;

  if (depth == DEPTH_MAX || dwarf_child (scope, &die) != 0)
    return;

  do
    {
      int tag = dwarf_tag (&die);

      if (tag == DW_TAG_subprogram)
        add_ranges (self, index, &die);
      else if (is_scope (tag))
        collect_functions (self, index, &die, depth + 1);
    }
  while (next_sibling (self, &die));
}

static GArray *
ensure_functions (SondeDebugInfo *self,
                  Dwarf_Die      *unit)
{
  gpointer key = GSIZE_TO_POINTER (dwarf_dieoffset (unit));
  GArray *index = g_hash_table_lookup (self->functions, key);

  if (index == NULL)
    {
      index = sonde_range_index_new ();
      collect_functions (self, index, unit, 0);
      sonde_range_index_sort (index);
      g_hash_table_insert (self->functions, key, index);
    }

  return index;
}

/* Whether the lines of @unit may be read without filling the memory. libdw keeps them. */
static gboolean
may_read_lines (SondeDebugInfo *self,
                Dwarf_Die      *unit)
{
  gboolean is_alternate = dwarf_cu_getdwarf (unit->cu) == self->alternate;
  Dwarf_Attribute attribute;
  Dwarf_Word offset;
  gpointer key;
  guint32 length;

  if (dwarf_formudata (dwarf_attr (unit, DW_AT_stmt_list, &attribute), &offset) != 0)
    return FALSE;

  key = GSIZE_TO_POINTER (offset * 2 + (guint) is_alternate);
  if (g_hash_table_contains (self->line_programs, key))
    return TRUE;

  length = sonde_debug_limits_get_line_length (is_alternate ? self->alternate_file : self->file,
                                               offset);
  if (length > LINE_BYTES_MAX || length > self->line_bytes_left)
    return FALSE;

  self->line_bytes_left -= length;
  g_hash_table_add (self->line_programs, key);

  return TRUE;
}

static gboolean
find_unit (SondeDebugInfo *self,
           guint64         address,
           Dwarf_Die      *unit)
{
  const SondeRange *range;

  ensure_units (self);
  range = sonde_range_index_find (self->units, address);

  return range != NULL && dwarf_offdie (self->dwarf, range->value, unit) != NULL;
}

static const char *
find_name (Dwarf_Die *die)
{
  Dwarf_Attribute attribute;
  const char *name = NULL;

  if (dwarf_attr_integrate (die, DW_AT_linkage_name, &attribute) != NULL ||
      dwarf_attr_integrate (die, DW_AT_MIPS_linkage_name, &attribute) != NULL)
    name = dwarf_formstring (&attribute);

  return name != NULL ? name : dwarf_diename (die);
}

/* The file that is declared by @die or by the entry that it refers to, maybe in another unit. DWARF
 * 5 counts files from 0, and libdw 0.188 takes that for none.
 */
static const char *
find_file (SondeDebugInfo *self,
           Dwarf_Die      *die)
{
  Dwarf_Attribute attribute;
  Dwarf_Files *files;
  Dwarf_Word index;
  Dwarf_Die unit;
  size_t count;

  if (dwarf_formudata (dwarf_attr_integrate (die, DW_AT_decl_file, &attribute), &index) != 0 ||
      dwarf_cu_die (attribute.cu, &unit, NULL, NULL, NULL, NULL, NULL, NULL) == NULL ||
      !may_read_lines (self, &unit) ||
      dwarf_getsrcfiles (&unit, &files, &count) != 0 || index >= count)
    return NULL;

  return index != 0 ? dwarf_decl_file (die) : dwarf_filesrc (files, 0, NULL, NULL);
}

static void
fill_from_die (SondeDebugInfo     *self,
               Dwarf_Die          *die,
               SondeDebugFunction *function)
{
  int line;

  function->name = find_name (die);
  function->file = find_file (self, die);
  if (dwarf_decl_line (die, &line) == 0 && line > 0)
    function->line = (guint) line;
}

static void
fill_from_lines (SondeDebugInfo     *self,
                 Dwarf_Die          *unit,
                 guint64             address,
                 SondeDebugFunction *function)
{
  Dwarf_Line *row = may_read_lines (self, unit) ? dwarf_getsrc_die (unit, address) : NULL;
  int line;

  if (row == NULL || dwarf_lineno (row, &line) != 0 || line <= 0)
    return;

  function->file = dwarf_linesrc (row, NULL, NULL);
  function->line = (guint) line;
}

/* libdw leaves the paths of DWARF 5 relative to where the compiler ran. */
static void
complete_path (SondeDebugInfo     *self,
               Dwarf_Die          *unit,
               SondeDebugFunction *function)
{
  Dwarf_Attribute attribute;
  const char *folder;

  if (function->file == NULL)
    return;

  folder = dwarf_formstring (dwarf_attr (unit, DW_AT_comp_dir, &attribute));
  sonde_source_path_make (self->path, folder, function->file);
  function->file = self->path->str;
}

/**
 * sonde_debug_info_find_function:
 * @self: debug information
 * @address: an address as the ELF file counts them
 * @function: (out caller-allocates): the function
 *
 * Finds the function at @address. Of one that DWARF does not describe (assembly, or compiled for
 * lines alone) only file and line at @address are known: ask for its first address.
 *
 * Returns: whether anything was found
 */
gboolean
sonde_debug_info_find_function (SondeDebugInfo     *self,
                                guint64             address,
                                SondeDebugFunction *function)
{
  Dwarf_Die unit;
  Dwarf_Die die;

  g_return_val_if_fail (self != NULL, FALSE);

  memset (function, 0, sizeof *function);
  function->start = function->end = address;
  if (!start_clock (self))
    return FALSE;

  if (find_unit (self, address, &unit))
    {
      const SondeRange *range = sonde_range_index_find (ensure_functions (self, &unit), address);

      if (range != NULL && dwarf_offdie (self->dwarf, range->value, &die) != NULL)
        {
          function->start = range->start;
          function->end = range->end;
          fill_from_die (self, &die, function);
        }

      if (function->file == NULL || function->line == 0)
        fill_from_lines (self, &unit, address, function);
      complete_path (self, &unit, function);
    }

  stop_clock (self);

  return function->name != NULL || function->file != NULL;
}

/* Moves @die to the child that holds the code at @address: something inlined, or a block. */
static gboolean
enter_child (SondeDebugInfo *self,
             guint64         address,
             Dwarf_Die      *die)
{
  Dwarf_Die child;

  if (dwarf_child (die, &child) != 0)
    return FALSE;

  do
    {
      int tag = dwarf_tag (&child);

      if ((tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) &&
          dwarf_haspc (&child, address) > 0)
        {
          *die = child;
          return TRUE;
        }
    }
  while (next_sibling (self, &child));

  return FALSE;
}

/* Where in the function @die the call is that put the code at @address there; 0 if it is the
 * function's own.
 */
static guint
find_call_line (SondeDebugInfo *self,
                guint64         address,
                Dwarf_Die      *die)
{
  for (guint depth = 0; depth < DEPTH_MAX && enter_child (self, address, die); depth++)
    {
      Dwarf_Attribute attribute;
      Dwarf_Word line;

      if (dwarf_tag (die) == DW_TAG_inlined_subroutine)
        return dwarf_formudata (dwarf_attr (die, DW_AT_call_line, &attribute), &line) == 0 &&
               line <= G_MAXINT ? (guint) line : 0;
    }

  return 0;
}

guint
sonde_debug_info_find_line (SondeDebugInfo *self,
                            guint64         address)
{
  SondeDebugFunction at = { 0 };
  Dwarf_Die unit;
  Dwarf_Die die;
  guint line = 0;

  g_return_val_if_fail (self != NULL, 0);

  if (!start_clock (self))
    return 0;

  if (find_unit (self, address, &unit))
    {
      const SondeRange *range = sonde_range_index_find (ensure_functions (self, &unit), address);

      if (range != NULL && dwarf_offdie (self->dwarf, range->value, &die) != NULL)
        line = find_call_line (self, address, &die);

      if (line == 0)
        {
          fill_from_lines (self, &unit, address, &at);
          line = at.line;
        }
    }

  stop_clock (self);

  return line;
}
