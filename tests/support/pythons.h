/* pythons.h: the CPythons that are installed here
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TestPython:
 * @path: of the program, absolute
 * @version: major << 8 | minor: 0x030b
 * @micro: 7 of 3.11.7
 * @free_threaded: whether it was built without the global lock
 * @name: for a test's path, "3.11.7", "3.14.0t", followed by "-2" where there are two of a name
 *
 * One Python.
 */
typedef struct
{
  char    *path;
  guint    version;
  guint    micro;
  gboolean free_threaded;
  char    *name;
} TestPython;

/* All that are found (transfer full), of TestPython, oldest first, each program once: those of
 * $PATH and /usr/bin, those of pyenv, and those that $SONDE_TEST_PYTHONS names, with colons between
 * them. Runs each to ask for its version; what is no CPython is left out.
 */
GPtrArray *pythons_list (void);

G_END_DECLS
