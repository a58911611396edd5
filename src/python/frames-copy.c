/* frames-copy.c: copies the frames of a thread from where they lay the last time
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frames that lie close to one another make a region. Most are on the thread's own stack of frames,
 * one region; those of generators, and all up to 3.10, lie anywhere.
 */

#include "config.h"

#include "python/frames-private.h"

/* Frames closer to one another than this are copied with what lies between. */
#define GAP_BYTES 1024
/* Above the innermost frame of the last time, for the next ones. */
#define SLACK_BYTES 1024
#define N_REGIONS_MAX 512
#define IMAGE_BYTES_MAX (1024 * 1024)
#define WINDOW_BYTES 2048
/* A piece of the stack of frames is forgotten after so many copies without it. */
#define MISSED_MAX 256

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

const guint8 *
sonde_python_frames_find (SondePythonFrames *self,
                          SondeAddress       address)
{
  const guint8 *bytes = NULL;

  for (guint i = self->n_pieces; i-- > 0 && bytes == NULL;)
    if (self->pieces[i].is_there)
      bytes = find_in_region (self, &self->pieces[i].region, address);
  for (guint i = self->regions->len; i-- > 0 && bytes == NULL;)
    bytes = find_in_region (self, &g_array_index (self->regions, Region, i), address);

  return bytes;
}

const guint8 *
sonde_python_frames_fetch (SondePythonFrames *self,
                           SondeAddress       address)
{
  Region region;

  if (self->regions->len >= 2 * N_REGIONS_MAX || address % 8 != 0)
    return NULL;

  region.start = MAX (address & ~(SondeAddress) (PAGE_BYTES - 1), address - WINDOW_BYTES);
  region.length = address - region.start + self->frame_bytes;
  region.offset = self->image->len;
  g_byte_array_set_size (self->image, (guint) (region.offset + region.length));
  if (!sonde_python_memory_copy (self->memory, region.start, self->image->data + region.offset,
                                 region.length))
    {
      g_byte_array_set_size (self->image, (guint) region.offset);
      return NULL;
    }

  g_array_append_val (self->regions, region);
  self->is_incomplete = TRUE;
  self->recent[self->n_recent++ % N_RECENT] = address;

  return self->image->data + region.offset + (address - region.start);
}

static int
compare_addresses_cb (gconstpointer a,
                      gconstpointer b)
{
  const SondeAddress *left = a;
  const SondeAddress *right = b;

  return *left < *right ? -1 : *left > *right;
}

static void
lay_out_region (SondePythonFrames *self,
                Region            *region)
{
  region->length = MIN (region->length, IMAGE_BYTES_MAX - self->image_bytes);
  region->offset = self->image_bytes;
  self->image_bytes += region->length;
}

/* Gives each region its place in the image, as much of it as there is room for. */
static void
lay_out (SondePythonFrames *self)
{
  self->image_bytes = 0;
  for (guint i = 0; i < self->regions->len; i++)
    lay_out_region (self, &g_array_index (self->regions, Region, i));
  for (guint i = 0; i < self->n_pieces; i++)
    lay_out_region (self, &self->pieces[i].region);
}

/* Whether the frame at @address lies in a piece, or next to it: then the piece is to reach so far.
 * One that was not in the copy is copied first from now on: the one before it has gone.
 */
static gboolean
stretch_piece (SondePythonFrames *self,
               SondeAddress       address)
{
  for (guint i = 0; i < self->n_pieces; i++)
    {
      Piece piece = self->pieces[i];
      gsize place = address - piece.region.start;

      if (address < piece.region.start || place > piece.region.length + GAP_BYTES)
        continue;

      piece.region.length = MAX (piece.region.length, place + self->frame_bytes);
      if (piece.is_there)
        {
          self->pieces[i] = piece;
          return TRUE;
        }

      memmove (self->pieces + 1, self->pieces, i * sizeof *self->pieces);
      piece.is_there = TRUE;
      self->pieces[0] = piece;

      return TRUE;
    }

  return FALSE;
}

