/* module-cache.h: the modules of a process that are open
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "symbolizer/module.h"
#include "target/maps.h"

G_BEGIN_DECLS

/**
 * SondeModuleCache:
 *
 * Opens the files that are mapped when they are asked for, and keeps them open for as long as they
 * are: debug information can fill hundreds of megabytes.
 *
 * Life: sonde_module_cache_new() → the others, any number of times → sonde_module_cache_free().
 *
 * Threads: one at a time.
 */
typedef struct _SondeModuleCache SondeModuleCache;

SondeModuleCache *sonde_module_cache_new          (pid_t               pid);
void              sonde_module_cache_free         (SondeModuleCache   *self);

gboolean          sonde_module_cache_is_empty     (SondeModuleCache   *self);

/* The module that is mapped at @mapping, which has a path, borrowed until the next call of any of
 * these; NULL if it cannot be read. May read the disk.
 */
SondeModule      *sonde_module_cache_ensure       (SondeModuleCache   *self,
                                                   const SondeMapping *mapping);

/* Closes what was not asked for in the last half minute. */
void              sonde_module_cache_close_unused (SondeModuleCache   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeModuleCache, sonde_module_cache_free)

G_END_DECLS
