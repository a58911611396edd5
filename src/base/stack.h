/* stack.h: the raw frames of one capture
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/types.h"

G_BEGIN_DECLS

#define SONDE_STACK_DEPTH_MAX 4096

/**
 * SondeStackEnd:
 * @SONDE_STACK_END_OUTERMOST: the outermost frame was reached: the stack is whole
 * @SONDE_STACK_END_BYTES: the copied bytes ended before the stack did
 * @SONDE_STACK_END_REGISTER: a register that a sleeping thread does not show was needed
 * @SONDE_STACK_END_NO_RULE: no unwind information and no frame pointer to go on with
 * @SONDE_STACK_END_DEPTH: more than %SONDE_STACK_DEPTH_MAX frames
 *
 * Why a stack has no more frames. All but the first mean truncated.
 */
typedef enum
{
  SONDE_STACK_END_OUTERMOST,
  SONDE_STACK_END_BYTES,
  SONDE_STACK_END_REGISTER,
  SONDE_STACK_END_NO_RULE,
  SONDE_STACK_END_DEPTH,
} SondeStackEnd;

/**
 * SondeStack:
 * @depth: how many frames
 * @end: why there are no more
 * @missed: with %SONDE_STACK_END_BYTES, the address that was not among the captured bytes
 * @is_elsewhere: that address is on another stack than the captured one
 * @has_go: there are frames of Go, whose frame pointers lead from one stack to another
 * @is_guessed: outer frames were found without a register that they hang on
 * @unmapped: an address was in no executable mapping: the memory map is out of date, or
 *   the frame is wrong
 * @addresses: innermost first: the instruction that executes. For the innermost frame, and one
 *   that a signal interrupted, where it stands; for a caller the return address less one, inside
 *   the call
 * @sps: the stack pointer of each of them
 *
 * Caller's struct; some 64 KiB, so not on a small stack. Threads: worker only.
 */
typedef struct
{
  guint         depth;
  SondeStackEnd end;
  SondeAddress  missed;
  gboolean      is_elsewhere;
  gboolean      has_go;
  gboolean      is_guessed;
  gboolean      unmapped;
  SondeAddress  addresses[SONDE_STACK_DEPTH_MAX];
  SondeAddress  sps[SONDE_STACK_DEPTH_MAX];
} SondeStack;

G_END_DECLS
