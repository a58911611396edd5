/* output.c: writes results to a file or to standard output
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

static gboolean
is_standard_output (const char *path)
{
  return path == NULL || g_str_equal (path, "-");
}

static void
set_error (GError     **error,
           const char  *path,
           GFileError   code,
           const char  *reason)
{
  g_autofree char *name = is_standard_output (path) ? g_strdup (_("standard output"))
                                                    : g_filename_display_name (path);

  g_set_error (error, G_FILE_ERROR, (int) code, _("Cannot write to %s: %s"), name, reason);
}

static gboolean
fail (const char  *path,
      int          code,
      GError     **error)
{
  set_error (error, path, g_file_error_from_errno (code), g_strerror (code));

  return FALSE;
}

/* Writes @length bytes and closes @fd if it is not standard output. */
static gboolean
write_all (int          fd,
           const char  *path,
           const char  *text,
           gsize        length,
           GError     **error)
{
  int code = 0;

  while (length > 0 && code == 0)
    {
      gssize written = write (fd, text, length);

      if (written >= 0)
        {
          text += written;
          length -= (gsize) written;
        }
      else if (errno != EINTR)
        code = errno;
    }

  /* Some file systems tell only here that the disk is full. */
  if (fd != STDOUT_FILENO && close (fd) != 0 && code == 0)
    code = errno;

  return code == 0 || fail (path, code, error);
}

gboolean
sonde_output_check (const char  *path,
                    GError     **error)
{
  g_autofree char *folder = NULL;
  GStatBuf status;

  if (is_standard_output (path))
    return fcntl (STDOUT_FILENO, F_GETFL) >= 0 || fail (path, errno, error);

  if (g_stat (path, &status) == 0)
    {
      if (S_ISDIR (status.st_mode))
        return fail (path, EISDIR, error);
      if (g_access (path, W_OK) != 0)
        return fail (path, errno, error);
      if (!S_ISREG (status.st_mode))
        return TRUE;
    }

  folder = g_path_get_dirname (path);

  return g_access (folder, W_OK | X_OK) == 0 || fail (path, errno, error);
}

gboolean
sonde_output_write (const char  *path,
                    const char  *text,
                    GError     **error)
{
  g_autofree char *real = NULL;
  g_autoptr(GError) file_error = NULL;
  GStatBuf status;
  int fd;

  g_return_val_if_fail (text != NULL, FALSE);

  if (is_standard_output (path))
    return write_all (STDOUT_FILENO, path, text, strlen (text), error);

  /* A pipe, /dev/null or /dev/stdout must be written into, never replaced. */
  if (g_stat (path, &status) == 0 && !S_ISREG (status.st_mode))
    {
      fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);

      return fd >= 0 ? write_all (fd, path, text, strlen (text), error) : fail (path, errno, error);
    }

  /* A link to a file stays a link. */
  real = realpath (path, NULL);
  if (g_file_set_contents_full (real != NULL ? real : path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT, 0666, &file_error))
    return TRUE;

  set_error (error, path, (GFileError) file_error->code, file_error->message);

  return FALSE;
}

gboolean
sonde_output_print (const char  *text,
                    GError     **error)
{
  const char *charset = NULL;
  g_autofree char *converted = NULL;

  g_return_val_if_fail (text != NULL, FALSE);

  if (!g_get_charset (&charset))
    converted = g_convert_with_fallback (text, -1, charset, "UTF-8", "?", NULL, NULL, NULL);

  return sonde_output_write (NULL, converted != NULL ? converted : text, error);
}
