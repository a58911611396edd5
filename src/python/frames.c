/* frames.c: reads the chain of Python frames of one thread
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A thread that stands still is read link by link. One that runs is read in one call: its thread
 * state and the regions in which its frames lay the last time, and the chain is followed in the
 * copy. Such a copy takes a microsecond or two, in which the thread may call and return many times,
 * so it is not believed as it is:
 *
 * - From 3.11 to 3.13 a frame says whether it executes or has called another (its saved stack
 *   pointer). The copy of the frames on top takes some 20 ns, so these marks are of one moment: the
 *   innermost frame is the one that they say is, not the one that the thread state pointed to a
 *   moment before (settle()). Frames of generators lie elsewhere, each copied at a moment of its
 *   own, but stay what they are: where the thread state points to one, it is the innermost.
 * - Since 3.14 a frame that returns is cleared, so those that are not were there when they were
 *   copied. Two next to one another may be of two moments all the same, which the code of the
 *   caller tells (frames-code.c).
 * - A copy that took longer than usual was interrupted in the middle, and is made again.
 * - A frame that returns forgets which one is below it: the chain seems to end there. It is to end
 *   where it did the last time, or often in the same other place. A generator that yields forgets
 *   it too, but is resumed by the same frame mostly, which is remembered (frames-called.c).
 * - A call that was not seen before has to be seen again (edges.h), and the copy is made again.
 *
 * Everything read is the target's word: addresses are only compared and read from, a chain ends at
 * SONDE_STACK_DEPTH_MAX, and a length is compared, or bounded before it is read.
 */

#include "config.h"

#include "python/frames-private.h"

#include "base/clock.h"

#define ATTEMPTS 6
/* Of a thread that was not read before: where its frames lie, how long a copy of them takes and
 * where they begin is learned by as many copies.
 */
#define FIRST_ATTEMPTS 16
/* How often the regions are fitted to the stack, which may have become smaller. */
#define FIT_INTERVAL 256
/* How many copies a struct on the C stack is copied for that the thread state leads to no more. */
#define UNUSED_MAX 256
#define LATITUDE_NS 400
#define N_SHIM_OWNERS 2

typedef struct
{
  SondeAddress kept;
  guint        n_steps;
  guint        n_kept_for; /* until so many steps */
} Loop;

/* What a thread state tells its thread by. */
static guint32
get_id_field (const SondePythonOffsets *offsets)
{
  return has_field (offsets->thread.native_thread_id) ? offsets->thread.native_thread_id
                                                      : offsets->thread.thread_id;
}

SondePythonFrames *
sonde_python_frames_new (const SondePythonMemory  *memory,
                         const SondePythonOffsets *offsets,
                         SondePythonEdges         *edges,
                         SondeAddress              thread)
{
  SondePythonFrames *self = g_new0 (SondePythonFrames, 1);

  self->memory = memory;
  self->offsets = offsets;
  self->thread = thread;
  self->has_marks = offsets->version >= 0x030b;
  self->is_ambiguous = offsets->version >= 0x030e;

  self->thread_bytes = reach_of (0, offsets->thread.interp);
  self->thread_bytes = reach_of (self->thread_bytes, offsets->thread.frame);
  self->thread_bytes = reach_of (self->thread_bytes, get_id_field (offsets));
  self->frame_bytes = reach_of (0, offsets->frame.code);
  self->frame_bytes = reach_of (self->frame_bytes, offsets->frame.previous);
  self->frame_bytes = reach_of (self->frame_bytes, offsets->frame.instruction);
  self->frame_bytes = reach_of (self->frame_bytes, offsets->frame.owner);
  self->frame_bytes = reach_of (self->frame_bytes, offsets->frame.is_entry);
  self->frame_bytes = reach_of (self->frame_bytes, offsets->frame.stacktop);
  self->frame_bytes = reach_of (self->frame_bytes, offsets->frame.state);
  self->frame_bytes = reach_of (self->frame_bytes, offsets->frame.generator);
  self->is_readable = self->thread_bytes <= HEAD_BYTES_MAX && self->frame_bytes <= HEAD_BYTES_MAX;

  self->regions = g_array_new (FALSE, FALSE, sizeof (Region));
  self->image = g_byte_array_new ();
  self->visited = g_array_new (FALSE, FALSE, sizeof (SondeAddress));
  self->edges = edges;
  self->accepted = g_new0 (SondeCodeStack, 1);

  return self;
}

