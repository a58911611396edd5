/* symbol-bounds.h: where code ends whose symbol does not say it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "symbolizer/elf-file.h"

G_BEGIN_DECLS

/**
 * SondeSymbolBounds:
 * @file: (nullable): has the code of the module
 * @frames: the ranges of its unwind table, a range index
 * @is_complete: whether local functions have symbols too, as in a .symtab
 * @deadline_us: when there is no more time to look, of g_get_monotonic_time(); 0 for never
 *
 * What speaks against a symbol without a size. Borrowed by whoever asks.
 */
typedef struct
{
  SondeElfFile *file;
  GArray       *frames;
  gboolean      is_complete;
  gint64        deadline_us;
} SondeSymbolBounds;

/* Where the code that begins at @start ends at the latest: @end or before. */
guint64 sonde_symbol_bounds_find_end (const SondeSymbolBounds *self,
                                      guint64                  start,
                                      guint64                  end);

G_END_DECLS
