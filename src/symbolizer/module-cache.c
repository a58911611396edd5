/* module-cache.c: opens and closes modules
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "symbolizer/module-cache.h"

#include <string.h>

#include "base/clock.h"
#include "target/memory.h"

#define UNUSED_TIME_US (30 * G_USEC_PER_SEC)

/* What cannot be read is tried again: descriptors may have been short, or the memory have changed
 * since its map was read.
 */
#define RETRY_INTERVAL_US G_USEC_PER_SEC
#define CHECK_INTERVAL_US (G_USEC_PER_SEC / 10)

/* Of the CPU time that either takes, so that it comes to half a percent. */
#define COST_FACTOR 200

/* Of all that are open. One may take as much as names and DWARF of a web browser, but not each of
 * many.
 */
#define BYTES_MAX (G_GUINT64_CONSTANT (1) << 31)

/* Files that are not open. A program can load and forget new ones for ever. */
#define WATCHED_MAX 1000

/* The kernel's has two pages. */
#define VDSO_BYTES_MAX (1024 * 1024)

typedef struct
{
  guint64      device;
  guint64      inode;
  char        *path;
  gboolean     is_open;
  SondeModule *module;     /* NULL if it cannot be read, or is not open */
  guint64      bytes;      /* that it took when last asked for */
  SondeMaps   *judged_by;  /* owned; with which it could not be read; NULL if it was */
  gint64       retry_us;   /* when to try again with the same */
  gint64       used_us;
  gboolean     is_watched;
  struct stat  status;     /* of the file, before it was read */
} Entry;

struct _SondeModuleCache
{
  SondeRoot   root;
  GHashTable *entries;   /* owned; set of Entry */
  guint64     bytes;     /* of all modules that are open */
  guint64     bytes_max;
  gint64      check_us;  /* when to look again */
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

/* A module may take more by now: lines are read when they are asked for. */
static void
count_bytes (SondeModuleCache *self,
             Entry            *entry)
{
  guint64 bytes = entry->module != NULL ? sonde_module_get_bytes (entry->module) : 0;

  self->bytes += bytes - entry->bytes;
  entry->bytes = bytes;
}

static void
close_entry (SondeModuleCache *self,
             Entry            *entry)
{
  g_clear_pointer (&entry->module, sonde_module_free);
  g_clear_pointer (&entry->judged_by, sonde_maps_unref);
  entry->is_open = FALSE;
  count_bytes (self, entry);
}

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->module, sonde_module_free);
  g_clear_pointer (&entry->judged_by, sonde_maps_unref);
  g_free (entry->path);
  g_free (entry);
}

SondeModuleCache *
sonde_module_cache_new (pid_t pid)
{
  SondeModuleCache *self = g_new0 (SondeModuleCache, 1);

  sonde_root_init (&self->root, pid);
  self->bytes_max = BYTES_MAX;
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

void
sonde_module_cache_set_bytes_max (SondeModuleCache *self,
                                  guint64           bytes_max)
{
  g_return_if_fail (self != NULL);

  self->bytes_max = bytes_max;
}

gboolean
sonde_module_cache_is_empty (SondeModuleCache *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return g_hash_table_size (self->entries) == 0;
}

guint64
sonde_module_cache_get_bytes (SondeModuleCache *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->bytes;
}

static SondeModule *
read_vdso (SondeModuleCache   *self,
           const SondeMapping *mapping)
{
  gsize length = MIN (mapping->end - mapping->start, VDSO_BYTES_MAX);
  g_autofree guint8 *image = g_malloc (length);

  length = sonde_memory_read (self->root.pid, mapping->start, image, length);

  return sonde_module_new_for_image (g_steal_pointer (&image), length, mapping->path,
                                     &self->root);
}

static void
open_file (SondeModuleCache   *self,
           SondeMaps          *maps,
           const SondeMapping *mapping,
           Entry              *entry)
{
  SondeBuildId mapped;
  int fd = sonde_mapping_open (mapping, &self->root);

  entry->is_watched = fd >= 0 && !mapping->deleted && fstat (fd, &entry->status) == 0;
  if (fd < 0)
    return;

  entry->module = sonde_module_new (fd, mapping->path, &self->root);
  sonde_build_id_read (&mapped, self->root.pid, sonde_maps_find_base (maps, mapping));
  if (entry->module != NULL &&
      sonde_build_id_differs (&mapped, sonde_module_get_build_id (entry->module)))
    g_clear_pointer (&entry->module, sonde_module_free);
}

/* When to do again what began at @start_ns of the thread's CPU time, after @interval_us or later if
 * it is dear. Other programs that had the CPU meanwhile do not count.
 */
static gint64
find_next_time (gint64  interval_us,
                guint64 start_ns)
{
  gint64 cost_us = (gint64) ((sonde_clock_thread_cpu_ns () - start_ns) / 1000);

  return g_get_monotonic_time () + MAX (interval_us, COST_FACTOR * cost_us);
}

/* Whether there is no use in trying to open @entry. */
static gboolean
is_settled (const Entry *entry,
            SondeMaps   *maps)
{
  return entry->is_open && (entry->module != NULL || (entry->judged_by == maps &&
                                                      entry->used_us < entry->retry_us));
}

/* The least recently used module that is open, but for @kept. */
static Entry *
find_oldest (SondeModuleCache *self,
             const Entry      *kept)
{
  Entry *oldest = NULL;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Entry *entry = key;

      if (entry != kept && entry->module != NULL &&
          (oldest == NULL || entry->used_us < oldest->used_us))
        oldest = entry;
    }

  return oldest;
}

