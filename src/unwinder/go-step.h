/* go-step.h: from one frame of Go to the one that called it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/capture.h"
#include "unwinder/go-rules.h"

G_BEGIN_DECLS

/**
 * SondeGoStep:
 * @SONDE_GO_STEP_CALLER: the registers are those of the caller
 * @SONDE_GO_STEP_OUTERMOST: nothing called this function
 * @SONDE_GO_STEP_BYTES: bytes of this stack were not captured
 * @SONDE_GO_STEP_ELSEWHERE: the caller is on another stack, which was not captured
 * @SONDE_GO_STEP_REGISTER: the frame pointer is not known, and is needed
 * @SONDE_GO_STEP_NO_RULE: there is no way to tell
 */
typedef enum
{
  SONDE_GO_STEP_CALLER,
  SONDE_GO_STEP_OUTERMOST,
  SONDE_GO_STEP_BYTES,
  SONDE_GO_STEP_ELSEWHERE,
  SONDE_GO_STEP_REGISTER,
  SONDE_GO_STEP_NO_RULE,
} SondeGoStep;

/**
 * SondeGoFrame:
 * @address: the instruction that executes: inside the call, for a caller
 * @is_innermost: whether it stands before that instruction, by itself or by a signal
 * @registers: by their numbers; of the program counter there is only @address
 * @known: which of them are known
 * @has_left: whether the goroutine that ran here has left the CPU by then
 * @missed: with %SONDE_GO_STEP_BYTES and _ELSEWHERE, where bytes are needed from
 * @is_elsewhere: whether that is on another stack
 */
typedef struct
{
  SondeAddress address;
  gboolean     is_innermost;
  guint64      registers[SONDE_N_REGISTERS];
  guint        known;
  gboolean     has_left;
  SondeAddress missed;
  gboolean     is_elsewhere;
} SondeGoFrame;

/* Makes @frame, which is of Go, the one that called it; @read_stack reads captured bytes. Threads:
 * worker only.
 */
SondeGoStep sonde_go_step (SondeGoRules    *rules,
                           SondeGoFrame    *frame,
                           SondeGoWordFunc  read_stack,
                           gpointer         data);

G_END_DECLS
