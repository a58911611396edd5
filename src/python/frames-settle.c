/* frames-settle.c: makes a stack of one moment of frames that were copied while they changed
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "python/frames-private.h"

/* How often an outermost frame is to be seen, with no other between, before it is believed; and for
 * how long none that is believed may have been seen. Where a generator does little else than to
 * yield, the chain ends with it in every third copy.
 */
typedef struct
{
  guint   sightings;
  guint64 ns;
} Evidence;

static const Evidence evidence_first = { 2, 0 };
static const Evidence evidence_object = { 8, 0 };
static const Evidence evidence_elsewhere = { 16, 5 * 1000 * 1000 };
static const Evidence evidence_generator = { 64, 50 * 1000 * 1000 };

/* Where in its page the first frame lies of a piece of the stack of frames, but for the outermost
 * piece (pystate.c, push_chunk()).
 */
#define LATER_PIECE_OFFSET 0x18

void
sonde_python_frames_drop_innermost (SondePythonFrames *self,
                                    SondeCodeStack    *stack,
                                    guint              n)
{
  if (n == 0)
    return;

  stack->depth -= n;
  memmove (stack->frames, stack->frames + n, stack->depth * sizeof *stack->frames);
  memmove (self->marks, self->marks + n, stack->depth);
}

static gboolean
equal_frames (const SondeCodeFrame *a,
              const SondeCodeFrame *b)
{
  return a->frame == b->frame && a->code == b->code && a->instruction == b->instruction;
}

/* Since 3.14 a frame that has been made and not entered looks like one in its first instruction,
 * which may wait there for the lock: that lasts.
 */
static gboolean
is_unentered (SondePythonFrames    *self,
              const SondeCodeFrame *frame)
{
  gboolean lasts = equal_frames (frame, &self->unentered);

  self->unentered = (SondeCodeFrame) { 0 };
  if (!self->is_ambiguous || sonde_python_frames_has_begun (self, frame))
    return FALSE;

  self->unentered = *frame;

  return !lasts;
}

/* Takes the frames out that had returned when the regions were copied. The outermost frame that
 * executes itself is the innermost of all, unless C lies between it and the next. Since 3.14 a
 * frame that returns lets go of its code before its caller goes on, and the next one in its place
 * may have been made and not entered.
 */
static void
drop_returned (SondePythonFrames *self,
               SondeCodeStack    *stack)
{
  guint top = 0;

  while (top < stack->depth && stack->frames[top].code == 0)
    top++;
  if (top + 1 < stack->depth && is_unentered (self, &stack->frames[top]))
    top++;

  for (guint i = stack->depth; i-- > top + 1;)
    if (!(self->marks[i] & MARK_SUSPENDED) && !stack->frames[i - 1].is_entry)
      {
        top = i;
        break;
      }

  sonde_python_frames_drop_innermost (self, stack, top);
}

/* Whether the thread state led to a generator's frame. That is what it was a moment later, and who
 * resumed it is remembered, so that the chain is the stack of the moment in which the thread state
 * was copied. The marks would be those of many moments: each generator's frame is copied by itself,
 * and the outermost that executed in its own moment would hide those that it resumes.
 */
static gboolean
is_in_generator (const SondePythonFrames *self,
                 const SondeCodeStack    *stack)
{
  return stack->depth > 0 && (self->marks[0] & MARK_GENERATOR) != 0 && stack->frames[0].code != 0;
}

void
sonde_python_frames_settle (SondePythonFrames *self,
                            SondeCodeStack    *stack)
{
  if (!self->has_marks || is_in_generator (self, stack))
    return;

  drop_returned (self, stack);
  if (stack->depth > 0)
    sonde_python_frames_add_called (self, stack);
}

/* Since 3.11 the outermost frame of a thread lies where the stack of frames begins. */
static gboolean
is_base (const SondePythonFrames *self,
         const SondeCodeFrame    *outermost)
{
  for (guint i = 0; i < MIN (self->n_bases, N_BASES); i++)
    if (outermost->frame == self->bases[i].frame &&
        ((self->has_marks && !self->is_generator_outermost) ||
         outermost->code == self->bases[i].code))
      return TRUE;

  return FALSE;
}

