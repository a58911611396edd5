/* memo.h: the last stack of a thread, to begin the next one's outer frames from
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libunwind.h>

#include "base/capture.h"
#include "base/stack.h"

G_BEGIN_DECLS

#define SONDE_N_SAVED_REGISTERS 6

/**
 * SondeMemoFrame:
 * @pc: where the frame stands
 * @sp: its stack pointer
 * @address: as in SondeStack.addresses
 * @saved: what it sees in the registers that calls preserve
 * @known: a bit for each of @saved that is known
 *
 * All that the frames outside of this one follow from, but for the stack's bytes.
 */
typedef struct
{
  SondeAddress pc;
  SondeAddress sp;
  SondeAddress address;
  guint64      saved[SONDE_N_SAVED_REGISTERS];
  guint        known;
} SondeMemoFrame;

/**
 * SondeMemo:
 *
 * From one capture of a thread to the next the outer frames are mostly the same. Unwinding gives
 * the same result for the same frame, registers and stack bytes, so it can end at the first frame
 * that is as it was, and take the others over.
 *
 * Life: sonde_memo_new() → (find() for each frame while unwinding, keep() at the end) for each
 * capture → sonde_memo_free().
 *
 * Threads: worker only.
 */
typedef struct _SondeMemo SondeMemo;

SondeMemo *sonde_memo_new  (void);
void       sonde_memo_free (SondeMemo            *self);

/* The frame that @cursor is at, as far as the frames outside of it depend on it. */
SondeMemoFrame sonde_memo_describe_frame (unw_cursor_t *cursor,
                                          SondeAddress  pc,
                                          SondeAddress  address);

/* Where among the kept frames @frame of @capture is, with the same bytes above it; -1 if nowhere.
 * From the innermost frame of a capture outwards.
 */
gint       sonde_memo_find (SondeMemo            *self,
                            const SondeCapture   *capture,
                            const SondeMemoFrame *frame);
/* Appends the kept frames from @index on to @stack. */
void       sonde_memo_take (const SondeMemo      *self,
                            guint                 index,
                            SondeStack           *stack);
/* Keeps the stack of @capture: @frames (of SondeMemoFrame) and then, if @index is not -1, what
 * was kept from there on. No byte at @high or above was read for the new frames.
 */
void       sonde_memo_keep (SondeMemo            *self,
                            const SondeCapture   *capture,
                            const GArray         *frames,
                            gint                  index,
                            SondeAddress          high);
/* Keeps nothing. */
void       sonde_memo_drop (SondeMemo            *self);

G_END_DECLS
