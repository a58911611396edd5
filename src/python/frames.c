/* frames.c: reads the chain of Python frames of one thread
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   thread state ─▶ (3.11, 3.12: cframe ─▶) innermost frame ─▶ its caller ─▶ …
 *
 * The thread stands still, so the chain is what it is, and can be read link by link. A call for
 * each would take too long: the thread state and the regions in which frames lay the last time are
 * copied in one call, the chain is followed in the copy, and what is not there is fetched.
 *
 * It may stand anywhere, also between two instructions that make a frame the innermost one and lead
 * on from it. Such a chain is known by its end: C has called the outermost frame.
 *
 * Everything read is the target's word: addresses are only compared and read from, a chain ends at
 * SONDE_STACK_DEPTH_MAX, and a length is compared, or bounded before it is read.
 */

#include "config.h"

#include "python/frames.h"

#include <string.h>

#include "python/frame.h"

#define WORD 8
#define PAGE_BYTES 4096

/* How far into a thread state its fields may lie. */
#define THREAD_BYTES_MAX 512
/* How far its own frame may, which is behind them. */
#define STATE_BYTES 4096

/* Frames closer to one another than this are copied with what lies between. */
#define GAP_BYTES 1024
/* Above the innermost frame, for the next ones. */
#define SLACK_BYTES 1024
/* Below a frame that is fetched: mostly its callers. */
#define WINDOW_BYTES 2048

#define IMAGE_BYTES_MAX (4 * 1024 * 1024)
#define VISITED_MAX (2 * SONDE_STACK_DEPTH_MAX)

/* How often the regions are fitted to the stack, which may have become smaller. */
#define FIT_INTERVAL 256
/* Among so many that were fetched last the next frame is looked for. */
#define N_FETCHED 4

typedef struct
{
  SondeAddress start;
  gsize        length;
  gsize        offset; /* of its bytes in the image */
} Region;

/* A struct on the C stack, one a call of the evaluation function, in 3.11 and 3.12. Where it was
 * the last time it is copied with all else.
 */
typedef struct
{
  SondeAddress address; /* 0 for none yet */
  guint64      current_frame;
  guint64      previous;
} CFrame;

/* That of the thread state, and the one before it. */
#define N_CFRAMES 2

struct _SondePythonFrames
{
  const SondePythonMemory  *memory;  /* borrowed */
  const SondePythonOffsets *offsets; /* borrowed */
  SondeAddress              thread;
  gsize                     thread_bytes; /* of a thread state; 0 if no version has so many */
  gsize                     frame_bytes;  /* the same of a frame */

  guint64                   interpreter; /* 0 before the first read */
  guint64                   id;          /* of its thread */
  CFrame                    cframes[N_CFRAMES];

  GArray                   *regions;     /* of Region: those to copy, ascending, then the fetched */
  guint                     n_copied;    /* of them, by the last copy */
  GArray                   *pieces;      /* of SondeMemoryPiece */
  GByteArray               *image;       /* what the regions held */
  GArray                   *visited;     /* SondeAddress of each frame of the last walk */
  gboolean                  has_entry;   /* C is seen to have called a frame */
  gboolean                  ends_with_entry; /* and the outermost one */
  SondeAddress              entry_previous; /* what called C that called the innermost such frame */
  guint                     n_since_fit;
  guint8                    thread_head[THREAD_BYTES_MAX];
};

/* What a thread state tells its thread by. */
static guint32
get_id_field (const SondePythonOffsets *offsets)
{
  return sonde_python_has_field (offsets->thread.native_thread_id)
         ? offsets->thread.native_thread_id : offsets->thread.thread_id;
}

SondePythonFrames *
sonde_python_frames_new (const SondePythonMemory  *memory,
                         const SondePythonOffsets *offsets,
                         SondeAddress              thread)
{
  SondePythonFrames *self = g_new0 (SondePythonFrames, 1);
  const guint32 fields[] = {
    offsets->thread.interp, offsets->thread.frame, get_id_field (offsets),
  };

  self->memory = memory;
  self->offsets = offsets;
  self->thread = thread;
  self->thread_bytes = sonde_python_offsets_get_bytes (fields, G_N_ELEMENTS (fields),
                                                       THREAD_BYTES_MAX);
  self->frame_bytes = sonde_python_frame_get_bytes (offsets);
  self->regions = g_array_new (FALSE, FALSE, sizeof (Region));
  self->pieces = g_array_new (FALSE, FALSE, sizeof (SondeMemoryPiece));
  self->image = g_byte_array_new ();
  self->visited = g_array_new (FALSE, FALSE, sizeof (SondeAddress));

  return self;
}

