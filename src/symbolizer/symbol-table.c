/* symbol-table.c: reads, sorts and searches symbols
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Symbols of code are FUNC with a size, as compilers write them; FUNC or NOTYPE without one, from
 * assembly (symbol-bounds.c says where those end); and GNU_IFUNC, the function that chooses an
 * implementation, which has an own body like any other. Several at one address are one function
 * with several names, of which one is chosen. Some lie within others (entry points of memmove() in
 * libc): the innermost is the answer.
 */

#include "config.h"

#include "symbolizer/symbol-table.h"

#include <string.h>

/* A web browser has a million symbols and 200 MB of names. */
#define SYMBOLS_MAX 4000000
#define NAMES_BYTES_MAX (G_GINT64_CONSTANT (1) << 29)
#define NAME_BYTES_MAX 32767

#define UNDERSCORES_MAX 7

#define NO_SYMBOL G_MAXUINT32

struct _SondeSymbolTable
{
  GArray       *symbols;    /* of SondeSymbol; once sorted: ascending, one an address */
  GStringChunk *names;      /* owns every SondeSymbol.name; NULL until sorted */
  gint64        names_left; /* bytes of names that may still be added */
};

SondeSymbolTable *
sonde_symbol_table_new (void)
{
  SondeSymbolTable *self = g_new0 (SondeSymbolTable, 1);

  self->symbols = g_array_new (FALSE, FALSE, sizeof (SondeSymbol));
  self->names_left = NAMES_BYTES_MAX;

  return self;
}

void
sonde_symbol_table_free (SondeSymbolTable *self)
{
  g_return_if_fail (self != NULL);

  g_array_unref (self->symbols);
  if (self->names != NULL)
    g_string_chunk_free (self->names);
  g_free (self);
}

/* Which name of several is shown: one for a function before a label; exported before local; fewer
 * underscores in front before more; then strong before weak: write before __write, as one calls it.
 */
static guint8
rank_symbol (const GElf_Sym *symbol,
             const char     *name)
{
  guint binding = GELF_ST_BIND (symbol->st_info);
  guint underscores = 0;

  while (underscores < UNDERSCORES_MAX && name[underscores] == '_')
    underscores++;

  /* Of libc's names for its own use the ugliest: __GI___libc_write. */
  if (g_str_has_prefix (name, "__GI_"))
    underscores = UNDERSCORES_MAX;

  return (guint8) ((GELF_ST_TYPE (symbol->st_info) == STT_NOTYPE ? 32 : 0) +
                   (binding != STB_GLOBAL && binding != STB_WEAK ? 16 : 0) +
                   underscores * 2 + (binding == STB_WEAK ? 1 : 0));
}

/* Whether @symbol names code that can be called, or data in between, and not a section, a file, or
 * a mark of the assembler.
 */
static gboolean
is_wanted (const GElf_Sym *symbol,
             const char     *name)
{
  guint type = GELF_ST_TYPE (symbol->st_info);

  if (name == NULL || name[0] == '\0' || name[0] == '$' || (name[0] == '.' && name[1] == 'L'))
    return FALSE;

  return type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE || type == STT_OBJECT;
}

/* The range of the section that @symbol is defined in, if it holds code. */
static gboolean
find_code_section (SondeElfFile   *file,
                   const GElf_Sym *symbol,
                   GElf_Shdr      *header)
{
  Elf_Scn *section;

  if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= SHN_LORESERVE)
    return FALSE;

  section = elf_getscn (sonde_elf_file_get_elf (file), symbol->st_shndx);

  return section != NULL && gelf_getshdr (section, header) != NULL &&
         (header->sh_flags & SHF_EXECINSTR) != 0 &&
         header->sh_addr <= G_MAXUINT64 - header->sh_size &&
         symbol->st_value >= header->sh_addr &&
         symbol->st_value - header->sh_addr < header->sh_size;
}

/* Adds @symbol of @file if it is a function. Data is added without its name: it ends the code that
 * is before it.
 */
