/* handler.c: a signal handler that does not return
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   handler       main;raise_here;…;on_signal;spin, where … is libc's raise() and the kernel's
 *                 way back
 *   handler alt   the same, with on_signal and spin on a stack of their own (sigaltstack)
 */

#include "target.h"

#define STACK_BYTES (64 << 10)

KEPT static void
spin (void)
{
  for (;;)
    target_compute (100000);
}

KEPT static void
on_signal (int signal_number)
{
  target_ready ();
  spin ();
  __asm__ volatile ("" ::: "memory");
}

KEPT static void
raise_here (void)
{
  raise (SIGUSR1);
  __asm__ volatile ("" ::: "memory");
}

int
main (int   argc,
      char *argv[])
{
  stack_t stack = { .ss_sp = malloc (STACK_BYTES), .ss_size = STACK_BYTES };
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = argc > 1 ? SA_ONSTACK : 0 };

  sigaltstack (&stack, NULL);
  sigaction (SIGUSR1, &action, NULL);
  raise_here ();

  return 0;
}
