/* source-path.c: makes paths of source files short and whole
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   file             folder        shown
 *   main.c           /home/a/x     /home/a/x/main.c
 *   ../src/main.c    /x/build      /x/src/main.c
 *   ./io/read.c      ./io          io/read.c
 *   /rustc/90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf/library/std/src/rt.rs
 *                                  library/std/src/rt.rs
 */

#include "config.h"

#include "symbolizer/source-path.h"

#include <string.h>

#include "base/text.h"

/* As long as a path can be for the kernel, and what is longer is cut. */
#define PATH_BYTES_MAX 4096

/* What is left of @file below @folder, NULL if it is not in there. */
static const char *
skip_folder (const char *file,
             const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (file, folder, length) == 0 && file[length] == '/' ? file + length + 1 : NULL;
}

/* Distributions have the folder of their sources mapped to ".": then a whole path looks relative,
 * and libdw and some compilers put the folder before one that has it. Gives the last of them.
 */
static const char *
skip_mapped_folders (const char *file,
                     const char *folder)
{
  const char *rest = skip_folder (file, folder);

  while (rest != NULL && skip_folder (rest, folder) != NULL)
    {
      file = rest;
      rest = skip_folder (rest, folder);
    }

  return file;
}

/* Rust's compiler writes the sources of its own library as if they lay in a folder that is named
 * after the commit, or after the release (compiler/rustc_session, "virtual_rust_source_base_dir");
 * what follows is the path in Rust's repository.
 */
static const char *
skip_rust_folder (const char *file)
{
  const char *rest = skip_folder (file, "/rustc");
  const char *slash = rest != NULL ? strchr (rest, '/') : NULL;

  return slash != NULL ? slash + 1 : file;
}

void
sonde_source_path_make (GString    *path,
                        const char *folder,
                        const char *file)
{
  g_return_if_fail (path != NULL && file != NULL);

  if (file[0] == '/')
    folder = NULL;
  if (folder != NULL && folder[0] == '.')
    file = skip_mapped_folders (file, folder);

  g_string_truncate (path, 0);
  if (folder != NULL && (folder[0] != '.' || skip_folder (file, folder) == NULL))
    g_string_printf (path, "%.*s/", PATH_BYTES_MAX, folder);
  g_string_append_len (path, file, (gssize) strnlen (file, PATH_BYTES_MAX));
  g_string_erase (path, 0, skip_rust_folder (path->str) - path->str);
  sonde_text_shorten_path (path);
}
