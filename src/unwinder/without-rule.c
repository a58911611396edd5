/* without-rule.c: from a frame to its caller where no unwind information says how
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JIT compilers and -fno-asynchronous-unwind-tables leave a frame pointer at best.
 */

#include "config.h"

#include "unwinder/call-site.h"
#include "unwinder/outermost.h"
#include "unwinder/unwinder-private.h"

/* How far an outermost frame's return address may be: musl has 5 words of other registers there. */
#define N_WORDS_TO_OUTERMOST 16

/* Makes self->registers those of the caller, without unwind information. The address is then inside
 * the call, not after it, which may be the last instruction that the caller's rule covers.
 */
static gboolean
follow_frame_pointer (SondeUnwinder *self,
                      SondeAddress   pc,
                      SondeAddress   sp,
                      gboolean       has_fp,
                      SondeAddress   fp)
{
  guint64 caller_pc;
  guint64 caller_fp;

  /* A call through a bad pointer: the caller's address is all that was pushed. */
  if (!sonde_tables_is_code (self->tables, pc) &&
      sonde_unwinder_read_stack (self, sp, &caller_pc) &&
      sonde_tables_is_code (self->tables, caller_pc))
    {
      self->registers[SONDE_REGISTER_SP] = sp + 8;
      self->registers[SONDE_REGISTER_PC] = caller_pc - 1;
      return TRUE;
    }

  if (!has_fp || fp < sp || fp % 8 != 0 || !sonde_unwinder_read_stack (self, fp, &caller_fp) ||
      !sonde_unwinder_read_stack (self, fp + 8, &caller_pc) ||
      !sonde_tables_is_code (self->tables, caller_pc))
    return FALSE;

  self->registers[SONDE_REGISTER_FP] = caller_fp;
  self->registers[SONDE_REGISTER_SP] = fp + 16;
  self->registers[SONDE_REGISTER_PC] = caller_pc - 1;
  self->known = SONDE_REGISTERS_PC_SP | (1u << SONDE_REGISTER_FP);
  self->is_in_chain = TRUE;

  return TRUE;
}

/* Makes self->registers those of an outermost frame whose return address is next to @sp, as musl's
 * is, whose library has no rules: main() and what a thread begins with are called from one frame
 * without any, and that from the first one. Where another return address comes before it there are
 * more frames, and how many is not known.
 */
static gboolean
find_outermost (SondeUnwinder *self,
                SondeAddress   sp)
{
  for (guint i = 0; i < N_WORDS_TO_OUTERMOST; i++)
    {
      guint64 caller_pc;

      if (!sonde_unwinder_read_stack (self, sp + 8 * i, &caller_pc))
        return FALSE;

      if (sonde_call_site_judge (self->tables, caller_pc, 0) == SONDE_CALL_SITE_NONE)
        continue;
      if (!sonde_outermost_is_code (self->tables, caller_pc))
        return FALSE;

      self->registers[SONDE_REGISTER_SP] = sp + 8 * i + 8;
      self->registers[SONDE_REGISTER_PC] = caller_pc - 1;
      self->known = SONDE_REGISTERS_PC_SP;
      return TRUE;
    }

  return FALSE;
}

/* A frame pointer of 0 is an end only at the end of a chain of them (System V ABI, AMD64
 * supplement, 3.4.1): code without rules mostly has something else in that register.
 */
gboolean
sonde_unwinder_step_without_rule (SondeUnwinder *self,
                                  SondeAddress   pc,
                                  SondeAddress   sp,
                                  gboolean       has_fp,
                                  SondeAddress   fp,
                                  SondeStackEnd *end)
{
  gboolean was_in_chain = self->is_in_chain;

  self->is_exact = TRUE;
  self->is_in_chain = FALSE;
  *end = SONDE_STACK_END_OUTERMOST;
  if ((was_in_chain && has_fp && fp == 0) || sonde_outermost_is_code (self->tables, pc))
    return FALSE;

  *end = SONDE_STACK_END_NO_RULE;

  return follow_frame_pointer (self, pc, sp, has_fp, fp) || find_outermost (self, sp);
}
