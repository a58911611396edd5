/* test-app-icons.c: finding the desktop file of a process
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "model/app-icons.h"

static void G_GNUC_PRINTF (4, 5)
write_file (const char *folder,
            const char *name,
            int         mode,
            const char *format,
            ...)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_no_errno (g_chmod (path, mode));
}

/* An application that starts @folder/@program. */
static void
add_application (const char *folder,
                 const char *id,
                 const char *exec,
                 const char *icon)
{
  g_autofree char *applications = g_build_filename (folder, "applications", NULL);
  g_autofree char *name = g_strconcat (id, ".desktop", NULL);

  g_assert_no_errno (g_mkdir_with_parents (applications, 0755));
  write_file (applications, name, 0644,
              "[Desktop Entry]\nType=Application\nName=%s\nExec=%s/%s\nIcon=%s\n",
              id, folder, exec, icon);
}

static char *
dup_icon_name (SondeAppIcons *icons,
               const char    *cgroup,
               const char    *executable,
               const char    *command_line)
{
  g_autoptr(SondeProcess) process = sonde_process_new ();
  g_autoptr(GIcon) icon = NULL;

  process->cgroup = g_strdup (cgroup);
  process->executable = g_strdup (executable);
  process->command_line = g_strdup (command_line != NULL ? command_line : "x");
  icon = sonde_app_icons_find (icons, process);

  return icon != NULL ? g_icon_to_string (icon) : NULL;
}

static void
test_app_icons_cgroup (void)
{
  static const struct
  {
    const char *cgroup;
    const char *icon;
  } cases[] = {
    { "/user.slice/app.slice/app-gnome-org.example.Editor-4711.scope", "editor" },
    { "/user.slice/app-flatpak-org.example.Editor-99.scope", "editor" },
    { "/app-org.example.Editor.scope", "editor" },
    { "/app-org.example.Editor@0123abcd.service", "editor" },
    { "/app-gnome-two\\x2dwords-4711.scope", "words" },
    { "/app-two-words-4711.scope", "words" },
    { "/app-gnome-org.example.Editor-4711.scope/tab-1.scope", "editor" },
    { "/app-gnome-org.example.Other-4711.scope", NULL },
    { "/org.example.Editor.scope", NULL },
    { "/app-.scope", NULL },
    { "/app-@.service", NULL },
    { "/app-gnome-\\x.scope", NULL },
    { "/", NULL },
    { "", NULL },
  };
  g_autoptr(SondeAppIcons) icons = sonde_app_icons_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = dup_icon_name (icons, cases[i].cgroup, NULL, NULL);

      g_assert_cmpstr (name, ==, cases[i].icon);
    }
}

static void
test_app_icons_executable (void)
{
  g_autoptr(SondeAppIcons) icons = sonde_app_icons_new ();
  const char *folder = g_getenv ("XDG_DATA_HOME");
  g_autofree char *program = g_build_filename (folder, "editor-program", NULL);
  g_autofree char *target = g_build_filename (folder, "words-program", NULL);
  g_autofree char *script = g_strdup_printf ("python3 %s --verbose", program);
  g_autofree char *interpreter = g_build_filename (folder, "python3", NULL);
  g_autofree char *by_program = dup_icon_name (icons, "/", program, NULL);
  g_autofree char *by_target = dup_icon_name (icons, NULL, target, NULL);
  g_autofree char *by_script = dup_icon_name (icons, NULL, "/usr/bin/python3.11", script);
  g_autofree char *by_argument = dup_icon_name (icons, NULL, "/usr/bin/less", script);
  g_autofree char *by_interpreter = dup_icon_name (icons, NULL, interpreter, NULL);
  g_autofree char *by_nothing = dup_icon_name (icons, NULL, NULL, NULL);

  g_assert_cmpstr (by_program, ==, "editor");
  g_assert_cmpstr (by_target, ==, "words");
  g_assert_cmpstr (by_script, ==, "editor");
  g_assert_null (by_argument);
  g_assert_null (by_interpreter);
  g_assert_null (by_nothing);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("sonde-apps-XXXXXX", NULL);
  g_autofree char *link = g_build_filename (folder, "words-link", NULL);

  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_setenv ("XDG_DATA_DIRS", folder, TRUE);
  write_file (folder, "editor-program", 0755, "#!/bin/sh\n");
  write_file (folder, "words-program", 0755, "#!/bin/sh\n");
  write_file (folder, "python3", 0755, "#!/bin/sh\n");
  g_assert_no_errno (symlink ("words-program", link));
  add_application (folder, "org.example.Editor", "editor-program %U", "editor");
  add_application (folder, "two-words", "words-link", "words");
  add_application (folder, "org.example.Script", "python3 x.py", "script");
  add_application (folder, "org.example.Gone", "no-such-program", "gone");

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/app-icons/cgroup", test_app_icons_cgroup);
  g_test_add_func ("/model/app-icons/executable", test_app_icons_executable);
  return g_test_run ();
}
