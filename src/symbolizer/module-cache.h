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
 * are: debug information can fill hundreds of megabytes. What all together may take has a limit, at
 * which the least recently used are closed first. Which file a module is, path, device and inode
 * say; but a program may load a library again whose file was overwritten meanwhile, at the same
 * place in memory. So files are watched, also when they are not open any more.
 *
 * Life: sonde_module_cache_new() → the others, any number of times → sonde_module_cache_free().
 *
 * Threads: one at a time.
 */
typedef struct _SondeModuleCache SondeModuleCache;

SondeModuleCache *sonde_module_cache_new          (pid_t               pid);
void              sonde_module_cache_free         (SondeModuleCache   *self);

/* How many bytes of names and debug information of all modules are kept, of the one asked for last
 * in any case: 2 GiB if nothing else is said.
 */
void              sonde_module_cache_set_bytes_max (SondeModuleCache  *self,
                                                    guint64            bytes_max);

gboolean          sonde_module_cache_is_empty     (SondeModuleCache   *self);

/* How many bytes the modules take that are open. */
guint64           sonde_module_cache_get_bytes    (SondeModuleCache   *self);

/* The module that is mapped at @mapping, one of @maps that has a path; borrowed until the next call
 * of any of these. NULL if it cannot be read, or the file is of another build than what is mapped:
 * that is tried again with other maps, which the memory that is read now may belong to, and later.
 * May read the disk.
 */
SondeModule      *sonde_module_cache_ensure       (SondeModuleCache   *self,
                                                   SondeMaps          *maps,
                                                   const SondeMapping *mapping);

/* Looks whether a file was overwritten in its place since it was read: TRUE if one was, whose
 * module, and what it said, does not hold any more. Looks ten times a second at most, and uses half
 * of a percent of a CPU at most.
 */
gboolean          sonde_module_cache_check        (SondeModuleCache   *self);

/* Closes what was not asked for in the last half minute. */
void              sonde_module_cache_close_unused (SondeModuleCache   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeModuleCache, sonde_module_cache_free)

G_END_DECLS