/* NULL if none is enough. */
static const Evidence *
get_needed_evidence (const SondePythonFrames *self,
                     const SondeCodeFrame    *outermost)
{
  /* C may resume a generator with no frame below it, but hardly does. Since 3.12 it leaves a shim
   * then, and a generator below which there is nothing has yielded, or not begun.
   */
  if (self->is_generator_outermost)
    return self->offsets->version < 0x030c || self->has_outer_shim ? &evidence_generator : NULL;

  /* Where the stack grows by a piece and shrinks again, the kernel keeps copies in step with that,
   * and one that was made before the new frame was linked is met a hundred times.
   */
  if (self->has_marks && outermost->frame % PAGE_BYTES == LATER_PIECE_OFFSET)
    return NULL;
  if (self->n_bases == 0)
    return &evidence_first;

  return self->has_marks ? &evidence_elsewhere : &evidence_object;
}

gboolean
sonde_python_frames_believe_base (SondePythonFrames    *self,
                                  const SondeCodeStack *stack,
                                  guint64               now_ns)
{
  const SondeCodeFrame *outermost;
  const Evidence *needed;

  if (self->believed_ns == 0)
    self->believed_ns = now_ns;
  if (stack->depth == 0 || stack->is_truncated)
    return TRUE;

  outermost = &stack->frames[stack->depth - 1];
  if (!is_base (self, outermost))
    {
      if (outermost->frame != self->doubted.frame || outermost->code != self->doubted.code)
        self->n_doubted = 0;
      self->doubted = *outermost;
      needed = get_needed_evidence (self, outermost);
      if (needed == NULL || ++self->n_doubted < needed->sightings ||
          now_ns - self->believed_ns < needed->ns)
        return FALSE;

      self->bases[self->n_bases++ % N_BASES] = *outermost;
    }

  self->n_doubted = 0;
  self->believed_ns = now_ns;

  return TRUE;
}

/* A frame lies above the one that called it, or begins a piece of the stack of frames; one that a
 * generator called, whose own lies elsewhere, lies above that of the generator's caller (pystate.c,
 * _PyThreadState_PushFrame()). Who puts frames between, as some compilers do, does so often.
 */
static gboolean
lies_above_caller (SondePythonFrames    *self,
                   const SondeCodeStack *stack,
                   guint                 place)
{
  const SondeCodeFrame *callee = &stack->frames[place];
  const FrameSize *size;
  guint below = place + 1;

  if (callee->frame % PAGE_BYTES == LATER_PIECE_OFFSET ||
      !sonde_python_frames_is_on_stack (self, callee))
    return TRUE;

  while (below < stack->depth && !sonde_python_frames_is_on_stack (self, &stack->frames[below]))
    below++;
  if (below == stack->depth)
    return TRUE;

  size = sonde_python_frames_find_size (self, stack->frames[below].code);
  return size == NULL || callee->frame == stack->frames[below].frame + size->bytes;
}

/* With C between the two, what is called tells nothing, but where its frame lies does. */
static gboolean
believe_call (SondePythonFrames    *self,
              const SondeCodeStack *stack,
              guint                 place)
{
  const SondeCodeFrame *callee = &stack->frames[place];
  const SondeCodeFrame *caller = callee + 1;
  SondePythonCall judged = sonde_python_frames_judge_call (self, caller, callee);
  gboolean is_likely;

  if (judged == SONDE_PYTHON_CALL_CERTAIN)
    return TRUE;
  if (judged == SONDE_PYTHON_CALL_UNLIKELY)
    return caller->code != 0 && callee->code != 0 &&
           sonde_python_edges_lasts (self->edges, caller, callee->code);

  is_likely = lies_above_caller (self, stack, place);
  if (is_likely && callee->is_entry)
    return TRUE;

  return sonde_python_edges_check (self->edges, caller, callee, is_likely);
}

gboolean
sonde_python_frames_believe (SondePythonFrames    *self,
                             const SondeCodeStack *stack)
{
  const SondeCodeStack *accepted = self->accepted;
  gboolean are_believed = TRUE;
  guint n_same = 0;

  if (!self->has_marks)
    return TRUE;

  /* Those that stand as in the last stack were. */
  while (n_same < stack->depth && n_same < accepted->depth &&
         equal_frames (&stack->frames[stack->depth - 1 - n_same],
                       &accepted->frames[accepted->depth - 1 - n_same]))
    n_same++;

  for (guint i = 0; i + 1 < stack->depth && i + n_same < stack->depth; i++)
    are_believed &= believe_call (self, stack, i);

  if (!are_believed)
    return FALSE;

  self->accepted->depth = stack->depth;
  memcpy (self->accepted->frames, stack->frames, stack->depth * sizeof *stack->frames);

  return TRUE;
}
