/* frames-code.c: what the code objects of frames say of them, and of their calls
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the copies of two frames next to one another a fast program calls and returns several
 * times: each is right, and together they are a call that never was; mostly so since 3.14, where a
 * frame says nothing of whether it executes, and is cleared when it returns. Where the interpreter
 * has specialised the caller's instruction, since 3.12, that says the version of the function it
 * calls, which is its code's too (specialize.c, funcobject.c); both last, whatever changes between
 * the copies. A generator's frame is copied at yet another moment, and its instruction says nothing
 * of what it had called in this.
 */

#include "config.h"

#include "python/frames-private.h"

/* What an instruction that is specialised for a function begins with: itself, a counter, and the
 * version of what it calls (code.h, _PyCallCache).
 */
#define SITE_BYTES 8
#define SITE_VERSION 4
/* In 3.12 a frame is at the end of that (ceval_macros.h, DISPATCH_INLINED()). */
#define SITE_END 6

#define UNIT_BYTES 2

/* Copies of bytecode, one a thread, that are looked through. */
#define COPIES_MAX 4096

/* Since 3.12 the code object says how long a frame is; in 3.11 it is computed (pycore_frame.h,
 * _PyFrame_NumSlotsForCodeObject()).
 */
static gboolean
read_size (const SondePythonFrames *self,
           SondeAddress             code,
           FrameSize               *size)
{
  const SondePythonOffsets *offsets = self->offsets;
  gint64 n_words;
  gint64 n_values;
  gint64 n_units;
  guint8 bytes[HEAD_BYTES_MAX];
  gsize n_bytes = reach_of (reach_of (0, offsets->code.framesize), offsets->code.stacksize);

  n_bytes = reach_of (n_bytes, offsets->code.nlocalsplus);
  n_bytes = reach_of (n_bytes, offsets->code.version);
  n_bytes = reach_of (n_bytes, offsets->object.size);
  if (n_bytes > sizeof bytes || !sonde_python_memory_copy (self->memory, code, bytes, n_bytes))
    return FALSE;

  n_values = get_int (bytes, offsets->code.stacksize);
  if (has_field (offsets->code.framesize))
    n_words = get_int (bytes, offsets->code.framesize);
  else
    n_words = get_int (bytes, offsets->code.nlocalsplus) + n_values + offsets->frame.localsplus / 8;
  if (n_values < 0 || n_words <= n_values || n_words > G_MAXUINT16)
    return FALSE;

  n_units = (gint64) get_word (bytes, offsets->object.size);
  *size = (FrameSize) {
    .code = code,
    .bytes = (guint32) n_words * 8,
    .values = (guint32) (n_words - n_values) * 8,
    .bytecode_bytes = (guint32) CLAMP (n_units, 0, G_MAXINT32) * UNIT_BYTES,
    .version = has_field (offsets->code.version)
               ? (guint32) get_int (bytes, offsets->code.version) : 0,
  };

  return TRUE;
}

static FrameSize *
find_size (SondePythonFrames *self,
           SondeAddress       code)
{
  FrameSize *size = &self->sizes[(code >> 4) % N_SIZES];

  return size->code == code || read_size (self, code, size) ? size : NULL;
}

const FrameSize *
sonde_python_frames_find_size (SondePythonFrames *self,
                               SondeAddress       code)
{
  return find_size (self, code);
}

gboolean
sonde_python_frames_has_begun (const SondePythonFrames *self,
                               const SondeCodeFrame    *frame)
{
  SondeAddress start = frame->code + self->offsets->code.bytecode;

  /* It may have a copy of the bytecode, which begins anywhere. */
  if (has_field (self->offsets->code.tlbc))
    return frame->instruction != start;

  return frame->instruction > start;
}

/* Whether the instruction at @address is one that ends its frame (bytecodes.c). */
gboolean
sonde_python_frames_is_return (SondePythonFrames *self,
                               SondeAddress       address)
{
  const SondePythonOffsets *offsets = self->offsets;
  const guint32 returns[] = {
    offsets->opcodes.return_value, offsets->opcodes.return_const,
    offsets->opcodes.return_generator, offsets->opcodes.instrumented_return_value,
    offsets->opcodes.instrumented_return_const,
  };
  Instruction *known = &self->instructions[(address >> 1) % N_INSTRUCTIONS];
  guint8 opcode;

  if (known->address == address)
    return known->is_return;

  if (!sonde_python_memory_copy (self->memory, address, &opcode, sizeof opcode))
    return FALSE;

  *known = (Instruction) { .address = address };
  for (guint i = 0; i < G_N_ELEMENTS (returns); i++)
    known->is_return |= opcode == returns[i];

  return known->is_return;
}

/* Free-threaded Python has copies of the bytecode, one a thread (code.h, _PyCodeArray): a count,
 * and where each begins.
 */
static gboolean
is_in_copy (const SondePythonFrames *self,
            const SondeCodeFrame    *frame,
            FrameSize               *size)
{
  guint32 field = self->offsets->code.tlbc;
  g_autofree guint64 *starts = NULL;
  guint64 array;
  guint64 n;

  if (size->copy != 0 && frame->instruction - size->copy < size->bytecode_bytes)
    return TRUE;

  if (!has_field (field) ||
      !sonde_python_memory_read_word (self->memory, frame->code + field, &array) ||
      !sonde_python_memory_read_word (self->memory, array, &n) || n == 0)
    return FALSE;

  n = MIN (n, COPIES_MAX);
  starts = g_new (guint64, n);
  if (!sonde_python_memory_copy (self->memory, array + sizeof *starts, starts, n * sizeof *starts))
    return FALSE;

  for (guint64 i = 0; i < n; i++)
    if (starts[i] != 0 && frame->instruction - starts[i] < size->bytecode_bytes)
      {
        size->copy = starts[i];
        return TRUE;
      }

  return FALSE;
}

