/* memory.h: reading the memory of a target
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/types.h"

G_BEGIN_DECLS

/* Copies up to @length bytes at @address of @pid into @buffer; returns how many could be read,
 * from the first on. Neither stops the target nor touches the disk, but for pages the kernel must
 * fetch. Threads: any.
 */
gsize sonde_memory_read (pid_t         pid,
                         SondeAddress  address,
                         gpointer      buffer,
                         gsize         length);

G_END_DECLS
