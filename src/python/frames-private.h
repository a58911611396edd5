/* frames-private.h: what frames.c and the files frames-*.c share
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <string.h>

#include "python/frames.h"

G_BEGIN_DECLS

/* More of a thread state, a frame's head or a code object's head than this no version has. */
#define HEAD_BYTES_MAX 512

/* Frames outside of the stack of frames, as those of generators are, and up to 3.10 all: those met
 * lately are copied too, since they come again.
 */
#define N_RECENT 32

/* Outermost frames that are believed, up to 3.10: more than one where a thread of C calls Python
 * functions. Since then they all lie in the same place.
 */
#define N_BASES 8

#define N_SIZES 256

#define PAGE_BYTES 4096

/* Copies are timed by how many pages they touch; those of so many and more are timed as one. */
#define N_PAGES 257

/* Memory that is copied at once. */
typedef struct
{
  SondeAddress start;
  gsize        length;
  gsize        offset; /* of its bytes in the image */
} Region;

/* A region that comes and goes: the stack of frames grows and shrinks by pieces. */
typedef struct
{
  Region   region;
  gboolean is_there; /* in the last copy */
  guint    n_missed; /* copies since it was */
} Piece;

#define N_PIECES 4

typedef struct
{
  SondeAddress code;
  guint32      bytes;
  guint32      values; /* from its beginning */
  guint32      bytecode_bytes;
  SondeAddress copy;   /* free-threaded: the bytecode of this thread; 0 before it is looked for */
  guint32      version; /* since 3.12: of its functions; 0 for none */
} FrameSize;

/* What is known of a call: CERTAIN is one that was made, at some time. The caller's code speaks
 * against one that is UNLIKELY.
 */
typedef enum
{
  SONDE_PYTHON_CALL_UNLIKELY,
  SONDE_PYTHON_CALL_POSSIBLE,
  SONDE_PYTHON_CALL_CERTAIN,
} SondePythonCall;

#define N_INSTRUCTIONS 256

typedef struct
{
  SondeAddress address;
  gboolean     is_return;
} Instruction;

/* In 3.11 and 3.12 a thread state leads to a struct on the C stack, and that to the innermost
 * frame. Each call of the evaluation function has its own, and in 3.11 each generator that is
 * resumed: those met lately are copied, since they come again.
 */
typedef struct
{
  SondeAddress address;
  guint64      head;     /* what it leads to, in the last copy */
  guint        n_unused; /* copies since the thread state led to it */
} CFrame;

#define N_CFRAMES 8

/* A frame as it was read. */
typedef struct
{
  SondeAddress previous;
  SondeAddress code;
  guint64      instruction;
  gboolean     is_shim;
  gboolean     is_entry;
  gboolean     is_suspended; /* has called another function, or is between two */
  gboolean     is_generator;
  gboolean     is_dead;      /* executes no more */
} Frame;

/* Who resumed a generator the last time; or, of a frame of the interpreter's own that lies on the C
 * stack, who called C there that then called @code.
 */
typedef struct
{
  SondeAddress generator; /* its frame, or that of the interpreter; 0 for none */
  SondeAddress code;
  SondeAddress caller;    /* the frame that did, with C between them if @is_entry */
  gboolean     is_entry;
  gboolean     is_shim;
} Caller;

/* Many enough that two generators that are alive hardly ever have the same place. */
#define N_CALLERS 256

/* What is known of a frame of the last walk. */
#define MARK_SUSPENDED 1
#define MARK_GENERATOR 2

struct _SondePythonFrames
{
  const SondePythonMemory  *memory;  /* borrowed */
  const SondePythonOffsets *offsets; /* borrowed */
  SondeAddress              thread;
  gsize                     thread_bytes;
  gsize                     frame_bytes;
  gboolean                  is_readable;  /* its fields lie where those of a version may */
  gboolean                  has_marks;    /* frames say whether they execute */
  gboolean                  is_ambiguous; /* not if what they have called is C */

  guint64                   interpreter; /* 0 before the first read */
  guint64                   id;          /* of its thread */
  CFrame                    cframes[N_CFRAMES];
  guint                     n_cframes;
  GArray                   *regions;     /* of Region, the one of the innermost frame last */
  Piece                     pieces[N_PIECES];
  guint                     n_pieces;
  GByteArray               *image;       /* what they held */
  gsize                     image_bytes; /* of them all */
  GArray                   *visited;     /* SondeAddress of each frame of the last walk */
  SondeAddress              recent[N_RECENT];
  guint                     n_recent;    /* counts on; the place is modulo N_RECENT */
  guint                     n_since_fit;
  guint                     n_pages;     /* that the last copy touched */
  guint64                   usual_ns[N_PAGES]; /* for so many; 0 before the first copy of them */
  FrameSize                 sizes[N_SIZES];
  Instruction               instructions[N_INSTRUCTIONS];
  Caller                    callers[N_CALLERS];
  gboolean                  has_generators;
  gboolean                  is_still;    /* the thread is */
  SondeAddress              wanted;      /* what the thread state is to lead to; 0 for anything */

  SondePythonEdges         *edges;       /* borrowed */
  SondeCodeStack           *accepted;    /* owned: the last one whose calls were all believed */

  SondeCodeFrame            bases[N_BASES]; /* outermost ones that are believed */
  guint                     n_bases;     /* counts on, as n_recent */
  SondeCodeFrame            doubted;     /* another that was seen the last time */
  SondeCodeFrame            unentered;   /* the innermost of the last read, if it may be that */
  guint                     n_doubted;   /* how often, one time after the other */
  guint64                   believed_ns; /* when one was last seen that is believed */
  gboolean                  is_generator_outermost;
  gboolean                  has_outer_shim; /* C is seen to have called the outermost one */

