/* memo.c: the last stack of a thread, to begin the next one's outer frames from
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only whole stacks are kept: one that ended for want of bytes would not end there again.
 */

#include "config.h"

#include "unwinder/memo.h"

#include <string.h>

struct _SondeMemo
{
  GArray          *frames; /* of SondeMemoFrame, innermost first */
  GArray          *spare;  /* the next frames are put together here */
  SondeStackPiece  stack;  /* the bytes they follow from, up to high */
  SondeAddress     high;   /* no byte from here on was read */
  guint            at;     /* where the search of the unwinding under way stands */
};

SondeMemo *
sonde_memo_new (void)
{
  SondeMemo *self = g_new0 (SondeMemo, 1);

  self->frames = g_array_new (FALSE, FALSE, sizeof (SondeMemoFrame));
  self->spare = g_array_new (FALSE, FALSE, sizeof (SondeMemoFrame));

  return self;
}

void
sonde_memo_free (SondeMemo *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->frames);
  g_array_unref (self->spare);
  sonde_stack_piece_clear (&self->stack);
  g_free (self);
}

/* Whether both hold the same bytes from @start up to self->high. */
static gboolean
has_same_bytes (const SondeMemo    *self,
                const SondeCapture *capture,
                SondeAddress        start)
{
  const SondeStackPiece *stack = &capture->stack;

  if (start < self->stack.start || start < stack->start || start > self->high ||
      self->high - stack->start > stack->length)
    return FALSE;

  return memcmp (self->stack.bytes + (start - self->stack.start),
                 stack->bytes + (start - stack->start), self->high - start) == 0;
}

static gboolean
is_same_frame (const SondeMemoFrame *a,
               const SondeMemoFrame *b)
{
  if (a->pc != b->pc || a->sp != b->sp || a->address != b->address || a->known != b->known)
    return FALSE;

  for (guint i = 0; i < SONDE_N_SAVED_REGISTERS; i++)
    if ((a->known & (1u << i)) != 0 && a->saved[i] != b->saved[i])
      return FALSE;

  return TRUE;
}

SondeMemoFrame
sonde_memo_describe_frame (unw_cursor_t *cursor,
                           SondeAddress  pc,
                           SondeAddress  address)
{
  static const unw_regnum_t numbers[SONDE_N_SAVED_REGISTERS] = {
    UNW_X86_64_RBX, UNW_X86_64_RBP, UNW_X86_64_R12,
    UNW_X86_64_R13, UNW_X86_64_R14, UNW_X86_64_R15,
  };
  SondeMemoFrame frame = { .pc = pc, .address = address };
  unw_word_t value;

  if (unw_get_reg (cursor, UNW_REG_SP, &value) == 0)
    frame.sp = value;

  for (guint i = 0; i < SONDE_N_SAVED_REGISTERS; i++)
    {
      if (unw_get_reg (cursor, numbers[i], &value) != 0)
        continue;

      frame.saved[i] = value;
      frame.known |= 1u << i;
    }

  return frame;
}

gint
sonde_memo_find (SondeMemo            *self,
                 const SondeCapture   *capture,
                 const SondeMemoFrame *frame)
{
  const SondeMemoFrame *kept = NULL;

  /* Stack pointers grow outwards, here and there. */
  for (; self->at < self->frames->len; self->at++)
    {
      kept = &g_array_index (self->frames, SondeMemoFrame, self->at);
      if (kept->sp >= frame->sp)
        break;
    }

  if (self->at == self->frames->len || !is_same_frame (kept, frame) ||
      !has_same_bytes (self, capture, frame->sp))
    return -1;

  return (gint) self->at;
}

void
sonde_memo_take (const SondeMemo *self,
                 guint            index,
                 SondeStack      *stack)
{
  for (guint i = index; i < self->frames->len && stack->depth < SONDE_STACK_DEPTH_MAX; i++)
    {
      const SondeMemoFrame *frame = &g_array_index (self->frames, SondeMemoFrame, i);

      stack->sps[stack->depth] = frame->sp;
      stack->addresses[stack->depth++] = frame->address;
    }

  stack->end = stack->depth < SONDE_STACK_DEPTH_MAX ? SONDE_STACK_END_OUTERMOST
                                                    : SONDE_STACK_END_DEPTH;
}

void
sonde_memo_keep (SondeMemo          *self,
                 const SondeCapture *capture,
                 const GArray       *frames,
                 gint                index,
                 SondeAddress        high)
{
  const SondeStackPiece *stack = &capture->stack;
  GArray *kept = self->spare;

  g_array_set_size (kept, 0);
  g_array_append_vals (kept, frames->data, frames->len);
  if (index >= 0)
    {
      g_array_append_vals (kept, &g_array_index (self->frames, SondeMemoFrame, index),
                           self->frames->len - (guint) index);
      high = MAX (high, self->high);
    }

  self->spare = self->frames;
  self->frames = kept;
  self->at = 0;
  self->high = CLAMP (high, stack->start, stack->start + stack->length);

  sonde_stack_piece_ensure (&self->stack, MIN (stack->capacity, SONDE_CAPTURE_BYTES_MAX));
  self->stack.start = stack->start;
  self->stack.length = self->high - stack->start;
  memcpy (self->stack.bytes, stack->bytes, self->stack.length);
}

void
sonde_memo_drop (SondeMemo *self)
{
  g_array_set_size (self->frames, 0);
  self->at = 0;
}
