/* module-cache.c: opens and closes modules
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "symbolizer/module-cache.h"

#include <string.h>

#include "target/memory.h"

#define UNUSED_TIME_US (30 * G_USEC_PER_SEC)

/* The kernel's has two pages. */
#define VDSO_BYTES_MAX (1024 * 1024)

typedef struct
{
  guint64      device;
  guint64      inode;
  char        *path;
  SondeModule *module; /* NULL if it cannot be read */
  gint64       used_us;
} Entry;

struct _SondeModuleCache
{
  SondeRoot   root;
  GHashTable *entries; /* owned; set of Entry */
};

static guint
hash_entry (gconstpointer data)
{
  const Entry *entry = data;

  return g_str_hash (entry->path) ^ (guint) (entry->inode * 31 + entry->device);
}

static gboolean
equal_entries (gconstpointer a,
               gconstpointer b)
{
  const Entry *left = a;
  const Entry *right = b;

  return left->inode == right->inode && left->device == right->device &&
         strcmp (left->path, right->path) == 0;
}

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->module, sonde_module_free);
  g_free (entry->path);
  g_free (entry);
}

SondeModuleCache *
sonde_module_cache_new (pid_t pid)
{
  SondeModuleCache *self = g_new0 (SondeModuleCache, 1);

  sonde_root_init (&self->root, pid);
  self->entries = g_hash_table_new_full (hash_entry, equal_entries, free_entry, NULL);

  return self;
}

void
sonde_module_cache_free (SondeModuleCache *self)
{
  g_return_if_fail (self != NULL);

  g_hash_table_unref (self->entries);
  g_free (self);
}

gboolean
sonde_module_cache_is_empty (SondeModuleCache *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return g_hash_table_size (self->entries) == 0;
}

static SondeModule *
read_vdso (pid_t               pid,
           const SondeMapping *mapping)
{
  gsize length = MIN (mapping->end - mapping->start, VDSO_BYTES_MAX);
  g_autofree guint8 *image = g_malloc (length);

  length = sonde_memory_read (pid, mapping->start, image, length);

  return sonde_module_new_for_image (g_steal_pointer (&image), length, mapping->path);
}

static SondeModule *
open_module (SondeRoot          *root,
             const SondeMapping *mapping)
{
  int fd;

  if (strcmp (mapping->path, "[vdso]") == 0)
    return read_vdso (root->pid, mapping);

  fd = sonde_mapping_open (mapping, root);

  return fd >= 0 ? sonde_module_new (fd, mapping->path, root) : NULL;
}

SondeModule *
sonde_module_cache_ensure (SondeModuleCache   *self,
                           const SondeMapping *mapping)
{
  Entry key = { 0 };
  Entry *entry;

  g_return_val_if_fail (self != NULL && mapping != NULL && mapping->path != NULL, NULL);

  key.device = mapping->device;
  key.inode = mapping->inode;
  key.path = (char *) (gsize) mapping->path;
  entry = g_hash_table_lookup (self->entries, &key);
  if (entry == NULL)
    {
      entry = g_memdup2 (&key, sizeof key);
      entry->path = g_strdup (mapping->path);
      entry->module = open_module (&self->root, mapping);
      g_hash_table_add (self->entries, entry);
    }

  entry->used_us = g_get_monotonic_time ();

  return entry->module;
}

static gboolean
is_unused (gpointer key,
           gpointer value,
           gpointer data)
{
  const Entry *entry = key;
  const gint64 *since_us = data;

  return entry->used_us < *since_us;
}

void
sonde_module_cache_close_unused (SondeModuleCache *self)
{
  gint64 since_us = g_get_monotonic_time () - UNUSED_TIME_US;

  g_return_if_fail (self != NULL);

  g_hash_table_foreach_remove (self->entries, is_unused, &since_us);
}
