/* locate.c: finds CPython in a process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything begins at _PyRuntime, a struct in the writable data of whatever CPython was linked
 * into. It is looked for among the exported symbols of each module, in memory. Only if none exports
 * it are files read: the program's own table of symbols, which knows what is not exported, and of
 * each module the section that holds it since 3.10. At last the program's data are searched for the
 * word that it begins with since 3.13.
 *
 * What is found is tried: the list of interpreters must lead to one whose threads say that they are
 * its own. So a build whose fields lie elsewhere than we think is an unknown version, and no stack
 * is ever read from wrong places.
 */

#include "config.h"

#include "python/locate.h"

#include "python/locate-module.h"
#include "python/locate-native-code.h"
#include "python/locate-version.h"

#define MODULES_MAX 4096
/* Of the data of all programs; a target may map as many as it likes. */
#define SEARCHED_BYTES_MAX (256 * 1024 * 1024)
#define THREADS_MAX 64

/* A list may change while it is read. */
#define TRIES 3

/* A library that is just being loaded is not all there yet. */
#define SETTLED_NS SONDE_NS_PER_SECOND
#define SEEN_MAX 16384

/* A module in which there was nothing. */
typedef struct
{
  guint64      device;
  guint64      inode;
  SondeAddress start;
  guint64      first_ns;
} Seen;

struct _SondePythonLocator
{
  SondePythonMemory memory;
  pid_t             pid;
  GHashTable       *seen; /* owned; of Seen */
};

/* --- What was looked at --- */

static guint
hash_seen (gconstpointer data)
{
  const Seen *seen = data;

  return (guint) (seen->inode ^ seen->device ^ seen->start >> 12);
}

static gboolean
equal_seen (gconstpointer a,
            gconstpointer b)
{
  const Seen *left = a;
  const Seen *right = b;

  return left->device == right->device && left->inode == right->inode &&
         left->start == right->start;
}

static gboolean
is_settled (SondePythonLocator *self,
            const SondeMapping *mapping,
            guint64             now_ns)
{
  Seen wanted = { mapping->device, mapping->inode, mapping->start, 0 };
  const Seen *seen = g_hash_table_lookup (self->seen, &wanted);

  return seen != NULL && now_ns - seen->first_ns >= SETTLED_NS;
}

static void
note_seen (SondePythonLocator *self,
           const SondeMapping *mapping,
           guint64             now_ns)
{
  Seen seen = { mapping->device, mapping->inode, mapping->start, now_ns };

  if (g_hash_table_size (self->seen) >= SEEN_MAX)
    g_hash_table_remove_all (self->seen);
  if (!g_hash_table_contains (self->seen, &seen))
    g_hash_table_add (self->seen, g_memdup2 (&seen, sizeof seen));
}

/* --- Modules --- */

/* Whether a file begins here; one piece of it after the other belongs to the same module. */
static gboolean
is_module_start (SondeMaps *maps,
                 guint      index)
{
  const SondeMapping *mapping = sonde_maps_get (maps, index);
  const SondeMapping *before = index > 0 ? sonde_maps_get (maps, index - 1) : NULL;

  return mapping->offset == 0 && mapping->inode != 0 && mapping->path != NULL &&
         (before == NULL || before->inode != mapping->inode || before->device != mapping->device);
}

/* Those that are to be looked at, of SondePythonModule, in the order of @maps. */
static GArray *
list_modules (SondePythonLocator *self,
              SondeMaps          *maps,
              guint64             now_ns)
{
  GArray *modules = g_array_new (FALSE, TRUE, sizeof (SondePythonModule));
  guint count = sonde_maps_get_count (maps);

  for (guint i = 0; i < count && modules->len < MODULES_MAX; i++)
    {
      SondePythonModule module = { .mapping = sonde_maps_get (maps, i) };

      if (!is_module_start (maps, i) || is_settled (self, module.mapping, now_ns))
        continue;

      if (sonde_python_image_read (&self->memory, module.mapping->start, &module.image))
        g_array_append_val (modules, module);
      else
        note_seen (self, module.mapping, now_ns);
    }

  return modules;
}

