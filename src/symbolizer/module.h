/* module.h: one ELF file of the target, and the names in it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "target/build-id.h"
#include "target/root.h"

G_BEGIN_DECLS

/**
 * SondeModuleFunction:
 * @start: where it begins, as a virtual address of the ELF file
 * @lower: first address around the one asked for at which the answer is the same
 * @upper: one past the last such address
 * @name: as its author wrote it
 * @file: (nullable): where its source is
 * @line: where it begins in @file; 0 if not known
 *
 * Texts are borrowed from the #SondeModule.
 */
typedef struct
{
  guint64     start;
  guint64     lower;
  guint64     upper;
  const char *name;
  const char *file;
  guint       line;
} SondeModuleFunction;

/**
 * SondeModule:
 *
 * Names and lines of one ELF file, with those of its separate debug files.
 *
 * Life: sonde_module_new() or sonde_module_new_for_image(), which reads all the symbols → find
 * any number of times → sonde_module_free(). No descriptor stays open.
 *
 * Threads: one at a time.
 */
typedef struct _SondeModule SondeModule;

SondeModule *sonde_module_new              (int                  fd,
                                            const char          *path,
                                            SondeRoot           *root);
SondeModule *sonde_module_new_for_image    (gpointer             image,
                                            gsize                length,
                                            const char          *path,
                                            SondeRoot           *root);
void         sonde_module_free             (SondeModule         *self);

guint        sonde_module_get_symbol_count (SondeModule         *self);

/* Of memory that its names and debug information take. */
guint64      sonde_module_get_bytes        (SondeModule         *self);

/* Of which build it is, as the file says; borrowed. */
const SondeBuildId *sonde_module_get_build_id (SondeModule      *self);

/* The virtual address at which the byte at @offset of the file is loaded; FALSE if no segment
 * loads it as code.
 */
gboolean     sonde_module_find_address     (SondeModule         *self,
                                            guint64              offset,
                                            guint64             *address);

/* The function that @address, a virtual address of the file, lies in; FALSE if nothing is known
 * of it.
 */
gboolean     sonde_module_find_function    (SondeModule         *self,
                                            guint64              address,
                                            SondeModuleFunction *function);

/* The source line at @address; 0 if not known. */
guint        sonde_module_find_line        (SondeModule         *self,
                                            guint64              address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SondeModule, sonde_module_free)

G_END_DECLS