void
sonde_python_frames_free (SondePythonFrames *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->regions);
  g_array_unref (self->pieces);
  g_byte_array_unref (self->image);
  g_array_unref (self->visited);
  g_free (self);
}

static void
add_piece (SondePythonFrames *self,
           SondeAddress       address,
           gpointer           buffer,
           gsize              length)
{
  const SondeMemoryPiece piece = { address, buffer, length };

  g_array_append_val (self->pieces, piece);
}

static void
add_cframe_pieces (SondePythonFrames *self,
                   CFrame            *cframe)
{
  const SondePythonOffsets *offsets = self->offsets;

  add_piece (self, cframe->address + offsets->cframe.current_frame, &cframe->current_frame, WORD);
  add_piece (self, cframe->address + offsets->cframe.previous, &cframe->previous, WORD);
}

/* One call for the thread state, what the caller wants, and where frames were the last time. That
 * comes last, since the copy ends at the first piece that is not there any more. FALSE if one of
 * the others is not.
 */
static gboolean
copy (SondePythonFrames      *self,
      const SondeMemoryPiece *more,
      guint                   n_more)
{
  guint n_cframes = 0;
  guint n_first;
  guint n_read;

  g_array_set_size (self->pieces, 0);
  add_piece (self, self->thread, self->thread_head, self->thread_bytes);
  g_array_append_vals (self->pieces, more, n_more);
  n_first = self->pieces->len;
  while (n_cframes < N_CFRAMES && self->cframes[n_cframes].address != 0)
    add_cframe_pieces (self, &self->cframes[n_cframes++]);
  for (guint i = 0; i < self->regions->len; i++)
    {
      const Region *region = &g_array_index (self->regions, Region, i);

      add_piece (self, region->start, self->image->data + region->offset, region->length);
    }

  n_read = self->memory->read_pieces (self->memory->data,
                                      &g_array_index (self->pieces, SondeMemoryPiece, 0),
                                      self->pieces->len);
  self->n_copied = n_read - MIN (n_read, self->pieces->len - self->regions->len);
  g_array_set_size (self->regions, self->n_copied);
  n_cframes = n_read < n_first ? 0 : MIN (n_cframes, (n_read - n_first) / 2);
  for (guint i = n_cframes; i < N_CFRAMES; i++)
    self->cframes[i].address = 0;

  return n_read >= n_first;
}

/* Reads @cframe unless it is the one at @address. */
static gboolean
ensure_cframe (SondePythonFrames *self,
               CFrame            *cframe,
               SondeAddress       address)
{
  const SondePythonOffsets *offsets = self->offsets;

  if (cframe->address == address)
    return TRUE;

  cframe->address = 0;
  if (!sonde_python_memory_read_word (self->memory, address + offsets->cframe.current_frame,
                                      &cframe->current_frame) ||
      !sonde_python_memory_read_word (self->memory, address + offsets->cframe.previous,
                                      &cframe->previous))
    return FALSE;

  cframe->address = address;

  return TRUE;
}

/* Where the chain begins, 0 for nowhere. */
static SondePythonRead
find_head (SondePythonFrames *self,
           SondeAddress      *head)
{
  const SondePythonOffsets *offsets = self->offsets;
  guint64 interpreter = sonde_python_get_word (self->thread_head, offsets->thread.interp);
  guint64 id = sonde_python_get_word (self->thread_head, get_id_field (offsets));

  if (interpreter == 0 || (self->interpreter != 0 &&
                           (interpreter != self->interpreter || id != self->id)))
    return SONDE_PYTHON_READ_GONE;

  self->interpreter = interpreter;
  self->id = id;
  *head = sonde_python_get_word (self->thread_head, offsets->thread.frame);
  if (!sonde_python_has_field (offsets->cframe.current_frame) || *head == 0)
    return SONDE_PYTHON_READ_OK;

  if (!ensure_cframe (self, &self->cframes[0], *head))
    return SONDE_PYTHON_READ_UNREADABLE;

  *head = self->cframes[0].current_frame;

  return SONDE_PYTHON_READ_OK;
}

/* The frame at @address in the copy of a region, or NULL. */
static const guint8 *
find_in_region (const SondePythonFrames *self,
                const Region            *region,
                SondeAddress             address)
{
  SondeAddress place = address - region->start;

  if (address < region->start || place >= region->length ||
      region->length - place < self->frame_bytes)
    return NULL;

  return self->image->data + region->offset + place;
}

