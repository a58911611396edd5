/* locate-version.c: which CPython a module is, if no symbol says so
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Before 3.11 no symbol holds the version, and "3.9.18" alone, which is among the constants, is the
 * end of another text in many builds. But Py_GetVersion() writes a text that is like no other into
 * a static buffer: "%.80s (%.80s) %.80s", of version, build and compiler, and the last of these is
 * "[GCC 12.2.0]", on a line of its own up to 3.9.
 */

#include "config.h"

#include "python/locate-version.h"

#include <string.h>

#define VERSION_BYTES_MAX 16
#define BUILD_BYTES_MAX 80
#define TEXT_BYTES_MAX 256

/* The library's own data are below 1 MiB; a program that it was linked into may have more. */
#define SEGMENT_BYTES_MAX (16 * 1024 * 1024)
#define PIECE_BYTES 65536

/* A number of at most three digits; FALSE if there is none. */
static gboolean
take_number (const char **at,
             const char  *end,
             guint       *number)
{
  const char *start = *at;

  *number = 0;
  while (*at < end && g_ascii_isdigit (**at) && *at - start < 3)
    *number = *number * 10 + (guint) (*(*at)++ - '0');

  return *at > start;
}

static gboolean
take_char (const char **at,
           const char  *end,
           char         wanted)
{
  if (*at >= end || **at != wanted)
    return FALSE;

  *at += 1;
  return TRUE;
}

/* "3.11" → 0x030b; 0 if it is not there. */
static guint
take_version (const char **at,
              const char  *end)
{
  guint major;
  guint minor;

  if (!take_number (at, end, &major) || (major != 2 && major != 3) || !take_char (at, end, '.') ||
      !take_number (at, end, &minor) || minor > 0xff)
    return 0;

  return major << 8 | minor;
}

guint
sonde_python_version_parse_path (const char *path)
{
  const char *name;
  const char *end;

  g_return_val_if_fail (path != NULL, 0);

  name = strrchr (path, '/');
  name = name != NULL ? name + 1 : path;
  end = name + strlen (name);
  if (g_str_has_prefix (name, "lib"))
    name += strlen ("lib");
  if (!g_str_has_prefix (name, "python"))
    return 0;

  name += strlen ("python");

  return take_version (&name, end);
}

/* Whether " (build) [compiler]" begins at @at. */
static gboolean
is_build (const char *at,
          const char *end)
{
  const char *build_end;

  if (!take_char (&at, end, ' ') || !take_char (&at, end, '('))
    return FALSE;

  build_end = memmem (at, (gsize) MIN (end - at, BUILD_BYTES_MAX + 2), ") ", 2);
  if (build_end == NULL)
    return FALSE;

  at = build_end + 2;
  take_char (&at, end, '\n');

  return take_char (&at, end, '[');
}

/* "3.9.18", "3.12.0rc1+": the word that ends before @end, if a build follows it. */
static guint
parse_word (const char *bytes,
            const char *word_end,
            const char *end)
{
  const char *word = word_end;
  guint version;
  guint micro;

  while (word > bytes && word_end - word < VERSION_BYTES_MAX &&
         (g_ascii_isalnum (word[-1]) || word[-1] == '.' || word[-1] == '+'))
    word--;

  version = take_version (&word, word_end);

  return version != 0 && take_char (&word, word_end, '.') &&
         take_number (&word, word_end, &micro) && is_build (word_end, end) ? version : 0;
}

guint
sonde_python_version_parse_text (const char *bytes,
                                 gsize       length)
{
  guint version = 0;
  const char *end = bytes + length;
  const char *at = bytes;

  g_return_val_if_fail (bytes != NULL || length == 0, version);

  while (version == 0 && length > 0 &&
         (at = memmem (at, (gsize) (end - at), " (", 2)) != NULL)
    version = parse_word (bytes, at++, end);

  return version;
}

/* Piece by piece; a text that lies across two is whole in the second, which begins before it. */
static guint
read_segment (const SondePythonMemory *memory,
              const SondePythonRange  *range,
              char                    *piece)
{
  guint version = 0;
  guint64 length = MIN (range->end - range->start, SEGMENT_BYTES_MAX);

  for (guint64 at = 0; at < length && version == 0; at += PIECE_BYTES - TEXT_BYTES_MAX)
    {
      gsize got = memory->read (memory->data, range->start + at, piece,
                                MIN (length - at, PIECE_BYTES));

      version = sonde_python_version_parse_text (piece, got);
    }

  return version;
}

guint
sonde_python_version_read (const SondePythonMemory *memory,
                           const SondePythonImage  *image)
{
  guint version = 0;
  g_autofree char *piece = g_malloc (PIECE_BYTES);

  g_return_val_if_fail (image != NULL, version);

  for (guint i = 0; i < image->n_segments && version == 0; i++)
    if (image->segments[i].writable)
      version = read_segment (memory, &image->segments[i].range, piece);

  return version;
}
