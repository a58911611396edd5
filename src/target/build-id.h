/* build-id.h: which build a mapped file is of
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/types.h"

G_BEGIN_DECLS

/* A longer build-id than this is not one; the usual has 20 bytes. */
#define SONDE_BUILD_ID_BYTES_MAX 64

/**
 * SondeBuildId:
 * @length: of @bytes; 0 if there is none, or it is not known
 * @bytes: what the linker wrote
 */
typedef struct
{
  gsize  length;
  guint8 bytes[SONDE_BUILD_ID_BYTES_MAX];
} SondeBuildId;

/* Reads the build-id of the 64-bit ELF file that is mapped from @base on in @pid. */
void     sonde_build_id_read    (SondeBuildId       *self,
                                 pid_t               pid,
                                 SondeAddress        base);

/* Whether both are known, and are not the same. */
gboolean sonde_build_id_differs (const SondeBuildId *self,
                                 const SondeBuildId *other);

G_END_DECLS