/* Closes others until what is open is not too much, or @kept alone. */
static void
make_room (SondeModuleCache *self,
           const Entry      *kept)
{
  Entry *oldest;

  while (self->bytes > self->bytes_max && (oldest = find_oldest (self, kept)) != NULL)
    close_entry (self, oldest);
}

static void
open_entry (SondeModuleCache   *self,
            SondeMaps          *maps,
            const SondeMapping *mapping,
            Entry              *entry)
{
  guint64 start_ns = sonde_clock_thread_cpu_ns ();

  close_entry (self, entry);
  entry->is_open = TRUE;
  if (strcmp (mapping->path, "[vdso]") == 0)
    entry->module = read_vdso (self, mapping);
  else
    open_file (self, maps, mapping, entry);

  if (entry->module == NULL)
    {
      entry->judged_by = sonde_maps_ref (maps);
      entry->retry_us = find_next_time (RETRY_INTERVAL_US, start_ns);
    }
}

SondeModule *
sonde_module_cache_ensure (SondeModuleCache   *self,
                           SondeMaps          *maps,
                           const SondeMapping *mapping)
{
  Entry key = { 0 };
  Entry *entry;

  g_return_val_if_fail (self != NULL && maps != NULL, NULL);
  g_return_val_if_fail (mapping != NULL && mapping->path != NULL, NULL);

  key.device = mapping->device;
  key.inode = mapping->inode;
  key.path = (char *) (gsize) mapping->path;
  entry = g_hash_table_lookup (self->entries, &key);
  if (entry == NULL)
    {
      entry = g_memdup2 (&key, sizeof key);
      entry->path = g_strdup (mapping->path);
      g_hash_table_add (self->entries, entry);
    }

  entry->used_us = g_get_monotonic_time ();
  if (!is_settled (entry, maps))
    open_entry (self, maps, mapping, entry);
  count_bytes (self, entry);
  make_room (self, entry);

  return entry->module;
}

void
sonde_module_cache_close_unused (SondeModuleCache *self)
{
  gint64 since_us = g_get_monotonic_time () - UNUSED_TIME_US;
  guint n_watched = 0;
  GHashTableIter iter;
  gpointer key;

  g_return_if_fail (self != NULL);

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Entry *entry = key;

      if (entry->used_us >= since_us)
        continue;

      close_entry (self, entry);
      if (entry->is_watched && n_watched < WATCHED_MAX)
        n_watched++;
      else
        g_hash_table_iter_remove (&iter);
    }
}

static gboolean
is_same_time (const struct timespec *left,
              const struct timespec *right)
{
  return left->tv_sec == right->tv_sec && left->tv_nsec == right->tv_nsec;
}

/* Whether the file of @entry is still there, and if so whether it was written to since it was last
 * looked at.
 */
static gboolean
look_at (SondeModuleCache *self,
         Entry            *entry,
         gboolean         *was_written)
{
  g_autofree char *path = sonde_root_dup_path (&self->root, entry->path);
  struct stat before = entry->status;
  struct stat now;

  *was_written = FALSE;
  if (path == NULL || !sonde_root_stat (&self->root, path, &now) ||
      now.st_ino != before.st_ino || now.st_dev != before.st_dev)
    return FALSE;

  entry->status = now;
  *was_written = now.st_size != before.st_size || !is_same_time (&now.st_mtim, &before.st_mtim) ||
                 !is_same_time (&now.st_ctim, &before.st_ctim);

  return TRUE;
}

gboolean
sonde_module_cache_check (SondeModuleCache *self)
{
  guint64 start_ns = sonde_clock_thread_cpu_ns ();
  gboolean any = FALSE;
  GHashTableIter iter;
  gpointer key;

  g_return_val_if_fail (self != NULL, FALSE);

  if (g_get_monotonic_time () < self->check_us)
    return FALSE;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Entry *entry = key;
      gboolean was_written;
      gboolean is_there = entry->is_watched && look_at (self, entry, &was_written);

      /* Another file has the name now: this one cannot be loaded again, but it may be in use. */
      if (!is_there && !entry->is_open)
        g_hash_table_iter_remove (&iter);
      else if (is_there && was_written)
        {
          close_entry (self, entry);
          any = TRUE;
        }
    }

  self->check_us = find_next_time (CHECK_INTERVAL_US, start_ns);

  return any;
}