static void
add_if_wanted (SondeSymbolTable *self,
                 SondeElfFile     *file,
                 const GElf_Sym   *symbol,
                 const char       *name)
{
  GElf_Shdr code;
  guint64 room;
  SondeSymbol added = { 0 };

  if (!is_wanted (symbol, name) || !find_code_section (file, symbol, &code))
    return;

  room = code.sh_addr + code.sh_size - symbol->st_value;
  added.start = symbol->st_value;
  added.open = symbol->st_size == 0;
  added.end = symbol->st_value + (added.open ? room : MIN (symbol->st_size, room));
  added.name = GELF_ST_TYPE (symbol->st_info) != STT_OBJECT ? name : NULL;
  added.rank = rank_symbol (symbol, name);
  sonde_symbol_table_add (self, &added);
}

gboolean
sonde_symbol_table_add_symbols (SondeSymbolTable *self,
                                SondeElfFile     *file,
                                guint32           type)
{
  SondeStrings strings;
  GElf_Shdr header;
  Elf_Scn *section;
  Elf_Data *data;
  gsize count;

  g_return_val_if_fail (self != NULL && file != NULL, FALSE);

  section = sonde_elf_file_find_type (file, type, &header);
  data = section != NULL ? sonde_elf_file_read_section (file, section) : NULL;
  if (data == NULL || !sonde_elf_file_read_strings (file, header.sh_link, &strings))
    return FALSE;

  count = MIN (data->d_size / sizeof (Elf64_Sym), SYMBOLS_MAX);
  for (gsize i = 1; i < count; i++)
    {
      GElf_Sym symbol;

      if (gelf_getsym (data, (int) i, &symbol) != NULL)
        add_if_wanted (self, file, &symbol, sonde_strings_get (&strings, symbol.st_name));
    }

  return TRUE;
}

/**
 * sonde_symbol_table_add:
 * @self: a table, not yet sorted
 * @symbol: a function; its name is borrowed until the table is sorted, its length is counted here
 *
 * Adds one function, unless it is beyond any honest number or length.
 */
void
sonde_symbol_table_add (SondeSymbolTable  *self,
                        const SondeSymbol *symbol)
{
  SondeSymbol added = *symbol;
  gsize length;

  g_return_if_fail (self != NULL && self->names == NULL);

  /* Names may overlap, so that each of millions is measured to no end. */
  if (self->symbols->len == SYMBOLS_MAX || self->names_left < 0)
    return;

  length = symbol->name != NULL ? strnlen (symbol->name, NAME_BYTES_MAX + 1) : 0;
  self->names_left -= (gint64) length;
  if (length > NAME_BYTES_MAX || self->names_left < 0)
    return;

  added.length = (guint16) length;
  g_array_append_val (self->symbols, added);
}

/* By address, and at one address the name to show first. */
static int
compare_symbols (gconstpointer a,
                 gconstpointer b)
{
  const SondeSymbol *left = a;
  const SondeSymbol *right = b;

  if (left->start != right->start)
    return left->start < right->start ? -1 : 1;

  if (left->name == NULL || right->name == NULL)
    return (left->name == NULL) - (right->name == NULL);

  if (left->rank != right->rank)
    return left->rank < right->rank ? -1 : 1;

  if (left->length != right->length)
    return left->length < right->length ? -1 : 1;

  return memcmp (left->name, right->name, left->length);
}

/* Leaves one symbol an address, which reaches as far as the longest of known size there. */
static void
merge_aliases (GArray *symbols)
{
  guint kept = 0;

  for (guint i = 0; i < symbols->len; i++)
    {
      SondeSymbol *symbol = &g_array_index (symbols, SondeSymbol, i);
      SondeSymbol *last = kept > 0 ? &g_array_index (symbols, SondeSymbol, kept - 1) : NULL;

      if (last == NULL || last->start != symbol->start)
        g_array_index (symbols, SondeSymbol, kept++) = *symbol;
      else if (last->open != symbol->open)
        {
          last->end = last->open ? symbol->end : last->end;
          last->open = FALSE;
        }
      else
        last->end = MAX (last->end, symbol->end);
    }

  g_array_set_size (symbols, kept);
}

/* Leaves out what lies within a named function and has no size or no name: a label, or a part of
 * the function that has its own entry in the unwind table.
 */