/* The frame at @address in what was copied or fetched, or NULL. */
static const guint8 *
find (const SondePythonFrames *self,
      SondeAddress             address)
{
  const guint8 *bytes = NULL;
  guint low = 0;
  guint high = self->n_copied;

  for (guint i = 0; i < N_FETCHED && i < self->regions->len - self->n_copied && bytes == NULL; i++)
    bytes = find_in_region (self, &g_array_index (self->regions, Region,
                                                  self->regions->len - 1 - i), address);

  while (low < high && bytes == NULL)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (self->regions, Region, middle).start <= address)
        low = middle + 1;
      else
        high = middle;
    }

  return bytes == NULL && low > 0
         ? find_in_region (self, &g_array_index (self->regions, Region, low - 1), address) : bytes;
}

/* Copies the frame at @address, and what lies before it on its page where frames are on a stack. */
static const guint8 *
fetch (SondePythonFrames *self,
       SondeAddress       address)
{
  Region region = { .start = address, .offset = self->image->len };

  if (address % WORD != 0)
    return NULL;

  if (!self->offsets->flags.frames_are_objects)
    region.start = MAX (address & ~(SondeAddress) (PAGE_BYTES - 1),
                        address - MIN (address, WINDOW_BYTES));
  region.length = address - region.start + self->frame_bytes;
  g_byte_array_set_size (self->image, (guint) (region.offset + region.length));
  if (!sonde_python_memory_copy (self->memory, region.start, self->image->data + region.offset,
                                 region.length))
    return NULL;

  g_array_append_val (self->regions, region);

  return self->image->data + region.offset + (address - region.start);
}

/* C has called the outermost frame of @stack, or is about to call one, or the last one is no more.
 * Since 3.15 a thread state has a frame of the interpreter's too (base_frame): nothing was called
 * for that.
 */
static void
note_entry (SondePythonFrames      *self,
            SondeAddress            address,
            const SondePythonFrame *frame,
            SondeCodeStack         *stack)
{
  SondeCodeFrame *outermost = stack->depth > 0 ? &stack->frames[stack->depth - 1] : NULL;

  if (outermost != NULL && !(frame->is_shim && address - self->thread < STATE_BYTES))
    {
      outermost->n_empty += outermost->is_entry;
      outermost->is_entry = TRUE;
      if (stack->entry == 0 && frame->is_shim)
        stack->entry = address;
    }
  if (!self->has_entry)
    self->entry_previous = frame->previous;

  self->has_entry = TRUE;
  self->ends_with_entry = TRUE;
}

static void
note_frame (SondePythonFrames      *self,
            SondeAddress            address,
            const SondePythonFrame *frame,
            SondeCodeStack         *stack)
{
  self->ends_with_entry = FALSE;
  if (!frame->is_shim)
    stack->frames[stack->depth++] = (SondeCodeFrame) {
      .frame = address, .code = frame->code, .instruction = frame->instruction,
    };
  if (frame->is_shim || frame->is_entry)
    note_entry (self, address, frame, stack);
}

/* Follows the chain from @head. */
static void
walk (SondePythonFrames *self,
      SondeAddress       head,
      SondeCodeStack    *stack)
{
  g_array_set_size (self->visited, 0);
  stack->depth = 0;
  stack->is_truncated = FALSE;
  stack->entry = 0;
  self->has_entry = FALSE;
  self->ends_with_entry = TRUE;

  for (SondeAddress address = head; address != 0;)
    {
      const guint8 *bytes = find (self, address);
      SondePythonFrame frame;

      if (stack->depth == SONDE_STACK_DEPTH_MAX || self->visited->len == VISITED_MAX ||
          self->image->len > IMAGE_BYTES_MAX)
        {
          stack->is_truncated = TRUE;
          return;
        }

      if (bytes == NULL)
        bytes = fetch (self, address);
      if (bytes == NULL)
        {
          self->ends_with_entry = FALSE;
          return;
        }

      g_array_append_val (self->visited, address);
      sonde_python_frame_decode (self->offsets, bytes, &frame);
      note_frame (self, address, &frame, stack);
      address = frame.previous;
    }
}

/* In 3.11 and 3.12 the evaluation function puts a struct of its own before the others a moment
 * before it fills it in: what that leads to is the innermost frame of an earlier call, or nothing.
 * What has called C that called the function tells: it is the innermost frame of the struct before,
 * if what was left there leads to that one. That has a frame, unless it is the thread state's own,
 * or the first of a coroutine of greenlet, right before that (greenlet.cpp, g_initialstub).
 */
