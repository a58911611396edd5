/* trampolines.h: where the kernel's ways back from a signal are
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "unwinder/tables.h"

G_BEGIN_DECLS

/* A power of two. */
#define SONDE_N_TRAMPOLINES 1024

/* Where an address was found to be such a way, or not. All zeros knows nothing. */
typedef struct
{
  struct
  {
    SondeAddress address;
    gboolean     is_trampoline;
  } slots[SONDE_N_TRAMPOLINES];
} SondeTrampolines;

/* Whether @pc is the code that a signal handler returns to. */
gboolean sonde_trampolines_has   (SondeTrampolines *self,
                                  SondeTables      *tables,
                                  SondeAddress      pc);
void     sonde_trampolines_clear (SondeTrampolines *self);

G_END_DECLS
