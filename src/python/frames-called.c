/* frames-called.c: the frames that were called after a thread state was copied
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A generator's frame lies with the generator, anywhere, and is copied at another moment than the
 * stack of frames and the thread state. It forgets who resumed it as soon as it yields, so that is
 * remembered. To read again until all fits would be wrong: what is seen would then be what lasts,
 * and next to nothing of a generator that is resumed a million times a second.
 */

#include "config.h"

#include "python/frames-private.h"

/* How many calls are followed. */
#define CALLED_MAX 16

/* By all bits of the address: generators lie in steps of their size, and pages apart. */
static guint
get_place (SondeAddress generator)
{
  return (guint) ((generator * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 32) % N_CALLERS;
}

void
sonde_python_frames_remember_caller (SondePythonFrames    *self,
                                     const SondeCodeFrame *generator,
                                     SondeAddress          caller)
{
  self->callers[get_place (generator->frame)] = (Caller) {
    .generator = generator->frame,
    .code = generator->code,
    .caller = caller,
    .is_entry = generator->is_entry,
  };
  self->has_generators = TRUE;
}

void
sonde_python_frames_recall_shim (SondePythonFrames *self,
                                 SondeAddress       shim,
                                 SondeAddress       callee_code,
                                 Frame             *frame)
{
  Caller *known = &self->callers[get_place (shim ^ callee_code)];

  if (frame->is_shim && frame->previous != 0)
    {
      *known = (Caller) {
        .generator = shim, .code = callee_code, .caller = frame->previous, .is_shim = TRUE,
      };
    }
  else if (known->is_shim && known->generator == shim && known->code == callee_code)
    {
      frame->is_shim = TRUE;
      frame->is_dead = FALSE;
      frame->previous = known->caller;
    }
}

const Caller *
sonde_python_frames_find_caller (const SondePythonFrames *self,
                                 SondeAddress             generator,
                                 SondeAddress             code)
{
  const Caller *caller = &self->callers[get_place (generator)];

  return caller->generator == generator && caller->code == code ? caller : NULL;
}

/* Puts @frames, each the caller of the next, inside of the innermost one. */
static void
add_innermost (SondeCodeStack       *stack,
               const SondeCodeFrame *frames,
               guint                 n)
{
  n = MIN (n, SONDE_STACK_DEPTH_MAX - stack->depth);
  memmove (stack->frames + n, stack->frames, stack->depth * sizeof *stack->frames);
  stack->depth += n;
  for (guint i = 0; i < n; i++)
    stack->frames[n - 1 - i] = frames[i];
}

/* The frame at @address in the copy, which may have returned. */
static gboolean
find_frame (SondePythonFrames *self,
            SondeAddress       address,
            Frame             *frame,
            SondeCodeFrame    *code_frame)
{
  if (!sonde_python_frames_look_up (self, address, frame) ||
      frame->is_shim || frame->code == 0 || frame->code % 8 != 0)
    return FALSE;

  *code_frame = (SondeCodeFrame) {
    .frame = address, .code = frame->code, .instruction = frame->instruction,
  };

  return TRUE;
}

/* Since 3.12 a frame that C has called leads to one of the interpreter's own on the C stack, and
 * that to the frame that called C.
 */
static gboolean
has_called_by_c (SondePythonFrames    *self,
                 const SondeCodeFrame *caller,
                 const Frame          *callee)
{
  Frame shim;

  if (!sonde_python_frames_look_up (self, callee->previous, &shim))
    return FALSE;

  sonde_python_frames_recall_shim (self, callee->previous, callee->code, &shim);

  return shim.is_shim && shim.previous == caller->frame;
}

/* What lies where @caller has called a frame to, if it is in the copy: it may have returned. Since
 * 3.14 one that has returned has no code, so that what C has called is of that moment too.
 */
static gboolean
find_callee (SondePythonFrames    *self,
             const SondeCodeFrame *caller,
             SondeCodeFrame       *callee,
             gboolean             *is_suspended)
{
  const FrameSize *size = sonde_python_frames_find_size (self, caller->code);
  Frame frame;

  if (size == NULL || !find_frame (self, caller->frame + size->bytes, &frame, callee) ||
      frame.is_entry)
    return FALSE;

  *is_suspended = frame.is_suspended;
  callee->is_entry = frame.previous != caller->frame;
  if (callee->is_entry)
    return self->is_ambiguous && has_called_by_c (self, caller, &frame);

  /* Since 3.14 a frame that has called C looks as if it had called Python. */
  return !self->is_ambiguous ||
         sonde_python_frames_judge_call (self, caller, callee) == SONDE_PYTHON_CALL_CERTAIN;
}

/* Whether @frame, which has called another or returns, returns. Since 3.14 one that has called C
 * looks like that too, but one that returns has no values left.
 */
static gboolean
is_returning (SondePythonFrames    *self,
              const SondeCodeFrame *frame)
{
  const FrameSize *size;
  const guint8 *bytes;

  if (self->is_ambiguous)
    {
      size = sonde_python_frames_find_size (self, frame->code);
      bytes = sonde_python_frames_find (self, frame->frame);
      if (size == NULL || bytes == NULL ||
          get_word (bytes, self->offsets->frame.stacktop) != frame->frame + size->values)
        return FALSE;
    }

  return sonde_python_frames_is_return (self, frame->instruction);
}

/* The innermost frame has called another, or returns. What it had called when the regions were
 * copied, and what that had called, is put in, as far as a call is known from here to there. The
 * last is where the thread is, unless it returns: then its caller is.
 */
static void
add_called (SondePythonFrames *self,
            SondeCodeStack    *stack)
{
  SondeCodeFrame called[CALLED_MAX];
  const SondeCodeFrame *caller = &stack->frames[0];
  gboolean is_suspended = (self->marks[0] & MARK_SUSPENDED) != 0 &&
                          sonde_python_frames_has_begun (self, caller);
  guint n = 0;

  /* What a generator does is not told by the stack of frames. */
  if (!is_suspended || (self->marks[0] & MARK_GENERATOR) != 0)
    return;

  while (is_suspended && n < CALLED_MAX && find_callee (self, caller, &called[n], &is_suspended))
    {
      caller = &called[n++];
      if (is_suspended && !sonde_python_frames_has_begun (self, caller))
        {
          is_suspended = FALSE;
          n -= self->is_ambiguous ? 1 : 0;
        }
    }

  for (; is_suspended && !self->is_ambiguous && n > 0; n--)
    if (sonde_python_edges_is_known (self->edges, n > 1 ? &called[n - 2] : &stack->frames[0],
                                     called[n - 1].code))
      break;

  if (is_suspended && n > 0 && is_returning (self, &called[n - 1]))
    n--;
  else if (is_suspended && n == 0 && stack->depth > 1 && is_returning (self, &stack->frames[0]))
    {
      sonde_python_frames_drop_innermost (self, stack, 1);
      return;
    }

  add_innermost (stack, called, n);
}

/* The place in @stack of the frame at @address; its depth if it is not there. */
static guint
find_place (const SondeCodeStack *stack,
            SondeAddress          address)
{
  guint place = 0;

  while (place < stack->depth && stack->frames[place].frame != address)
    place++;

  return place;
}

/* Follows the generators from the one at @address to the one that was resumed by a frame of @stack,
 * whose place is given; they are put to @frames, the innermost first.
 */
static guint
follow_generators (SondePythonFrames    *self,
                   const SondeCodeStack *stack,
                   SondeAddress          address,
                   SondeCodeFrame       *frames,
                   guint                *n_frames)
{
  guint place = find_place (stack, address);

  while (place == stack->depth && *n_frames < CALLED_MAX)
    {
      SondeCodeFrame *generator = &frames[*n_frames];
      const Caller *caller;
      Frame frame;

      if (!find_frame (self, address, &frame, generator) || !frame.is_generator)
        break;

      caller = sonde_python_frames_find_caller (self, address, frame.code);
      if (caller == NULL)
        break;

      generator->is_entry = caller->is_entry;
      address = caller->caller;
      place = find_place (stack, address);
      (*n_frames)++;
    }

  return place;
}

/* A function that a generator has called lies above the innermost frame that is no generator's. If
 * it executes, that is where the thread was, whatever is known of the generator.
 */
static gboolean
add_called_by_generator (SondePythonFrames *self,
                         SondeCodeStack    *stack)
{
  SondeCodeFrame frames[CALLED_MAX + 1];
  SondeCodeFrame reversed[CALLED_MAX + 1];
  Frame frame;
  guint top = 0;
  guint n = 0;
  const FrameSize *size;
  guint place;

  while (top < stack->depth && (self->marks[top] & MARK_GENERATOR) != 0)
    top++;
  if (top == stack->depth)
    return FALSE;

  size = sonde_python_frames_find_size (self, stack->frames[top].code);
  if (size == NULL ||
      !find_frame (self, stack->frames[top].frame + size->bytes, &frame, &frames[0]) ||
      frame.is_suspended || frame.is_entry || !sonde_python_frames_has_begun (self, &frames[0]))
    return FALSE;

  place = follow_generators (self, stack, frame.previous, frames + 1, &n);
  if (place == stack->depth || place == top)
    return FALSE;

  for (guint i = 0; i <= n; i++)
    reversed[i] = frames[n - i];
  sonde_python_frames_drop_innermost (self, stack, place);
  add_innermost (stack, reversed, n + 1);

  return TRUE;
}

/* Up to 3.13 a frame is made, and linked to its caller when it is entered: until then it leads to
 * the caller of the one that lay there before. On the stack of frames that is at the same place
 * mostly, but another generator may have called that one.
 */
static gboolean
is_unlinked (const SondePythonFrames *self,
             const SondeCodeStack    *stack)
{
  return !self->is_ambiguous && stack->depth > 1 && self->marks[0] == MARK_SUSPENDED &&
         (self->marks[1] & MARK_GENERATOR) != 0 &&
         !sonde_python_frames_has_begun (self, &stack->frames[0]);
}

/* Whether all that C had called has returned to it since the thread state was copied: then the
 * thread was where that says. Since 3.14 it cannot be told from what C has called that called C.
 */
static gboolean
has_returned_to_c (const SondePythonFrames *self,
                   const SondeCodeStack    *stack)
{
  for (guint i = 0; i + 1 < stack->depth && (self->marks[i] & MARK_SUSPENDED) != 0; i++)
    if (stack->frames[i].is_entry)
      return TRUE;

  return FALSE;
}

void
sonde_python_frames_add_called (SondePythonFrames *self,
                                SondeCodeStack    *stack)
{
  if (!self->is_ambiguous && has_returned_to_c (self, stack))
    return;
  if (is_unlinked (self, stack))
    sonde_python_frames_drop_innermost (self, stack, 1);
  if (!self->has_generators || !add_called_by_generator (self, stack))
    add_called (self, stack);
}
