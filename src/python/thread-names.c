/* thread-names.c: what an interpreter of a target's Python calls its threads
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sys.modules["threading"]._active is a dict of Thread objects by their identifiers, and each has
 * its name as _name, from 3.8 to 3.15. The module never puts another dict in its place.
 *
 * An identifier is known by its hash, which is in the dict itself: a number below 2⁶¹ − 1 is its
 * own. So a look at the dict alone says which threads are new.
 */

#include "config.h"

#include "python/thread-names.h"

#include "python/text.h"

typedef struct
{
  guint64      ident;
  SondeAddress object; /* its Thread */
  guint        serial; /* of the refresh that last saw it */
  char        *text;   /* owned */
} Name;

struct _SondePythonThreadNames
{
  SondePythonHeap  heap;
  SondeAddress     interpreter;
  SondeAddress     active; /* the dict; 0 if not known yet */
  GHashTable      *names;  /* owned; Name, by its ident */
  SondeAddress     key;    /* of the text "_name" */
  guint            serial;
  guint            next;   /* whose turn it is, of the dict's items */
};

static void
free_name (gpointer data)
{
  Name *name = data;

  g_free (name->text);
  g_free (name);
}

SondePythonThreadNames *
sonde_python_thread_names_new (const SondePythonMemory  *memory,
                               const SondePythonOffsets *offsets,
                               SondeAddress              interpreter)
{
  SondePythonThreadNames *self = g_new0 (SondePythonThreadNames, 1);

  self->heap.memory = memory;
  self->heap.offsets = offsets;
  self->interpreter = interpreter;
  self->names = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, free_name);

  return self;
}

void
sonde_python_thread_names_free (SondePythonThreadNames *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->names);
  g_free (self);
}

/* Where the dict of threads lies; 0 if the module was not imported. */
static SondeAddress
find_active (SondePythonThreadNames *self)
{
  SondeAddress dict = sonde_python_heap_find_module (&self->heap, self->interpreter, "threading");

  return sonde_python_heap_find_item (&self->heap, dict, "_active");
}

static Name *
add_name (SondePythonThreadNames *self,
          const SondePythonItem  *item)
{
  guint64 ident;
  Name *name;

  if (g_hash_table_size (self->names) >= SONDE_PYTHON_NAMED_THREADS_MAX ||
      !sonde_python_heap_read_number (&self->heap, item->key, &ident) || ident != item->hash)
    return NULL;

  name = g_new0 (Name, 1);
  name->ident = ident;
  g_hash_table_insert (self->names, &name->ident, name);

  return name;
}

/* Reads the name of the thread of @item. One that cannot be read now stays what it was. Gives
 * whether it is another one.
 */
static gboolean
read_name (SondePythonThreadNames *self,
           const SondePythonItem  *item)
{
  SondeAddress address = sonde_python_heap_find_attribute (&self->heap, item->value, "_name",
                                                           &self->key);
  Name *name = g_hash_table_lookup (self->names, &item->hash);
  g_autofree char *text = NULL;

  if (address != 0)
    text = sonde_python_text_dup (&self->heap, address, NULL);
  if (text == NULL)
    return FALSE;

  if (name == NULL)
    name = add_name (self, item);
  if (name == NULL)
    return FALSE;

  name->serial = self->serial;
  name->object = item->value;
  if (g_strcmp0 (name->text, text) == 0)
    return FALSE;

  g_free (name->text);
  name->text = g_steal_pointer (&text);

  return TRUE;
}

static gboolean
read_new (SondePythonThreadNames *self,
          GArray                 *items,
          guint                   n)
{
  gboolean has_changed = FALSE;

  for (guint i = 0; i < items->len; i++)
    {
      const SondePythonItem *item = &g_array_index (items, SondePythonItem, i);
      Name *name = g_hash_table_lookup (self->names, &item->hash);

      if (name != NULL)
        name->serial = self->serial;
      if (n == 0 || (name != NULL && name->object == item->value))
        continue;

      n--;
      has_changed |= read_name (self, item);
    }

  return has_changed;
}

static gboolean
read_again (SondePythonThreadNames *self,
            GArray                 *items,
            guint                   n)
{
  gboolean has_changed = FALSE;

  for (guint i = 0; i < MIN (n, items->len); i++)
    {
      self->next = (self->next + 1) % items->len;
      has_changed |= read_name (self, &g_array_index (items, SondePythonItem, self->next));
    }

  return has_changed;
}

static void
drop_ended (SondePythonThreadNames *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Name *) value)->serial != self->serial)
      g_hash_table_iter_remove (&iter);
}

gboolean
sonde_python_thread_names_refresh (SondePythonThreadNames *self,
                                   guint                   n_new,
                                   guint                   n_again)
{
  g_autoptr(GArray) items = NULL;
  gboolean has_changed;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->active == 0)
    self->active = find_active (self);
  items = self->active != 0 ? sonde_python_heap_list_dict (&self->heap, self->active) : NULL;
  if (items == NULL)
    {
      /* The interpreter may have begun anew at the same address. */
      self->active = 0;
      return FALSE;
    }

  self->serial++;
  has_changed = read_new (self, items, n_new);
  has_changed |= read_again (self, items, n_again);
  drop_ended (self);

  return has_changed;
}

void
sonde_python_thread_names_forget (SondePythonThreadNames *self,
                                  guint64                 ident)
{
  g_return_if_fail (self != NULL);

  g_hash_table_remove (self->names, &ident);
}

const char *
sonde_python_thread_names_find (SondePythonThreadNames *self,
                                guint64                 ident)
{
  const Name *name;

  g_return_val_if_fail (self != NULL, NULL);

  name = g_hash_table_lookup (self->names, &ident);

  return name != NULL ? name->text : NULL;
}

guint
sonde_python_thread_names_get_count (SondePythonThreadNames *self)
{
  return g_hash_table_size (self->names);
}
