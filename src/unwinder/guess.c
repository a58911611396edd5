/* guess.c: the rest of a sleeper's stack that hangs on a register which the kernel does not show
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A function with its frame in %rbp has saved its caller's %rbp and set its own to that place:
 *
 *   stack pointer ▶ … locals … │ caller's %rbp │ return address │ … caller's frame …
 *                              ▲ %rbp
 *
 * So %rbp is below a return address, and only some words are. Each is tried. What is believed leads
 * by rules alone to the outermost frame, and each return address on the way follows a call of the
 * function that returns there; the first one names it. Return addresses of earlier calls, which lie
 * about among the locals, do not pass that. Where two would do none is believed.
 */

#include "config.h"

#include <string.h>

#include "unwinder/call-site.h"
#include "unwinder/unwinder-private.h"

/* How far above the stack pointer the frame may end, and how many stacks may be tried. */
#define N_WORDS_MAX 1024
#define N_TRIALS_MAX 32

/* Whether each frame of self->trial from @first on calls the one before it, as far as its code says
 * whom it calls.
 */
static gboolean
has_matching_calls (SondeUnwinder *self,
                    guint          first)
{
  const SondeStack *stack = self->trial;

  for (guint i = first; i < stack->depth; i++)
    {
      SondeAddress function;
      SondeCallSite site;

      /* The kernel called the handler, wherever the frame outside of it stood. */
      if (sonde_trampolines_has (&self->trampolines, self->tables, stack->addresses[i]))
        {
          i++;
          continue;
        }

      if (!sonde_unwinder_find_procedure (self, stack->addresses[i - 1], &function))
        return FALSE;

      site = sonde_call_site_judge (self->tables, stack->addresses[i] + 1, function);
      if (site == SONDE_CALL_SITE_NONE || site == SONDE_CALL_SITE_OTHER)
        return FALSE;
    }

  return TRUE;
}

/* Whether the stack with this frame pointer is whole. Fills self->trial; the frame that @fp is the
 * frame pointer of is before @first.
 */
static gboolean
try_frame_pointer (SondeUnwinder *self,
                   SondeCapture  *capture,
                   SondeAddress   fp,
                   guint          first)
{
  capture->registers[SONDE_REGISTER_FP] = fp;
  sonde_unwinder_unwind (self, capture, self->trial);
  self->n_reads_to_guess -= MIN (N_READS_A_STACK - self->n_reads_in_all, self->n_reads_to_guess);

  return self->trial->end == SONDE_STACK_END_OUTERMOST && !self->trial->unmapped &&
         self->is_by_rules && has_matching_calls (self, first);
}

/* Gives the only frame pointer that can be believed, or 0. */
static SondeAddress
find_frame_pointer (SondeUnwinder *self,
                    SondeCapture  *capture,
                    SondeAddress   sp,
                    SondeAddress   function,
                    guint          first)
{
  const SondeStackPiece *stack = &capture->stack;
  SondeAddress found = 0;
  guint n_trials = 0;

  for (guint i = 0; i < N_WORDS_MAX; i++)
    {
      SondeAddress fp = sp + 8 * i;
      SondeAddress address;

      if (fp < stack->start || fp - stack->start + 16 > stack->length)
        break;

      memcpy (&address, stack->bytes + (fp + 8 - stack->start), sizeof address);
      if (sonde_call_site_judge (self->tables, address, function) != SONDE_CALL_SITE_SAME)
        continue;

      if (n_trials++ == N_TRIALS_MAX || self->n_reads_to_guess == 0)
        return 0;
      if (!try_frame_pointer (self, capture, fp, first))
        continue;

      if (found != 0)
        return 0;
      found = fp;
    }

  return found;
}

gboolean
sonde_unwinder_guess (SondeUnwinder      *self,
                      const SondeCapture *capture,
                      SondeStack         *stack)
{
  SondeCapture copy;
  SondeAddress function, found;

  g_return_val_if_fail (self != NULL, FALSE);

  /* All trials together may cost what one stack may. */
  self->n_reads_to_guess = N_READS_A_STACK;
  if (stack->end != SONDE_STACK_END_REGISTER || stack->depth == 0 ||
      (capture->known & (1u << SONDE_REGISTER_FP)) != 0 ||
      !sonde_unwinder_find_procedure (self, stack->addresses[stack->depth - 1], &function))
    return FALSE;

  if (self->trial == NULL)
    self->trial = g_new0 (SondeStack, 1);
  copy = *capture;
  copy.known |= 1u << SONDE_REGISTER_FP;
  found = find_frame_pointer (self, &copy, self->frame_sp, function, stack->depth);
  if (found == 0 || !try_frame_pointer (self, &copy, found, stack->depth))
    return FALSE;

  *stack = *self->trial;
  stack->is_guessed = TRUE;
  return TRUE;
}
