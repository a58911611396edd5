/* locate-native-code.c: where the compiled functions of a module lie
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A part of a function that was put elsewhere has an entry of its own in the unwind table. What
 * makes it a part of the function:
 *
 * - the function jumps to it, and not to where a function begins: either into the middle of it, or
 *   its entry says that a stack frame is there from its first instruction on;
 * - it jumps back into the middle of the function.
 *
 * Jumps are looked for at every byte, as x86 code cannot be read backwards or in pieces. A byte of
 * a number can look like a jump, but then one that does not lead back.
 */

#include "config.h"

#include "python/locate-native-code.h"

#include "python/locate-unwind-table.h"

#define FUNCTION_BYTES_MAX (1 << 20)
/* Of all functions that one search reads, whatever the tables say: some 100 ms. */
#define SEARCH_BYTES_MAX (32 << 20)

/* CPython's table has 256 addresses, one an instruction of its bytecode. */
#define LOOP_TABLE_MIN 200
#define DATA_BYTES_MAX (64 * 1024 * 1024)
#define PIECE_WORDS 8192

/* 0f 80 to 0f 8f and e9, each with a distance of 32 bits from its end. */
#define NEAR_JUMP_BYTES 5

/* --- Parts --- */

/* Memory of which no more than @n_left bytes are read. */
typedef struct
{
  const SondePythonMemory *memory;
  gsize                    n_left;
} Source;

/* The bytes of @range (transfer full), or NULL. */
static guint8 *
dup_code (Source                 *source,
          const SondePythonRange *range)
{
  guint64 length = range->end - range->start;
  g_autofree guint8 *code = NULL;

  if (range->end <= range->start || length > MIN (FUNCTION_BYTES_MAX, source->n_left))
    return NULL;

  source->n_left -= length;
  code = g_malloc (length);
  if (!sonde_python_memory_copy (source->memory, range->start, code, length))
    return NULL;

  return g_steal_pointer (&code);
}

/* The next that looks like a jump from @at on, and where it leads; FALSE at the end. */
static gboolean
find_jump (const guint8           *code,
           const SondePythonRange *range,
           gsize                  *at,
           SondeAddress           *target)
{
  gsize length = range->end - range->start;

  for (; *at + NEAR_JUMP_BYTES <= length; *at += 1)
    {
      gboolean is_conditional = *at > 0 && code[*at - 1] == 0x0f && code[*at] >> 4 == 8;

      if (code[*at] != 0xe9 && !is_conditional)
        continue;

      *target = range->start + *at + NEAR_JUMP_BYTES +
                (guint64) sonde_python_get_int (code, (guint32) *at + 1);
      *at += 1;
      return TRUE;
    }

  return FALSE;
}

/* Whether something in @from leads into the middle of @to. */
static gboolean
leads_into (Source                 *source,
            const SondePythonRange *from,
            const SondePythonRange *to)
{
  g_autofree guint8 *code = dup_code (source, from);
  SondeAddress target;
  gsize at = 0;

  while (code != NULL && find_jump (code, from, &at, &target))
    if (target > to->start && target < to->end)
      return TRUE;

  return FALSE;
}

guint
sonde_python_native_find_parts (const SondePythonMemory *memory,
                                const SondePythonImage  *image,
                                const SondePythonRange  *function,
                                SondePythonRange        *parts,
                                guint                    n_max)
{
  g_auto(SondePythonUnwindTable) table = { 0 };
  g_autoptr(GHashTable) judged = g_hash_table_new (NULL, NULL);
  Source source = { memory, SEARCH_BYTES_MAX };
  g_autofree guint8 *code = dup_code (&source, function);
  SondeAddress target;
  gsize at = 0;
  guint count = 0;

  if (code == NULL || !sonde_python_unwind_table_init (&table, memory, image))
    return 0;

  while (count < n_max && find_jump (code, function, &at, &target))
    {
      gsize row = sonde_python_unwind_table_find_row (&table, target);
      SondePythonUnwindEntry entry;

      if ((target >= function->start && target < function->end) ||
          g_hash_table_contains (judged, GSIZE_TO_POINTER (row)) ||
          !sonde_python_unwind_table_find (&table, target, &entry) ||
          (target == entry.range.start && !entry.has_frame))
        continue;

      g_hash_table_add (judged, GSIZE_TO_POINTER (row));
      if (leads_into (&source, &entry.range, function))
        parts[count++] = entry.range;
    }

  return count;
}