void
sonde_python_frames_free (SondePythonFrames *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->regions);
  g_byte_array_unref (self->image);
  g_array_unref (self->visited);
  g_free (self->accepted);
  g_free (self);
}

static gboolean
is_suspended (const SondePythonFrames *self,
              const guint8            *bytes)
{
  const SondePythonOffsets *offsets = self->offsets;

  if (!self->has_marks)
    return TRUE;

  if (offsets->version >= 0x030e)
    return get_word (bytes, offsets->frame.stacktop) != 0;

  return get_int (bytes, offsets->frame.stacktop) >= 0;
}

/* Up to 3.10 a frame says whether it executes, itself or by what it called: f_executing up to 3.9,
 * f_state since (Include/internal/pycore_frame.h, Include/cpython/frameobject.h).
 */
static gboolean
is_dead (const SondePythonFrames *self,
         const guint8            *bytes)
{
  guint32 field = self->offsets->frame.state;

  if (!has_field (field))
    return FALSE;

  return self->offsets->version == 0x030a ? bytes[field] != 0 : bytes[field] == 0;
}

static gboolean
is_generator (const SondePythonFrames *self,
              const guint8            *bytes)
{
  const SondePythonOffsets *offsets = self->offsets;

  if (has_field (offsets->frame.generator))
    return get_word (bytes, offsets->frame.generator) != 0;

  return has_field (offsets->frame.owner) &&
         bytes[offsets->frame.owner] == offsets->owner_values.generator_owner;
}

/* Frames of the interpreter's own lie on the C stack mostly, and what is there when the call has
 * ended is anything. They have one of two owners at most (pycore_interpframe_structs.h, enum
 * _frameowner).
 */
static gboolean
is_shim (const SondePythonFrames *self,
         const guint8            *bytes)
{
  const SondePythonOffsets *offsets = self->offsets;
  guint owner;

  if (!has_field (offsets->frame.owner) || offsets->version < 0x030c)
    return FALSE;

  owner = bytes[offsets->frame.owner];

  return owner > offsets->owner_values.object_owner &&
         owner <= offsets->owner_values.object_owner + N_SHIM_OWNERS &&
         get_word (bytes, offsets->frame.previous) % 8 == 0;
}

void
sonde_python_frames_decode (const SondePythonFrames *self,
                            const guint8            *bytes,
                            Frame                   *frame)
{
  const SondePythonOffsets *offsets = self->offsets;

  frame->previous = get_word (bytes, offsets->frame.previous);
  frame->code = get_word (bytes, offsets->frame.code);
  if (offsets->version >= 0x030e)
    frame->code &= ~G_GUINT64_CONSTANT (3);
  frame->instruction = offsets->version >= 0x030b
                       ? get_word (bytes, offsets->frame.instruction)
                       : (guint64) (gint64) get_int (bytes, offsets->frame.instruction);
  frame->is_shim = is_shim (self, bytes);
  frame->is_entry = !self->has_marks ||
                    (has_field (offsets->frame.is_entry) && bytes[offsets->frame.is_entry] != 0);
  frame->is_suspended = is_suspended (self, bytes);
  frame->is_generator = is_generator (self, bytes);
  frame->is_dead = is_dead (self, bytes);
}

gboolean
sonde_python_frames_look_up (SondePythonFrames *self,
                             SondeAddress       address,
                             Frame             *frame)
{
  const guint8 *bytes = sonde_python_frames_find (self, address);

  if (bytes == NULL)
    return FALSE;

  sonde_python_frames_decode (self, bytes, frame);

  return TRUE;
}