/* Whether @frame executes its own code. While it is made it has the instruction of the one that lay
 * there before.
 */
static gboolean
is_in_own_code (const SondePythonFrames *self,
                const SondeCodeFrame    *frame,
                FrameSize               *size)
{
  SondeAddress start = frame->code + self->offsets->code.bytecode;

  return frame->instruction - start < size->bytecode_bytes || is_in_copy (self, frame, size);
}

gboolean
sonde_python_frames_is_on_stack (SondePythonFrames    *self,
                                 const SondeCodeFrame *frame)
{
  Frame decoded;

  return sonde_python_frames_look_up (self, frame->frame, &decoded) && !decoded.is_generator;
}

/* What is remembered of a code object may be of another that lay there: what speaks against a call
 * is read again.
 */
static gboolean
is_in_its_code (SondePythonFrames    *self,
                const SondeCodeFrame *frame)
{
  FrameSize *known = find_size (self, frame->code);
  FrameSize size;

  if (known == NULL || is_in_own_code (self, frame, known) ||
      !read_size (self, frame->code, &size))
    return TRUE;

  *known = size;

  return is_in_own_code (self, frame, known);
}

/* Any instruction may call C that calls a function, but for one that ends its frame. */
static SondePythonCall
judge_caller_of_c (SondePythonFrames *self,
                   SondeAddress       address)
{
  if (!sonde_python_frames_is_return (self, address))
    return SONDE_PYTHON_CALL_POSSIBLE;

  self->instructions[(address >> 1) % N_INSTRUCTIONS] = (Instruction) { 0 };

  return sonde_python_frames_is_return (self, address) ? SONDE_PYTHON_CALL_UNLIKELY
                                                       : SONDE_PYTHON_CALL_POSSIBLE;
}

static gboolean
is_one_of (const guint32 *opcodes,
           gsize          n,
           guint8         opcode)
{
  for (gsize i = 0; i < n; i++)
    if (opcodes[i] == opcode)
      return TRUE;

  return FALSE;
}

#define IS_ONE_OF(group, opcode) \
  is_one_of ((const guint32 *) &(group), sizeof (group) / sizeof (guint32), (opcode))

/* The version of functions with @code, read again if it is not the @expected one; 0 for none. */
static guint32
find_version (SondePythonFrames *self,
              SondeAddress       code,
              guint32            expected)
{
  FrameSize *known = find_size (self, code);
  FrameSize size;

  if (known == NULL)
    return 0;

  if (known->version != expected && read_size (self, code, &size))
    *known = size;

  return known->version;
}

/* Whether the instruction at @caller calls @callee, with no C between. */
static SondePythonCall
judge_site (SondePythonFrames    *self,
            const SondeCodeFrame *caller,
            const SondeCodeFrame *callee)
{
  SondeAddress address = caller->instruction;
  guint8 site[SITE_BYTES];
  guint32 expected;
  guint32 version;

  if (self->offsets->version < 0x030d)
    address -= SITE_END;
  if (!sonde_python_memory_copy (self->memory, address, site, sizeof site))
    return SONDE_PYTHON_CALL_POSSIBLE;
  if (!IS_ONE_OF (self->offsets->exact_calls, site[0]))
    return !self->is_ambiguous || IS_ONE_OF (self->offsets->calls, site[0])
           ? SONDE_PYTHON_CALL_POSSIBLE : SONDE_PYTHON_CALL_UNLIKELY;

  expected = (guint32) get_int (site, SITE_VERSION);
  version = find_version (self, callee->code, expected);
  if (version == 0)
    return SONDE_PYTHON_CALL_POSSIBLE;

  if (version != expected)
    return sonde_python_edges_doubt (self->edges, caller, callee->code, version)
           ? SONDE_PYTHON_CALL_UNLIKELY : SONDE_PYTHON_CALL_POSSIBLE;

  sonde_python_edges_believe (self->edges, caller, callee->code, version);

  return SONDE_PYTHON_CALL_CERTAIN;
}

SondePythonCall
sonde_python_frames_judge_call (SondePythonFrames    *self,
                                const SondeCodeFrame *caller,
                                const SondeCodeFrame *callee)
{
  if (sonde_python_edges_is_known (self->edges, caller, callee->code))
    return SONDE_PYTHON_CALL_CERTAIN;
  if (!has_field (self->offsets->code.version) || (callee->is_entry && !self->is_ambiguous) ||
      !sonde_python_frames_is_on_stack (self, caller) ||
      sonde_python_edges_was_checked (self->edges, caller, callee->code))
    return SONDE_PYTHON_CALL_POSSIBLE;
  if (caller->code == 0 || callee->code == 0 || !is_in_its_code (self, caller))
    return SONDE_PYTHON_CALL_UNLIKELY;

  return callee->is_entry ? judge_caller_of_c (self, caller->instruction)
                          : judge_site (self, caller, callee);
}
