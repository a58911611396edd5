/* go-step.c: from one frame of Go to the one that called it
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Go's table has the size of a frame at each instruction, so the return address is above that; with
 * a frame, the caller's frame pointer is at its end:
 *
 *   sp ▶ frame …, saved %rbp ◀ %rbp, return address, caller's frame …
 *
 * A goroutine has a small stack of its own; what needs more runs on the stack of its thread
 * (runtime.systemstack, and runtime.asmcgocall for C; runtime/asm_amd64.s). Before Go 1.21 neither
 * has a frame or changes %rbp, so that is still the one of its caller F, on the goroutine's stack:
 *
 *   goroutine's stack   … return address into F ┃ F's frame …, saved %rbp ◀ %rbp, return address
 *   thread's stack      … frame of the function that F has run there ┃ return into systemstack
 *
 * F is the function whose frame, from its return address up to %rbp, is as long as the table says
 * and that calls systemstack there. Since Go 1.21 systemstack has a frame, which %rbp leads to, as
 * functions have that call into the vdso on the thread's stack (runtime/sys_linux_amd64.s).
 *
 * What runs on the thread's stack once a goroutine has left the CPU has no more to do with it:
 * there the stack ends.
 */

#include "config.h"

#include "unwinder/go-step.h"

#include <stddef.h>
#include <string.h>
#include <ucontext.h>

/* Frames of functions that call systemstack are some 100 bytes long. */
#define SEARCHED_BYTES_MAX 2048

/* Makes @frame the one that @address returns to, above @sp. */
static SondeGoStep
return_to (SondeGoRules *self,
           SondeGoFrame *frame,
           SondeAddress  address,
           SondeAddress  sp)
{
  const SondeGoRule *rule;

  if (!sonde_go_rules_is_code (self, address))
    return SONDE_GO_STEP_NO_RULE;

  frame->is_innermost = FALSE;
  frame->address = address - 1;
  frame->registers[SONDE_REGISTER_SP] = sp;

  /* It was not called: the kernel put its address there. */
  rule = sonde_go_rules_covers (self, address) ? sonde_go_rules_find (self, address) : NULL;
  if (rule != NULL && rule->kind == SONDE_GO_KIND_RETURN && rule->function == address)
    frame->address = address;

  return SONDE_GO_STEP_CALLER;
}

static SondeGoStep
miss (SondeGoFrame *frame,
      SondeAddress  address)
{
  frame->missed = address;

  return SONDE_GO_STEP_BYTES;
}

/* The stacks of goroutines are at multiples of their length, 2 KiB at first. */
static SondeGoStep
miss_other (SondeGoFrame *frame,
            SondeAddress  address)
{
  frame->missed = SONDE_CAPTURE_OTHER_START (address);

  return SONDE_GO_STEP_ELSEWHERE;
}

static SondeGoStep
step_frame (SondeGoRules      *self,
            SondeGoFrame      *frame,
            const SondeGoRule *rule,
            SondeGoWordFunc    read_stack,
            gpointer           data)
{
  SondeAddress top = frame->registers[SONDE_REGISTER_SP] + rule->size;
  guint64 fp = 0;
  guint64 address;

  if (!read_stack (top, &address, data))
    return miss (frame, top);

  /* One instruction after the frame was made the frame pointer is not in it, until Go 1.20. */
  if (rule->size > 0 && !(frame->is_innermost &&
                          sonde_go_rules_saves_fp (self, frame->address, rule->size)))
    {
      frame->registers[SONDE_REGISTER_FP] = read_stack (top - 8, &fp, data) ? fp : 0;
      frame->known |= 1u << SONDE_REGISTER_FP;
    }
  frame->known &= SONDE_REGISTERS_PC_SP | (1u << SONDE_REGISTER_FP);

  return return_to (self, frame, address, top + 8);
}

/* The stack pointer is one on another stack, or may be. */
static SondeGoStep
step_pointer (SondeGoRules    *self,
              SondeGoFrame    *frame,
              SondeGoWordFunc  read_stack,
              gpointer         data)
{
  SondeAddress fp = frame->registers[SONDE_REGISTER_FP];
  guint64 caller_fp;
  guint64 address;

  if ((frame->known & (1u << SONDE_REGISTER_FP)) == 0)
    return SONDE_GO_STEP_REGISTER;

  if (fp == 0 || fp % 8 != 0)
    return SONDE_GO_STEP_NO_RULE;

  if (!read_stack (fp, &caller_fp, data) || !read_stack (fp + 8, &address, data))
    return miss_other (frame, fp);

  frame->known = SONDE_REGISTERS_PC_SP | (1u << SONDE_REGISTER_FP);
  frame->registers[SONDE_REGISTER_FP] = caller_fp;

  return return_to (self, frame, address, fp + 16);
}

/* See above: the caller F of the function that begins at @function. */
static SondeGoStep
step_switch (SondeGoRules    *self,
             SondeGoFrame    *frame,
             SondeAddress     function,
             SondeGoWordFunc  read_stack,
             gpointer         data)
{
  SondeAddress fp = frame->registers[SONDE_REGISTER_FP];
  guint64 address;

  if ((frame->known & (1u << SONDE_REGISTER_FP)) == 0)
    return SONDE_GO_STEP_REGISTER;

  if (fp < SEARCHED_BYTES_MAX || fp % 8 != 0)
    return SONDE_GO_STEP_NO_RULE;

  if (!read_stack (fp, &address, data))
    return miss_other (frame, fp);

  for (guint size = 8; size <= SEARCHED_BYTES_MAX; size += 8)
    {
      const SondeGoRule *rule;

      if (!read_stack (fp - size, &address, data))
        break;

      if (!sonde_go_rules_covers (self, address) ||
          sonde_go_rules_find_callee (self, address) != function)
        continue;

      rule = sonde_go_rules_find (self, address - 1);
      if (rule->kind != SONDE_GO_KIND_FRAME || rule->size != size)
        continue;

      frame->known = SONDE_REGISTERS_PC_SP | (1u << SONDE_REGISTER_FP);

      return return_to (self, frame, address, fp - size + 8);
    }

  return SONDE_GO_STEP_NO_RULE;
}