static void
append_frame (SondePythonFrames *self,
              SondeAddress       address,
              const Frame       *frame,
              SondeCodeStack    *stack)
{
  const SondeCodeFrame *callee = stack->depth > 0 ? &stack->frames[stack->depth - 1] : NULL;

  if (callee != NULL && self->is_generator_outermost)
    sonde_python_frames_remember_caller (self, callee, address);

  self->is_generator_outermost = frame->is_generator;
  self->has_outer_shim = FALSE;
  self->marks[stack->depth] = (guint8) ((frame->is_suspended ? MARK_SUSPENDED : 0) |
                                        (frame->is_generator ? MARK_GENERATOR : 0));
  stack->frames[stack->depth++] = (SondeCodeFrame) {
    .frame = address,
    .code = frame->code,
    .instruction = frame->instruction,
    .is_entry = frame->is_entry,
  };
}

/* A generator that has yielded since the thread state was copied has forgotten who resumed it. */
static void
recall_caller (const SondePythonFrames *self,
               SondeAddress             address,
               Frame                   *frame)
{
  const Caller *caller = sonde_python_frames_find_caller (self, address, frame->code);

  if (caller == NULL)
    return;

  frame->previous = caller->caller;
  frame->is_entry = caller->is_entry;
  frame->is_dead = FALSE;
}

/* Looks for a loop in a chain, as Brent does: whether @address is one that was kept. One is kept
 * after 1, 2, 4, 8, … steps.
 */
static gboolean
has_come_back (Loop         *loop,
               SondeAddress  address)
{
  if (address == loop->kept)
    return TRUE;

  if (++loop->n_steps > loop->n_kept_for)
    {
      loop->kept = address;
      loop->n_kept_for = 2 * loop->n_steps;
    }

  return FALSE;
}

/* Follows the chain from @head. FALSE if a frame is not there, or none that executes. Of a thread
 * that runs, generators may seem to have resumed one another.
 */
static gboolean
walk (SondePythonFrames *self,
      SondeAddress       head,
      SondeCodeStack    *stack)
{
  gboolean is_alive = TRUE;
  Loop loop = { 0 };

  stack->depth = 0;
  stack->is_truncated = FALSE;
  g_array_set_size (self->visited, 0);

  for (SondeAddress address = head; address != 0;)
    {
      const guint8 *bytes = sonde_python_frames_find (self, address);
      Frame frame;

      if (bytes == NULL)
        bytes = sonde_python_frames_fetch (self, address);
      if (bytes == NULL)
        {
          stack->is_truncated = TRUE;
          return FALSE;
        }

      if (!self->is_still && has_come_back (&loop, address))
        return FALSE;

      if (stack->depth == SONDE_STACK_DEPTH_MAX || self->visited->len > 2 * SONDE_STACK_DEPTH_MAX)
        {
          stack->is_truncated = TRUE;
          return TRUE;
        }

      g_array_append_val (self->visited, address);
      sonde_python_frames_decode (self, bytes, &frame);
      if (frame.is_generator && frame.previous == 0 && !self->is_still)
        recall_caller (self, address, &frame);
      if (self->offsets->version >= 0x030c && stack->depth > 0 && !self->is_still)
        sonde_python_frames_recall_shim (self, address, stack->frames[stack->depth - 1].code,
                                         &frame);
      /* The innermost may have returned since the thread state was copied, which leads to it. */
      is_alive &= !frame.is_dead || (stack->depth == 0 && frame.previous != 0);
      if (!frame.is_shim)
        append_frame (self, address, &frame, stack);
      else if (stack->depth > 0)
        self->has_outer_shim = stack->frames[stack->depth - 1].is_entry = TRUE;
      address = frame.previous;
    }

  return is_alive;
}

/* The thread state leads to the one at @used. Those long not used are forgotten. */
static void
age_cframes (SondePythonFrames *self,
             SondeAddress       used)
{
  guint n_kept = 0;

  for (guint i = 0; i < self->n_cframes; i++)
    {
      CFrame cframe = self->cframes[i];

      cframe.n_unused = cframe.address == used ? 0 : cframe.n_unused + 1;
      if (cframe.n_unused < UNUSED_MAX)
        self->cframes[n_kept++] = cframe;
    }

  self->n_cframes = n_kept;
}

