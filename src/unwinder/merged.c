/* merged.c: native and Python frames in one stack
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   native                        Python                    merged
 *   sre_ucs1_match                                          sre_ucs1_match
 *   _PyEval_EvalFrameDefault      match      (entry)        match
 *                                                           …
 *   _PyEval_EvalFrameDefault      parse                     parse
 *                                 main       (entry)        main
 *
 * A call of the evaluation function executes one run of Python frames, which ends with the frame
 * that was called from C: one frame up to 3.10, any number since, or none any more while the last
 * one is cleared. So the runs and the evaluation function's frames belong together in their order.
 * Since 3.11 it is known which call executes the innermost run, by an address on the C stack.
 * Before, both are expected to be as many: where they are not, the stack was caught while one was
 * entered or left, or the native stack is not whole. (Or a library has changed the C stack:
 * greenlet runs coroutines on top of one another, whose frames of Python do not lead to those
 * below.)
 */

#include "config.h"

#include "unwinder/merged.h"

typedef struct
{
  const SondeCodeStack *codes;
  guint                 next;    /* the frame of @codes that comes next */
  guint                 n_empty; /* runs without a frame that come before that */
  SondeMergedFrame     *frames;
  guint                 depth;
} Merger;

static gboolean
is_eval (const SondePythonRange *evals,
         guint                   n_evals,
         SondeAddress            address)
{
  for (guint i = 0; i < n_evals; i++)
    if (address >= evals[i].start && address < evals[i].end)
      return TRUE;

  return FALSE;
}

static void
append_native (Merger       *self,
               SondeAddress  address)
{
  if (self->depth < SONDE_MERGED_DEPTH_MAX)
    self->frames[self->depth++] = (SondeMergedFrame) { .address = address };
}

/* The frames up to and with the next that was called from C; nothing if none is left. */
static void
append_run (Merger *self)
{
  while (self->next < self->codes->depth && self->depth < SONDE_MERGED_DEPTH_MAX)
    {
      const SondeCodeFrame *frame = &self->codes->frames[self->next++];

      self->frames[self->depth++] = (SondeMergedFrame) { .code = frame };
      self->n_empty = frame->n_empty;
      if (frame->is_entry)
        return;
    }
}

/* The next run in the place of @address; that itself if the run has no frame any more, or there is
 * none.
 */
static void
append_next (Merger       *self,
             SondeAddress  address)
{
  if (self->n_empty == 0 && self->next < self->codes->depth)
    {
      append_run (self);
      return;
    }

  self->n_empty -= self->n_empty > 0;
  append_native (self, address);
}

static guint
count_runs (const SondeCodeStack *codes)
{
  guint n = 0;

  for (guint i = 0; i < codes->depth; i++)
    if (codes->frames[i].is_entry || i + 1 == codes->depth)
      n += 1 + codes->frames[i].n_empty;

  return n;
}

/* How many frames of the evaluation function are inside of the one that has @entry in its frame;
 * FALSE if none has.
 */
static gboolean
count_inner (const SondeStack       *native,
             const SondePythonRange *evals,
             guint                   n_evals,
             SondeAddress            entry,
             guint                  *count)
{
  *count = 0;

  for (guint i = 0; i < native->depth && entry != 0; i++)
    {
      if (!is_eval (evals, n_evals, native->addresses[i]))
        continue;

      if (native->sps[i] <= entry && (i + 1 == native->depth || entry < native->sps[i + 1]))
        return TRUE;

      ++*count;
    }

  return FALSE;
}

guint
sonde_merged_fill (const SondeStack       *native,
                   const SondeCodeStack   *codes,
                   const SondePythonRange *evals,
                   guint                   n_evals,
                   SondeMergedFrame       *frames)
{
  Merger self = { .codes = codes, .frames = frames };
  gboolean is_whole = native->end == SONDE_STACK_END_OUTERMOST && !codes->is_truncated;
  guint n_runs = count_runs (codes);
  guint n_natives = 0;
  guint n_surplus = 0;

  for (guint i = 0; i < native->depth; i++)
    n_natives += is_eval (evals, n_evals, native->addresses[i]);

  /* Without that, the outer ends of whole stacks belong together: what is too many is innermost. */
  if (count_inner (native, evals, n_evals, codes->entry, &n_surplus))
    n_runs = 0;
  else
    n_surplus = is_whole && n_natives > n_runs ? n_natives - n_runs : 0;
  for (guint i = 0; i < native->depth; i++)
    {
      if (!is_eval (evals, n_evals, native->addresses[i]) || n_surplus > 0)
        {
          n_surplus -= n_surplus > 0 && is_eval (evals, n_evals, native->addresses[i]);
          append_native (&self, native->addresses[i]);
          continue;
        }

      for (; is_whole && n_runs > n_natives; n_runs--)
        if (self.n_empty > 0)
          self.n_empty--;
        else
          append_run (&self);
      append_next (&self, native->addresses[i]);
    }

  /* Further out than the native stack could be followed. */
  while (self.next < codes->depth && self.depth < SONDE_MERGED_DEPTH_MAX)
    append_run (&self);

  return self.depth;
}