/* What a signal came upon, from what the kernel put above the handler's frame (struct ucontext). */
static SondeGoStep
step_return (SondeGoFrame    *frame,
             SondeGoWordFunc  read_stack,
             gpointer         data)
{
  static const guint numbers[] = { /* as the kernel has them: r8 … r15, rdi, rsi, … rip */
    8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16,
  };
  SondeAddress at = frame->registers[SONDE_REGISTER_SP] +
                    offsetof (ucontext_t, uc_mcontext.gregs);
  guint64 values[SONDE_N_REGISTERS];
  guint64 word;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!read_stack (at + i * 8, &values[numbers[i]], data))
      return miss (frame, at + i * 8);

  /* The handler has a stack of its own. */
  if (!read_stack (values[SONDE_REGISTER_SP], &word, data))
    return miss_other (frame, values[SONDE_REGISTER_SP]);

  memcpy (frame->registers, values, sizeof values);
  frame->known = SONDE_REGISTERS_ALL;
  frame->address = values[SONDE_REGISTER_PC];
  frame->is_innermost = TRUE;

  return SONDE_GO_STEP_CALLER;
}

/* One that writes the stack pointer: whether it has, what it would return to tells. */
static SondeGoStep
step_writer (SondeGoRules      *self,
             SondeGoFrame      *frame,
             const SondeGoRule *rule,
             SondeGoWordFunc    read_stack,
             gpointer           data)
{
  SondeAddress top = frame->registers[SONDE_REGISTER_SP] + rule->size;
  guint64 address;

  if (!read_stack (top, &address, data))
    return miss (frame, top);

  if (!frame->is_innermost || sonde_go_rules_find_callee (self, address) != rule->function)
    return SONDE_GO_STEP_NO_RULE;

  return step_frame (self, frame, rule, read_stack, data);
}

static SondeGoStep
step_boundary (SondeGoRules      *self,
               SondeGoFrame      *frame,
               const SondeGoRule *rule,
               SondeGoWordFunc    read_stack,
               gpointer           data)
{
  SondeGoStep step = step_frame (self, frame, rule, read_stack, data);

  frame->known = SONDE_REGISTERS_PC_SP;

  return step;
}

static SondeGoStep
step_injected (SondeGoRules      *self,
               SondeGoFrame      *frame,
               const SondeGoRule *rule,
               SondeGoWordFunc    read_stack,
               gpointer           data)
{
  SondeGoStep step = step_frame (self, frame, rule, read_stack, data);

  if (step == SONDE_GO_STEP_CALLER)
    {
      frame->address++;
      frame->is_innermost = TRUE;
    }

  return step;
}

SondeGoStep
sonde_go_step (SondeGoRules    *self,
               SondeGoFrame    *frame,
               SondeGoWordFunc  read_stack,
               gpointer         data)
{
  const SondeGoRule rule = *sonde_go_rules_find (self, frame->address);

  switch (rule.kind)
    {
    case SONDE_GO_KIND_FRAME:
      return step_frame (self, frame, &rule, read_stack, data);

    case SONDE_GO_KIND_POINTER:
      /* While it is entered and left the frame pointer is its caller's. */
      return frame->is_innermost &&
             step_writer (self, frame, &rule, read_stack, data) == SONDE_GO_STEP_CALLER
               ? SONDE_GO_STEP_CALLER : step_pointer (self, frame, read_stack, data);

    case SONDE_GO_KIND_SWITCH:
      return frame->is_innermost &&
             step_writer (self, frame, &rule, read_stack, data) == SONDE_GO_STEP_CALLER
               ? SONDE_GO_STEP_CALLER
               : step_switch (self, frame, rule.function, read_stack, data);

    case SONDE_GO_KIND_WRITER:
      return step_writer (self, frame, &rule, read_stack, data);

    case SONDE_GO_KIND_INJECTED:
      return step_injected (self, frame, &rule, read_stack, data);

    case SONDE_GO_KIND_BOUNDARY:
      return step_boundary (self, frame, &rule, read_stack, data);

    case SONDE_GO_KIND_RETURN:
      return step_return (frame, read_stack, data);

    case SONDE_GO_KIND_LEAVE:
      frame->has_left = TRUE;
      return step_frame (self, frame, &rule, read_stack, data);

    case SONDE_GO_KIND_GROW:
      return frame->has_left ? SONDE_GO_STEP_OUTERMOST
                             : step_writer (self, frame, &rule, read_stack, data);

    case SONDE_GO_KIND_TOP:
      return frame->is_innermost &&
             step_writer (self, frame, &rule, read_stack, data) == SONDE_GO_STEP_CALLER
               ? SONDE_GO_STEP_CALLER : SONDE_GO_STEP_OUTERMOST;

    case SONDE_GO_KIND_NONE:
    default:
      return SONDE_GO_STEP_NO_RULE;
    }
}
