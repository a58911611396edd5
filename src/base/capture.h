/* capture.h: what was copied of one thread at one instant
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "base/types.h"

G_BEGIN_DECLS

/* The registers of x86_64 in the numbering of its DWARF ABI (System V ABI, AMD64 supplement,
 * figure 3.36): 0–15 general, 16 the return address, here the instruction pointer.
 */
#define SONDE_REGISTER_FP 6
#define SONDE_REGISTER_SP 7
#define SONDE_REGISTER_PC 16
#define SONDE_N_REGISTERS 17

#define SONDE_REGISTERS_ALL ((1u << SONDE_N_REGISTERS) - 1)
#define SONDE_REGISTERS_PC_SP ((1u << SONDE_REGISTER_PC) | (1u << SONDE_REGISTER_SP))

#define SONDE_CAPTURE_BYTES_MIN ((gsize) 16 * 1024)
#define SONDE_CAPTURE_BYTES_MAX ((gsize) 1024 * 1024)

/**
 * SondeCapture:
 * @tid: the thread
 * @registers: by the numbers above; valid where @known has the bit
 * @known: which of @registers were read: all of a stopped thread, two of a sleeping one
 * @bytes: (array length=length): the stack, from the stack pointer upwards
 * @length: how many bytes of it; at most what was asked for, less where the stack ends
 * @capacity: how many bytes @bytes has room for
 *
 * Life: sonde_capture_init() → filled again and again → sonde_capture_clear().
 *
 * Threads: worker only.
 */
typedef struct
{
  pid_t   tid;
  guint64 registers[SONDE_N_REGISTERS];
  guint   known;
  guint8 *bytes; /* owned */
  gsize   length;
  gsize   capacity;
} SondeCapture;

void sonde_capture_init   (SondeCapture *self);
void sonde_capture_ensure (SondeCapture *self,
                           gsize         capacity);
void sonde_capture_clear  (SondeCapture *self);

G_END_DECLS
