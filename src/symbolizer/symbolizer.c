/* symbolizer.c: what is known of addresses, without waiting
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An address is looked up in three places: among those seen before; in the ranges of the
 * functions found so far; and if it is in neither, it gets a provisional name and the
 * symbol thread is asked. So a function costs one question, not one for each of its instructions.
 */

#include "config.h"

#include "symbolizer/symbolizer.h"

#include <string.h>

#include "symbolizer/range-index.h"
#include "symbolizer/symbol-thread.h"

/* Some 40 MB. What is asked for again afterwards is found again. */
#define ADDRESSES_MAX 1000000

struct _SondeSymbolizer
{
  /* Owned */
  SondeFunctions    *functions;
  SondeSymbolThread *thread;
  SondeMaps         *maps;       /* NULL until set */
  GHashTable        *addresses;  /* SondeFunction by address */
  GArray            *ranges;     /* of SondeRange; the value is a SondeFunction */
  GArray            *answers;    /* of SondeSymbolAnswer; empty between calls */

  gboolean           is_outdated; /* a file was overwritten, since that was last asked */
  guint              generation; /* of the executable mappings; older answers are not kept */
};

SondeSymbolizer *
sonde_symbolizer_new (pid_t           pid,
                      SondeFunctions *functions)
{
  SondeSymbolizer *self;

  g_return_val_if_fail (functions != NULL, NULL);

  self = g_new0 (SondeSymbolizer, 1);
  self->functions = sonde_functions_ref (functions);
  self->thread = sonde_symbol_thread_new (pid, functions);
  self->addresses = g_hash_table_new (NULL, NULL);
  self->ranges = sonde_range_index_new ();
  self->answers = g_array_new (FALSE, FALSE, sizeof (SondeSymbolAnswer));

  return self;
}

void
sonde_symbolizer_free (SondeSymbolizer *self)
{
  g_return_if_fail (self != NULL);

  sonde_symbol_thread_free (self->thread);
  g_clear_pointer (&self->maps, sonde_maps_unref);
  g_hash_table_unref (self->addresses);
  g_array_unref (self->ranges);
  g_array_unref (self->answers);
  sonde_functions_unref (self->functions);
  g_free (self);
}

static gboolean
is_same_mapping (const SondeMapping *left,
                 const SondeMapping *right)
{
  if (left == NULL || right == NULL)
    return left == right;

  return left->device == right->device && left->inode == right->inode &&
         left->start - left->offset == right->start - right->offset &&
         (left->inode != 0 || g_strcmp0 (left->path, right->path) == 0);
}

/* The first executable mapping from @index on; NULL after the last. */
static const SondeMapping *
next_executable (SondeMaps *maps,
                 guint     *index)
{
  while (maps != NULL && *index < sonde_maps_get_count (maps))
    {
      const SondeMapping *mapping = sonde_maps_get (maps, (*index)++);

      if (mapping->executable)
        return mapping;
    }

  return NULL;
}

static gboolean
has_same_code (SondeMaps *left,
               SondeMaps *right)
{
  const SondeMapping *a;
  const SondeMapping *b;
  guint i = 0;
  guint j = 0;

  do
    {
      a = next_executable (left, &i);
      b = next_executable (right, &j);
    }
  while (a != NULL && b != NULL && a->start == b->start && a->end == b->end &&
         is_same_mapping (a, b));

  return a == NULL && b == NULL;
}

/* Forgets what has no name yet as well: it is asked for again, and an answer for the old map is
 * not taken for one for the new.
 */
static void
forget_changed (SondeSymbolizer *self,
                SondeMaps       *before)
{
  GHashTableIter iter;
  gpointer address;
  gpointer value;
  guint kept = 0;

  g_hash_table_iter_init (&iter, self->addresses);
  while (g_hash_table_iter_next (&iter, &address, &value))
    {
      const SondeFunction *function = value;

      if (function->provisional || before == NULL ||
          !is_same_mapping (sonde_maps_find (before, GPOINTER_TO_SIZE (address)),
                            sonde_maps_find (self->maps, GPOINTER_TO_SIZE (address))))
        g_hash_table_iter_remove (&iter);
    }

  for (guint i = 0; i < self->ranges->len; i++)
    {
      SondeRange *range = &g_array_index (self->ranges, SondeRange, i);

      if (before != NULL && is_same_mapping (sonde_maps_find (before, range->start),
                                             sonde_maps_find (self->maps, range->start)))
        g_array_index (self->ranges, SondeRange, kept++) = *range;
    }
  g_array_set_size (self->ranges, kept);
}

void
sonde_symbolizer_set_maps (SondeSymbolizer *self,
                           SondeMaps       *maps)
{
  g_autoptr(SondeMaps) before = NULL;

  g_return_if_fail (self != NULL && maps != NULL);

  before = g_steal_pointer (&self->maps);
  self->maps = sonde_maps_ref (maps);

  if (before == NULL || !has_same_code (before, maps))
    {
      self->generation++;
      forget_changed (self, before);
    }
}

/* Code that a program made for itself has no file that could name it: all of a mapping is one
 * function, since each address by itself would say nothing, and there is no end of them.
 */
