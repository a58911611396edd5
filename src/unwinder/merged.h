/* merged.h: native and Python frames in one stack
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/code-stack.h"
#include "python/locate.h"

G_BEGIN_DECLS

#define SONDE_MERGED_DEPTH_MAX (2 * SONDE_STACK_DEPTH_MAX)

/**
 * SondeMergedFrame:
 * @address: of a native frame, as in SondeStack.addresses
 * @code: (nullable): of a Python frame; borrowed from its stack
 */
typedef struct
{
  SondeAddress          address;
  const SondeCodeFrame *code;
} SondeMergedFrame;

/* Puts the frames of @codes in place of the native frames that execute them, those in @evals.
 * Fills @frames, room for SONDE_MERGED_DEPTH_MAX of them, innermost first; gives how many. Native
 * frames are among them in their order, each at most once.
 * Threads: any.
 */
guint sonde_merged_fill (const SondeStack       *native,
                         const SondeCodeStack   *codes,
                         const SondePythonRange *evals,
                         guint                   n_evals,
                         SondeMergedFrame       *frames);

G_END_DECLS