/* --- One module --- */

static guint
find_version (const SondePythonMemory *memory,
              const SondePythonModule *module,
              const guint8            *bytes,
              gsize                    length)
{
  SondeAddress address = module->symbols[SONDE_PYTHON_SYMBOL_VERSION].start;
  guint64 hex = sonde_python_offsets_parse_version (bytes, length);
  guint version;

  if (hex != 0 || (address != 0 && sonde_python_memory_read_word (memory, address, &hex)))
    return (guint) (hex >> 16 & 0xffff);

  version = sonde_python_version_read (memory, &module->image);

  return version != 0 ? version : sonde_python_version_parse_path (module->mapping->path);
}

static gboolean
find_offsets (const guint8       *bytes,
              gsize               length,
              guint               version,
              SondePythonOffsets *offsets)
{
  const SondePythonOffsets *table = sonde_python_offsets_find (version, FALSE);

  if (table == NULL)
    return FALSE;
  if (table->flags.tells_offsets)
    return sonde_python_offsets_parse (bytes, length, offsets);

  *offsets = *table;

  return TRUE;
}

/* Whether all is where it should be. */
static SondePythonFinding
try_offsets (const SondePythonMemory  *memory,
             const SondePythonOffsets *offsets,
             SondeAddress              runtime)
{
  guint64 interpreter, finalizing, thread, owner;

  if (!sonde_python_memory_read_word (memory, runtime + offsets->runtime.interpreters_head,
                                      &interpreter) ||
      !sonde_python_memory_read_word (memory, runtime + offsets->runtime.finalizing, &finalizing))
    return SONDE_PYTHON_UNKNOWN_VERSION;
  if (interpreter == 0 || finalizing != 0)
    return SONDE_PYTHON_NOT_READY;

  if (!sonde_python_memory_read_word (memory, interpreter + offsets->interpreter.threads_head,
                                      &thread))
    return SONDE_PYTHON_UNKNOWN_VERSION;
  if (thread == 0)
    return SONDE_PYTHON_NOT_READY;

  for (guint i = 0; i < THREADS_MAX && thread != 0; i++)
    if (!sonde_python_memory_read_word (memory, thread + offsets->thread.interp, &owner) ||
        owner != interpreter ||
        !sonde_python_memory_read_word (memory, thread + offsets->thread.next, &thread))
      return SONDE_PYTHON_UNKNOWN_VERSION;

  return SONDE_PYTHON_FOUND;
}

static void
fill_evals (const SondePythonMemory *memory,
            const SondePythonModule *module,
            SondePythonLocation     *location)
{
  SondePythonRange *eval = &location->evals[0];

  *eval = module->symbols[SONDE_PYTHON_SYMBOL_EVAL];
  if (eval->start >= eval->end && !sonde_python_native_find_loop (memory, &module->image, eval))
    return;

  location->n_evals = 1 + sonde_python_native_find_parts (memory, &module->image, eval,
                                                          &location->evals[1],
                                                          SONDE_PYTHON_EVALS_MAX - 1);
}

static SondePythonFinding
examine (const SondePythonMemory *memory,
         const SondePythonModule *module,
         SondePythonLocation     *location)
{
  guint8 bytes[SONDE_PYTHON_DEBUG_OFFSETS_BYTES];
  SondeAddress runtime = module->symbols[SONDE_PYTHON_SYMBOL_RUNTIME].start;
  gsize length = runtime != 0 ? memory->read (memory->data, runtime, bytes, sizeof bytes) : 0;
  guint version = find_version (memory, module, bytes, length);
  SondePythonFinding finding = SONDE_PYTHON_UNKNOWN_VERSION;
  SondePythonOffsets offsets;

  *location = (SondePythonLocation) { .version = version };
  /* Before it begins, an old one in a program of any name has nowhere said its version. */
  if (version == 0 && runtime != 0)
    return SONDE_PYTHON_NOT_READY;
  if (runtime == 0 || !find_offsets (bytes, length, version, &offsets))
    return SONDE_PYTHON_UNKNOWN_VERSION;

  for (guint i = 0; i < TRIES && finding == SONDE_PYTHON_UNKNOWN_VERSION; i++)
    finding = try_offsets (memory, &offsets, runtime);

  if (finding == SONDE_PYTHON_FOUND)
    {
      location->runtime = runtime;
      location->offsets = offsets;
      fill_evals (memory, module, location);
    }

  return finding;
}

