/* other-stack.h: where a thread's frames go on to another stack
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "base/capture.h"

G_BEGIN_DECLS

/* Where the stack of @capture, of a program that keeps frame pointers, is to be copied from: at its
 * stack pointer, or at a frame that is just below. Threads: any.
 */
SondeAddress sonde_other_stack_find_start (const SondeCapture *capture);

/* Where the frame pointers of @capture, of a program that keeps them, lead out of its stack: what
 * is to be copied begins there; 0 if they do not, or if %rbp is not known. Threads: any.
 */
SondeAddress sonde_other_stack_find       (const SondeCapture *capture);

G_END_DECLS
