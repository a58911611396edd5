/* other-stack.c: where a thread's frames go on to another stack
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sampler/other-stack.h"

/* A thread is held meanwhile: a fraction of a microsecond. */
#define N_FRAMES_MAX 256

/* What functions may use below the stack pointer (System V ABI, AMD64 supplement, 3.2.2). */
#define RED_ZONE_BYTES 128

/* Go has the frame of a call to runtime.duffzero or runtime.duffcopy there, with its caller's frame
 * pointer (cmd/internal/obj/x86/asm6.go).
 */
SondeAddress
sonde_other_stack_find_start (const SondeCapture *capture)
{
  SondeAddress sp = capture->registers[SONDE_REGISTER_SP];
  SondeAddress fp = capture->registers[SONDE_REGISTER_FP];

  return (capture->known & (1u << SONDE_REGISTER_FP)) != 0 && fp < sp &&
         sp - fp <= RED_ZONE_BYTES ? fp : sp;
}

SondeAddress
sonde_other_stack_find (const SondeCapture *capture)
{
  guint64 fp = capture->registers[SONDE_REGISTER_FP];

  if ((capture->known & (1u << SONDE_REGISTER_FP)) == 0)
    return 0;

  for (guint i = 0; i < N_FRAMES_MAX; i++)
    if (!sonde_stack_piece_read (&capture->stack, fp, &fp))
      return SONDE_CAPTURE_OTHER_START (fp);

  return 0;
}