void
sonde_python_frames_fit (SondePythonFrames *self,
                         SondeAddress       head)
{
  guint top = 0;

  for (guint i = 0; i < MIN (self->n_recent, N_RECENT); i++)
    g_array_append_val (self->visited, self->recent[i]);
  /* Other code may lie by now where some was. */
  memset (self->sizes, 0, sizeof self->sizes);
  memset (self->instructions, 0, sizeof self->instructions);
  g_array_sort (self->visited, compare_addresses_cb);
  g_array_set_size (self->regions, 0);
  self->n_since_fit = 0;

  for (guint i = 0; i < self->visited->len; i++)
    {
      SondeAddress address = g_array_index (self->visited, SondeAddress, i);
      Region *last = self->regions->len == 0
                     ? NULL : &g_array_index (self->regions, Region, self->regions->len - 1);

      if (stretch_piece (self, address))
        continue;
      if (last != NULL && address - last->start <= last->length + GAP_BYTES)
        last->length = MAX (last->length, address - last->start + self->frame_bytes);
      else if (self->regions->len < N_REGIONS_MAX)
        g_array_append_vals (self->regions,
                             &(Region) { .start = address, .length = self->frame_bytes }, 1);
      if (address == head)
        top = self->regions->len - 1;
    }

  /* The innermost frame's goes last, next to the thread state in time. */
  if (self->regions->len > 0)
    {
      Region region = g_array_index (self->regions, Region, top);

      g_array_remove_index_fast (self->regions, top);
      if (self->has_marks)
        region.length += SLACK_BYTES;
      g_array_append_val (self->regions, region);
    }

  lay_out (self);
}

void
sonde_python_frames_move_near (SondePythonFrames *self,
                               SondeAddress       address)
{
  /* The last one stays. */
  for (guint i = 0; i + 2 < self->regions->len; i++)
    {
      Region region = g_array_index (self->regions, Region, i);

      if (address - region.start >= region.length)
        continue;

      g_array_remove_index (self->regions, i);
      g_array_insert_val (self->regions, self->regions->len - 1, region);
      return;
    }
}

/* A region has gone. Where it may come again it is copied from now on after all else, so that the
 * rest can be read without it: as fast as a thread runs, nothing else would ever be seen.
 */
static void
drop_region (SondePythonFrames *self,
             guint              index)
{
  Region region = g_array_index (self->regions, Region, index);
  guint n_kept = 0;

  for (guint i = 0; i < MIN (self->n_recent, N_RECENT); i++)
    if (self->recent[i] - region.start >= region.length)
      self->recent[n_kept++] = self->recent[i];
  self->n_recent = n_kept;

  g_array_remove_index (self->regions, index);
  if (self->has_marks && self->n_pieces < N_PIECES)
    self->pieces[self->n_pieces++] = (Piece) { .region = region };
}

/* Of the pieces the first @n_there were copied. Those that have long not been there are dropped. */
static void
note_pieces (SondePythonFrames *self,
             guint              n_there)
{
  guint n_kept = 0;

  for (guint i = 0; i < self->n_pieces; i++)
    {
      Piece piece = self->pieces[i];

      piece.is_there = i < n_there;
      piece.n_missed = piece.is_there ? 0 : piece.n_missed + 1;
      if (piece.n_missed < MISSED_MAX)
        self->pieces[n_kept++] = piece;
    }

  self->n_pieces = n_kept;
}

/* Takes what lies above the page with the last frame from the innermost region: the stack of frames
 * may end there. FALSE if nothing lies above.
 */
static gboolean
clip_slack (SondePythonFrames *self)
{
  Region *region = &g_array_index (self->regions, Region, self->regions->len - 1);
  SondeAddress end = region->start + region->length;
  SondeAddress page = (end - 1) & ~(SondeAddress) (PAGE_BYTES - 1);

  if (!self->has_marks || region->length <= SLACK_BYTES || end - page > SLACK_BYTES)
    return FALSE;

  region->length = page - region->start;

  return TRUE;
}

