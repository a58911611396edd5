/* runtime.c: what runs the code of a process, told from its executable and its map
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The executable comes first: sections and symbols that only one runtime has, so a program named
 * "python3" that is none is not taken for one. Where it says nothing, a library of a runtime that
 * is mapped does. Files belong to the target: every size is bounded, and nothing is mapped into
 * our memory, where a file cut short would kill us.
 */

#include "config.h"

#include "target/runtime.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/elf-symbols.h"
#include "target/proc.h"

#define MAPS_BYTES_MAX (4 * 1024 * 1024)
#define EXECUTABLES_MAX 4096

/* Where the Go toolchain's version stands in .go.buildinfo since Go 1.18: flags, then a length and
 * text.
 */
#define GO_FLAGS_OFFSET 15
#define GO_FLAG_INLINE 2
#define GO_VERSION_OFFSET 32

typedef struct
{
  guint64 device;
  guint64 inode;
  gint64  changed_ns;
} FileKey;

struct _SondeRuntimes
{
  GHashTable *by_file; /* FileKey → SondeRuntime */
};

/* Symbols that tell a runtime, and those that hold its version. */
typedef enum
{
  SIGN_PYTHON,
  SIGN_PYTHON_VERSION,
  SIGN_NODE,
  SIGN_V8_MAJOR,
  SIGN_V8_MINOR,
  SIGN_PERL,
  SIGN_PERL_VERSION,
  SIGN_RUBY,
  SIGN_RUBY_VERSION,
  SIGN_DOTNET,
  N_SIGNS
} Sign;

static const char *const sign_names[N_SIGNS] = {
  [SIGN_PYTHON] = "Py_GetVersion",
  [SIGN_PYTHON_VERSION] = "Py_Version", /* since 3.11: 0x030b02f0 */
  [SIGN_NODE] = "napi_get_node_version",
  [SIGN_V8_MAJOR] = "_ZN2v88internal7Version6major_E",
  [SIGN_V8_MINOR] = "_ZN2v88internal7Version6minor_E",
  [SIGN_PERL] = "Perl_runops_standard",
  [SIGN_PERL_VERSION] = "PL_version", /* one byte, 36 for 5.36 */
  [SIGN_RUBY] = "ruby_init",
  [SIGN_RUBY_VERSION] = "ruby_version", /* "3.1.2" */
  [SIGN_DOTNET] = "DotNetRuntimeInfo",
};

typedef struct
{
  gboolean     found[N_SIGNS];
  SondeAddress addresses[N_SIGNS];
} Signs;

/* The release of Node.js by its V8, https://nodejs.org/en/about/previous-releases */
static const struct
{
  guint32 v8_major;
  guint32 v8_minor;
  int     node;
} node_releases[] = {
  { 8, 4, 14 }, { 9, 4, 16 }, { 10, 2, 18 }, { 10, 8, 19 }, { 11, 3, 20 }, { 11, 8, 21 },
  { 12, 4, 22 }, { 12, 9, 23 }, { 13, 6, 24 },
};

/* Libraries whose mapping tells a runtime; the version follows the name. The first that is mapped
 * decides.
 */
static const struct
{
  const char      *prefix;
  SondeRuntimeKind kind;
} library_prefixes[] = {
  { "libjvm.so", SONDE_RUNTIME_JAVA },
  { "libcoreclr.so", SONDE_RUNTIME_DOTNET },
  { "libpython3.", SONDE_RUNTIME_PYTHON },
  { "libpython2.", SONDE_RUNTIME_PYTHON },
  { "libnode.so", SONDE_RUNTIME_NODE },
  { "libruby", SONDE_RUNTIME_RUBY },
  { "libperl.so", SONDE_RUNTIME_PERL },
};

/* --- The executable --- */

static int
find_node_release (guint32 v8_major,
                   guint32 v8_minor)
{
  for (guint i = 0; i < G_N_ELEMENTS (node_releases); i++)
    if (node_releases[i].v8_major == v8_major && node_releases[i].v8_minor == v8_minor)
      return node_releases[i].node;

  return 0;
}

/* "3.1.2" → 3, 1 */
static void
parse_version (const char   *text,
               SondeRuntime *runtime)
{
  char *end;
  long major = strtol (text, &end, 10);

  if (end == text || major <= 0 || major > 999)
    return;

  runtime->major = (int) major;
  runtime->minor = -1;
  if (end[0] == '.' && g_ascii_isdigit (end[1]))
    runtime->minor = (int) MIN (strtol (end + 1, NULL, 10), 999);
}

static void
read_python_version (SondeElfSymbols *file,
                     SondeAddress     address,
                     SondeRuntime    *runtime)
{
  guint64 version;

  if (!sonde_elf_symbols_read (file, address, &version, sizeof version))
    return;

  runtime->major = (int) (version >> 24 & 0xff);
  runtime->minor = (int) (version >> 16 & 0xff);
}

static void
read_node_version (SondeElfSymbols *file,
                   const Signs     *signs,
                   SondeRuntime    *runtime)
{
  guint32 major;
  guint32 minor;

  if (sonde_elf_symbols_read (file, signs->addresses[SIGN_V8_MAJOR], &major, sizeof major) &&
      sonde_elf_symbols_read (file, signs->addresses[SIGN_V8_MINOR], &minor, sizeof minor))
    runtime->major = find_node_release (major, minor);
}

