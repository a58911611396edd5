/* go-cursor.c: moves libunwind's cursor from a frame of Go to its caller
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "unwinder/go-cursor.h"

static SondeStackEnd
describe_end (SondeGoStep step)
{
  switch (step)
    {
    case SONDE_GO_STEP_OUTERMOST:
      return SONDE_STACK_END_OUTERMOST;

    case SONDE_GO_STEP_BYTES:
    case SONDE_GO_STEP_ELSEWHERE:
      return SONDE_STACK_END_BYTES;

    case SONDE_GO_STEP_REGISTER:
      return SONDE_STACK_END_REGISTER;

    case SONDE_GO_STEP_CALLER:
    case SONDE_GO_STEP_NO_RULE:
    default:
      return SONDE_STACK_END_NO_RULE;
    }
}

gboolean
sonde_go_cursor_step (SondeGoRules    *rules,
                      unw_cursor_t    *cursor,
                      SondeGoFrame    *frame,
                      SondeGoWordFunc  read_stack,
                      gpointer         data,
                      SondeStackEnd   *end)
{
  unw_word_t value = 0;
  SondeGoStep step;

  unw_get_reg (cursor, UNW_REG_SP, &value);
  frame->registers[SONDE_REGISTER_SP] = value;
  frame->known = SONDE_REGISTERS_PC_SP;
  if (unw_get_reg (cursor, UNW_X86_64_RBP, &value) == 0)
    {
      frame->registers[SONDE_REGISTER_FP] = value;
      frame->known |= 1u << SONDE_REGISTER_FP;
    }

  step = sonde_go_step (rules, frame, read_stack, data);
  frame->registers[SONDE_REGISTER_PC] = frame->address;
  frame->is_elsewhere = step == SONDE_GO_STEP_ELSEWHERE;
  *end = describe_end (step);

  return step == SONDE_GO_STEP_CALLER;
}