gboolean
sonde_python_frames_get_head (const SondePythonFrames *self,
                              SondeAddress            *head)
{
  *head = get_word (self->thread_head, self->offsets->thread.frame);
  if (!has_field (self->offsets->cframe.current_frame) || *head == 0)
    return TRUE;

  for (guint i = 0; i < self->n_cframes; i++)
    if (self->cframes[i].address == *head)
      {
        *head = self->cframes[i].head;
        return TRUE;
      }

  return FALSE;
}

/* The innermost region has gone; the one with the frame that the thread state says goes last. */
static void
move_head_last (SondePythonFrames *self)
{
  SondeAddress head;

  if (!sonde_python_frames_get_head (self, &head))
    return;

  for (guint i = 0; i < self->regions->len; i++)
    {
      Region region = g_array_index (self->regions, Region, i);

      if (head - region.start < region.length)
        {
          g_array_remove_index (self->regions, i);
          g_array_append_val (self->regions, region);
          return;
        }
    }
}

/* What was at @index of @n pieces, the regions first, was not there, and not what came after it. */
static void
give_up (SondePythonFrames *self,
         guint              index,
         guint              n)
{
  guint n_regions = self->regions->len;

  if (n_regions > 0 && index + 1 == n)
    {
      if (!clip_slack (self))
        {
          drop_region (self, n_regions - 1);
          move_head_last (self);
        }
    }
  else if (index + 1 < n_regions)
    {
      drop_region (self, index);
    }
  else
    {
      sonde_python_frames_forget (self);
    }

  lay_out (self);
}

static SondeMemoryPiece
get_memory_piece (const SondePythonFrames *self,
                  const Region            *region)
{
  return (SondeMemoryPiece) { region->start, self->image->data + region->offset, region->length };
}

/* On which how long a copy takes depends, much more than on its bytes. */
static guint
count_pages (const SondeMemoryPiece *pieces,
             guint                   n)
{
  guint n_pages = 0;

  for (guint i = 0; i < n; i++)
    n_pages += (guint) ((pieces[i].address + pieces[i].length - 1) / PAGE_BYTES -
                        pieces[i].address / PAGE_BYTES + 1);

  return n_pages;
}

gboolean
sonde_python_frames_copy (SondePythonFrames      *self,
                          const SondeMemoryPiece *more,
                          guint                   n_more)
{
  SondeMemoryPiece pieces[N_REGIONS_MAX + SONDE_PYTHON_MORE_MAX + N_CFRAMES + 1 + N_PIECES];
  guint n_regions = self->regions->len;
  guint n_needed = 0;
  guint n_read;
  guint n;

  g_byte_array_set_size (self->image, (guint) self->image_bytes);

  for (guint i = 0; i < n_more; i++)
    pieces[n_needed++] = more[i];
  for (guint i = 0; i + 1 < n_regions; i++)
    pieces[n_needed++] = get_memory_piece (self, &g_array_index (self->regions, Region, i));
  for (guint i = 0; i < self->n_cframes; i++)
    {
      CFrame *cframe = &self->cframes[i];

      pieces[n_needed++] = (SondeMemoryPiece) {
        cframe->address + self->offsets->cframe.current_frame, &cframe->head, sizeof cframe->head,
      };
    }
  pieces[n_needed++] = (SondeMemoryPiece) { self->thread, self->thread_head, self->thread_bytes };
  if (n_regions > 0)
    pieces[n_needed++] = get_memory_piece (self, &g_array_index (self->regions, Region,
                                                                 n_regions - 1));

  n = n_needed;
  for (guint i = 0; i < self->n_pieces; i++)
    pieces[n++] = get_memory_piece (self, &self->pieces[i].region);

  n_read = self->memory->read_pieces (self->memory->data, pieces, n);
  self->n_pages = count_pages (pieces, n_read);
  note_pieces (self, n_read > n_needed ? n_read - n_needed : 0);
  if (n_read < n_more)
    sonde_python_frames_forget (self);
  else if (n_read < n_needed)
    give_up (self, n_read - n_more, n_needed - n_more);

  return n_read >= n_needed;
}

void
sonde_python_frames_forget (SondePythonFrames *self)
{
  g_array_set_size (self->regions, 0);
  self->n_pieces = 0;
  self->image_bytes = 0;
  self->n_recent = 0;
  self->n_cframes = 0;
}
