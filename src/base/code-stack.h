/* code-stack.h: the frames of an interpreter's thread at one instant
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/stack.h"

G_BEGIN_DECLS

/**
 * SondeCodeFrame:
 * @frame: where the frame lies
 * @code: the code object that it executes
 * @instruction: which instruction: f_lasti up to Python 3.10, an address from 3.11 on
 * @is_entry: whether it was called from C: a native frame of the interpreter ends here
 * @n_empty: how many native frames of the interpreter, right outside of that, have no frame any
 *   more: they clear the last one, which may run a destructor
 */
typedef struct
{
  SondeAddress frame;
  SondeAddress code;
  guint64      instruction;
  gboolean     is_entry;
  guint        n_empty;
} SondeCodeFrame;

/**
 * SondeCodeStack:
 * @depth: how many frames
 * @is_truncated: there were more, or one could not be read
 * @entry: an address on the C stack in the frame of the native function that executes the innermost
 *   of @frames, and all up to the first that was called from C; 0 if that is not known (up to 3.10)
 * @frames: innermost first
 *
 * Caller's struct; some 128 KiB, so never on a stack. All zeros is an empty one, which is that of a
 * thread that runs no Python.
 *
 * Threads: one at a time.
 */
typedef struct
{
  guint          depth;
  gboolean       is_truncated;
  SondeAddress   entry;
  SondeCodeFrame frames[SONDE_STACK_DEPTH_MAX];
} SondeCodeStack;

G_END_DECLS
