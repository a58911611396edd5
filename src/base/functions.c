/* functions.c: interns functions
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names come from the target's files, so they may be of any length and need not be text: they are
 * bounded and made valid UTF-8 here, once, and nothing after this file has to think of it again.
 */

#include "config.h"

#include "base/functions.h"

#include <string.h>

#include "base/text.h"

/* Real C++ names reach some 20 kB; what is longer than this is cut. */
#define TEXT_BYTES_MAX 32768

struct _SondeFunctions
{
  gatomicrefcount ref_count;

  GMutex          lock;
  GHashTable     *set;   /* of SondeFunction, by identity */
  GPtrArray      *by_id; /* owns them */
  GStringChunk   *texts; /* owns every text */
  guint           n_python;
  gsize           python_bytes;
  SondeFunction  *more;  /* borrowed; stands for Python functions beyond the limit; or NULL */
};

static guint
hash_function (gconstpointer data)
{
  const SondeFunction *function = data;
  guint64 mixed = function->offset * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  /* Without a module, what an interpreter runs, the offset says nothing. */
  if (function->module != NULL)
    mixed ^= g_str_hash (function->module);
  else
    mixed ^= g_str_hash (function->name) + function->line;

  return (guint) (mixed ^ (mixed >> 32)) + function->provisional;
}

static gboolean
equal_functions (gconstpointer a,
                 gconstpointer b)
{
  const SondeFunction *left = a;
  const SondeFunction *right = b;

  return left->offset == right->offset &&
         left->kind == right->kind &&
         left->provisional == right->provisional &&
         g_strcmp0 (left->module, right->module) == 0 &&
         strcmp (left->name, right->name) == 0 &&
         g_strcmp0 (left->file, right->file) == 0 &&
         left->line == right->line;
}

/* A text of the target as one line of UTF-8: (transfer full). */
static char *
dup_clean_text (const char *text)
{
  if (text == NULL)
    return NULL;

  return sonde_text_dup_clean (text, strnlen (text, TEXT_BYTES_MAX), '?');
}

SondeFunctions *
sonde_functions_new (void)
{
  SondeFunctions *self = g_new0 (SondeFunctions, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->set = g_hash_table_new (hash_function, equal_functions);
  self->by_id = g_ptr_array_new_with_free_func (g_free);
  self->texts = g_string_chunk_new (65536);

  return self;
}

SondeFunctions *
sonde_functions_ref (SondeFunctions *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
sonde_functions_unref (SondeFunctions *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->set);
  g_ptr_array_unref (self->by_id);
  g_string_chunk_free (self->texts);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Whether all that is known is where it lies: "libfoo.so+0x1234" of "/usr/lib/libfoo.so". */
static gboolean
is_place (const SondeFunction *function)
{
  g_autofree char *base_name = NULL;

  if (function->module == NULL || strstr (function->name, "+0x") == NULL)
    return FALSE;

  base_name = g_path_get_basename (function->module);

  return g_str_has_prefix (function->name, base_name) &&
         g_str_has_prefix (function->name + strlen (base_name), "+0x");
}

/* Under the lock; the texts of @key are clean. */
static SondeFunction *
add (SondeFunctions      *self,
     const SondeFunction *key)
{
  SondeFunction *function = g_memdup2 (key, sizeof *key);

  function->id = self->by_id->len;
  function->is_unnamed = key->provisional || is_place (key);
  function->name = g_string_chunk_insert (self->texts, key->name);
  if (key->file != NULL)
    function->file = g_string_chunk_insert_const (self->texts, key->file);
  if (key->module != NULL)
    function->module = g_string_chunk_insert_const (self->texts, key->module);
  g_ptr_array_add (self->by_id, function);
  g_hash_table_add (self->set, function);
  if (key->kind == SONDE_FUNCTION_KIND_PYTHON)
    {
      self->n_python++;
      self->python_bytes += strlen (key->name);
    }

  return function;
}

/* What stands for a new function of Python; NULL while there is room for it. Under the lock. */
static SondeFunction *
ensure_more (SondeFunctions *self)
{
  const SondeFunction more = { .kind = SONDE_FUNCTION_KIND_PYTHON, .name = "[more functions]" };

  if (self->n_python < SONDE_FUNCTIONS_PYTHON_MAX &&
      self->python_bytes < SONDE_FUNCTIONS_PYTHON_BYTES_MAX)
    return NULL;

  if (self->more == NULL)
    self->more = add (self, &more);

  return self->more;
}

/**
 * sonde_functions_intern:
 * @self: a table
 * @wanted: the function; its id and is_unnamed are ignored, its texts are copied, and need not be
 *   UTF-8
 *
 * Finds or makes the one function that has the fields of @wanted.
 *
 * Returns: (transfer none): the function; never %NULL, borrowed from @self
 */
const SondeFunction *
sonde_functions_intern (SondeFunctions      *self,
                        const SondeFunction *wanted)
{
  g_autofree char *name = NULL;
  g_autofree char *file = NULL;
  g_autofree char *module = NULL;
  SondeFunction key;
  SondeFunction *found;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (wanted != NULL && wanted->name != NULL, NULL);

  name = dup_clean_text (wanted->name);
  file = dup_clean_text (wanted->file);
  module = dup_clean_text (wanted->module);

  key = *wanted;
  key.name = name;
  key.file = file;
  key.module = module;

  g_mutex_lock (&self->lock);

  found = g_hash_table_lookup (self->set, &key);
  if (found == NULL && key.kind == SONDE_FUNCTION_KIND_PYTHON)
    found = ensure_more (self);
  if (found == NULL)
    found = add (self, &key);

  g_mutex_unlock (&self->lock);

  return found;
}

const SondeFunction *
sonde_functions_get (SondeFunctions *self,
                     guint32         id)
{
  const SondeFunction *found = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  g_mutex_lock (&self->lock);
  if (id < self->by_id->len)
    found = g_ptr_array_index (self->by_id, id);
  g_mutex_unlock (&self->lock);

  return found;
}

guint32
sonde_functions_get_count (SondeFunctions *self)
{
  guint32 count;

  g_return_val_if_fail (self != NULL, 0);

  g_mutex_lock (&self->lock);
  count = self->by_id->len;
  g_mutex_unlock (&self->lock);

  return count;
}