static void
drop_labels (GArray *symbols)
{
  guint64 reached = 0;
  guint kept = 0;

  for (guint i = 0; i < symbols->len; i++)
    {
      SondeSymbol *symbol = &g_array_index (symbols, SondeSymbol, i);

      if ((symbol->open || symbol->name == NULL) && symbol->start < reached)
        continue;

      if (!symbol->open && symbol->name != NULL)
        reached = MAX (reached, symbol->end);
      g_array_index (symbols, SondeSymbol, kept++) = *symbol;
    }

  g_array_set_size (symbols, kept);
}

static void
close_open (GArray                  *symbols,
            const SondeSymbolBounds *bounds)
{
  for (guint i = 0; i < symbols->len; i++)
    {
      SondeSymbol *symbol = &g_array_index (symbols, SondeSymbol, i);

      if (!symbol->open)
        continue;

      if (i + 1 < symbols->len)
        symbol->end = MIN (symbol->end, g_array_index (symbols, SondeSymbol, i + 1).start);
      symbol->end = sonde_symbol_bounds_find_end (bounds, symbol->start, symbol->end);
    }
}

static void
link_outer (GArray *symbols)
{
  guint32 top = NO_SYMBOL;

  for (guint i = 0; i < symbols->len; i++)
    {
      SondeSymbol *symbol = &g_array_index (symbols, SondeSymbol, i);

      while (top != NO_SYMBOL && g_array_index (symbols, SondeSymbol, top).end <= symbol->start)
        top = g_array_index (symbols, SondeSymbol, top).outer;

      symbol->outer = top;
      top = i;
    }
}

/* "memcpy@@GLIBC_2.14" is memcpy. */
static void
own_names (SondeSymbolTable *self)
{
  self->names = g_string_chunk_new (65536);

  for (guint i = 0; i < self->symbols->len; i++)
    {
      SondeSymbol *symbol = &g_array_index (self->symbols, SondeSymbol, i);

      if (symbol->name != NULL)
        {
          const char *version = memchr (symbol->name, '@', symbol->length);

          if (version != NULL)
            symbol->length = (guint16) (version - symbol->name);
          symbol->name = g_string_chunk_insert_len (self->names, symbol->name, symbol->length);
        }
    }
}

/**
 * sonde_symbol_table_sort:
 * @self: a table
 * @bounds: what is known of the code
 *
 * Makes the table ready to be searched. Nothing can be added any more; the
 * files that symbols came from are not needed any more.
 */
void
sonde_symbol_table_sort (SondeSymbolTable        *self,
                         const SondeSymbolBounds *bounds)
{
  g_return_if_fail (self != NULL && self->names == NULL && bounds != NULL);

  g_array_sort (self->symbols, compare_symbols);
  merge_aliases (self->symbols);
  drop_labels (self->symbols);
  close_open (self->symbols, bounds);
  link_outer (self->symbols);
  own_names (self);
}

guint
sonde_symbol_table_get_count (SondeSymbolTable *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->symbols->len;
}

guint64
sonde_symbol_table_get_bytes (SondeSymbolTable *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (guint64) (NAMES_BYTES_MAX - MAX (self->names_left, 0)) +
         self->symbols->len * sizeof (SondeSymbol);
}

/* The index of the first symbol that starts after @address. */
static guint
find_next (GArray  *symbols,
           guint64  address)
{
  guint low = 0;
  guint high = symbols->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (symbols, SondeSymbol, middle).start <= address)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

const SondeSymbol *
sonde_symbol_table_find (SondeSymbolTable *self,
                         guint64           address,
                         guint64          *lower,
                         guint64          *upper)
{
  const SondeSymbol *symbol;
  guint next;
  guint32 at;

  g_return_val_if_fail (self != NULL && self->names != NULL, NULL);

  next = find_next (self->symbols, address);
  *lower = 0;
  *upper = next < self->symbols->len ? g_array_index (self->symbols, SondeSymbol, next).start
                                     : G_MAXUINT64;

  for (at = next > 0 ? next - 1 : NO_SYMBOL; at != NO_SYMBOL; at = symbol->outer)
    {
      symbol = &g_array_index (self->symbols, SondeSymbol, at);
      if (address < symbol->end)
        {
          *lower = MAX (*lower, symbol->start);
          *upper = MIN (*upper, symbol->end);
          return symbol;
        }

      *lower = MAX (*lower, symbol->end);
    }

  return NULL;
}