/* Has the one at @address copied from now on, in the place of the one longest not used. */
static void
add_cframe (SondePythonFrames *self,
            SondeAddress       address)
{
  guint place = 0;

  for (guint i = 1; i < self->n_cframes; i++)
    if (self->cframes[i].n_unused > self->cframes[place].n_unused)
      place = i;

  if (self->n_cframes < N_CFRAMES)
    place = self->n_cframes++;
  self->cframes[place] = (CFrame) { .address = address };
}

/* After a copy: where the chain begins, 0 for nowhere. */
static SondePythonRead
find_head (SondePythonFrames *self,
           SondeAddress      *head)
{
  const SondePythonOffsets *offsets = self->offsets;
  guint64 interpreter = get_word (self->thread_head, offsets->thread.interp);
  guint64 word = get_word (self->thread_head, offsets->thread.frame);

  guint64 id = get_word (self->thread_head, get_id_field (offsets));

  if (interpreter == 0 || (self->interpreter != 0 &&
                           (interpreter != self->interpreter || id != self->id)))
    return SONDE_PYTHON_READ_GONE;

  self->interpreter = interpreter;
  self->id = id;
  if (has_field (offsets->cframe.current_frame))
    age_cframes (self, word);
  if (sonde_python_frames_get_head (self, head))
    return SONDE_PYTHON_READ_OK;

  add_cframe (self, word);

  return SONDE_PYTHON_READ_TORN;
}

SondePythonRead
sonde_python_frames_read_still (SondePythonFrames *self,
                                SondeCodeStack    *stack)
{
  SondeAddress head = 0;
  SondePythonRead read = SONDE_PYTHON_READ_TORN;
  gboolean is_whole;

  g_return_val_if_fail (self != NULL, SONDE_PYTHON_READ_GONE);

  stack->depth = 0;
  if (!self->is_readable)
    return SONDE_PYTHON_READ_UNREADABLE;

  for (guint i = 0; i < ATTEMPTS && read == SONDE_PYTHON_READ_TORN; i++)
    {
      gboolean has_nothing = self->regions->len == 0 && self->n_cframes == 0;

      if (sonde_python_frames_copy (self, NULL, 0))
        read = find_head (self, &head);
      else if (has_nothing)
        return SONDE_PYTHON_READ_UNREADABLE;
      else
        sonde_python_frames_forget (self);
    }

  if (read != SONDE_PYTHON_READ_OK)
    return read;

  self->is_incomplete = FALSE;
  self->is_still = TRUE;
  is_whole = walk (self, head, stack) || stack->depth > 0;
  if (self->is_incomplete || ++self->n_since_fit == FIT_INTERVAL)
    sonde_python_frames_fit (self, head);

  return is_whole ? SONDE_PYTHON_READ_OK : SONDE_PYTHON_READ_UNREADABLE;
}

/* Whether a copy that took @ns was interrupted. What is usual for one of this length is learned:
 * the shortest of late, which rises slowly, since machines slow down. The first cannot be judged.
 */
static gboolean
took_long (SondePythonFrames *self,
           guint64            ns)
{
  guint64 *usual_ns = &self->usual_ns[MIN (self->n_pages, N_PAGES - 1)];
  gboolean is_long = ns > *usual_ns + *usual_ns / 2 + LATITUDE_NS;

  if (*usual_ns == 0 || ns < *usual_ns)
    *usual_ns = ns;
  else
    *usual_ns += MAX (*usual_ns / 256, 1);

  return is_long;
}

/* Up to 3.12 the thread state leads to a struct of the call of the evaluation function, and that to
 * the innermost frame. It was copied a moment before the thread state: if the call had not begun by
 * then, it leads to where the last one there left: in 3.12 to a frame of the call's own below those
 * that it executes, in 3.11 to the frame that called C, as the struct of an outer call does, which
 * lies above it on the C stack.
 */
