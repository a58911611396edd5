/* source-path.h: the paths of source files as their authors know them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Puts into @path what is shown for @file, as the debug information gives it, which was compiled in
 * @folder (nullable). Threads: any.
 */
void sonde_source_path_make (GString    *path,
                             const char *folder,
                             const char *file);

G_END_DECLS
