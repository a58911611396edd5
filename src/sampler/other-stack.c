/* other-stack.c: where a thread's frames go on to another stack
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sampler/other-stack.h"

/* A thread is held meanwhile: a fraction of a microsecond. */
#define N_FRAMES_MAX 256

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