static SondePythonRead
check_cframe (SondePythonFrames *self,
              SondeAddress       head,
              gboolean          *is_filled_in)
{
  const SondeAddress outermost = self->thread + self->offsets->cframe.outermost;
  const CFrame *first = &self->cframes[0];
  CFrame *second = &self->cframes[1];

  *is_filled_in = TRUE;
  if (!sonde_python_has_field (self->offsets->cframe.current_frame) || first->address == 0 ||
      first->address == outermost || (head != 0 && !self->has_entry))
    return SONDE_PYTHON_READ_OK;

  if (first->previous == 0 || !ensure_cframe (self, second, first->previous))
    return SONDE_PYTHON_READ_TORN;

  *is_filled_in = second->current_frame == (head != 0 ? self->entry_previous : 0);

  /* If it is not, it may also be the innermost frame that is not linked yet. */
  return second->current_frame != 0 ||
         (*is_filled_in && (second->address == outermost || second->previous == outermost))
         ? SONDE_PYTHON_READ_OK : SONDE_PYTHON_READ_TORN;
}

static int
compare_regions_cb (gconstpointer a,
                    gconstpointer b)
{
  const Region *left = a;
  const Region *right = b;

  return left->start < right->start ? -1 : left->start > right->start;
}

/* Some more above the innermost frame, but no page more: the stack of frames may end there. */
static gsize
get_slack (const SondePythonFrames *self,
           SondeAddress             head)
{
  SondeAddress last = head + self->frame_bytes - 1;

  return self->offsets->flags.frames_are_objects
         ? 0 : MIN (SLACK_BYTES, PAGE_BYTES - 1 - last % PAGE_BYTES);
}

/* Makes the regions for the next time: those of the frames of this walk, and until the next fit
 * also those that there were. Nothing can be found in the image any more.
 */
static void
fit (SondePythonFrames *self,
     SondeAddress       head)
{
  guint n_kept = 0;
  gsize offset = 0;

  if (++self->n_since_fit >= FIT_INTERVAL)
    {
      self->n_since_fit = 0;
      g_array_set_size (self->regions, 0);
    }
  else if (self->regions->len == self->n_copied)
    {
      return;
    }

  for (guint i = 0; i < self->visited->len; i++)
    {
      Region region = { .start = g_array_index (self->visited, SondeAddress, i) };

      region.length = self->frame_bytes + (region.start == head ? get_slack (self, head) : 0);
      g_array_append_val (self->regions, region);
    }

  g_array_sort (self->regions, compare_regions_cb);
  for (guint i = 0; i < self->regions->len && n_kept < SONDE_STACK_DEPTH_MAX; i++)
    {
      Region region = g_array_index (self->regions, Region, i);
      Region *last = n_kept > 0 ? &g_array_index (self->regions, Region, n_kept - 1) : NULL;

      if (last != NULL && region.start - last->start <= last->length + GAP_BYTES)
        last->length = MAX (last->length, region.start - last->start + region.length);
      else
        g_array_index (self->regions, Region, n_kept++) = region;
    }

  for (guint i = 0; i < n_kept; i++)
    {
      Region *region = &g_array_index (self->regions, Region, i);

      region->length = MIN (region->length, IMAGE_BYTES_MAX / 2 - offset);
      region->offset = offset;
      offset += region->length;
    }

  g_array_set_size (self->regions, n_kept);
  g_byte_array_set_size (self->image, (guint) offset);
}

SondePythonRead
sonde_python_frames_read (SondePythonFrames      *self,
                          const SondeMemoryPiece *more,
                          guint                   n_more,
                          SondeCodeStack         *stack)
{
  SondeAddress head = 0;
  SondePythonRead read;
  gboolean is_filled_in;

  g_return_val_if_fail (self != NULL, SONDE_PYTHON_READ_GONE);
  g_return_val_if_fail (n_more <= SONDE_PYTHON_MORE_MAX, SONDE_PYTHON_READ_GONE);

  stack->depth = 0;
  stack->is_truncated = FALSE;
  stack->entry = 0;
  if (self->thread_bytes == 0 || self->frame_bytes == 0 || !copy (self, more, n_more))
    return SONDE_PYTHON_READ_UNREADABLE;

  read = find_head (self, &head);
  if (read != SONDE_PYTHON_READ_OK)
    return read;

  walk (self, head, stack);
  read = check_cframe (self, head, &is_filled_in);
  if (!is_filled_in)
    walk (self, self->cframes[1].current_frame, stack);
  if (stack->entry == 0 && self->cframes[0].address - self->thread >= STATE_BYTES)
    stack->entry = self->cframes[is_filled_in ? 0 : 1].address;
  fit (self, head);

  /* A chain that was followed to its end leads to the outermost frame. */
  return read == SONDE_PYTHON_READ_OK && !stack->is_truncated && !self->ends_with_entry
         ? SONDE_PYTHON_READ_TORN : read;
}

SondeAddress
sonde_python_frames_get_cframe (SondePythonFrames *self)
{
  return self->cframes[0].address;
}