/* What the signs that were found amount to. */
static SondeRuntime
weigh_signs (SondeElfSymbols *file,
             const Signs     *signs)
{
  SondeRuntime runtime = { SONDE_RUNTIME_NATIVE, 0, -1 };
  char text[8] = "";
  guint8 perl_minor;

  if (signs->found[SIGN_NODE])
    {
      runtime.kind = SONDE_RUNTIME_NODE;
      read_node_version (file, signs, &runtime);
    }
  else if (signs->found[SIGN_PYTHON])
    {
      runtime.kind = SONDE_RUNTIME_PYTHON;
      read_python_version (file, signs->addresses[SIGN_PYTHON_VERSION], &runtime);
    }
  else if (signs->found[SIGN_DOTNET])
    runtime.kind = SONDE_RUNTIME_DOTNET;
  else if (signs->found[SIGN_RUBY])
    {
      runtime.kind = SONDE_RUNTIME_RUBY;
      if (sonde_elf_symbols_read (file, signs->addresses[SIGN_RUBY_VERSION], text,
                                  sizeof text - 1))
        parse_version (text, &runtime);
    }
  else if (signs->found[SIGN_PERL])
    {
      runtime.kind = SONDE_RUNTIME_PERL;
      if (sonde_elf_symbols_read (file, signs->addresses[SIGN_PERL_VERSION], &perl_minor, 1))
        {
          runtime.major = 5;
          runtime.minor = perl_minor;
        }
    }

  return runtime;
}

static void
take_symbol_cb (const SondeElfSymbol *symbol,
                gpointer              data)
{
  Signs *signs = data;

  for (guint sign = 0; sign < N_SIGNS; sign++)
    if (strcmp (symbol->name, sign_names[sign]) == 0)
      {
        signs->found[sign] = TRUE;
        signs->addresses[sign] = symbol->address;
      }
}

static void
read_go_version (int           fd,
                 guint64       offset,
                 guint64       size,
                 SondeRuntime *runtime)
{
  char head[GO_VERSION_OFFSET + 16] = "";
  const char *text = head + GO_VERSION_OFFSET + 1;

  if (size < sizeof head ||
      pread (fd, head, sizeof head - 1, (off_t) offset) != (gssize) sizeof head - 1)
    return;

  if ((head[GO_FLAGS_OFFSET] & GO_FLAG_INLINE) != 0 && g_str_has_prefix (text, "go"))
    parse_version (text + 2, runtime);
}

SondeRuntime
sonde_runtime_read_executable (int fd)
{
  SondeRuntime runtime = { SONDE_RUNTIME_UNKNOWN, 0, -1 };
  g_autoptr(SondeElfSymbols) file = sonde_elf_symbols_open (fd);
  Signs signs = { 0 };
  SondeAddress address;
  guint64 offset;
  guint64 size;

  if (file == NULL)
    return runtime;

  if (sonde_elf_symbols_find_section (file, ".go.buildinfo", &address, &offset, &size))
    {
      runtime.kind = SONDE_RUNTIME_GO;
      read_go_version (fd, offset, size, &runtime);
      return runtime;
    }

  if (sonde_elf_symbols_find_section (file, ".note.go.buildid", &address, &offset, &size))
    {
      runtime.kind = SONDE_RUNTIME_GO;
      return runtime;
    }

  sonde_elf_symbols_foreach (file, take_symbol_cb, &signs);

  return weigh_signs (file, &signs);
}

/* --- The map --- */

/* A line of the map whose file has a name that begins with @prefix; @rest is what follows that, a
 * digit if @prefix ends with a point: "libpython3.so" only forwards to the library of a version.
 */
static char *
find_library (const char  *text,
              const char  *prefix,
              const char **rest)
{
  g_autofree char *wanted = g_strconcat ("/", prefix, NULL);
  const char *found = text;

  while ((found = strstr (found, wanted)) != NULL)
    {
      const char *name = found + strlen (wanted);
      const char *end = found + strcspn (found, "\n");
      const char *line = found;

      /* A folder of that name says nothing. */
      if (memchr (name, '/', (gsize) (end - name)) == NULL &&
          (!g_str_has_suffix (prefix, ".") || g_ascii_isdigit (*name)))
        {
          char *copy;

          while (line > text && line[-1] != '\n')
            line--;
          copy = g_strndup (line, (gsize) (end - line));
          *rest = copy + (name - line);
          return copy;
        }

      found = end;
    }

  return NULL;
}

static void
read_library_version (const char   *line,
                      const char   *rest,
                      SondeRuntime *runtime)
{
  const char *folder = strstr (line, "Microsoft.NETCore.App/");

  /* libpython3.11.so.1.0, libperl.so.5.36, libruby-3.1.so.3.1 */
  if (runtime->kind == SONDE_RUNTIME_PYTHON)
    parse_version (rest - strlen ("3."), runtime);
  else if (runtime->kind == SONDE_RUNTIME_PERL || runtime->kind == SONDE_RUNTIME_RUBY)
    parse_version (rest + strcspn (rest, "0123456789"), runtime);
  else if (runtime->kind == SONDE_RUNTIME_DOTNET && folder != NULL)
    parse_version (folder + strlen ("Microsoft.NETCore.App/"), runtime);
}