static gboolean
has_ended (SondePythonFrames *self,
           SondeAddress       head)
{
  SondeAddress call = get_word (self->thread_head, self->offsets->thread.frame);
  Frame frame;

  if (!has_field (self->offsets->cframe.current_frame) || head == 0)
    return FALSE;

  for (guint i = 0; self->offsets->version == 0x030b && i < self->n_cframes; i++)
    if (self->cframes[i].head == head && self->cframes[i].address > call)
      return TRUE;

  return sonde_python_frames_look_up (self, head, &frame) && frame.is_shim;
}

/* Whether the thread is in a call of the evaluation function in which it can be read. One that is
 * short cannot be read as often as a long one; so once it was in that, it is waited for until it is
 * again.
 */
static gboolean
is_in_call (SondePythonFrames *self,
            SondeAddress       head)
{
  SondeAddress call = get_word (self->thread_head, self->offsets->thread.frame);

  if (self->wanted != 0 && self->wanted != call)
    return FALSE;
  if (!has_ended (self, head))
    return TRUE;

  self->wanted = call;

  return FALSE;
}

static SondePythonRead
settle (SondePythonFrames *self,
        SondeCodeStack    *stack)
{
  sonde_python_frames_settle (self, stack);

  return sonde_python_frames_believe (self, stack) ? SONDE_PYTHON_READ_OK : SONDE_PYTHON_READ_TORN;
}

/* One copy, and what is made of it. */
static SondePythonRead
try_running (SondePythonFrames      *self,
             const SondeMemoryPiece *more,
             guint                   n_more,
             SondeCodeStack         *stack)
{
  gboolean has_nothing = self->regions->len == 0 && self->n_cframes == 0;
  guint64 start_ns = sonde_clock_now_ns ();
  SondeAddress head = 0;
  SondePythonRead read;
  gboolean is_whole;

  if (!sonde_python_frames_copy (self, more, n_more))
    return has_nothing ? SONDE_PYTHON_READ_UNREADABLE : SONDE_PYTHON_READ_TORN;

  if (took_long (self, sonde_clock_now_ns () - start_ns))
    return SONDE_PYTHON_READ_TORN;

  read = find_head (self, &head);
  if (read != SONDE_PYTHON_READ_OK)
    return read;

  self->is_incomplete = FALSE;
  self->is_still = FALSE;
  is_whole = is_in_call (self, head) && walk (self, head, stack);
  if (!is_whole || self->is_incomplete || !sonde_python_frames_believe_base (self, stack, start_ns))
    read = SONDE_PYTHON_READ_TORN;
  else
    read = settle (self, stack);

  sonde_python_frames_move_near (self, head);

  /* At last: from then on nothing can be found in what was copied. */
  if (self->is_incomplete || ++self->n_since_fit >= FIT_INTERVAL)
    sonde_python_frames_fit (self, head);

  return read;
}

SondePythonRead
sonde_python_frames_read_running (SondePythonFrames      *self,
                                  const SondeMemoryPiece *more,
                                  guint                   n_more,
                                  SondeCodeStack         *stack)
{
  SondePythonRead read = SONDE_PYTHON_READ_TORN;
  guint n_attempts;

  g_return_val_if_fail (self != NULL, SONDE_PYTHON_READ_GONE);
  g_return_val_if_fail (n_more <= SONDE_PYTHON_MORE_MAX, SONDE_PYTHON_READ_GONE);

  if (!self->is_readable)
    return SONDE_PYTHON_READ_UNREADABLE;

  n_attempts = self->n_bases == 0 ? FIRST_ATTEMPTS : ATTEMPTS;
  self->wanted = 0;
  sonde_python_edges_begin_sample (self->edges);
  for (guint i = 0; i < n_attempts && read == SONDE_PYTHON_READ_TORN; i++)
    {
      guint n_doubted = self->n_doubted;

      sonde_python_edges_begin_read (self->edges);
      read = try_running (self, more, n_more, stack);

      /* Something else has failed in between. */
      if (read != SONDE_PYTHON_READ_OK && self->n_doubted == n_doubted)
        self->n_doubted = 0;
    }

  return read;
}
