/* narrow.c: a 32-bit program
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Needs no 32-bit library or header. Sleeps for good: Sonde must refuse it, and leave it alone.
 */

#define SYS_write 4
#define SYS_alarm 27
#define SYS_getpid 20
#define SYS_pause 29
#define SYS_prctl 172

#include "freestanding.h"

void _start (void);

void
_start (void)
{
  say_ready ();

  for (;;)
    call_system (SYS_pause, 0, 0, 0);
}