static const SondeFunction *
ensure_made_code (SondeSymbolizer    *self,
                  const SondeMapping *mapping)
{
  SondeFunction wanted = { .kind = SONDE_FUNCTION_KIND_JIT, .provisional = TRUE };
  g_autofree char *name = NULL;

  wanted.offset = mapping->start;
  name = g_strdup_printf ("generated code at 0x%" G_GINT64_MODIFIER "x", wanted.offset);
  wanted.name = name;

  return sonde_functions_intern (self->functions, &wanted);
}

static const SondeFunction *
ensure_unmapped (SondeSymbolizer *self)
{
  const SondeFunction wanted = { .provisional = TRUE, .name = "unmapped memory" };

  return sonde_functions_intern (self->functions, &wanted);
}

static const SondeFunction *
make_provisional (SondeSymbolizer    *self,
                  const SondeMapping *mapping,
                  SondeAddress        address)
{
  SondeFunction wanted = { .provisional = TRUE, .module = mapping->path };
  g_autofree char *base_name = g_path_get_basename (mapping->path);
  g_autofree char *name = NULL;

  wanted.offset = address - sonde_maps_find_base (self->maps, mapping);
  name = g_strdup_printf ("%s+0x%" G_GINT64_MODIFIER "x", base_name, wanted.offset);
  wanted.name = name;

  return sonde_functions_intern (self->functions, &wanted);
}

static gboolean
can_have_names (const SondeMapping *mapping)
{
  return mapping != NULL && mapping->path != NULL &&
         (mapping->inode != 0 || strcmp (mapping->path, "[vdso]") == 0);
}

static const SondeFunction *
resolve_new (SondeSymbolizer *self,
             SondeAddress     address)
{
  const SondeRange *range = sonde_range_index_find (self->ranges, address);
  const SondeMapping *mapping = self->maps != NULL ? sonde_maps_find (self->maps, address) : NULL;
  const SondeFunction *function;

  if (range != NULL)
    function = GSIZE_TO_POINTER (range->value);
  else if (mapping == NULL || !mapping->executable)
    function = ensure_unmapped (self);
  else if (!can_have_names (mapping))
    function = ensure_made_code (self, mapping);
  else
    {
      function = make_provisional (self, mapping, address);
      sonde_symbol_thread_ask (self->thread, self->maps, self->generation, address, function);
    }

  if (g_hash_table_size (self->addresses) >= ADDRESSES_MAX)
    {
      g_hash_table_remove_all (self->addresses);
      g_array_set_size (self->ranges, 0);
    }
  g_hash_table_insert (self->addresses, GSIZE_TO_POINTER (address), (gpointer) (gsize) function);

  return function;
}

const SondeFunction *
sonde_symbolizer_resolve (SondeSymbolizer *self,
                          SondeAddress     address)
{
  const SondeFunction *function;

  g_return_val_if_fail (self != NULL, NULL);

  function = g_hash_table_lookup (self->addresses, GSIZE_TO_POINTER (address));

  return function != NULL ? function : resolve_new (self, address);
}

static void
remember (SondeSymbolizer         *self,
          const SondeSymbolAnswer *answer)
{
  gpointer address = GSIZE_TO_POINTER (answer->address);
  SondeRange range = { .start = answer->start, .end = answer->end };

  if (answer->generation != self->generation || answer->final == answer->provisional)
    return;

  range.value = GPOINTER_TO_SIZE (answer->final);
  sonde_range_index_insert (self->ranges, &range);
  if (g_hash_table_contains (self->addresses, address))
    g_hash_table_insert (self->addresses, address, (gpointer) (gsize) answer->final);
}

/* What was named so far may be called otherwise now, and what is on its way as well. */
static void
forget_all (SondeSymbolizer *self)
{
  self->generation++;
  self->is_outdated = TRUE;
  g_hash_table_remove_all (self->addresses);
  g_array_set_size (self->ranges, 0);
}

gboolean
sonde_symbolizer_take_renames (SondeSymbolizer *self,
                               GArray          *renames)
{
  gboolean has_changed;
  gboolean any;

  g_return_val_if_fail (self != NULL && renames != NULL, FALSE);

  sonde_symbol_thread_take_answers (self->thread, self->answers, &has_changed);
  for (guint i = 0; i < self->answers->len; i++)
    {
      const SondeSymbolAnswer *answer = &g_array_index (self->answers, SondeSymbolAnswer, i);
      SondeRename rename = { .provisional = answer->provisional, .final = answer->final };

      remember (self, answer);
      g_array_append_val (renames, rename);
    }

  any = self->answers->len > 0;
  g_array_set_size (self->answers, 0);
  if (has_changed)
    forget_all (self);

  return any;
}

gboolean
sonde_symbolizer_take_change (SondeSymbolizer *self)
{
  gboolean is_outdated;

  g_return_val_if_fail (self != NULL, FALSE);

  is_outdated = self->is_outdated;
  self->is_outdated = FALSE;

  return is_outdated;
}

gboolean
sonde_symbolizer_wait (SondeSymbolizer *self,
                       gint64           timeout_us)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return sonde_symbol_thread_wait (self->thread, timeout_us);
}

guint
sonde_symbolizer_find_line (SondeSymbolizer *self,
                            SondeAddress     address)
{
  g_return_val_if_fail (self != NULL, 0);

  if (self->maps == NULL || !can_have_names (sonde_maps_find (self->maps, address)))
    return 0;

  return sonde_symbol_thread_find_line (self->thread, self->maps, address);
}