/* The function that @part is a part of. */
static gboolean
find_owner (Source                       *source,
            const SondePythonUnwindTable *table,
            const SondePythonRange       *part,
            SondePythonRange             *owner)
{
  g_autofree guint8 *code = dup_code (source, part);
  SondeAddress target;
  gsize at = 0;

  while (code != NULL && find_jump (code, part, &at, &target))
    {
      SondePythonUnwindEntry entry;

      if ((target >= part->start && target < part->end) ||
          !sonde_python_unwind_table_find (table, target, &entry) || entry.has_frame ||
          target == entry.range.start || !leads_into (source, &entry.range, part))
        continue;

      *owner = entry.range;
      return TRUE;
    }

  return FALSE;
}

/* --- The loop --- */

/* Addresses one after the other that lie in one function, or in it and one part of it. */
typedef struct
{
  gsize rows[2];
  guint counts[2];
  guint n_rows;
} Run;

typedef struct
{
  Source                        source;
  const SondePythonImage       *image;
  const SondePythonUnwindTable *table;
  Run                           run;
  SondePythonRange              best;       /* the function */
  guint64                       best_bytes; /* of it and its part */
} Search;

static gboolean
is_code (const SondePythonImage *image,
         SondeAddress            address)
{
  for (guint i = 0; i < image->n_segments; i++)
    if (image->segments[i].executable && address >= image->segments[i].range.start &&
        address < image->segments[i].range.end)
      return TRUE;

  return FALSE;
}

/* Weighs the table that ends here. */
static void
end_run (Search *search)
{
  Run run = search->run;
  gsize row = run.rows[run.counts[1] > run.counts[0]];
  SondePythonRange function;
  guint64 bytes;
  SondePythonUnwindEntry entry;

  search->run = (Run) { 0 };
  if (run.counts[0] + run.counts[1] < LOOP_TABLE_MIN ||
      !sonde_python_unwind_table_read (search->table, row, &entry))
    return;

  function = entry.range;
  bytes = entry.range.end - entry.range.start;
  if (entry.has_frame)
    {
      if (!find_owner (&search->source, search->table, &entry.range, &function))
        return;
      bytes += function.end - function.start;
    }

  if (bytes > search->best_bytes)
    {
      search->best = function;
      search->best_bytes = bytes;
    }
}

static void
add_to_run (Search       *search,
            SondeAddress  address)
{
  Run *run = &search->run;
  gsize row;

  if (!is_code (search->image, address))
    {
      end_run (search);
      return;
    }

  row = sonde_python_unwind_table_find_row (search->table, address);
  for (guint i = 0; i < run->n_rows; i++)
    if (run->rows[i] == row)
      {
        run->counts[i]++;
        return;
      }

  if (run->n_rows == G_N_ELEMENTS (run->rows))
    end_run (search);
  run->rows[run->n_rows] = row;
  run->counts[run->n_rows++] = 1;
}

static void
search_segment (Search                 *search,
                const SondePythonRange *range)
{
  const SondePythonMemory *memory = search->source.memory;
  g_autofree SondeAddress *words = g_new (SondeAddress, PIECE_WORDS);
  SondeAddress start = (range->start + 7) & ~G_GUINT64_CONSTANT (7);
  SondeAddress end = range->end - start > DATA_BYTES_MAX ? start + DATA_BYTES_MAX : range->end;

  for (SondeAddress at = start; at < end; at += PIECE_WORDS * sizeof *words)
    {
      gsize length = memory->read (memory->data, at, words,
                                   MIN (end - at, PIECE_WORDS * sizeof *words));

      for (gsize i = 0; i < length / sizeof *words; i++)
        add_to_run (search, words[i]);
    }

  end_run (search);
}

gboolean
sonde_python_native_find_loop (const SondePythonMemory *memory,
                               const SondePythonImage  *image,
                               SondePythonRange        *range)
{
  g_auto(SondePythonUnwindTable) table = { 0 };
  Search search = { .source = { memory, SEARCH_BYTES_MAX }, .image = image, .table = &table };

  g_return_val_if_fail (image != NULL, FALSE);

  if (!sonde_python_unwind_table_init (&table, memory, image))
    return FALSE;

  for (guint i = 0; i < image->n_segments; i++)
    if (!image->segments[i].executable)
      search_segment (&search, &image->segments[i].range);

  *range = search.best;

  return search.best_bytes > 0;
}