/* Python's own modules, which lie in "/lib/python3.9/lib-dynload/". */
static void
find_python_version (const char   *text,
                     SondeRuntime *runtime)
{
  const char *at = text;

  while (runtime->major == 0 && (at = strstr (at, "/python")) != NULL)
    {
      SondeRuntime found = { 0 };
      gsize length;

      at += strlen ("/python");
      length = strspn (at, "0123456789.");
      if (g_str_has_prefix (at + length, "/lib-dynload/"))
        parse_version (at, &found);
      if (found.major > 0 && found.minor >= 0)
        *runtime = (SondeRuntime) { SONDE_RUNTIME_PYTHON, found.major, found.minor };
    }
}

SondeRuntime
sonde_runtime_parse_maps (const char *text)
{
  SondeRuntime runtime = { SONDE_RUNTIME_UNKNOWN, 0, -1 };

  g_return_val_if_fail (text != NULL, runtime);

  for (guint i = 0; i < G_N_ELEMENTS (library_prefixes); i++)
    {
      const char *rest = NULL;
      g_autofree char *line = find_library (text, library_prefixes[i].prefix, &rest);

      if (line == NULL)
        continue;

      runtime.kind = library_prefixes[i].kind;
      read_library_version (line, rest, &runtime);
      break;
    }

  return runtime;
}

/* --- A process --- */

static guint
hash_key (gconstpointer data)
{
  const FileKey *key = data;

  return (guint) (key->inode ^ (key->device << 16) ^ (guint64) key->changed_ns);
}

static gboolean
equal_keys (gconstpointer a,
            gconstpointer b)
{
  const FileKey *left = a;
  const FileKey *right = b;

  return left->device == right->device && left->inode == right->inode &&
         left->changed_ns == right->changed_ns;
}

SondeRuntimes *
sonde_runtimes_new (void)
{
  SondeRuntimes *self = g_new0 (SondeRuntimes, 1);

  self->by_file = g_hash_table_new_full (hash_key, equal_keys, g_free, g_free);

  return self;
}

void
sonde_runtimes_free (SondeRuntimes *self)
{
  g_return_if_fail (self != NULL);

  g_hash_table_unref (self->by_file);
  g_free (self);
}

static SondeRuntime
find_executable (SondeRuntimes *self,
                 int            fd)
{
  const SondeRuntime *known;
  SondeRuntime runtime = { SONDE_RUNTIME_UNKNOWN, 0, -1 };
  struct stat status;
  FileKey key;

  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    return runtime;

  key.device = status.st_dev;
  key.inode = status.st_ino;
  key.changed_ns = (gint64) status.st_mtim.tv_sec * (gint64) SONDE_NS_PER_SECOND +
                   status.st_mtim.tv_nsec;

  known = g_hash_table_lookup (self->by_file, &key);
  if (known != NULL)
    return *known;

  if (g_hash_table_size (self->by_file) >= EXECUTABLES_MAX)
    g_hash_table_remove_all (self->by_file);

  runtime = sonde_runtime_read_executable (fd);
  g_hash_table_insert (self->by_file, g_memdup2 (&key, sizeof key),
                       g_memdup2 (&runtime, sizeof runtime));

  return runtime;
}

static char *
dup_maps (int   root_fd,
          pid_t pid)
{
  gsize size = 32768;
  g_autofree char *text = NULL;
  gssize length;

  do
    {
      size *= 4;
      g_free (text);
      text = g_malloc (size);
      length = sonde_proc_read (root_fd, pid, "maps", text, size);
    }
  while (length == (gssize) size - 1 && size < MAPS_BYTES_MAX);

  return length > 0 ? g_steal_pointer (&text) : NULL;
}

SondeRuntime
sonde_runtimes_find (SondeRuntimes *self,
                     int            root_fd,
                     pid_t          pid)
{
  SondeRuntime runtime = { SONDE_RUNTIME_UNKNOWN, 0, -1 };
  SondeRuntime mapped;
  g_autofree char *maps = NULL;
  int fd;

  g_return_val_if_fail (self != NULL, runtime);

  fd = sonde_proc_open_file (root_fd, pid, "exe");
  if (fd < 0)
    return runtime;

  runtime = find_executable (self, fd);
  close (fd);

  if (runtime.kind != SONDE_RUNTIME_NATIVE &&
      (runtime.kind != SONDE_RUNTIME_PYTHON || runtime.major > 0))
    return runtime;

  maps = dup_maps (root_fd, pid);
  if (maps == NULL)
    return runtime;

  if (runtime.kind == SONDE_RUNTIME_PYTHON)
    {
      find_python_version (maps, &runtime);
      return runtime;
    }

  mapped = sonde_runtime_parse_maps (maps);
  return mapped.kind != SONDE_RUNTIME_UNKNOWN ? mapped : runtime;
}
