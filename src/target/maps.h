/* maps.h: the memory map of a target, frozen at one moment
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"
#include "target/root.h"

G_BEGIN_DECLS

/**
 * SondeMapping:
 * @start: first address, in the target's address space
 * @end: one past the last address; `[start, end)` is never empty
 * @offset: where @start lies in the file, in bytes
 * @device: major << 32 | minor of the file's device; 0 for anonymous memory
 * @inode: the file's inode on @device; 0 for anonymous memory
 * @path: (nullable): the file as the target names it, without the kernel's ` (deleted)` mark, or a
 *   name in brackets like `[vdso]`; not always UTF-8; %NULL for anonymous memory
 * @writable: whether the target can write to it
 * @executable: whether code can run from it
 * @deleted: whether the file has been unlinked since it was mapped
 */
typedef struct
{
  SondeAddress start;
  SondeAddress end;
  guint64      offset;
  guint64      device;
  guint64      inode;
  const char  *path;
  guint        writable : 1;
  guint        executable : 1;
  guint        deleted : 1;
} SondeMapping;

/**
 * SondeMaps:
 *
 * An immutable, reference-counted list of mappings in ascending order.
 *
 * Life: sonde_maps_parse() or sonde_maps_read() → sonde_maps_find() any number of times →
 * sonde_maps_unref(). A target whose map changed gets a new SondeMaps; an old one never changes
 * under its readers.
 *
 * Threads: any, at the same time.
 */
typedef struct _SondeMaps SondeMaps;

SondeMaps          *sonde_maps_parse     (const char   *text,
                                          GError      **error) G_GNUC_WARN_UNUSED_RESULT;
SondeMaps          *sonde_maps_read      (pid_t         pid,
                                          GError      **error) G_GNUC_WARN_UNUSED_RESULT;
SondeMaps          *sonde_maps_ref       (SondeMaps    *self);
void                sonde_maps_unref     (SondeMaps    *self);

guint               sonde_maps_get_count (SondeMaps    *self);
const SondeMapping *sonde_maps_get       (SondeMaps    *self,
                                          guint         index);
const SondeMapping *sonde_maps_find      (SondeMaps    *self,
                                          SondeAddress  address);

/* Where the file of @mapping, one of @self, begins in memory: its mappings lie side by side, in the
 * order of the file.
 */
SondeAddress        sonde_maps_find_base (SondeMaps           *self,
                                          const SondeMapping  *mapping);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeMaps, sonde_maps_unref)

/* Opens the file that is mapped at @self, read-only (an owned descriptor), or -1. It is the very
 * file: looked up in @root, the root of the process, compared by device and inode, and else through
 * /proc/PID/map_files or /proc/PID/exe, so that a replaced or deleted file is never taken for the
 * mapped one. May read the disk.
 */
int                 sonde_mapping_open   (const SondeMapping *self,
                                          SondeRoot          *root);
/* The same, of the process @pid, whose root is not known yet. */
int                 sonde_mapping_open_of (const SondeMapping *self,
                                          pid_t               pid);

G_END_DECLS
