/* vforker.c: a parent that waits in vfork() for as long as its child lives
 *
 * SPDX-FileCopyrightText: 2026 The Sonde authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   vforker               main;launch;spawn;vfork
 *   vforker frame         main;launch_in_frame;spawn;vfork: launch_in_frame() has its frame in %rbp
 *
 * The child runs on its parent's stack. It says "ready", with its parent's number, and sleeps until
 * it is alone.
 */

#include <alloca.h>

#include "target.h"

KEPT static void
live_in_child (void)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  printf ("ready %d\n", (int) getppid ());
  fflush (stdout);
  for (;;)
    pause ();
}

KEPT static int
spawn (void)
{
  pid_t child = vfork ();

  if (child == 0)
    {
      live_in_child ();
      _exit (0);
    }

  return child;
}

KEPT static int
launch (void)
{
  int child = spawn ();

  __asm__ volatile ("" : "+r" (child));

  return child + 1;
}

KEPT static int
launch_in_frame (size_t bytes)
{
  char *room = alloca (bytes);
  int child;

  room[0] = 1;
  __asm__ volatile ("" : : "r" (room) : "memory");
  child = spawn ();
  __asm__ volatile ("" : "+r" (child));

  return child + room[0];
}

int
main (int   argc,
      char *argv[])
{
  prctl (PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  alarm (TARGET_LIFE_S);

  return argc > 1 ? launch_in_frame ((size_t) argc * 64) : launch ();
}