  guint8                    thread_head[HEAD_BYTES_MAX];
  gboolean                  is_incomplete; /* a frame was in no region */
  guint8                    marks[SONDE_STACK_DEPTH_MAX];
};

static inline gboolean
has_field (guint32 field)
{
  return field != SONDE_PYTHON_NO_FIELD;
}

/* How far fields up to @field reach, in bytes, if others reach to @reach. */
static inline gsize
reach_of (gsize   reach,
          guint32 field)
{
  return has_field (field) ? MAX (reach, (gsize) field + 8) : reach;
}

static inline guint64
get_word (const guint8 *bytes,
          guint32       field)
{
  guint64 word;

  memcpy (&word, bytes + field, sizeof word);

  return word;
}

static inline gint32
get_int (const guint8 *bytes,
         guint32       field)
{
  gint32 value;

  memcpy (&value, bytes + field, sizeof value);

  return value;
}

/* frames.c */

void          sonde_python_frames_decode  (const SondePythonFrames *self,
                                           const guint8            *bytes,
                                           Frame                   *frame);

/* The copied frame at @address; FALSE if it is in no region. */
gboolean      sonde_python_frames_look_up (SondePythonFrames       *self,
                                           SondeAddress             address,
                                           Frame                   *frame);

/* frames-copy.c: one call for all that the last stack suggests. FALSE if some is not there; that is
 * not copied the next time.
 */
gboolean      sonde_python_frames_copy    (SondePythonFrames       *self,
                                           const SondeMemoryPiece  *more,
                                           guint                    n_more);
/* The copied bytes of the frame at @address, or NULL. */
const guint8 *sonde_python_frames_find    (SondePythonFrames       *self,
                                           SondeAddress             address);
/* Copies the frame at @address, and what lies before it on its page: mostly the frames below. */
const guint8 *sonde_python_frames_fetch   (SondePythonFrames       *self,
                                           SondeAddress             address);
/* Makes the regions those of the frames of the last walk from @head, and the recent ones. What was
 * copied before is not to be looked at any more.
 */
void          sonde_python_frames_fit     (SondePythonFrames       *self,
                                           SondeAddress             head);
/* Copies the region with the frame at @address among the last from now on, next to the thread state
 * in time.
 */
void          sonde_python_frames_move_near (SondePythonFrames      *self,
                                             SondeAddress            address);
/* The innermost frame, as the copied thread state says; FALSE if what that leads to was not copied.
 */
gboolean      sonde_python_frames_get_head (const SondePythonFrames *self,
                                            SondeAddress            *head);
/* Nothing is where it was: only what cannot move is copied the next time. */
void          sonde_python_frames_forget  (SondePythonFrames       *self);

/* frames-code.c */

/* How long a frame of @code is on the stack of frames, and where its values lie. NULL if that is
 * not known.
 */
const FrameSize *sonde_python_frames_find_size (SondePythonFrames    *self,
                                               SondeAddress          code);
/* FALSE if @frame has been made and not entered: what lies above it is older. */
gboolean      sonde_python_frames_has_begun (const SondePythonFrames   *self,
                                             const SondeCodeFrame      *frame);
/* Whether the instruction at @address is one that ends its frame. */
gboolean      sonde_python_frames_is_return (SondePythonFrames      *self,
                                             SondeAddress            address);
/* Whether @frame is not a generator's, which lies elsewhere. */
gboolean      sonde_python_frames_is_on_stack (SondePythonFrames     *self,
                                               const SondeCodeFrame  *frame);
SondePythonCall sonde_python_frames_judge_call (SondePythonFrames    *self,
                                              const SondeCodeFrame *caller,
                                              const SondeCodeFrame *callee);

/* frames-called.c */

void          sonde_python_frames_add_called (SondePythonFrames         *self,
                                              SondeCodeStack            *stack);
void          sonde_python_frames_remember_caller (SondePythonFrames    *self,
                                                   const SondeCodeFrame *generator,
                                                   SondeAddress          caller);
/* What C stack there is where @shim lies is used again as soon as the call has ended: then @frame
 * is anything, and made what it was the last time.
 */
void          sonde_python_frames_recall_shim (SondePythonFrames        *self,
                                               SondeAddress              shim,
                                               SondeAddress              callee_code,
                                               Frame                    *frame);
/* NULL if it was never seen resumed. */
const Caller *sonde_python_frames_find_caller (const SondePythonFrames  *self,
                                               SondeAddress              generator,
                                               SondeAddress              code);

/* frames-settle.c: makes of the chain the stack of one moment, in which the regions were copied or,
 * where the thread was in a generator, the thread state.
 */
void          sonde_python_frames_settle  (SondePythonFrames       *self,
                                           SondeCodeStack          *stack);
void          sonde_python_frames_drop_innermost (SondePythonFrames     *self,
                                                  SondeCodeStack        *stack,
                                                  guint                  n);
/* Whether the chain ends where it should. */
gboolean      sonde_python_frames_believe_base (SondePythonFrames    *self,
                                                const SondeCodeStack *stack,
                                                guint64               now_ns);
/* Whether each call is believed; then the stack is the last one that was. */
gboolean      sonde_python_frames_believe (SondePythonFrames       *self,
                                           const SondeCodeStack    *stack);

G_END_DECLS
