/* symbolizer.h: addresses → functions, names found in the background
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/functions.h"
#include "target/maps.h"

G_BEGIN_DECLS

/**
 * SondeRename:
 * @provisional: what sonde_symbolizer_resolve() gave
 * @final: what the address turned out to be in; never provisional, unless nothing is known of the
 *   address
 *   (then it is @provisional itself)
 */
typedef struct
{
  const SondeFunction *provisional;
  const SondeFunction *final;
} SondeRename;

/**
 * SondeSymbolizer:
 *
 * Names addresses of one process. The worker asks and never waits; a symbol
 * thread of its own reads the files.
 *
 * Life: sonde_symbolizer_new() → sonde_symbolizer_set_maps() →
 * sonde_symbolizer_resolve() and, now and then, sonde_symbolizer_take_renames() →
 * sonde_symbolizer_free().
 *
 * Threads: worker only, but for what its own thread does inside.
 */
typedef struct _SondeSymbolizer SondeSymbolizer;

SondeSymbolizer     *sonde_symbolizer_new          (pid_t             pid,
                                                    SondeFunctions   *functions);
void                 sonde_symbolizer_free         (SondeSymbolizer  *self);

/* The target's map from now on. Addresses already resolved keep their meaning only if the
 * same file is mapped at the same place; others are resolved anew.
 */
void                 sonde_symbolizer_set_maps     (SondeSymbolizer  *self,
                                                    SondeMaps        *maps);

/* The function at @address (never NULL, borrowed from the functions table). The first time it is
 * provisional, "libfoo.so+0x1234"; sonde_symbolizer_take_renames() later tells what it is.
 * For a return address pass the address minus one. O(1), no disk, no lock held for long.
 */
const SondeFunction *sonde_symbolizer_resolve      (SondeSymbolizer  *self,
                                                    SondeAddress      address);

/* Appends the names found since the last call to @renames (of SondeRename); TRUE if there were
 * any. If a mapped file was overwritten all names are forgotten, and asked for again.
 */
gboolean             sonde_symbolizer_take_renames (SondeSymbolizer  *self,
                                                    GArray           *renames);

/* Whether that was so since this was last asked: code and unwind tables may be others too. */
gboolean             sonde_symbolizer_take_change  (SondeSymbolizer  *self);

/* Waits until every address asked for is named, at most @timeout_us microseconds; FALSE if not
 * all were.
 */
gboolean             sonde_symbolizer_wait         (SondeSymbolizer  *self,
                                                    gint64            timeout_us);

/* The source line at @address, 0 if not known. Only after sonde_symbolizer_wait(). */
guint                sonde_symbolizer_find_line    (SondeSymbolizer  *self,
                                                    SondeAddress      address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeSymbolizer, sonde_symbolizer_free)

G_END_DECLS
