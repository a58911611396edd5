/* capture.h: what was copied of one thread at one instant
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/code-stack.h"

G_BEGIN_DECLS

/* The registers of x86_64 in the numbering of its DWARF ABI (System V ABI, AMD64 supplement,
 * figure 3.36): 0–15 general, 16 the return address, here the instruction pointer.
 */
/* The first argument of a system call too. */
#define SONDE_REGISTER_ARGUMENT 5
#define SONDE_REGISTER_FP 6
#define SONDE_REGISTER_SP 7
#define SONDE_REGISTER_PC 16
#define SONDE_N_REGISTERS 17

#define SONDE_REGISTERS_ALL ((1u << SONDE_N_REGISTERS) - 1)
#define SONDE_REGISTERS_PC_SP ((1u << SONDE_REGISTER_PC) | (1u << SONDE_REGISTER_SP))

#define SONDE_CAPTURE_BYTES_MIN ((gsize) 16 * 1024)
#define SONDE_CAPTURE_BYTES_MAX ((gsize) 1024 * 1024)

/* What is copied of another stack begins at a multiple of its own length, so that it has what lies
 * below @address too.
 */
#define SONDE_CAPTURE_OTHER_START(address) \
  ((address) & ~(SondeAddress) (SONDE_CAPTURE_BYTES_MIN - 1))

/**
 * SondeStackPiece:
 * @start: where it was in the target
 * @length: how many bytes of @bytes are valid
 * @capacity: how many bytes @bytes has room for
 *
 * A piece of the target's stack. All zeros is an empty one. Life: sonde_stack_piece_ensure() →
 * filled again and again → sonde_stack_piece_clear().
 */
typedef struct
{
  SondeAddress  start;
  gsize         length;
  gsize         capacity;
  guint8       *bytes; /* owned */
} SondeStackPiece;

/**
 * SondeCapture:
 * @tid: the thread
 * @registers: by the numbers above; valid where @known has the bit
 * @known: which of @registers were read: all of a stopped thread; of a sleeping one two, and those
 *   that hold the arguments of its system call
 * @stack: from the stack pointer upwards, or from a frame just below it; as much as was asked for,
 *   or less where the stack ends
 * @outer: another piece, where the thread goes from one stack to another, as a signal handler
 *   does that has a stack of its own; else empty
 * @futex: what the thread sleeps on, or has just woken from; 0 for anything else
 * @codes: (nullable): its Python frames; %NULL in a target without Python
 *
 * What was copied of one thread at one instant. All zeros is an empty one.
 *
 * Life: filled again and again → sonde_capture_clear().
 *
 * Threads: worker only.
 */
typedef struct
{
  pid_t           tid;
  guint64         registers[SONDE_N_REGISTERS];
  guint           known;
  SondeStackPiece stack;
  SondeStackPiece outer;
  SondeAddress    futex;
  SondeCodeStack *codes; /* owned */
} SondeCapture;

void sonde_stack_piece_ensure (SondeStackPiece *self,
                               gsize            capacity);
void sonde_stack_piece_clear  (SondeStackPiece *self);

/* Reads eight bytes at @address; FALSE if they are not among those of the piece. */
gboolean sonde_stack_piece_read (const SondeStackPiece *self,
                                 SondeAddress           address,
                                 guint64               *value);
void sonde_capture_clear      (SondeCapture    *self);

G_END_DECLS
