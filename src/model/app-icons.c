/* app-icons.c: the icon of the application that a process belongs to
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Desktops put each application into a control group that bears the id of its desktop file
 * (https://systemd.io/DESKTOP_ENVIRONMENTS):
 *
 *   /user.slice/…/app-gnome-org.gnome.TextEditor-4711.scope
 *   /user.slice/…/app-flatpak-org.mozilla.firefox-4711.scope
 *   /user.slice/…/app-org.kde.kate@0123abcd.service
 *
 * with an optional launcher before the id and an optional number after it, and "-" in the id
 * written as "\x2d". Where that says nothing, the executable is compared with what desktop files
 * start.
 */

#include "config.h"

#include "model/app-icons.h"

#include <stdlib.h>
#include <string.h>

#include <gio/gdesktopappinfo.h>

/* Ids hold at most so many hyphens; the pieces of a longer name are not all tried. */
#define PIECES_MAX 12

struct _SondeAppIcons
{
  GHashTable *by_id;   /* "org.gnome.TextEditor" → GIcon */
  GHashTable *by_path; /* "/usr/bin/gnome-text-editor" → GIcon */
};

SondeAppIcons *
sonde_app_icons_new (void)
{
  return g_new0 (SondeAppIcons, 1);
}

void
sonde_app_icons_free (SondeAppIcons *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->by_path, g_hash_table_unref);
  g_free (self);
}

/* Programs that start another one, or run a script, stand for no application. */
static gboolean
is_launcher (const char *path)
{
  static const char *const launchers[] = {
    "bash", "dash", "dbus-launch", "env", "flatpak", "gapplication", "gjs-console", "java", "node",
    "perl", "pkexec", "sh", "snap", "xdg-open",
  };
  g_autofree char *name = g_path_get_basename (path);

  for (guint i = 0; i < G_N_ELEMENTS (launchers); i++)
    if (strcmp (name, launchers[i]) == 0)
      return TRUE;

  return g_str_has_prefix (name, "python") || g_str_has_prefix (name, "ruby");
}

static void
add_path (SondeAppIcons *self,
          const char    *executable,
          GIcon         *icon)
{
  g_autofree char *found = g_find_program_in_path (executable);
  char *real;

  if (found == NULL)
    return;

  /* As written and as the kernel names it: a script is known by the one, a program by the other. */
  if (!is_launcher (found))
    g_hash_table_insert (self->by_path, g_strdup (found), g_object_ref (icon));

  real = realpath (found, NULL);
  if (real != NULL && !is_launcher (real))
    g_hash_table_insert (self->by_path, g_strdup (real), g_object_ref (icon));
  free (real);
}

static void
ensure_index (SondeAppIcons *self)
{
  GList *apps;

  if (self->by_id != NULL)
    return;

  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->by_path = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);

  apps = g_app_info_get_all ();
  for (GList *l = apps; l != NULL; l = l->next)
    {
      const char *id = g_app_info_get_id (l->data);
      const char *executable = g_app_info_get_executable (l->data);
      GIcon *icon = g_app_info_get_icon (l->data);

      if (icon == NULL)
        continue;
      if (id != NULL && g_str_has_suffix (id, ".desktop"))
        g_hash_table_insert (self->by_id, g_strndup (id, strlen (id) - strlen (".desktop")),
                             g_object_ref (icon));
      if (executable != NULL)
        add_path (self, executable, icon);
    }
  g_list_free_full (apps, g_object_unref);
}

/* Undoes "\x2d" and the like. */
static void
unescape (char *text)
{
  char *to = text;

  for (const char *from = text; *from != '\0'; from++)
    if (from[0] == '\\' && from[1] == 'x' && g_ascii_isxdigit (from[2]) &&
        g_ascii_isxdigit (from[3]))
      {
        *to++ = (char) (g_ascii_xdigit_value (from[2]) << 4 | g_ascii_xdigit_value (from[3]));
        from += 3;
      }
    else
      *to++ = *from;
  *to = '\0';
}

/* The id is some run of the name's pieces; the longest that is known wins. */
static GIcon *
find_by_pieces (SondeAppIcons *self,
                const char    *name)
{
  g_auto(GStrv) pieces = g_strsplit (name, "-", PIECES_MAX);
  guint count = g_strv_length (pieces);

  for (guint length = count; length > 0; length--)
    for (guint first = 0; first + length <= count; first++)
      {
        g_autoptr(GString) id = g_string_new (pieces[first]);
        GIcon *icon;

        for (guint i = first + 1; i < first + length; i++)
          g_string_append_printf (id, "-%s", pieces[i]);
        unescape (id->str);

        icon = g_hash_table_lookup (self->by_id, id->str);
        if (icon != NULL)
          return icon;
      }

  return NULL;
}

static GIcon *
find_by_cgroup (SondeAppIcons *self,
                const char    *cgroup)
{
  g_auto(GStrv) folders = g_strsplit (cgroup, "/", -1);

  /* An application may have groups of its own inside its group. */
  for (guint i = 0; folders[i] != NULL; i++)
    {
      char *name = folders[i];

      if (!g_str_has_prefix (name, "app-") ||
          !(g_str_has_suffix (name, ".scope") || g_str_has_suffix (name, ".service")))
        continue;

      *strrchr (name, '.') = '\0';
      name[strcspn (name, "@")] = '\0';

      return find_by_pieces (self, name + strlen ("app-"));
    }

  return NULL;
}

/* The script that an interpreter runs: "python3 /usr/bin/foo --bar". */
static GIcon *
find_by_script (SondeAppIcons      *self,
                const SondeProcess *process)
{
  const char *script = strstr (process->command_line, " /");
  g_autofree char *path = NULL;

  if (script == NULL || process->executable == NULL || !is_launcher (process->executable))
    return NULL;

  path = g_strndup (script + 1, strcspn (script + 1, " "));

  return g_hash_table_lookup (self->by_path, path);
}

GIcon *
sonde_app_icons_find (SondeAppIcons      *self,
                      const SondeProcess *process)
{
  GIcon *icon = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (process != NULL, NULL);

  ensure_index (self);

  if (process->cgroup != NULL)
    icon = find_by_cgroup (self, process->cgroup);
  if (icon == NULL && process->executable != NULL)
    icon = g_hash_table_lookup (self->by_path, process->executable);
  if (icon == NULL)
    icon = find_by_script (self, process);

  return icon != NULL ? g_object_ref (icon) : NULL;
}