/* --- All --- */

/* The best that there is: a library is loaded in vain if the program has its own CPython. */
static SondePythonFinding
choose (const SondePythonMemory *memory,
        GArray                  *modules,
        SondePythonLocation     *location)
{
  SondePythonFinding best = SONDE_PYTHON_NONE;

  for (guint i = 0; i < modules->len && best != SONDE_PYTHON_FOUND; i++)
    {
      const SondePythonModule *module = &g_array_index (modules, SondePythonModule, i);
      SondePythonLocation found;
      SondePythonFinding finding;

      if (!sonde_python_module_is_python (module))
        continue;

      finding = examine (memory, module, &found);
      if (finding > best)
        {
          best = finding;
          *location = found;
        }
    }

  return best;
}

SondePythonLocator *
sonde_python_locator_new (const SondePythonMemory *memory,
                          pid_t                    pid)
{
  SondePythonLocator *self = g_new0 (SondePythonLocator, 1);

  self->memory = *memory;
  self->pid = pid;
  self->seen = g_hash_table_new_full (hash_seen, equal_seen, g_free, NULL);

  return self;
}

void
sonde_python_locator_free (SondePythonLocator *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->seen);
  g_free (self);
}

/* Each step only if the one before it has found nothing. */
static SondePythonFinding
look_through (SondePythonLocator  *self,
              GArray              *modules,
              SondePythonLocation *location)
{
  gsize n_bytes_left = SEARCHED_BYTES_MAX;
  SondePythonFinding finding;

  for (guint i = 0; i < modules->len; i++)
    sonde_python_module_find_exported (&g_array_index (modules, SondePythonModule, i),
                                       &self->memory);

  finding = choose (&self->memory, modules, location);
  if (finding != SONDE_PYTHON_NONE)
    return finding;

  for (guint i = 0; i < modules->len && self->pid != 0; i++)
    sonde_python_module_find_in_file (&g_array_index (modules, SondePythonModule, i), self->pid);

  finding = choose (&self->memory, modules, location);
  if (finding != SONDE_PYTHON_NONE)
    return finding;

  for (guint i = 0; i < modules->len; i++)
    if (g_array_index (modules, SondePythonModule, i).image.is_program)
      sonde_python_module_find_in_memory (&g_array_index (modules, SondePythonModule, i),
                                          &self->memory, &n_bytes_left);

  return choose (&self->memory, modules, location);
}

SondePythonFinding
sonde_python_locator_look (SondePythonLocator  *self,
                           SondeMaps           *maps,
                           guint64              now_ns,
                           SondePythonLocation *location)
{
  g_autoptr(GArray) modules = NULL;
  SondePythonFinding finding;

  g_return_val_if_fail (self != NULL, SONDE_PYTHON_NONE);
  g_return_val_if_fail (location != NULL, SONDE_PYTHON_NONE);

  *location = (SondePythonLocation) { 0 };
  modules = list_modules (self, maps, now_ns);
  finding = look_through (self, modules, location);
  for (guint i = 0; i < modules->len; i++)
    if (!sonde_python_module_is_python (&g_array_index (modules, SondePythonModule, i)))
      note_seen (self, g_array_index (modules, SondePythonModule, i).mapping, now_ns);

  return finding;
}
