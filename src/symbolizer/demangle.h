/* demangle.h: C++ and Rust names as their authors wrote them
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The readable form of @symbol (transfer full), or a copy of @symbol if it is not a mangled name.
 * A name that would unfold to more than any honest one is cut and ends in "…", or stays mangled.
 * Takes some milliseconds at most, whatever @symbol is. Threads: any.
 */
char *sonde_demangle (const char *symbol);

G_END_DECLS
